/** The wire events of a model's answer: the message of a speaker, a worker or an evaluator (R9.24–R9.27, R9.42). */

import { readFlag } from '../graph/field';
import type { JsonObject } from '../json';
import type { ModelAnswer } from '../llm/contract';
import type { RunEvent, WireEvent } from './contract';
import type { Projection } from './projection';
import type { Frame, ThreadState } from './state';
import { messagePayload, usageFields, winnerOf, wireMessage } from './wire';

/** The execution an event belongs to. */
export interface Where {
	thread?: ThreadState | undefined;
	frame: Frame | null;
	node: JsonObject;
}

export function projectReply(
	{ graph, state, wire }: Projection,
	event: Extract<RunEvent, { type: 'modelReplied' }>,
	where: Where,
): WireEvent[] {
	const id = responseId(where.frame, event.call);
	const finishReason = event.finishReason as ModelAnswer['finishReason'];
	const fields: JsonObject = {
		...where.node,
		message: messagePayload({
			id,
			type: 'ai',
			content: event.hasOutput && event.text === '' ? JSON.stringify(event.output) : event.text,
			toolCalls: event.toolCalls,
			metadata: { finish_reason: finishReason },
			call: winnerOf(event),
		}),
		...usageFields({ ...event, finishReason }, { responseId: id, messageId: id }),
	};
	const events = debugLog({ graph, state, wire }, event, where);
	if (event.purpose === 'condition') {
		const output = event.output as { condition_met?: unknown } | null;
		events.push(
			wire.event('condition_evaluator_llm', event.thread, {
				...fields,
				destination_node_logical_id: event.destinationNodeId,
				is_condition_met: output?.condition_met === true,
			}),
		);
		return events;
	}
	events.push(
		wire.event(llmEventType(graph.nodesById.get(where.frame?.nodeId ?? '')?.type), event.thread, fields),
	);
	return events;
}

/** What a model call was made on (R9.42); shown with its answer, because only then does the record know of it. */
export function debugLog(
	{ graph, state, wire }: Pick<Projection, 'graph' | 'state' | 'wire'>,
	event: { thread: string; purpose: string },
	where: Where,
): WireEvent[] {
	if (readFlag(graph.workflow_config.miscellaneous['debug_mode']) !== true || !where.thread) return [];
	const nodeId = where.frame?.nodeId ?? '';
	return [
		wire.event('workflow_debug_log', event.thread, {
			chat_history: where.thread.history.map((message) => wireMessage(graph, state.runId, message)),
			debug_message: `Model call of "${graph.nodesById.get(nodeId)?.name ?? nodeId}" (${event.purpose}).`,
		}),
	];
}

/** Speakers show their calls as `say_llm`, all others as `worker_llm` (R9.24, R9.25). */
export function llmEventType(nodeType: string | undefined): string {
	return nodeType === 'say_llm' ? 'say_llm' : 'worker_llm';
}

/** Identifies a model call within the run. */
export function responseId(frame: Frame | null, call: string): string {
	return `llm_response_${frame?.nodeId ?? ''}_${frame?.nodeRunId ?? ''}_${call}`;
}
