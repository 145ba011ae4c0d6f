/** What happened to a run as the events of the form, and as the item that starts a workflow. */

import type { IDataObject } from 'n8n-workflow';
import type { Happening } from '../../lib/index';

export type RunEventName = 'said' | 'turn' | 'waits' | 'ended' | 'failed';

const FAILED = new Set(['failed', 'aborted_looping_risk']);

/** The events that one closed turn, background step or command stands for, in the order they happened. */
export function eventsOf({ kind, unattended, parked, result }: Happening): RunEventName[] {
	const { status, isCompleted } = result;
	const events: RunEventName[] = [];
	if (unattended && result.messages.some(({ text }) => text.trim() !== '')) events.push('said');
	if (kind === 'turn' || kind === 'resume') events.push('turn');
	if (parked && status === 'waiting_for_user_input') events.push('waits');
	if (isCompleted) events.push(FAILED.has(status) ? 'failed' : 'ended');
	return events;
}

export function itemOf(
	happening: Happening,
	{ event, includesEvents }: { event: RunEventName; includesEvents: boolean },
): IDataObject {
	const { result } = happening;
	return {
		event,
		eventId: `${happening.id}/${event}`,
		at: new Date(happening.at).toISOString(),
		runId: result.runId,
		sessionId: happening.sessionKey,
		workflowId: result.workflowId,
		versionNumber: result.versionNumber,
		turnNumber: result.turnNumber,
		status: result.status,
		reply: result.reply,
		messages: result.messages as unknown as IDataObject[],
		reason: happening.reason,
		isWaitingForInput: result.isWaitingForInput,
		isCompleted: result.isCompleted,
		hasBackgroundWork: result.hasBackgroundWork,
		currentNode: result.currentNode,
		variables: result.variables as IDataObject,
		...(includesEvents ? { events: result.events as IDataObject[] } : {}),
	};
}
