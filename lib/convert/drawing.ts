/** A graph as a picture sees it: what each node and edge looks like, before any drawing language. */

import type { Edge } from '../graph/edge';
import type { Graph } from '../graph/graph';
import { isFork } from '../graph/indexes';
import type { Node } from '../graph/node';
import { conditionText, shorten } from './label';

/** What a node does, as a reader tells it apart by shape. */
export type NodeLook = 'speech' | 'worker' | 'action' | 'step' | 'nested' | 'end' | 'unknown' | 'missing';
export type NodeMark = 'start' | 'global' | 'guardrail' | 'companion' | 'disabled' | 'escalation';
export type EdgeLook = 'direct' | 'conditional' | 'waiting' | 'fork' | 'companion' | 'unknown';

export interface DrawnNode {
	/** Logical id in the graph. */
	id: string;
	/** A name that is safe in every drawing language: `n3`. */
	key: string;
	look: NodeLook;
	title: string;
	/** The type as the file spells it, and what repeats. */
	subtitle: string;
	/** Further lines: when a global node is entered and left. */
	notes: string[];
	marks: ReadonlySet<NodeMark>;
	/** Places in the path shown, counted from 1. */
	visits: number[];
}

export interface DrawnEdge {
	from: string;
	to: string;
	look: EdgeLook;
	/** Smaller is judged first; null for none. */
	priority: number | null;
	label: string | null;
	note: string | null;
	isDisabled: boolean;
	isOnPath: boolean;
}

export interface Drawing {
	title: string;
	nodes: DrawnNode[];
	edges: DrawnEdge[];
	/** Nodes that stand together, with a caption: global nodes, nodes of one companion thread. */
	groups: Array<{ key: string; title: string; look: 'global' | 'companion'; nodeKeys: string[] }>;
	hasPath: boolean;
}

/** What a run did: nodes in the order of their executions, and the edges taken. */
export interface DrawnPath {
	nodeIds: readonly string[];
	edgeIds?: readonly string[];
}

const LOOKS: Partial<Record<Node['type'], NodeLook>> = {
	say_llm: 'speech',
	say_static: 'speech',
	worker_llm: 'worker',
	workflow_run_evaluator: 'worker',
	no_op: 'step',
	field_extractor: 'step',
	deduplicate: 'step',
	super_node: 'nested',
	end_conversation: 'end',
	unknown: 'unknown',
};

export function drawingOf(graph: Graph, path: DrawnPath | null = null): Drawing {
	const keys = new Map(graph.node_configs.map((node, index) => [node.logical_id ?? '', `n${index}`]));
	const nodes = graph.node_configs.map((node, index) => drawNode({ graph, node, key: `n${index}`, path }));
	const missing = missingNodes(graph, keys);
	const edges = graph.edge_configs.map((edge) => drawEdge({ graph, edge, keys, path }));
	return {
		title: shorten(graph.workflow_config.name ?? '', 120),
		nodes: [...nodes, ...missing],
		edges: edges.filter((edge) => edge !== null),
		groups: groupsOf(graph, keys),
		hasPath: path !== null,
	};
}

interface NodeRequest {
	graph: Graph;
	node: Node;
	key: string;
	path: DrawnPath | null;
}

function drawNode({ graph, node, key, path }: NodeRequest): DrawnNode {
	const id = node.logical_id ?? '';
	return {
		id,
		key,
		look: LOOKS[node.type] ?? 'action',
		title: shorten(node.name ?? id, 60),
		subtitle: subtitleOf(node),
		notes: notesOf(graph, node),
		marks: marksOf(graph, node),
		visits: (path?.nodeIds ?? []).flatMap((visited, index) => (visited === id ? [index + 1] : [])),
	};
}

function subtitleOf(node: Node): string {
	const parts = [node.type === 'unknown' ? shorten(node.original_type ?? 'no type', 40) : node.type];
	if (node.type === 'unknown') parts.push('not known here');
	const loop = node.self_loop_config;
	if (loop?.enabled === true) {
		parts.push(loop.max_retries === null ? 'repeats' : `repeats up to ${loop.max_retries} times`);
	}
	if (node.type === 'super_node') {
		const inside = node.encapsulated_workflow_config?.['node_configs'];
		if (Array.isArray(inside))
			parts.push(inside.length === 1 ? '1 node inside' : `${inside.length} nodes inside`);
	}
	if (node.disabled) parts.push('disabled');
	return parts.join(' · ');
}

function notesOf(graph: Graph, node: Node): string[] {
	const notes: string[] = [];
	const global = node.global_node_config;
	if (global?.is_global === true) {
		const enter = conditionText(global.condition);
		const leave = conditionText(global.reverse_conditional_edge);
		if (enter !== null) notes.push(`entered when ${enter}`);
		if (leave !== null) notes.push(`goes back when ${leave}`);
	}
	if (isEscalation(graph, node)) {
		const strikes = graph.workflow_config.guardrail_strikes_config?.max_guardrail_nodes_before_escalation;
		notes.push(`entered after ${strikes ?? 'too many'} guardrail strikes`);
	}
	return notes;
}

const isEscalation = (graph: Graph, node: Node) =>
	graph.workflow_config.guardrail_strikes_config?.escalation_node_logical_id === node.logical_id;

