/** Turns the events of a run into the wire events of R9; `project-step.ts` has those inside a node. */

import type { Graph } from '../graph/graph';
import type { JsonObject } from '../json';
import type { RunEvent, WireEvent } from './contract';
import { isRecorded, latencyStats, tokenUsage } from './metrics';
import { projectHop } from './project-hop';
import { projectStep, isStep } from './project-step';
import type { Projection } from './projection';
import { newTurn, pairOf, resolvedInput, turnInProgress, type TurnRecord } from './pair';
import { companionThreads, hasBackgroundWork } from './standing';
import { authoredThreadId, type RunState } from './state';
import { createWireMaker, edgeFields, messageIdOf, messagePayload, nodeFields, uuidOf } from './wire';

export interface Projector {
	/** The wire events of `event`; call it BEFORE the event is folded into the state. */
	project(event: RunEvent): WireEvent[];
	/** The turn in progress or just ended; pump events are appended to the last pair (R2.4). */
	readonly turn: TurnRecord;
}

/**
 * @param globals Global variables shown in resolved inputs (R9.50); secrets are never among them.
 * @param begun What a turn that was broken off has shown so far. Without it the turn has shown nothing, but
 *        its start and its input are known.
 */
export function createProjector(
	graph: Graph,
	state: RunState,
	globals: JsonObject = {},
	begun: TurnRecord = turnInProgress(graph, state, globals),
): Projector {
	let turn = begun;
	/** The start of the run belongs to its first turn. */
	let opening: WireEvent[] = [];
	return {
		get turn() {
			return turn;
		},
		project(event) {
			if (event.type === 'turnStarted') {
				turn = newTurn(event.at, opening);
				opening = [];
				if (event.kind !== 'pump') turn.input = resolvedInput(graph, state, globals, event);
			}
			const wire = createWireMaker(
				state.runId || (event.type === 'runStarted' ? event.runId : ''),
				state.eventCount,
				event.at,
			);
			const events = isStep(event)
				? projectStep({ graph, state, globals, turn, wire }, event)
				: projectThread({ graph, state, globals, turn, wire }, event);
			if (event.type === 'runStarted') opening = events;
			else turn.events.push(...events.filter(isRecorded));
			return events;
		},
	};
}

function projectThread(projection: Projection, event: RunEvent): WireEvent[] {
	const { graph, state, turn, wire } = projection;
	switch (event.type) {
		case 'runStarted':
			return startRun(projection, event);
		case 'threadStarted':
			return startThread(projection, event);
		case 'messagesReceived': {
			const messages = event.messages.flatMap((message, index) =>
				message.synthetic
					? []
					: [
							messagePayload({
								id: messageIdOf(state.runId, { id: `${state.eventCount}.${index}`, type: 'human' }),
								type: 'human',
								content: message.text,
							}),
						],
			);
			addInput(turn, event.thread, event.nodeId, messages);
			return messages.length === 0
				? []
				: [wire.event('user_messages', event.thread, { ...nodeFields(graph, event.nodeId, null), messages })];
		}
		case 'hopped':
			return projectHop(projection, event);
		case 'waitingMatched': {
			turn.moved = true;
			const edge = graph.edgesById.get(event.edgeId);
			const config = edge?.type === 'conditional' ? edge.evaluate_while_waiting_config : null;
			return [
				wire.event('waiting_condition_matched', event.thread, {
					...edgeFields(graph, {
						edgeId: event.edgeId,
						edgeName: edge?.name ?? null,
						edgeRunId: String(state.eventCount),
						fromNodeId: edge?.source_node_logical_id ?? '',
						toNodeId: edge?.destination_node_logical_id ?? null,
						reason: event.hydrated,
					}),
					condition_expression: event.expression,
					hydrated_condition_expression: event.hydrated,
					trigger_mode: config?.trigger_mode ?? 'on_node_completion',
					trigger_node_logical_id: event.triggerNodeId,
					trigger_node_completion_count: event.completions,
					transitions_this_wait: event.transitions,
					guardrail_redirected_from_logical_id: event.redirectedFrom,
				}),
			];
		}
		case 'waitingJudged':
			return [judged(projection, event)];
		case 'loopDelayed':
			return [
				wire.event('self_loop_delay', event.thread, {
					...loopFields(projection, event.nodeId),
					delay_seconds: event.delayMs / 1000,
					attempt_number: event.attempt,
				}),
			];
		case 'loopRepeated':
			return [wire.event('self_loop_edge', event.thread, loopFields(projection, event.nodeId))];
		case 'loopEnded':
			return [
				wire.event('self_loop_exhausted', event.thread, {
					...loopFields(projection, event.nodeId),
					outcome: event.outcome,
					total_attempts: event.attempts,
					reason:
						event.outcome === 'max_retries' ? 'All retries were used.' : 'The time of the loop was spent.',
				}),
			];
		case 'nodeExpired': {
			const nodeRunId = state.threads[event.thread]?.frame?.nodeRunId ?? null;
			turn.metrics.nodeEnded(`${event.nodeId}:${nodeRunId}`, event.at);
			return [
				wire.event('node_expired', event.thread, {
					...nodeFields(graph, event.nodeId, nodeRunId),
					attempt_number: event.attempt,
					reason: event.reason,
				}),
			];
		}
		case 'parked':
			return [
				...(event.selfLoop
					? [wire.event('self_loop_edge', event.thread, loopFields(projection, event.nodeId))]
					: []),
				wire.event('busy_wait_for_user_message', event.thread, nodeFields(graph, event.nodeId, null)),
			];
		case 'threadPaused':
			return [
				wire.event('pause_event', event.thread, nodeFields(graph, event.nodeId, null)),
				wire.event('pause_thread', event.thread, { last_node_logical_id: event.nodeId }),
			];
		case 'threadEnded':
			return [wire.event('end_thread', event.thread, { last_node_logical_id: event.nodeId })];
		case 'companionStepped':
			return [
				// Of the run, not of the thread: it follows the end of a companion, after which that has no events (R5.33).
				wire.event('companion_step_boundary', null, {
					companion_thread_id: event.thread,
					attempts_completed: event.attempts,
					deadline_epoch: event.deadlineMs === null ? null : event.deadlineMs / 1000,
					still_active: event.stillActive,
				}),
			];
		case 'warned':
			return [wire.event('workflow_warning', event.thread, { warning_message: event.message })];
		case 'turnEnded':
			return endTurn(projection, event);
		case 'runEnded': {
			const usage = { llm_token_usage: tokenUsage(state), llm_latency_stats: latencyStats(state) };
			if (event.status === 'completed' || event.status === 'cancelled')
				return [wire.event('end_workflow', null, usage)];
			return [
				wire.event('workflow_error', null, {
					error_message: event.message,
					stack_trace: event.trace ?? null,
					...usage,
				}),
			];
		}
		default:
			return [];
	}
}

