/** Identity and references (3.2): unique ids, edges that lead somewhere, one start, everything reachable. */

import type { Graph } from '../graph';
import { quoted } from '../fault';
import { type Check, nameOf } from './context';

export function checkIdentity(check: Check): void {
	duplicates(check, 'node');
	duplicates(check, 'edge');
	endpoints(check);
	start(check);
	reachability(check);
	escalation(check);
}

function duplicates(check: Check, kind: 'node' | 'edge'): void {
	const objects = kind === 'node' ? check.graph.node_configs : check.graph.edge_configs;
	const first = new Map<string, number>();
	for (const [index, object] of objects.entries()) {
		const id = object.logical_id;
		if (id === null) continue;
		const earlier = first.get(id);
		if (earlier === undefined) {
			first.set(id, index);
			continue;
		}
		const path = kind === 'node' ? check.nodePath(index, 'logical_id') : check.edgePath(index, 'logical_id');
		const message = `duplicate logical_id ${quoted(id)}: ${kind}s ${earlier} and ${index} share it`;
		const advice = `Give one of the two ${kind}s another logical_id and correct what refers to it.`;
		check.error({ rule: 'R-13', path, subject: nameOf(object), message, advice });
	}
}

function endpoints(check: Check): void {
	const { nodesById, edge_configs } = check.graph;
	const ends = [
		['source_node_logical_id', 'source'],
		['destination_node_logical_id', 'destination'],
	] as const;
	for (const [index, edge] of edge_configs.entries()) {
		// A disabled edge is as good as absent (R3.58).
		if (edge.disabled) continue;
		for (const [key, word] of ends) {
			const id = edge[key];
			if (id !== null && nodesById.has(id)) continue;
			const what = id === null ? `has no ${word}` : `${word} ${quoted(id)} does not exist`;
			const finding = {
				rule: 'R-14',
				path: check.edgePath(index, key),
				subject: nameOf(edge),
				message: `edge ${nameOf(edge)}: ${what}`,
				advice: 'Connect the edge to a node of this workflow, or remove it; it is never taken.',
			};
			// R3.60: kept when read, but nobody should talk to a graph that has lost a way.
			if (check.purpose === 'run') check.error(finding);
			else check.warning(finding);
		}
	}
}

function start(check: Check): void {
	const starts = check.graph.node_configs.filter((node) => node.is_start);
	const path = `${check.path}.node_configs`;
	if (starts.length === 0) {
		const finding = {
			rule: 'R-15',
			path,
			message: 'no start node',
			advice: 'Set is_start to true on the node a run begins with.',
		};
		if (check.purpose === 'run') check.error(finding);
		else check.warning(finding);
	}
	if (starts.length < 2) return;
	const names = starts.slice(0, 10).map(nameOf).join(', ');
	const second = starts[1];
	// R1.16: refused when saved; a graph that has it all the same runs from the first of them.
	const finding = {
		rule: 'R-16',
		path: second === undefined ? path : check.nodePath(check.indexOfNode(second), 'is_start'),
		subject: second === undefined ? null : nameOf(second),
		message: `several start nodes: ${names}${starts.length > 10 ? ` and ${starts.length - 10} more` : ''}`,
		advice: 'Leave is_start true on one node only; a stored graph starts at the first in the list.',
	};
	if (check.purpose === 'run') check.warning(finding);
	else check.refusal(finding);
}

/** Ids reached over any edge from the start, from global nodes and from the escalation node. */
function reachedIds(graph: Graph): Set<string> {
	const open: string[] = graph.globalNodes.flatMap((node) => node.logical_id ?? []);
	if (graph.startNode?.logical_id) open.push(graph.startNode.logical_id);
	const escalation = graph.workflow_config.guardrail_strikes_config?.escalation_node_logical_id;
	if (escalation) open.push(escalation);
	const reached = new Set(open);
	for (let id = open.pop(); id !== undefined; id = open.pop()) {
		for (const { destination_node_logical_id: next } of graph.edgesBySource.get(id) ?? []) {
			if (next === null || reached.has(next)) continue;
			reached.add(next);
			open.push(next);
		}
	}
	return reached;
}

function reachability(check: Check): void {
	if (check.graph.startNode === null) return;
	const reached = reachedIds(check.graph);
	for (const [index, node] of check.graph.node_configs.entries()) {
		if (node.disabled || (node.logical_id !== null && reached.has(node.logical_id))) continue;
		check.warning({
			rule: 'R-17',
			path: check.nodePath(index),
			subject: nameOf(node),
			message: `node ${nameOf(node)} cannot be reached`,
			advice: 'Connect it with an edge, make it global, or remove it.',
		});
	}
}

function escalation(check: Check): void {
	const id = check.graph.workflow_config.guardrail_strikes_config?.escalation_node_logical_id;
	if (id === undefined || id === null || check.graph.nodesById.has(id)) return;
	check.warning({
		rule: 'R-18',
		path: `${check.path}.workflow_config.guardrail_strikes_config.escalation_node_logical_id`,
		message: `escalation node ${quoted(id)} not found; the run would end instead`,
		advice: 'Name the logical_id of a node of this workflow.',
	});
}
