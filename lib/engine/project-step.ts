/** The wire events inside one node execution: its frame, model messages, speech, reports (R9.18–R9.30). */

import type { JsonObject } from '../json';
import type { RunEvent, WireEvent } from './contract';
import { dynamicValues } from './pair';
import { debugLog, llmEventType, projectReply, responseId, type Where } from './project-model';
import type { Projection } from './projection';
import { sentencesOf } from './sentences';
import type { ThreadState } from './state';
import {
	edgeFields,
	messageIdOf,
	messagePayload,
	nodeFields,
	nodeTypeOf,
	usageFields,
	winnerOf,
} from './wire';

type StepEvent = Extract<RunEvent, { lane: string | null }>;

export function isStep(event: RunEvent): event is StepEvent {
	return 'lane' in event;
}

export function projectStep(projection: Projection, event: StepEvent): WireEvent[] {
	const { graph, state, turn, wire } = projection;
	const thread = state.threads[event.thread];
	const frame = (event.lane === null ? thread?.frame : thread?.lanes[event.lane]) ?? null;
	const node = frame ? nodeFields(graph, frame.nodeId, frame.nodeRunId) : {};
	switch (event.type) {
		case 'nodeStarted':
			return startNode(projection, event);
		case 'modelReplied':
			turn.metrics.modelReplied(event.latencyMs);
			return projectReply(projection, event, { thread, frame, node });
		case 'modelFailed':
			return debugLog(projection, event, { thread, frame, node });
		case 'answerDiscarded': {
			const answer = frame?.replies[event.call];
			if (!answer) return [];
			const id = responseId(frame, event.call);
			return [
				wire.event('discarded_main_llm', event.thread, {
					...node,
					reason: 'global_condition_matched',
					message: messagePayload({
						id,
						type: 'ai',
						content: answer.text,
						toolCalls: answer.toolCalls,
						call: winnerOf(answer),
					}),
					...usageFields(answer, { responseId: id, messageId: null }),
				}),
			];
		}
		case 'spoke':
			return spoke(projection, event, { frame, node: frame ? node : nodeLeft(projection, thread) });
		case 'toolReturned': {
			const type = llmEventType(graph.nodesById.get(frame?.nodeId ?? '')?.type);
			return [
				wire.event(type, event.thread, {
					...node,
					message: messagePayload({
						id: messageIdOf(state.runId, { id: `${state.eventCount}.0`, type: 'tool' }),
						type: 'tool',
						content: event.content,
						name: event.toolName,
						toolCallId: event.callId,
						metadata: { tool_result: event.value },
					}),
				}),
			];
		}
		case 'reported':
			return [wire.event(event.event, event.thread, { ...node, ...event.fields })];
		case 'nodeEnded':
			return endNode(projection, event, { thread, frame, node });
		default:
			return [];
	}
}

function startNode(
	{ graph, state, turn, wire }: Projection,
	event: Extract<StepEvent, { type: 'nodeStarted' }>,
): WireEvent[] {
	const nodeRunId = String((state.nodeRuns[event.nodeId] ?? 0) + 1);
	const type = nodeTypeOf(graph, event.nodeId);
	turn.metrics.nodeStarted(`${event.nodeId}:${nodeRunId}`, type, event.at);
	const events: WireEvent[] = [];
	if (event.lane !== null) {
		const edge = graph.edgesById.get(event.lane);
		events.push(
			wire.event(
				'companion_edge',
				event.thread,
				edgeFields(graph, {
					edgeId: event.lane,
					edgeName: edge?.name ?? null,
					edgeRunId: String(state.eventCount),
					fromNodeId: edge?.source_node_logical_id ?? '',
					toNodeId: event.nodeId,
					reason: null,
				}),
			),
		);
	}
	events.push(
		wire.event('start_node_run', event.thread, {
			...nodeFields(graph, event.nodeId, nodeRunId),
			run_input: {
				dynamic_variables: {},
				runtime_variables: {},
				miscellaneous: {},
				type: type === 'say_llm' || type === 'worker_llm' ? 'llm' : type,
				node_logical_id: event.nodeId,
				...state.openTurn?.overrides[event.nodeId],
			},
		}),
	);
	return events;
}

/** The line of an edge belongs to the node that was left over it. */
function nodeLeft({ graph, state }: Projection, thread: ThreadState | undefined): JsonObject {
	const nodeId = thread?.history.findLast((message) => message.memo !== undefined)?.memo?.fromNodeId ?? '';
	const runs = state.nodeRuns[nodeId];
	return nodeFields(graph, nodeId, runs === undefined ? null : String(runs));
}

function spoke(
	{ graph, state, wire }: Projection,
	event: Extract<StepEvent, { type: 'spoke' }>,
	where: Where,
): WireEvent[] {
	const answer = event.call === null ? undefined : where.frame?.replies[event.call];
	const text = event.text ?? answer?.text ?? '';
	const message = { id: `${state.eventCount}.0`, type: 'ai' };
	const messageId = messageIdOf(state.runId, message);
	const response = answer && event.call !== null ? responseId(where.frame, event.call) : null;
	const usage = answer && response !== null ? usageFields(answer, { responseId: response, messageId }) : {};
	const events: WireEvent[] = [];
	if (
		event.messageType === 'static' &&
		graph.nodesById.get(where.frame?.nodeId ?? '')?.type === 'say_static'
	) {
		events.push(
			wire.event('say_static', event.thread, {
				...where.node,
				message: messagePayload({ id: messageId, type: 'ai', content: text }),
			}),
		);
	}
	const pieces = event.split ? sentencesOf(text) : [];
	const texts: string[] = [];
	let start = 0;
	for (const length of pieces) texts.push(text.slice(start, (start += length)));
	if (texts.length === 0) texts.push(text);
	texts.forEach((content, index) => {
		const spoken = wire.event('assistant_response', event.thread, {
			...where.node,
			content: texts.length > 1 ? content.trim() : content,
			response_metadata: {
				message_type: event.messageType,
				...(response === null ? {} : { llm_response_id: response }),
			},
			// All pieces share the response, and its usage stands on the last alone: a reply counts once (R8.16).
			...(index === texts.length - 1 ? usage : {}),
		});
		spoken.logical_id =
			index === 0
				? messageId
				: messageIdOf(state.runId, { id: `${state.eventCount}.0.${index}`, type: 'ai' });
		events.push(spoken);
	});
	return events;
}

function endNode(
	{ graph, state, globals, turn, wire }: Projection,
	event: Extract<StepEvent, { type: 'nodeEnded' }>,
	where: Where,
): WireEvent[] {
	const nodeRunId = where.frame?.nodeRunId ?? null;
	turn.metrics.nodeEnded(`${event.nodeId}:${nodeRunId}`, event.at);
	const output: JsonObject = {
		type: nodeTypeOf(graph, event.nodeId),
		node_logical_id: event.nodeId,
		node_run_id: nodeRunId,
		events: [],
		...event.output,
	};
	(turn.nodeOutputs[event.thread] ??= []).push(output);
	turn.dynamic ??= dynamicValues(graph, state, globals);
	return [
		wire.event('end_node_run', event.thread, {
			...nodeFields(graph, event.nodeId, nodeRunId),
			run_output: output,
		}),
		wire.event('workflow_show_state', event.thread, {
			thread_id: event.thread,
			runtime_variables: { ...where.thread?.variables },
			workflow_runtime_variables: {
				...state.workflowVariables,
				_input_dynamic_variables: turn.dynamic.supplied,
				_evaluated_dynamic_variables: turn.dynamic.all,
			},
		}),
	];
}