function marksOf(graph: Graph, node: Node): Set<NodeMark> {
	const marks = new Set<NodeMark>();
	if (graph.startNode === node) marks.add('start');
	if (node.global_node_config?.is_global === true) marks.add('global');
	if (node.is_guardrail_node) marks.add('guardrail');
	if (graph.companionNodeIds.has(node.logical_id ?? '')) marks.add('companion');
	if (node.disabled) marks.add('disabled');
	if (isEscalation(graph, node)) marks.add('escalation');
	return marks;
}

/** Ends of edges that no node answers to: drawn, so that the gap is seen. */
function missingNodes(graph: Graph, keys: Map<string, string>): DrawnNode[] {
	const missing: DrawnNode[] = [];
	for (const edge of graph.edge_configs) {
		for (const id of [edge.source_node_logical_id, edge.destination_node_logical_id]) {
			const name = id ?? '';
			if (keys.has(name)) continue;
			const key = `x${missing.length}`;
			keys.set(name, key);
			const title = name === '' ? 'no end named' : shorten(name, 40);
			missing.push({
				id: name,
				key,
				look: 'missing',
				title,
				subtitle: 'no such node',
				notes: [],
				marks: new Set(),
				visits: [],
			});
		}
	}
	return missing;
}

interface EdgeRequest {
	graph: Graph;
	edge: Edge;
	keys: ReadonlyMap<string, string>;
	path: DrawnPath | null;
}

function drawEdge({ graph, edge, keys, path }: EdgeRequest): DrawnEdge | null {
	const from = keys.get(edge.source_node_logical_id ?? '');
	const to = keys.get(edge.destination_node_logical_id ?? '');
	if (from === undefined || to === undefined) return null;
	const look = lookOf(graph, edge);
	return {
		from,
		to,
		look,
		priority: edge.type === 'conditional' ? edge.priority : null,
		label: labelOf(edge, look),
		note: noteOf(graph, edge, look),
		isDisabled: edge.disabled,
		isOnPath: path?.edgeIds?.includes(edge.logical_id ?? '') ?? false,
	};
}

function lookOf(graph: Graph, edge: Edge): EdgeLook {
	if (edge.type === 'conditional')
		return edge.evaluate_while_waiting_config?.enabled === true ? 'waiting' : 'conditional';
	const siblings = graph.edgesBySource.get(edge.source_node_logical_id ?? '') ?? [];
	return isFork(edge, siblings) ? 'fork' : edge.type;
}

function labelOf(edge: Edge, look: EdgeLook): string | null {
	if (edge.type === 'conditional') return conditionText(edge.condition) ?? 'no condition';
	if (edge.type === 'unknown') return shorten(`unknown edge type ${edge.original_type ?? ''}`, 60);
	if (look === 'fork') return `thread ${threadName(edge)}`;
	return null;
}

const threadName = (edge: Edge) =>
	shorten((edge.type === 'direct' ? edge.companion_thread_config?.thread_id : null) ?? 'without a name', 40);

function noteOf(graph: Graph, edge: Edge, look: EdgeLook): string | null {
	if (look !== 'waiting' || edge.type !== 'conditional') return null;
	const config = edge.evaluate_while_waiting_config;
	if (config?.trigger_mode === 'on_every_background_tick') return 'also judged while waiting';
	const names = (config?.trigger_node_logical_ids ?? []).map((id) => graph.nodesById.get(id)?.name ?? id);
	return names.length === 0
		? 'also judged while waiting'
		: `also when done: ${shorten(names.join(', '), 60)}`;
}

function groupsOf(graph: Graph, keys: ReadonlyMap<string, string>): Drawing['groups'] {
	const keysOf = (ids: Iterable<string>) => [...ids].flatMap((id) => keys.get(id) ?? []);
	const globalIds = graph.node_configs
		.filter((node) => node.global_node_config?.is_global === true)
		.map((node) => node.logical_id ?? '');
	const groups: Drawing['groups'] = [];
	if (globalIds.length > 0) {
		groups.push({
			key: 'globals',
			title: 'Reachable from every node',
			look: 'global',
			nodeKeys: keysOf(globalIds),
		});
	}
	const grouped = new Set(globalIds);
	for (const [index, edge] of graph.edge_configs.entries()) {
		if (lookOf(graph, edge) !== 'fork') continue;
		const ids = companionIds(graph, edge.destination_node_logical_id ?? '', grouped);
		if (ids.length === 0) continue;
		const title = `Companion thread ${threadName(edge)}`;
		groups.push({ key: `thread${index}`, title, look: 'companion', nodeKeys: keysOf(ids) });
	}
	return groups;
}

/** Nodes that only companion threads reach, from where a fork leads, each in the first group that finds it. */
function companionIds(graph: Graph, start: string, grouped: Set<string>): string[] {
	const found: string[] = [];
	const open = [start];
	for (let id = open.pop(); id !== undefined; id = open.pop()) {
		if (grouped.has(id) || !graph.companionNodeIds.has(id)) continue;
		grouped.add(id);
		found.push(id);
		open.push(
			...(graph.edgesBySource.get(id) ?? []).flatMap((edge) => edge.destination_node_logical_id ?? []),
		);
	}
	return found;
}
