/** The input/output pair of a turn as the run record keeps it (R9.50, R9.51). */

import type { Graph } from '../graph/graph';
import type { Json, JsonObject } from '../json';
import { mergeVariables } from '../value/merge';
import type { RunEvent, WireEvent } from './contract';
import { createTurnMetrics, type TurnMetrics } from './metrics';
import { systemOf } from './scope';
import type { RunState, ThreadState } from './state';

/** What a turn has shown so far; ends up in `run_input_output_pair` (R9.50). */
export interface TurnRecord {
	input: JsonObject;
	events: WireEvent[];
	nodeOutputs: Record<string, JsonObject[]>;
	metrics: TurnMetrics;
	/** Dynamic variables as this turn reads them; made when first shown. */
	dynamic: DynamicValues | null;
	/** A pump that moved a parked thread tells that the run is ready again. */
	moved: boolean;
}

/** What callers supplied, and every dynamic variable with its value in the turn (R4.14, R4.15). */
export interface DynamicValues {
	supplied: JsonObject;
	all: JsonObject;
}

export function newTurn(atMs: number, opening: readonly WireEvent[] = []): TurnRecord {
	return {
		input: {},
		events: [...opening],
		nodeOutputs: {},
		metrics: createTurnMetrics(atMs),
		moved: false,
		dynamic: null,
	};
}

/** What is known of the open turn without its events: its start and its input. */
export function turnInProgress(graph: Graph, state: RunState, globals: JsonObject): TurnRecord {
	const { openTurn } = state;
	const turn = newTurn(openTurn?.startedAtMs ?? state.updatedAtMs);
	if (openTurn === null || openTurn.kind === 'pump') return turn;
	const { kind, runtimeVariables, startedAtMs: at } = openTurn;
	turn.input = resolvedInput(graph, state, globals, { at, kind, runtimeVariables, dynamicVariables: {} });
	return turn;
}

/** One input/output pair of the record (R9.50). */
export function pairOf(state: RunState, turn: TurnRecord): JsonObject {
	return {
		run_input: turn.input,
		// As far as they have come: the end of the run, which may follow, is not of the pair.
		run_output: { events: [...turn.events], thread_to_node_outputs: turn.nodeOutputs },
		evaluation: null,
		iteration_end_state_miscellaneous: endStateOf(state),
		comments: [],
		ratings: [],
	};
}

/** R9.51: where every thread stands at the end of an iteration: the reference's keys, then what a restart needs. */
export function endStateOf(state: RunState): JsonObject {
	const threads = Object.values(state.threads);
	const main = threads.filter((thread) => thread.parentId === null);
	const companions = threads.filter((thread) => thread.parentId !== null);
	return {
		thread_id_to_nodes_history: byThread(main, ({ nodesHistory }) => [...nodesHistory]),
		companion_thread_id_to_nodes_history: byThread(companions, ({ nodesHistory }) => [...nodesHistory]),
		thread_id_to_global_node_previous_node: byThread(main, ({ callers }) => ({ ...callers })),
		active_thread_ids: threads.filter((thread) => thread.status !== 'ended').map((thread) => thread.id),
		thread_id_to_runtime_variables: byThread(threads, ({ variables }) => ({ ...variables })),
		workflow_runtime_variables: { ...state.workflowVariables },
		guardrail_strikes: state.strikes,
		node_completion_counts: { ...state.completions },
		thread_id_to_consecutive_conditional_edges: byThread(threads, ({ consecutive }) => consecutive),
		thread_id_to_answered_turns_in_visit: byThread(threads, ({ answeredInVisit }) => answeredInVisit),
		thread_id_to_waiting_transitions: byThread(threads, ({ waiting }) =>
			Object.fromEntries(Object.entries(waiting).map(([edgeId, { transitions }]) => [edgeId, transitions])),
		),
		thread_id_to_waiting_evaluations: byThread(threads, ({ waiting }) =>
			Object.fromEntries(
				Object.entries(waiting).map(([edgeId, { seen, lastAt }]) => [
					edgeId,
					{ completion_counts: { ...seen }, evaluated_epoch: lastAt === null ? null : lastAt / 1000 },
				]),
			),
		),
		thread_id_to_self_loop: byThread(threads, ({ loop }) =>
			loop === null
				? null
				: {
						node_logical_id: loop.nodeId,
						attempts: loop.attempts,
						deadline_epoch: loop.deadlineMs === null ? null : loop.deadlineMs / 1000,
						due_epoch: loop.dueMs === null ? null : loop.dueMs / 1000,
					},
		),
	};
}

function byThread(threads: readonly ThreadState[], read: (thread: ThreadState) => Json): JsonObject {
	return Object.fromEntries(threads.map((thread) => [thread.id, read(thread)]));
}

/** The dynamic variables of the turn in progress; without one, those of a turn that begins now. */
export function dynamicValues(graph: Graph, state: RunState, globals: JsonObject): DynamicValues {
	const defaults = graph.workflow_config.miscellaneous['default_dynamic_variables'];
	let all: JsonObject = mergeVariables(globals, graph.dynamic_variables);
	if (typeof defaults === 'object' && defaults !== null && !Array.isArray(defaults))
		all = mergeVariables(all, defaults);
	for (const layer of [state.provided, state.dynamicVariables, systemOf(state)])
		all = mergeVariables(all, layer);
	return { supplied: state.dynamicVariables, all };
}

/** The turn's run input with its dynamic variables resolved (R9.50). */
export function resolvedInput(
	graph: Graph,
	state: RunState,
	globals: JsonObject,
	event: Pick<
		Extract<RunEvent, { type: 'turnStarted' }>,
		'at' | 'kind' | 'dynamicVariables' | 'runtimeVariables'
	>,
): JsonObject {
	const dynamicVariables = mergeVariables(state.dynamicVariables, event.dynamicVariables);
	const { supplied, all } = dynamicValues(
		graph,
		{ ...state, dynamicVariables, openTurn: null, updatedAtMs: event.at },
		globals,
	);
	return {
		command: event.kind === 'resume' ? 'resume' : state.turnCount === 0 ? 'start' : 'data',
		workflow_id: state.workflowId,
		workflow_run_id: state.runId,
		version_number: state.versionNumber,
		run_by: state.runBy,
		team_id: null,
		start_node_logical_id: state.turnCount === 0 ? state.startNodeId : null,
		initial_state: null,
		welcome_message: state.turnCount === 0 ? state.welcomeMessage : null,
		dynamic_variables: all,
		runtime_variables: {
			...event.runtimeVariables,
			input_dynamic_variables: supplied,
			all_dynamic_variables: all,
			workflow_invoke_count: state.turnCount,
		},
		miscellaneous: state.miscellaneous,
		thread_to_node_inputs: {},
	};
}
