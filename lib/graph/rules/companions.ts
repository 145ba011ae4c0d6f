/** Companion threads and their names (3.5, 3.6, R5.4, R5.9, R5.18): one main edge, no nesting, no overlap. */

import type { DirectEdge, Edge } from '../edge';
import { quoted } from '../fault';
import { isFork, reachableOnThread } from '../indexes';
import type { Node } from '../node';
import { type Check, isInteractive, nameOf } from './context';

export function checkCompanions(check: Check): void {
	const forks: DirectEdge[] = [];
	for (const edges of check.graph.edgesBySource.values()) {
		mainEdge(check, edges);
		for (const edge of edges) if (edge.type === 'direct' && isFork(edge, edges)) forks.push(edge);
	}
	threadIds(check);
	companionEdges(check);
	if (forks.length > 0) subGraphs(check, forks);
}

/** among several direct edges exactly one continues the thread. */
function mainEdge(check: Check, edges: readonly Edge[]): void {
	const direct = edges.filter((edge): edge is DirectEdge => edge.type === 'direct');
	const [first] = direct;
	if (first === undefined) return;
	const isFlagged = (edge: DirectEdge) => edge.companion_thread_config?.is_companion_thread === true;
	if (direct.length === 1) {
		if (!isFlagged(first)) return;
		const message = `edge ${nameOf(first)}: flag ignored, it is the only direct edge`;
		const path = check.edgePath(check.indexOfEdge(first), 'companion_thread_config');
		const advice = 'Add the direct edge that continues the main thread, or remove the flag.';
		check.warning({ rule: 'R-41', path, subject: nameOf(first), message, advice });
		return;
	}
	const main = direct.filter((edge) => !isFlagged(edge)).length;
	if (main === 1) return;
	const source = check.graph.nodesById.get(first.source_node_logical_id ?? '');
	const name = source === undefined ? (first.source_node_logical_id ?? 'unnamed') : nameOf(source);
	const path = check.edgePath(check.indexOfEdge(direct[1] ?? first));
	const message = `node ${name}: exactly one direct edge must continue the main thread, found ${main}`;
	const advice = 'Set companion_thread_config.is_companion_thread on all direct edges of the node but one.';
	check.error({ rule: 'R-37', path, subject: name, message, advice });
}

/** For every node a companion reaches: the fork edge that reaches it first. */
function reachedBy(check: Check, forks: readonly DirectEdge[]): Map<string, DirectEdge> {
	const reached = new Map<string, DirectEdge>();
	for (const fork of forks) {
		const open = fork.destination_node_logical_id === null ? [] : [fork.destination_node_logical_id];
		for (let id = open.pop(); id !== undefined; id = open.pop()) {
			if (reached.has(id)) continue;
			reached.set(id, fork);
			for (const edge of check.edgesOf(id)) {
				const next = edge.destination_node_logical_id;
				if ((edge.type === 'direct' || edge.type === 'conditional') && next !== null) open.push(next);
			}
		}
	}
	return reached;
}

function subGraphs(check: Check, forks: readonly DirectEdge[]): void {
	const { graph } = check;
	const reached = reachedBy(check, forks);
	const starts = graph.globalNodes.flatMap((node) => node.logical_id ?? []);
	if (graph.startNode?.logical_id) starts.push(graph.startNode.logical_id);
	const main = reachableOnThread(graph.edgesBySource, starts);
	for (const [index, node] of graph.node_configs.entries()) {
		const fork = node.logical_id === null ? undefined : reached.get(node.logical_id);
		if (fork === undefined || graph.nodesById.get(node.logical_id ?? '') !== node) continue;
		const place = { path: check.nodePath(index), subject: nameOf(node) };
		if (isInteractive(node)) {
			const message = `companion thread from ${nameOf(fork)} reaches ${nameOf(node)}, which waits for the user`;
			const advice =
				'Set wait_for_user_message to false on the node (worker_llm waits by default), or end the companion before it.';
			check.error({ rule: 'R-38', ...place, message, advice });
		}
		const edges = check.edgesOf(node.logical_id);
		if (edges.some((edge) => isFork(edge, edges))) {
			const message = `companion threads cannot fork again at ${nameOf(node)}`;
			check.error({ rule: 'R-39', ...place, message, advice: 'Fork on the main thread only.' });
		}
		if (main.has(node.logical_id ?? '')) {
			const message = `node ${nameOf(node)} is shared by a companion and the main thread`;
			check.error({ rule: 'R-40', ...place, message, advice: 'Give each thread its own copy of the node.' });
		}
	}
	endless(check, reached);
}

