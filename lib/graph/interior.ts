/** What the engine must know of an expanded super node: scope, entry values and ways back (R7.3). */

import type { Json } from '../json';
import type { Graph, WorkflowConfig } from './graph';
import type { Node } from './node';
import type { Condition } from './prompt';

/** A variable written when control enters an interior; texts are filled with the parent's values then. */
export interface EntryWrite {
	/** `dynamic`: visible to interior nodes only. `runtime`: a variable of the entering thread (R4.17). */
	scope: 'dynamic' | 'runtime';
	name: string;
	value: Json;
}

/** One expanded super node. */
export interface Interior {
	/** Logical id of the placeholder, itself prefixed when it was nested. */
	readonly id: string;
	readonly name: string | null;
	/** The interior this one is nested in, or null. */
	readonly parent: Interior | null;
	/** The placeholder is a guardrail node, and so is everything in it towards the outside. */
	readonly isGuardrail: boolean;
	/** Settings of the embedded workflow: prompts, tools and MCP servers of interior nodes (R7.3.9). */
	readonly workflow_config: WorkflowConfig;
	/** Values of the embedded workflow's own `dynamic_variables` and defaults: below `entryWrites`. */
	readonly defaults: { readonly [name: string]: Json };
	readonly entryNodeId: string;
	/** Nodes without an enabled own exit: the placeholder's edges start there (R7.3.5). */
	readonly terminalNodeIds: readonly string[];
	/** Every node inside, those of nested super nodes included. */
	readonly nodeIds: ReadonlySet<string>;
	readonly entryWrites: readonly EntryWrite[];
	/** Global nodes reachable from nodes of this interior: its own and those of every parent (R7.3.7). */
	readonly globalNodes: readonly Node[];
}

/** A condition that leads back to the caller of a global node. */
export interface ReverseEdge {
	/** The global node whose caller is meant: the key of the caller map (R3.40). */
	globalNodeId: string;
	condition: Condition;
}

/** The workflow settings that count for a node: those of its embedded workflow, or the graph's own. */
export function workflowConfigFor(graph: Graph, nodeId: string): WorkflowConfig {
	return graph.interiorByNode.get(nodeId)?.workflow_config ?? graph.workflow_config;
}

/** The global nodes a node can reach, itself included when it is one (R3.38, R7.3.7). */
export function globalNodesFor(graph: Graph, nodeId: string): readonly Node[] {
	return graph.interiorByNode.get(nodeId)?.globalNodes ?? graph.globalNodes;
}

/** The node of that id; a super node, which nothing is left of, stands for the start of its interior (R7.3.4). */
export function nodeAt(graph: Graph, id: string): Node | undefined {
	return graph.nodesById.get(id) ?? graph.nodesById.get(graph.interiors.get(id)?.entryNodeId ?? '');
}

/** The interiors that a hop enters, outermost first: their entry values are to be written. */
export function interiorsEntered(graph: Graph, fromNodeId: string | null, toNodeId: string): Interior[] {
	const entered: Interior[] = [];
	let interior = graph.interiorByNode.get(toNodeId) ?? null;
	while (interior !== null && (fromNodeId === null || !interior.nodeIds.has(fromNodeId))) {
		entered.unshift(interior);
		interior = interior.parent;
	}
	return entered;
}

/** The guardrail a node belongs to: the super node around it, or itself; null when there is none (R3.44). */
export function guardrailIdOf(graph: Graph, node: Node): string | null {
	const id = node.logical_id ?? '';
	for (let interior = graph.interiorByNode.get(id) ?? null; interior !== null; interior = interior.parent)
		if (interior.isGuardrail) return interior.id;
	return node.is_guardrail_node ? id : null;
}

/**
 * True for a hop into a global node from another node; a global super node is entered from outside it
 * (R3.38, R3.40).
 */
export function entersGlobalNode(graph: Graph, fromNodeId: string, toNodeId: string): boolean {
	const node = graph.nodesById.get(toNodeId);
	if (!node?.global_node_config?.is_global || fromNodeId === toNodeId) return false;
	let interior = graph.interiorByNode.get(toNodeId) ?? null;
	for (; interior !== null; interior = interior.parent) {
		const standsForSuperNode =
			interior.entryNodeId === toNodeId && (interior.parent ?? graph).globalNodes.includes(node);
		if (standsForSuperNode && interior.nodeIds.has(fromNodeId)) return false;
	}
	return true;
}
