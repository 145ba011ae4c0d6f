/** What holds of the events of a whole run together: their order, their ids, and what the totals count (R5.33, 9.2, 9.3). */

import type { WireEvent } from '../../lib/engine/contract';
import type { JsonObject } from '../../lib/json';

type Fault = (event: WireEvent, what: string) => void;
type Rule = (events: readonly WireEvent[], fault: Fault) => void;

const ENDS = new Set(['end_workflow', 'workflow_error']);
const HOPS = new Set(['direct_edge', 'conditional_edge', 'reverse_conditional_edge']);
const ANSWERS = new Set(['say_llm', 'worker_llm', 'condition_evaluator_llm']);
/** R9.47. */
const TOOL_NODES = /^(tool_node|http_request|send_sms|google_docs|athena_.+)$/;

const threadOf = (event: WireEvent) => event['origin_thread_id'] as string | null;
const frameOf = (event: WireEvent) =>
	`${String(event['origin_node_logical_id'])}#${String(event['origin_node_run_id'])}`;

/** R5.33: ids are unique in a run, times never go back. */
const idsAndTimes: Rule = (events, fault) => {
	const ids = new Set<string>();
	let last = 0;
	for (const event of events) {
		if (ids.has(event.logical_id)) fault(event, 'its id was given before');
		ids.add(event.logical_id);
		if (event.timestamp < last) fault(event, 'it is earlier than the event before');
		last = event.timestamp;
	}
};

/** R9.5, R5.33: the run starts once, first of all, and nothing follows its end. One that never started only ends. */
const bounds: Rule = (events, fault) => {
	events.forEach((event, index) => {
		const neverStarted = events.length === 1 && event.type === 'end_workflow';
		if ((event.type === 'start_workflow') !== (index === 0) && !neverStarted)
			fault(event, 'start_workflow is the first event, and only that');
		if (ENDS.has(event.type) && index !== events.length - 1) fault(event, 'events follow the end of the run');
	});
};

/** R5.33, R9.13, R9.15: a thread's events lie between its start and its end. A re-run's main thread is there already. */
const threads: Rule = (events, fault) => {
	const open = new Set(
		events.some(({ type, ...event }) => type === 'start_thread' && threadOf(event as WireEvent) === '0')
			? []
			: ['0'],
	);
	let forked: string | null = null;
	for (const event of events) {
		const thread = threadOf(event);
		if (thread === null) continue;
		const isFork = event.type === 'companion_edge' && !open.has(thread);
		if (event.type === 'start_thread') {
			if (open.has(thread)) fault(event, 'the thread is running');
			if (thread !== '0' && forked !== thread) fault(event, 'no fork leads to it');
			open.add(thread);
		} else if (event.type === 'end_thread') {
			if (!open.delete(thread)) fault(event, 'the thread does not run');
		} else if (!open.has(thread) && !isFork) fault(event, 'its thread does not run');
		forked = isFork ? thread : null;
	}
};

/** R7.1.1, R9.11: one frame an execution, the state after it, and what it reports inside it. */
const frames: Rule = (events, fault) => {
	const open = new Set<string>();
	const begun = new Map<string, number>();
	events.forEach((event, index) => {
		const frame = frameOf(event);
		if (event.type === 'start_node_run') {
			const count = (begun.get(String(event['origin_node_logical_id'])) ?? 0) + 1;
			begun.set(String(event['origin_node_logical_id']), count);
			if (event['origin_node_run_id'] !== String(count)) fault(event, `it is execution ${count} of the node`);
			open.add(frame);
		} else if (event.type === 'end_node_run' || event.type === 'node_expired') {
			if (!open.delete(frame)) fault(event, 'no such execution is open');
		} else if (
			['http_request', 'send_sms', 'athena', 'say_static', 'end_conversation', 'start_conversation'].includes(
				event.type,
			)
		) {
			if (!open.has(frame)) fault(event, 'it stands outside of its frame');
		}
		const next = events[index + 1];
		if (
			event.type === 'end_node_run' &&
			(next?.type !== 'workflow_show_state' || threadOf(next) !== threadOf(event))
		)
			fault(event, 'workflow_show_state follows');
	});
};

/** R3.8, R3.47, R5.29, R9.12, R9.38: a hop is its edge, its escalation and its memo, in one piece. */
const hops: Rule = (events, fault) => {
	events.forEach((event, index) => {
		const next = events[index + 1];
		const before = events[index - 1];
		if (event.type === 'waiting_condition_matched') {
			const isFollowed =
				next?.type === 'conditional_edge' && next['edge_logical_id'] === event['edge_logical_id'];
			if (!isFollowed) fault(event, 'its conditional_edge follows');
		}
		if (
			HOPS.has(event.type) &&
			!['workflow_navigation_message', 'guardrail_escalation_edge'].includes(next?.type ?? '')
		)
			fault(event, 'its memo follows');
		if (
			event.type === 'guardrail_escalation_edge' &&
			event['destination_node_logical_id'] !== null &&
			next?.type !== 'workflow_navigation_message'
		)
			fault(event, 'its memo follows');
		if (event.type === 'workflow_navigation_message') {
			if (!HOPS.has(before?.type ?? '') && before?.type !== 'guardrail_escalation_edge')
				fault(event, 'no hop stands before it');
			const metadata = (event['message'] as JsonObject)['response_metadata'] as JsonObject;
			if (event['origin_node_logical_id'] !== metadata['source_node_id'])
				fault(event, 'its origin is the node that was left');
		}
	});
};