/** R5.9 and R-42: a cycle of direct edges inside a companion, which nothing ends. */
function endless(check: Check, reached: ReadonlyMap<string, DirectEdge>): void {
	const next = new Map<string, string>();
	for (const id of reached.keys()) {
		const edges = check.edgesOf(id);
		const main = edges.find((edge) => edge.type === 'direct' && !isFork(edge, edges));
		if (main?.destination_node_logical_id) next.set(id, main.destination_node_logical_id);
	}
	const settled = new Set<string>();
	for (const start of next.keys()) {
		const trail = new Set<string>();
		let id: string | undefined = start;
		while (id !== undefined && !settled.has(id) && !trail.has(id)) {
			trail.add(id);
			id = next.get(id);
		}
		const isCycle = id !== undefined && trail.has(id);
		for (const seen of trail) settled.add(seen);
		const node = id === undefined ? undefined : check.graph.nodesById.get(id);
		if (!isCycle || node === undefined || id === undefined) continue;
		const thread = reached.get(id)?.companion_thread_config?.thread_id ?? nameOf(node);
		check.refusal({
			rule: 'R-42',
			path: check.nodePath(check.indexOfNode(node)),
			subject: nameOf(node),
			message: `companion ${thread} may keep the run alive: its direct edges lead in a circle through ${nameOf(node)}`,
			advice: 'Leave the circle by a condition, or repeat the work with self_loop_config and a bound.',
		});
	}
}

function threadIds(check: Check): void {
	const first = new Map<string, Edge>();
	for (const [index, edge] of check.graph.edge_configs.entries()) {
		if (edge.type !== 'direct' || edge.disabled || edge.companion_thread_config === null) continue;
		const id = edge.companion_thread_config.thread_id;
		if (id === null) continue;
		const subject = nameOf(edge);
		const path = check.edgePath(index, 'companion_thread_config', 'thread_id');
		const advice =
			'Choose a short name of letters, digits, _ and - that no other companion of the workflow has.';
		const problem = problemOfThreadId(id);
		if (problem !== null) check.error({ ...problem, path, subject, advice });
		if (!edge.companion_thread_config.is_companion_thread) continue;
		if (first.has(id)) {
			check.error({ rule: 'R-46', path, subject, message: `thread_id ${quoted(id)} is used twice`, advice });
		}
		first.set(id, edge);
	}
}

function problemOfThreadId(id: string): { rule: string; message: string } | null {
	if (id === '0') return { rule: 'R-45', message: 'thread_id 0 is the main thread' };
	if (id.includes('_companion_')) return { rule: 'R-44', message: 'thread_id must not contain _companion_' };
	if (/^[A-Za-z0-9_-]+$/.test(id)) return null;
	return { rule: 'R-43', message: `thread_id ${quoted(id)}: use letters, digits, _ and - only` };
}

/** R5.18: the target of a companion edge works beside its source, so it cannot wait or be entered otherwise. */
function companionEdges(check: Check): void {
	const targets = new Map<Node, Edge>();
	for (const edge of check.graph.edge_configs) {
		const node = check.graph.nodesById.get(edge.destination_node_logical_id ?? '');
		if (edge.type === 'companion' && !edge.disabled && node !== undefined) targets.set(node, edge);
	}
	if (targets.size === 0) return;
	const entered = new Set<Node>();
	for (const edge of check.graph.edge_configs) {
		const node = check.graph.nodesById.get(edge.destination_node_logical_id ?? '');
		if (edge.type !== 'companion' && edge.type !== 'unknown' && !edge.disabled && node !== undefined)
			entered.add(node);
	}
	for (const [node, edge] of targets) {
		const place = { rule: 'R5.18', path: check.nodePath(check.indexOfNode(node)), subject: nameOf(node) };
		if (isInteractive(node)) {
			const message = `node ${nameOf(node)} works beside another (edge ${nameOf(edge)}), so it does not wait for the user`;
			check.warning({
				...place,
				message,
				advice: 'Set wait_for_user_message to false; the worker_llm default is true.',
			});
		}
		if (entered.has(node)) {
			const message = `node ${nameOf(node)} is the target of a companion edge and of other edges`;
			check.warning({ ...place, message, advice: 'Give the companion edge a node of its own.' });
		}
	}
}
