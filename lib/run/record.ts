/** The whole record of a run, built from its log (R9.49–R9.51). */

import type { RunEvent, WireEvent } from '../engine/contract';
import { endStateOf, latencyStats, tokenUsage, type RunState } from '../engine/engine';
import type { Graph } from '../graph/graph';
import { redactSecrets } from '../graph/secrets';
import type { JsonObject } from '../json';
import type { RunRow } from '../store/contract';
import type { RunRecord } from './contract';
import type { Engine } from './engine-port';
import { collectFeedback } from './feedback-list';
import { splitLog } from './log';

export interface RecordParts {
	engine: Engine;
	row: RunRow;
	graph: Graph;
	events: readonly RunEvent[];
	globals: JsonObject;
}

interface Pair extends JsonObject {
	run_output: { events: WireEvent[]; thread_to_node_outputs: Record<string, JsonObject[]> };
	comments: JsonObject[];
	ratings: JsonObject[];
}

export function buildRecord({ engine, row, graph, events, globals }: RecordParts): RunRecord {
	const { pairs, state } = buildPairs({ engine, graph, events, globals });
	const feedback = collectFeedback(events);
	const interrupted = new Set(
		events.flatMap((event) => (event.type === 'speechInterrupted' ? event.eventIds : [])),
	);
	pairs.forEach((pair, turn) => {
		Object.assign(pair, feedback.of({ type: 'turn', turn }));
		for (const event of pair.run_output.events) {
			const { comments, ratings } = feedback.of({ type: 'event', eventId: event.logical_id });
			if (comments.length > 0) event.comments = comments;
			if (ratings.length > 0) event.ratings = ratings;
			// The caller talked over it, in a later turn (R2.43).
			if (interrupted.has(event.logical_id)) event.interrupted = true;
		}
	});
	const carried = { ...state, totals: state.carriedTotals };
	const versionName = row.facts.versionName ?? null;
	return {
		logical_id: row.id,
		workflow_run_id: row.id,
		workflow_id: row.workflowId,
		version_number: row.versionNumber,
		version_name: versionName,
		status: state.eventCount === 0 ? row.status : state.status,
		termination_source: state.terminationSource,
		run_by: state.runBy,
		input_output_pairs: pairs,
		comments: feedback.of({ type: 'run' }).comments,
		llm_token_usage: tokenUsage(state),
		llm_latency_stats: latencyStats(state),
		workflow_config_fully_hydrated: redactSecrets(graph.raw).document,
		voice_conversation_id: null,
		source_workflow_run_id: state.source?.runId ?? null,
		checkpoint_source_turn_index: state.source?.turnIndex ?? null,
		carried_over_llm_token_usage: state.source === null ? null : tokenUsage(carried),
		carried_over_llm_latency_stats: state.source === null ? null : latencyStats(carried),
		is_evaluation_run: row.facts.isEvaluationRun === true,
		evaluation_run_info: row.facts.evaluationRunInfo ?? null,
		miscellaneous: state.miscellaneous,
		feedback_users: feedback.users,
	};
}

/** One pair a turn; what pumps, pauses and endings say is appended to the last one (R2.4). */
export function buildPairs({ engine, graph, events, globals }: Omit<RecordParts, 'row'>): {
	pairs: Pair[];
	state: RunState;
} {
	const state = engine.createState();
	const projector = engine.createProjector(graph, state, globals);
	const pairs: Pair[] = [];
	for (const part of splitLog(events)) {
		const wire: WireEvent[] = [];
		for (const event of part.events) {
			wire.push(...projector.project(event));
			engine.fold(state, event, graph);
		}
		const kept = wire.map(withoutPair);
		const last = pairs[pairs.length - 1];
		if (part.kind !== 'turn') {
			// Without a turn there is no pair: the run was called off before it began.
			last?.run_output.events.push(...kept);
			if (part.kind === 'pump' && last) addOutputs(last, projector.turn.nodeOutputs);
			continue;
		}
		pairs.push({
			run_input: projector.turn.input,
			run_output: { events: kept, thread_to_node_outputs: projector.turn.nodeOutputs },
			evaluation: null,
			// Copied, because the state goes on changing with the turns that follow.
			iteration_end_state_miscellaneous: part.isClosed ? structuredClone(endStateOf(state)) : null,
			comments: [],
			ratings: [],
		});
	}
	return { pairs, state };
}

/** The end of an iteration without the pair that it is put into here (R9.53). */
function withoutPair(event: WireEvent): WireEvent {
	if (event.type !== 'end_workflow_iteration') return event;
	const { run_input_output_pair: _pair, ...kept } = event;
	return kept as WireEvent;
}

/** What a pump executes belongs to the last pair like what it says (R2.4, R7.1.2). */
function addOutputs({ run_output: into }: Pair, outputs: Record<string, JsonObject[]>): void {
	for (const [thread, added] of Object.entries(outputs))
		(into.thread_to_node_outputs[thread] ??= []).push(...added);
}