/** A re-run that was told where to stand says so; its thread is not started, it is there (R9.23). */
function startRun(
	{ graph, wire }: Projection,
	{ source, startNodeId }: Extract<RunEvent, { type: 'runStarted' }>,
): WireEvent[] {
	const events = [wire.event('start_workflow', null)];
	if (source !== null && startNodeId !== null) events.push(transfer({ graph, wire }, startNodeId));
	return events;
}

function transfer({ graph, wire }: Pick<Projection, 'graph' | 'wire'>, nodeId: string): WireEvent {
	return wire.event('force_transfer_to_node', '0', {
		...nodeFields(graph, nodeId, null),
		destination_node_logical_id: nodeId,
	});
}

function startThread(
	{ graph, state, wire }: Projection,
	event: Extract<RunEvent, { type: 'threadStarted' }>,
): WireEvent[] {
	const events: WireEvent[] = [];
	if (event.parent !== null && event.edgeId !== null) {
		const edge = graph.edgesById.get(event.edgeId);
		events.push(
			wire.event(
				'companion_edge',
				event.thread,
				edgeFields(graph, {
					edgeId: event.edgeId,
					edgeName: edge?.name ?? null,
					edgeRunId: String(state.eventCount),
					fromNodeId: edge?.source_node_logical_id ?? '',
					toNodeId: event.nodeId,
					reason: null,
				}),
			),
		);
	}
	events.push(wire.event('start_thread', event.thread));
	if (event.forced) events.push(transfer({ graph, wire }, event.nodeId));
	return events;
}

function judged({ state, wire }: Projection, event: Extract<RunEvent, { type: 'waitingJudged' }>): WireEvent {
	const boundary = wire.event('waiting_evaluation_boundary', null, {
		parked_node_logical_id: event.nodeId,
		edges_evaluated: event.edgeIds,
		transitioned: event.transitioned,
		still_waiting: event.stillWaiting,
	});
	// Ticks judged in vain are no part of the log, and two pumps may judge within one millisecond.
	if (!event.transitioned) {
		const label = `${state.runId}:judged:${event.thread}:${state.eventCount}:${event.at}`;
		boundary.logical_id = `event_${uuidOf(label)}`;
	}
	return boundary;
}

/** A loop has no edge of its own in the file: its events lead from the node to itself. */
function loopFields({ graph, state }: Projection, nodeId: string): JsonObject {
	return edgeFields(graph, {
		edgeId: null,
		edgeName: null,
		edgeRunId: String(state.eventCount),
		fromNodeId: nodeId,
		toNodeId: nodeId,
		reason: null,
	});
}

function endTurn(
	{ state, turn, wire, graph }: Projection,
	event: Extract<RunEvent, { type: 'turnEnded' }>,
): WireEvent[] {
	const events: WireEvent[] = [];
	if (state.openTurn?.kind !== 'pump') {
		events.push(
			wire.event('end_workflow_iteration', null, {
				iteration_number: state.turnCount + 1,
				run_input_output_pair: pairOf(state, turn),
				iteration_metrics: turn.metrics.read(event.at),
			}),
		);
	}
	if (event.status === 'waiting_for_user_input' && (state.openTurn?.kind !== 'pump' || turn.moved)) {
		events.push(
			wire.event('workflow_ready_for_input', null, {
				active_companion_thread_ids: companionThreads(state)
					.filter((thread) => thread.status !== 'ended')
					.map((thread) => thread.id),
				has_background_work: hasBackgroundWork(graph, state),
			}),
		);
	}
	return events;
}

function addInput(turn: TurnRecord, threadId: string, nodeId: string, messages: JsonObject[]): void {
	const inputs = (turn.input['thread_to_node_inputs'] ??= {}) as Record<string, JsonObject>;
	inputs[authoredThreadId(threadId)] = {
		node_run_inputs: [{ type: 'llm', node_logical_id: nodeId, messages }],
	};
}
