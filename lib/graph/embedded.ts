/** Graphs inside super nodes: found, counted and measured before anything is built (5.4). */

import { isJsonObject, type JsonObject } from '../json';
import { descend } from './envelope-versions';
import { pathTo } from './fault';

/** Keys of a node that hold a whole graph. */
export const embeddedKeys = ['encapsulated_workflow_config'] as const;

export interface EmbeddedGraph {
	raw: JsonObject;
	path: string;
}

/** The graphs embedded directly in the nodes of a hydrated object. */
export function embeddedGraphs(raw: JsonObject, path = '$'): EmbeddedGraph[] {
	const nodes = Array.isArray(raw.node_configs) ? raw.node_configs : [];
	return nodes.flatMap((node, index): EmbeddedGraph[] => {
		if (!isJsonObject(node) || !isJsonObject(node.encapsulated_workflow_config)) return [];
		const at = pathTo(path, 'node_configs', index, 'encapsulated_workflow_config');
		const found = descend(node.encapsulated_workflow_config, at);
		return found.raw === null ? [] : [{ raw: found.raw, path: found.path }];
	});
}

/** Names of the companion threads that a graph and those embedded in it declare: all run in one run. */
export function threadNames(raw: JsonObject): Set<string> {
	const names = new Set<string>();
	const open = [raw];
	for (let next = open.pop(); next !== undefined; next = open.pop()) {
		for (const edge of Array.isArray(next.edge_configs) ? next.edge_configs : []) {
			const fork = isJsonObject(edge) ? edge.companion_thread_config : null;
			if (isJsonObject(fork) && typeof fork.thread_id === 'string') names.add(fork.thread_id);
		}
		for (const inner of embeddedGraphs(next)) open.push(inner.raw);
	}
	return names;
}

/** Nodes of the whole tree of graphs, and how many graphs lie inside one another (0: none embedded). */
export function measureEmbedded(raw: JsonObject): { nodes: number; depth: number } {
	let nodes = 0;
	let depth = 0;
	const open = [{ raw, level: 0 }];
	for (let next = open.pop(); next !== undefined; next = open.pop()) {
		nodes += Array.isArray(next.raw.node_configs) ? next.raw.node_configs.length : 0;
		depth = Math.max(depth, next.level);
		for (const inner of embeddedGraphs(next.raw)) open.push({ raw: inner.raw, level: next.level + 1 });
	}
	return { nodes, depth };
}
