/** Direct edges: the one that continues the thread, the ones that fork companions, and disabled nodes. */

import type { DirectEdge } from '../graph/edge';
import type { Graph } from '../graph/graph';
import type { Node } from '../graph/node';

/** How many disabled nodes in a row are passed before the run counts as looping (R3.57). */
export const MAX_DISABLED_IN_A_ROW = 100;

/** A fork edge with the node its companion thread starts at. */
export interface Fork {
	edge: DirectEdge;
	destination: Node;
	/** The authored thread id, or null: the companion then has no address (R4.11, R5.2). */
	threadId: string | null;
}

const NO_FORKS: readonly Fork[] = [];

/** The direct edge that continues the thread, or null. A lone fork edge does so too (R3.6, R5.12). */
export function mainEdgeOf(graph: Graph, nodeId: string): DirectEdge | null {
	let lone: DirectEdge | null = null;
	let count = 0;
	for (const edge of graph.edgesBySource.get(nodeId) ?? []) {
		if (edge.type !== 'direct' || destinationOf(graph, edge) === null) continue;
		if (!isFork(edge)) return edge;
		lone = edge;
		count += 1;
	}
	return count === 1 ? lone : null;
}

/** The fork edges of a node in list order (R5.1); they fire before the main hop. */
export function forksOf(graph: Graph, nodeId: string): readonly Fork[] {
	const edges = graph.edgesBySource.get(nodeId);
	if (edges === undefined || edges.length < 2) return NO_FORKS;
	const main = mainEdgeOf(graph, nodeId);
	const forks: Fork[] = [];
	for (const edge of edges) {
		if (edge.type !== 'direct' || edge === main || !isFork(edge)) continue;
		const destination = destinationOf(graph, edge);
		if (destination === null) continue;
		const threadId = edge.companion_thread_config?.thread_id ?? null;
		forks.push({ edge, destination, threadId: threadId === '' ? null : threadId });
	}
	return forks;
}

/** The node an edge leads to, or null when the file names none that exists (R3.60). */
export function destinationOf(
	graph: Graph,
	edge: { destination_node_logical_id: string | null },
): Node | null {
	const id = edge.destination_node_logical_id;
	return (id === null ? undefined : graph.nodesById.get(id)) ?? null;
}

/**
 * Follows main direct edges past disabled nodes (R3.57). `node` is null when a disabled node has no
 * way on: the thread ends there. `tooMany` tells that the chain never ended (R3.56).
 */
export function pastDisabled(
	graph: Graph,
	start: Node,
): { node: Node | null; passed: Node[]; tooMany: boolean } {
	const passed: Node[] = [];
	let node: Node | null = start;
	while (node?.disabled) {
		if (passed.length >= MAX_DISABLED_IN_A_ROW) return { node: null, passed, tooMany: true };
		passed.push(node);
		const edge: DirectEdge | null = mainEdgeOf(graph, node.logical_id ?? '');
		node = edge && destinationOf(graph, edge);
	}
	return { node, passed, tooMany: false };
}

function isFork(edge: DirectEdge): boolean {
	return edge.companion_thread_config?.is_companion_thread === true;
}
