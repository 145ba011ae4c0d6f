/** Joins an expanded graph: edges re-attached, ways back stamped, interiors completed (R7.3.4–R7.3.7, R3.43). */

import { isJsonObject, type Json, type JsonObject } from '../json';
import { buildGraph } from './build';
import type { Edge } from './edge';
import type { Graph } from './graph';
import type { Interior, ReverseEdge } from './interior';
import { isLlmNode } from './expand-models';
import { reachableOnThread, isFork } from './indexes';
import type { Node } from './node';
import type { SuperNode } from './super-node';

/** One graph with its super nodes expanded, not yet joined to its parent. */
export interface LevelResult {
	/** In list order: own nodes under their new ids, and the old ids of placeholders that were expanded. */
	nodes: Array<{ kind: 'node'; raw: JsonObject } | { kind: 'inner'; id: string }>;
	edges: Array<{ edge: Edge; raw: JsonObject }>;
	/** Expanded placeholders by their old id. */
	inner: Map<string, LevelResult>;
	/** Old node id → new node id. */
	ids: Map<string, string>;
	threads: Map<string, string>;
	/** The typed graph of this level, as it was before. */
	graph: Graph;
	interior: Interior | null;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

interface Joining {
	nodes: JsonObject[];
	edges: JsonObject[];
	interiors: Map<string, Interior>;
	interiorByNodeId: Map<string, Interior>;
	reverse: Map<string, ReverseEdge>;
	/** Marks that placeholders hand to their entries, by node id. */
	marks: Map<string, JsonObject>;
	/** Whose global node an entry is that became one through its placeholder; null: the outer graph's. */
	globalOwners: Map<string, Interior | null>;
}

export function joinGraph(given: { source: Graph; wire: JsonObject; result: LevelResult }): Graph {
	const { source, wire, result } = given;
	const joining: Joining = {
		nodes: [],
		edges: [],
		interiors: new Map(),
		interiorByNodeId: new Map(),
		reverse: new Map(),
		marks: new Map(),
		globalOwners: new Map(),
	};
	joinLevel(joining, result);
	const node_configs = joining.nodes.map((raw) => ({ ...raw, ...joining.marks.get(String(raw.logical_id)) }));
	const workflow_config = withEscalation(wire.workflow_config ?? null, result);
	const { graph } = buildGraph({ ...wire, workflow_config, node_configs, edge_configs: joining.edges });
	const reverseEdges = new Map(graph.reverseEdges);
	for (const [id, edge] of joining.reverse) if (!reverseEdges.has(id)) reverseEdges.set(id, edge);
	const interiorByNode = completeInteriors(joining, graph);
	return {
		...graph,
		raw: source.raw,
		path: source.path,
		faults: source.faults,
		globalNodes: graph.globalNodes.filter((node) => ownerOf(node, joining) === null),
		interiors: joining.interiors,
		interiorByNode,
		reverseEdges,
	};
}

/** A global node belongs to the interior that holds it; an entry marked by its placeholder to the parent. */
function ownerOf(node: Node, joining: Joining): Interior | null {
	const id = node.logical_id ?? '';
	const marked = joining.globalOwners.get(id);
	return marked === undefined ? (joining.interiorByNodeId.get(id) ?? null) : marked;
}

function completeInteriors(joining: Joining, graph: Graph): Map<string, Interior> {
	const globals = graph.globalNodes.map((node) => ({ node, owner: ownerOf(node, joining) }));
	for (const interior of joining.interiors.values()) {
		const reachable = new Set<Interior | null>([null]);
		for (let each: Interior | null = interior; each !== null; each = each.parent) reachable.add(each);
		const nodes = globals.filter(({ owner }) => reachable.has(owner)).map(({ node }) => node);
		(interior as Writable<Interior>).globalNodes = nodes;
	}
	return joining.interiorByNodeId;
}

/** Adds the nodes and edges of a level, inner levels first where they stand in the list. */
function joinLevel(joining: Joining, level: LevelResult): void {
	const { interior } = level;
	for (const entry of level.nodes) {
		if (entry.kind === 'node') {
			joining.nodes.push(entry.raw);
			if (interior !== null) joining.interiorByNodeId.set(String(entry.raw.logical_id), interior);
			continue;
		}
		const inner = level.inner.get(entry.id);
		if (inner !== undefined) joinLevel(joining, inner);
	}
	if (interior !== null) completeShape(joining, level, interior as Writable<Interior>);
	for (const [id, inner] of level.inner) markEntry(joining, { level, id, inner });
	for (const { edge, raw } of level.edges) joining.edges.push(...attached(level, edge, raw));
}

function completeShape(joining: Joining, level: LevelResult, interior: Writable<Interior>): void {
	const start = level.graph.startNode?.logical_id ?? '';
	interior.entryNodeId = entryOf(level, start);
	interior.terminalNodeIds = terminalsOf(level);
	interior.nodeIds = allIds(level);
	joining.interiors.set(interior.id, interior);
}

/** The node a hop to `id` really goes to: placeholders give way to their entry, at any depth. */
function entryOf(level: LevelResult, id: string): string {
	const inner = level.inner.get(id);
	return inner?.interior?.entryNodeId ?? level.ids.get(id) ?? id;
}

function allIds(level: LevelResult): Set<string> {
	const ids = new Set<string>();
	for (const entry of level.nodes) if (entry.kind === 'node') ids.add(String(entry.raw.logical_id));
	for (const inner of level.inner.values()) for (const id of inner.interior?.nodeIds ?? []) ids.add(id);
	return ids;
}

/**
 * Nodes without an enabled own exit (R7.3.5). Companion edges lead nowhere, so they are no exits; nodes
 * of companion threads and targets of companion edges never end the embedded graph.
 */
function terminalsOf(level: LevelResult): string[] {
	const { graph } = level;
	const beside = new Set<string>(graph.companionNodeIds);
	const forks: string[] = [];
	for (const edges of graph.edgesBySource.values()) {
		for (const edge of edges) {
			const target = edge.destination_node_logical_id;
			if (target === null) continue;
			if (edge.type === 'companion') beside.add(target);
			else if (isFork(edge, edges)) forks.push(target);
		}
	}
	const inCompanions = reachableOnThread(graph.edgesBySource, forks);
	return graph.node_configs.flatMap((node): string[] => {
		const id = node.logical_id ?? '';
		const edges = graph.edgesBySource.get(id) ?? [];
		const hasExit = edges.some(
			(edge) => edge.type === 'conditional' || (edge.type === 'direct' && !isFork(edge, edges)),
		);
		if (node.disabled || hasExit || beside.has(id) || inCompanions.has(id)) return [];
		const inner = level.inner.get(id);
		if (inner?.interior) return [...inner.interior.terminalNodeIds];
		return [level.ids.get(id) ?? id];
	});
}

/** Start, guardrail and global marks of a placeholder go to its entry; its way back to interior nodes. */
function markEntry(joining: Joining, given: { level: LevelResult; id: string; inner: LevelResult }): void {
	const { level, id, inner } = given;
	const node = level.graph.nodesById.get(id);
	const interior = inner.interior;
	if (node?.type !== 'super_node' || interior === null) return;
	const entryId = interior.entryNodeId;
	const marks: JsonObject = { ...joining.marks.get(entryId) };
	if (node.is_start && level.interior === null) marks.is_start = true;
	if (node.is_guardrail_node) marks.is_guardrail_node = true;
	const config = node.global_node_config;
	if (config?.is_global === true) {
		// The way back is stamped on the nodes that the scope names, which may leave out the entry.
		marks.global_node_config = { ...config, reverse_conditional_edge: null } as JsonObject;
		joining.globalOwners.set(entryId, level.interior);
		stampReverse(joining, node, { inner, entryId });
	}
	if (Object.keys(marks).length > 0) joining.marks.set(entryId, marks);
}

function stampReverse(
	joining: Joining,
	node: SuperNode,
	given: { inner: LevelResult; entryId: string },
): void {
	const condition = node.global_node_config?.reverse_conditional_edge ?? null;
	const interior = given.inner.interior;
	if (condition === null || interior === null) return;
	const llmIds = new Set(joining.nodes.filter(isLlmNode).map((raw) => String(raw.logical_id)));
	const scope =
		node.reverse_edge_scope === 'terminal_nodes' ? interior.terminalNodeIds : [...interior.nodeIds];
	for (const id of scope) {
		if (llmIds.has(id) && !joining.reverse.has(id))
			joining.reverse.set(id, { globalNodeId: given.entryId, condition });
	}
}

/** An edge of a level with its ends moved: one copy for every terminal of a placeholder it leaves. */
function attached(level: LevelResult, edge: Edge, raw: JsonObject): JsonObject[] {
	const source = edge.source_node_logical_id;
	const destination = edge.destination_node_logical_id;
	const moved: JsonObject = {
		...raw,
		destination_node_logical_id: destination === null ? null : entryOf(level, destination),
		source_node_logical_id: source === null ? null : (level.ids.get(source) ?? source),
	};
	const waiting = raw.evaluate_while_waiting_config;
	if (isJsonObject(waiting))
		moved.evaluate_while_waiting_config = {
			...waiting,
			trigger_node_logical_ids: triggersOf(level, waiting),
		};
	const fork = raw.companion_thread_config;
	const thread =
		isJsonObject(fork) && typeof fork.thread_id === 'string' ? level.threads.get(fork.thread_id) : undefined;
	if (isJsonObject(fork) && thread !== undefined)
		moved.companion_thread_config = { ...fork, thread_id: thread };
	const inner = source === null ? undefined : level.inner.get(source);
	const interior = inner?.interior;
	if (!interior) return [moved];
	return interior.terminalNodeIds.map((terminal) => ({
		...moved,
		logical_id:
			interior.terminalNodeIds.length === 1
				? (moved.logical_id ?? null)
				: `${String(moved.logical_id)}__${terminal}`,
		source_node_logical_id: terminal,
		super_node_exit_origin: interior.id,
	}));
}

/** A placeholder among the triggers stands for the ends of its interior. */
function triggersOf(level: LevelResult, waiting: JsonObject): Json {
	const ids = waiting.trigger_node_logical_ids;
	if (!Array.isArray(ids)) return ids ?? [];
	return ids.flatMap((id): Json[] => {
		if (typeof id !== 'string') return [id];
		const inner = level.inner.get(id)?.interior;
		return inner ? [...inner.terminalNodeIds] : [level.ids.get(id) ?? id];
	});
}

function withEscalation(config: Json, level: LevelResult): Json {
	if (!isJsonObject(config) || !isJsonObject(config.guardrail_strikes_config)) return config;
	const guardrails = config.guardrail_strikes_config;
	const id = guardrails.escalation_node_logical_id;
	if (typeof id !== 'string' || !level.inner.has(id)) return config;
	return {
		...config,
		guardrail_strikes_config: { ...guardrails, escalation_node_logical_id: entryOf(level, id) },
	};
}
