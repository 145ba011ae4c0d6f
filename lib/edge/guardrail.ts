/** Guardrail nodes: which hops between them are closed, and what a strike leads to (R3.44–R3.50). */

import { readFlag } from '../graph/field';
import type { Graph } from '../graph/graph';
import { guardrailIdOf } from '../graph/interior';
import type { Node } from '../graph/node';
import { pastDisabled } from './direct';

/** What becomes of a hop once strikes are counted. */
export type Strike =
	| { outcome: 'follow'; strikes: number }
	/** Go to `destination` instead, with a `guardrail_escalation_edge` (R3.47). */
	| { outcome: 'redirect'; strikes: number; destination: Node }
	/** Say `message` (not yet hydrated) when there is one, then end the thread (R3.48). */
	| { outcome: 'end'; strikes: number; message: string | null };

export interface StrikeRequest {
	graph: Graph;
	from: Node;
	to: Node;
	/** Strikes of the run so far. */
	strikes: number;
	/** Companion threads neither count nor escalate (R3.45). */
	isCompanion: boolean;
}

/** Counts a strike when `to` is a guardrail entered from elsewhere, and escalates at the threshold. */
export function countStrike(request: StrikeRequest): Strike {
	const { graph, from, to } = request;
	if (request.isCompanion || !isStrike(graph, from, to))
		return { outcome: 'follow', strikes: request.strikes };
	const strikes = request.strikes + 1;
	const config = graph.workflow_config.guardrail_strikes_config;
	const threshold = config?.max_guardrail_nodes_before_escalation ?? null;
	if (!config || threshold === null || strikes < threshold) return { outcome: 'follow', strikes };
	const target = escalationNode(graph, config.escalation_node_logical_id);
	if (target === null) return { outcome: 'end', strikes, message: config.escalation_message };
	if (target === from) return { outcome: 'follow', strikes };
	return { outcome: 'redirect', strikes, destination: target };
}

/** True for a hop into a guardrail node from a node that belongs to none (R3.45). */
export function isStrike(graph: Graph, from: Node, to: Node): boolean {
	return to.is_guardrail_node && guardrailIdOf(graph, from) === null;
}

/** True when a conditional-type hop from one node towards another is closed (R3.44); it ends past disabled ones. */
export function isClosedByGuardrail(graph: Graph, from: Node, towards: Node): boolean {
	const left = guardrailIdOf(graph, from);
	if (left === null) return false;
	const to = pastDisabled(graph, towards).node;
	const entered = to && guardrailIdOf(graph, to);
	if (entered === null || entered === left) return false;
	return readFlag(graph.workflow_config.miscellaneous['no_hopping_between_guardrail_nodes']) !== false;
}

function escalationNode(graph: Graph, id: string | null): Node | null {
	const node = id === null ? undefined : graph.nodesById.get(id);
	if (!node || node.disabled || graph.companionNodeIds.has(id as string)) return null;
	return node;
}
