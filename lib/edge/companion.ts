/** Companion edges: the nodes that work beside a node, on its thread, each time it executes (R5.14). */

import type { CompanionEdge } from '../graph/edge';
import type { Graph } from '../graph/graph';
import type { Node } from '../graph/node';
import type { Position } from './contract';
import { destinationOf, mainEdgeOf } from './direct';
import { exitsOf, isExpression } from './exits';

/** How long expression edges wait for companions of the node at most (R5.17). */
export const COMPANION_WAIT_MS = 30_000;

const NONE: readonly Companion[] = [];

export interface Companion {
	edge: CompanionEdge;
	/** Executed once, never waiting, its own outgoing edges unfollowed (R5.16, R5.18). */
	destination: Node;
}

/**
 * The nodes to execute together with `nodeId`, in list order. A disabled destination does nothing;
 * an edge to nowhere is reported through `warn` (R3.60).
 */
export function companionsOf(
	graph: Graph,
	nodeId: string,
	warn: (message: string) => void,
): readonly Companion[] {
	let companions: Companion[] | null = null;
	for (const edge of graph.edgesBySource.get(nodeId) ?? []) {
		if (edge.type !== 'companion') continue;
		const destination = destinationOf(graph, edge);
		if (destination === null)
			warn(`Companion edge "${edge.name ?? edge.logical_id}" leads to no node of the graph and is ignored.`);
		else if (!destination.disabled) (companions ??= []).push({ edge, destination });
	}
	return companions ?? NONE;
}

/**
 * Expression edges wait for companions, those to global nodes too; a direct main edge that is taken now does
 * not, the turn's end does (R5.17). In a bounded loop it is not taken before the conditions were read (R6.9).
 */
export function waitsForCompanions(position: Position): boolean {
	const { graph, node, loop } = position;
	if (loop === undefined && mainEdgeOf(graph, node.logical_id ?? '') !== null) return false;
	return exitsOf(position).some(isExpression);
}