/** R2.14, R6.6: after a self-loop the thread parks or begins the next attempt. */
const loops: Rule = (events, fault) => {
	events.forEach((event, index) => {
		if (event.type !== 'self_loop_edge') return;
		// Workers beside the node may come to their end in between.
		const next = events
			.slice(index + 1)
			.find(
				(each) =>
					threadOf(each) === threadOf(event) &&
					(each.type === 'end_thread' || each['origin_node_logical_id'] === event['source_node_logical_id']),
			);
		const may = ['busy_wait_for_user_message', 'start_node_run', 'end_thread', 'pause_event'];
		if (next !== undefined && !may.includes(next.type)) fault(event, `${next.type} follows`);
	});
};

/** R9.47, R2.2, R9.50: iterations count from 1, and their metrics count what their pair holds. */
const iterations: Rule = (events, fault) => {
	let number = 0;
	let hasMoved = false;
	events.forEach((event, index) => {
		if (event.type === 'waiting_evaluation_boundary') hasMoved ||= event['transitioned'] === true;
		if (event.type === 'workflow_ready_for_input') {
			// Companions that a pump has begun may come to their end behind its transition.
			if (events[index - 1]?.type !== 'end_workflow_iteration' && !hasMoved)
				fault(event, 'it follows the end of an iteration, or a pump that moved the thread');
			hasMoved = false;
		}
		if (event.type !== 'end_workflow_iteration') return;
		number += 1;
		if (event['iteration_number'] !== number) fault(event, `it is iteration ${number}`);
		const pair = event['run_input_output_pair'] as {
			run_output: { events: WireEvent[]; thread_to_node_outputs: Record<string, JsonObject[]> };
		};
		const turn = pair.run_output.events;
		const told = events.slice(index - turn.length, index);
		if (told.some((each, at) => each.logical_id !== turn[at]?.logical_id) || told.length < turn.length)
			fault(event, 'its pair does not hold the events before it');
		if (number === 1 && turn.length !== index) fault(event, 'the start of the run belongs to its first turn');
		const starts = turn.filter((each) => each.type === 'start_node_run');
		const calls = new Set(
			turn.flatMap((each) =>
				ANSWERS.has(each.type)
					? ((each['llm_usage_info'] as JsonObject | undefined)?.['llm_response_id'] ?? [])
					: [],
			),
		);
		const tools = starts.filter((each) => TOOL_NODES.test(String((each['run_input'] as JsonObject)['type'])));
		const metrics = event['iteration_metrics'] as JsonObject;
		const counted = [metrics['nodes_executed_count'], metrics['llm_call_count'], metrics['tool_call_count']];
		const wanted = [starts.length, calls.size, tools.length];
		if (String(counted) !== String(wanted))
			fault(event, `it counts ${String(counted)} nodes, calls and tools of ${String(wanted)}`);
		if ((metrics['llm_call_latency_stats'] === null) !== (calls.size === 0))
			fault(event, 'latencies belong to calls');
		const outputs = Object.values(pair.run_output.thread_to_node_outputs).flat().length;
		const ends = turn.filter((each) => each.type === 'end_node_run').length;
		if (outputs !== ends) fault(event, `it has ${outputs} outputs of ${ends} executions`);
	});
};

/** R8.16: pieces of one reply share the id of its response; its usage stands on the last alone. */
const replies: Rule = (events, fault) => {
	const used = new Set<string>();
	for (const event of events) {
		if (event.type !== 'assistant_response') continue;
		const of = (event['response_metadata'] as JsonObject)['llm_response_id'];
		const info = event['llm_usage_info'] as JsonObject | undefined;
		if (of !== undefined && used.has(String(of)))
			fault(event, 'a piece follows the one that carries the usage');
		if (info === undefined) continue;
		if (info['llm_response_id'] !== of) fault(event, 'its usage is of another response');
		used.add(String(of));
	}
};

const rules: readonly Rule[] = [idsAndTimes, bounds, threads, frames, hops, loops, iterations, replies];

/** What is wrong with the events of a run, from its first on. */
export function orderFaults(events: readonly WireEvent[]): string[] {
	const faults: string[] = [];
	for (const rule of rules)
		rule(events, (event, what) => faults.push(`${event.type} ${event.logical_id.slice(0, 14)}: ${what}`));
	return faults;
}
