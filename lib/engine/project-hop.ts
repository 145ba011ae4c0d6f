/** The wire events of a hop: the edge, an escalation, the navigation memo. */

import type { RunEvent, WireEvent } from './contract';
import { edgeNameOf } from './history';
import type { Projection } from './projection';
import { edgeFields, nodeFields, wireMessage } from './wire';

const EDGE_EVENTS = {
	direct: 'direct_edge',
	conditional: 'conditional_edge',
	waiting: 'conditional_edge',
	global: 'conditional_edge',
	reverse: 'reverse_conditional_edge',
} as const;

/** The edge event, the escalation that may replace its end, and the navigation memo (R3.8, R9.31–R9.40). */
export function projectHop(
	{ graph, state, wire }: Projection,
	event: Extract<RunEvent, { type: 'hopped' }>,
): WireEvent[] {
	const edgeName = edgeNameOf(graph, event);
	const edge = {
		edgeId: event.edgeId,
		edgeName,
		edgeRunId: String(state.eventCount),
		fromNodeId: event.fromNodeId,
		toNodeId: event.toNodeId,
		reason: event.reason,
	};
	const fields = edgeFields(graph, edge);
	const events: WireEvent[] = [];
	if (event.kind !== 'direct') {
		fields['args_filled'] = event.args;
		const origin =
			event.edgeId === null
				? undefined
				: (graph.edgesById.get(event.edgeId) as { super_node_exit_origin?: string } | undefined)
						?.super_node_exit_origin;
		fields['super_node_exit_origin'] = origin ?? null;
		if (event.kind === 'reverse') fields['global_node_logical_id'] = event.globalNodeId;
		if (event.judgedBy)
			fields['judged_by'] = {
				response_model: event.judgedBy.model,
				total_tokens: event.judgedBy.totalTokens,
				latency_milliseconds: event.judgedBy.latencyMs,
			};
	}
	if (event.escalation === null || event.kind !== 'direct')
		events.push(wire.event(EDGE_EVENTS[event.kind], event.thread, fields));
	if (event.escalation) {
		events.push(
			wire.event('guardrail_escalation_edge', event.thread, {
				...edgeFields(graph, { ...edge, edgeId: null, edgeName: null, toNodeId: event.escalation.toNodeId }),
				num_guardrail_nodes_entered: event.escalation.strikes,
			}),
		);
	}
	const toNodeId = event.escalation ? event.escalation.toNodeId : event.toNodeId;
	if (toNodeId === null) return events;
	const { kind, edgeId, globalNodeId, fromNodeId } = event;
	const memo = { edgeType: kind, edgeId, globalNodeId, fromNodeId, toNodeId };
	const message = wireMessage(graph, state.runId, {
		id: `${state.eventCount}.0`,
		type: 'ai',
		content: '',
		memo,
	});
	const frame = state.threads[event.thread]?.frame;
	const runs = frame?.nodeId === fromNodeId ? frame.nodeRunId : (state.nodeRuns[fromNodeId] ?? null);
	const left = nodeFields(graph, fromNodeId, runs === null ? null : String(runs));
	events.push(wire.event('workflow_navigation_message', event.thread, { ...left, message }));
	return events;
}
