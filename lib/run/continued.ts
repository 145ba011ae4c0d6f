/** A turn and the background work that was waited for, as one result. */

import type { TurnResult } from './contract';
import { replyOf } from './speech';

/**
 * The turn's own result with what the pumps after it said, did and cost, and with the run as the last of
 * them left it. What went wrong in a pump is the run's affair: `error` stays the turn's.
 */
export function continued(turn: TurnResult, pumps: readonly TurnResult[]): TurnResult {
	const last = pumps.at(-1);
	if (last === undefined) return turn;
	const all = [turn, ...pumps];
	const messages = all.flatMap((result) => result.messages);
	const sum = (key: keyof TurnResult['usage']) => all.reduce((total, { usage }) => total + usage[key], 0);
	return {
		runId: last.runId,
		workflowId: last.workflowId,
		versionNumber: last.versionNumber,
		turnNumber: last.turnNumber,
		status: last.status,
		reply: replyOf(messages),
		messages,
		isWaitingForInput: last.isWaitingForInput,
		isCompleted: last.isCompleted,
		hasActiveCompanions: last.hasActiveCompanions,
		hasBackgroundWork: last.hasBackgroundWork,
		nextDueAt: last.nextDueAt,
		currentNode: last.currentNode,
		variables: last.variables,
		path: all.flatMap(({ path }) => path),
		usage: {
			calls: sum('calls'),
			promptTokens: sum('promptTokens'),
			completionTokens: sum('completionTokens'),
			totalTokens: sum('totalTokens'),
		},
		latencyMs: turn.latencyMs,
		error: turn.error,
		get events() {
			return all.flatMap(({ events }) => events);
		},
		repeated: turn.repeated,
		recovered: turn.recovered,
		warnings: all.flatMap(({ warnings }) => warnings),
	};
}
