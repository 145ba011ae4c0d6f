/** The maps of a graph, made once: by id, by source, globals, start, companions, ways back. */

import type { Edge } from './edge';
import type { Graph } from './graph';
import type { Interior, ReverseEdge } from './interior';
import type { Node } from './node';

type Parts = Pick<
	Graph,
	| 'workflow_config'
	| 'node_configs'
	| 'edge_configs'
	| 'dynamic_variables'
	| 'runtime_variables'
	| 'raw'
	| 'path'
	| 'faults'
>;

/** Completes a graph from its parts. Nodes and edges without an id get one from their position. */
export function indexGraph(parts: Parts): Graph {
	const nodesById = withIds(parts.node_configs, 'node_at_');
	const edgesById = withIds(parts.edge_configs, 'edge_at_');
	const edgesBySource = new Map<string, Edge[]>();
	for (const edge of parts.edge_configs) {
		const source = edge.source_node_logical_id;
		if (edge.disabled || source === null) continue;
		const edges = edgesBySource.get(source);
		if (edges === undefined) edgesBySource.set(source, [edge]);
		else edges.push(edge);
	}
	const globalNodes = parts.node_configs.filter(
		(node) => !node.disabled && node.global_node_config?.is_global === true,
	);
	const startNode = parts.node_configs.find((node) => node.is_start) ?? null;
	const reverseEdges = new Map<string, ReverseEdge>();
	for (const node of globalNodes) {
		const condition = node.global_node_config?.reverse_conditional_edge ?? null;
		const globalNodeId = node.logical_id;
		if (condition !== null && globalNodeId !== null)
			reverseEdges.set(globalNodeId, { globalNodeId, condition });
	}
	return {
		...parts,
		nodesById,
		edgesById,
		edgesBySource,
		globalNodes,
		startNode,
		companionNodeIds: companionOnly({ edgesBySource, globalNodes, startNode }),
		interiors: new Map<string, Interior>(),
		interiorByNode: new Map<string, Interior>(),
		reverseEdges,
	};
}

/** Ids by object, first one first; fills in what the file leaves out (in the view only). */
function withIds<T extends { logical_id: string | null }>(
	objects: readonly T[],
	prefix: string,
): Map<string, T> {
	const byId = new Map<string, T>();
	for (const object of objects) {
		if (object.logical_id !== null && !byId.has(object.logical_id)) byId.set(object.logical_id, object);
	}
	for (const [index, object] of objects.entries()) {
		if (object.logical_id !== null) continue;
		let id = `${prefix}${index}`;
		while (byId.has(id)) id += '_';
		object.logical_id = id;
		byId.set(id, object);
	}
	return byId;
}

/** A direct edge that starts a companion thread: flagged, and not the only direct edge of its source (R5.12). */
export function isFork(edge: Edge, siblings: readonly Edge[]): boolean {
	if (edge.type !== 'direct' || edge.companion_thread_config?.is_companion_thread !== true) return false;
	return siblings.some((other) => other !== edge && other.type === 'direct');
}

interface Reaching {
	edgesBySource: ReadonlyMap<string, readonly Edge[]>;
	globalNodes: readonly Node[];
	startNode: Node | null;
}

/** Every node id reached from `starts` over direct and conditional edges that stay on the thread. */
export function reachableOnThread(
	edgesBySource: Reaching['edgesBySource'],
	starts: Iterable<string>,
): Set<string> {
	const reached = new Set<string>(starts);
	const open = [...reached];
	for (let id = open.pop(); id !== undefined; id = open.pop()) {
		const edges = edgesBySource.get(id) ?? [];
		for (const edge of edges) {
			const next = edge.destination_node_logical_id;
			if (edge.type === 'companion' || edge.type === 'unknown' || next === null) continue;
			if (reached.has(next) || isFork(edge, edges)) continue;
			reached.add(next);
			open.push(next);
		}
	}
	return reached;
}

function companionOnly(graph: Reaching): Set<string> {
	const forkTargets: string[] = [];
	for (const edges of graph.edgesBySource.values()) {
		for (const edge of edges) {
			if (isFork(edge, edges) && edge.destination_node_logical_id !== null)
				forkTargets.push(edge.destination_node_logical_id);
		}
	}
	const companion = reachableOnThread(graph.edgesBySource, forkTargets);
	if (companion.size === 0) return companion;
	const starts = graph.startNode?.logical_id ?? null;
	const globals = graph.globalNodes
		.flatMap((node) => node.logical_id ?? [])
		.filter((id) => !companion.has(id));
	for (const id of reachableOnThread(graph.edgesBySource, starts === null ? globals : [starts, ...globals])) {
		companion.delete(id);
	}
	return companion;
}
