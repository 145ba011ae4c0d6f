/** The exits of a node: the conditional edges, the way back and the global nodes that can be taken now. */

import type { ConditionalEdge } from '../graph/edge';
import type { Graph } from '../graph/graph';
import { entersGlobalNode, globalNodesFor, workflowConfigFor, type ReverseEdge } from '../graph/interior';
import type { Node } from '../graph/node';
import type { Condition } from '../graph/prompt';
import type { Exit, Position } from './contract';
import { destinationOf, mainEdgeOf } from './direct';
import { isClosedByGuardrail } from './guardrail';

const NO_EXITS: readonly Exit[] = [];
const NO_NODES: readonly Node[] = [];

/**
 * Every condition that may move the thread after this execution, in the order of R3.2: global nodes in
 * list order, the way back, own edges in edge order. Exits that could never be taken are left out.
 */
export function exitsOf(position: Position): readonly Exit[] {
	const { graph, node } = position;
	const owned = graph.edgesBySource.get(node.logical_id ?? '');
	const globals = position.isCompanion ? NO_NODES : globalNodesFor(graph, node.logical_id ?? '');
	const wayBack = position.isCompanion ? undefined : graph.reverseEdges.get(node.logical_id ?? '');
	const hasOwn = owned !== undefined && owned.some((edge) => edge.type === 'conditional');
	if (globals.length === 0 && !wayBack && !hasOwn) return NO_EXITS;
	const exits: Exit[] = [];
	addGlobals(position, globals, exits);
	if (wayBack) addWayBack(position, wayBack, exits);
	if (hasOwn) addOwn(position, exits);
	return exits;
}

/** A condition decided by its expression; its freeform text then counts for nothing (R3.12). */
export function isExpression(exit: { condition: Condition }): boolean {
	return !isBlank(exit.condition.condition_expression);
}

/** A condition that only a model can judge. */
export function isFreeform(exit: { condition: Condition }): boolean {
	return !isExpression(exit) && !isBlank(exit.condition.condition_freeform);
}

/** True when the node's own model call can carry its exits as tools (R3.14). */
export function carriesExits(node: Node): boolean {
	if (node.type === 'workflow_run_evaluator') return !node.is_turn_by_turn_evaluator;
	return node.type === 'say_llm' || node.type === 'worker_llm';
}

/** How a global node's freeform condition is judged (R3.16). */
export function methodOf(graph: Graph, node: Node): 'tool_call' | 'independent_llm_evaluations' {
	const own = node.global_node_config?.global_condition_edge_evaluation_method ?? 'workflow_default';
	if (own !== 'workflow_default') return own;
	return workflowConfigFor(graph, node.logical_id ?? '').global_condition_evaluation_method;
}

/** Exits that ride in the node's own model call as tools (R3.14–R3.17). */
export function offeredExits(graph: Graph, exits: readonly Exit[]): Exit[] {
	return exits.filter(
		(exit) =>
			isFreeform(exit) && (exit.kind !== 'global' || methodOf(graph, exit.destination) === 'tool_call'),
	);
}

/** Global exits that get an evaluator call of their own, beside the main call (R3.25). */
export function independentExits(graph: Graph, exits: readonly Exit[]): Exit[] {
	return exits.filter(
		(exit) =>
			exit.kind === 'global' &&
			isFreeform(exit) &&
			methodOf(graph, exit.destination) === 'independent_llm_evaluations',
	);
}

/** Own conditional edges with both ends, in edge order (R3.4): by priority, those without one last. */
export function conditionalEdgesOf(graph: Graph, nodeId: string): ConditionalEdge[] {
	const edges = (graph.edgesBySource.get(nodeId) ?? []).filter((edge) => edge.type === 'conditional');
	return edges.length < 2 ? edges : edges.sort((a, b) => rank(a) - rank(b));
}

function addGlobals({ graph, node }: Position, globals: readonly Node[], exits: Exit[]): void {
	for (const target of globals) {
		const condition = target.global_node_config?.condition;
		if (!condition || !hasText(condition) || target.disabled) continue;
		if (!entersGlobalNode(graph, node.logical_id ?? '', target.logical_id ?? '')) continue;
		if (graph.companionNodeIds.has(target.logical_id ?? '')) continue;
		if (isClosedByGuardrail(graph, node, target)) continue;
		exits.push({
			kind: 'global',
			edge: null,
			globalNodeId: target.logical_id,
			destination: target,
			condition,
		});
	}
}

/** The way back to the recorded caller, when it is known and still there (R3.38, R3.42). */
function addWayBack(
	{ graph, node, callers }: Position,
	{ globalNodeId, condition }: ReverseEdge,
	exits: Exit[],
): void {
	if (!hasText(condition) || !Object.hasOwn(callers, globalNodeId)) return;
	const caller = graph.nodesById.get(callers[globalNodeId] ?? '');
	if (!caller || caller.disabled || isClosedByGuardrail(graph, node, caller)) return;
	exits.push({ kind: 'reverse', edge: null, globalNodeId, destination: caller, condition });
}

function addOwn(position: Position, exits: Exit[]): void {
	const { graph, node, warn } = position;
	if (position.loop === undefined && mainEdgeOf(graph, node.logical_id ?? '') !== null) return;
	for (const edge of conditionalEdgesOf(graph, node.logical_id ?? '')) {
		const name = edge.name ?? edge.logical_id;
		const destination = destinationOf(graph, edge);
		const condition = edge.condition;
		if (destination === null) {
			warn(`Edge "${name}" leads to no node of the graph and is ignored.`, `nowhere:${edge.logical_id}`);
		} else if (!condition || !hasText(condition)) {
			warn(`Edge "${name}" has no condition and is never taken.`, `unconditional:${edge.logical_id}`);
		} else if (!isClosedByGuardrail(graph, node, destination)) {
			exits.push({ kind: 'own', edge, globalNodeId: null, destination, condition });
		}
	}
}

function rank(edge: ConditionalEdge): number {
	return edge.priority ?? Number.MAX_SAFE_INTEGER;
}

function hasText(condition: Condition): boolean {
	return !isBlank(condition.condition_expression) || !isBlank(condition.condition_freeform);
}

function isBlank(text: string | null): boolean {
	return text === null || text.trim() === '';
}
