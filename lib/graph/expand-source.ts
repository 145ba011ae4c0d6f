/** Where the graph of a super node comes from (R7.3.2), and what a run must know of it before it is joined. */

import { isJsonObject, type Json, type JsonObject } from '../json';
import { buildGraph } from './build';
import { toWire } from './dialect/wire';
import { findGraphs } from './envelope';
import type { ModelChoice } from './expand-models';
import { pathTo, quoted } from './fault';
import type { Graph, WorkflowConfig } from './graph';
import type { Interior } from './interior';
import type { SuperNode } from './super-node';

/**
 * Fetches the workflow a super node refers to: any document that holds its graph, or null when it is
 * not published or was deleted. `version` null asks for the active version.
 */
export type ResolveWorkflow = (workflowId: string, version: number | null) => Promise<Json | null>;

export interface FoundInterior {
	/** In wire form. */
	raw: JsonObject;
	/** The interface: the placeholder's copy, else the one published with the workflow. */
	declared: JsonObject | null;
	/** JSON path of the graph; for a graph from elsewhere it names the workflow first. */
	path: string;
}

/** The snapshot in the node, else the published workflow; null when there is neither. */
export async function findInterior(
	resolve: ResolveWorkflow,
	node: SuperNode,
	path: string,
): Promise<FoundInterior | null> {
	const own = node.super_node_interface;
	if (node.encapsulated_workflow_config !== null) {
		const document = { encapsulated_workflow_config: node.encapsulated_workflow_config };
		const raw = findGraphs(document).versions[0]?.raw;
		const at = pathTo(path, 'encapsulated_workflow_config');
		return raw ? { raw: toWire(raw, at).value, declared: own, path: at } : null;
	}
	if (node.super_workflow_id === null || node.super_workflow_id === '') return null;
	const document = await resolve(node.super_workflow_id, node.super_workflow_version_number);
	if (document === null) return null;
	const { versions, activeVersion } = findGraphs(document);
	const wanted = node.super_workflow_version_number ?? activeVersion;
	const raw = (versions.find(({ number }) => number === wanted) ?? versions[0])?.raw;
	if (!raw) return null;
	const beside = isJsonObject(document) ? document.super_node_interface : null;
	const at = `workflow ${quoted(node.super_workflow_id)} $`;
	return { raw: toWire(raw, at).value, declared: own ?? (isJsonObject(beside) ? beside : null), path: at };
}

export interface NewInterior {
	id: string;
	name: string | null;
	isGuardrail: boolean;
	graph: Graph;
	parent: Interior | null;
	/** The model that "workflow default" means inside; null: the outer workflow's. */
	fallback: ModelChoice;
	outer: WorkflowConfig;
	entryWrites: Interior['entryWrites'];
}

/** The interior before its nodes are known; `joinGraph` completes it. */
export function newInterior(given: NewInterior): Interior {
	const { id, name, isGuardrail, graph, parent, fallback, outer, entryWrites } = given;
	const config = graph.workflow_config;
	const stated = config.miscellaneous.default_dynamic_variables;
	const initial = Object.entries(graph.runtime_variables).map(([variable, value]) => {
		return { scope: 'runtime' as const, name: variable, value };
	});
	const models =
		fallback === null ? outer : buildGraph({ workflow_config: { ...fallback } }).graph.workflow_config;
	const { attachable_llm_config_id, llms_config } = models;
	return {
		id,
		name,
		parent,
		isGuardrail,
		workflow_config: { ...config, attachable_llm_config_id, llms_config },
		defaults: { ...graph.dynamic_variables, ...(isJsonObject(stated) ? stated : {}) },
		entryNodeId: '',
		terminalNodeIds: [],
		nodeIds: new Set(),
		entryWrites: [...initial, ...entryWrites],
		globalNodes: [],
	};
}
