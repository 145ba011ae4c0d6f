/** Replaces super nodes by the graphs they stand for, before a run starts (R7.3). */

import { isJsonObject, type JsonObject } from '../json';
import { buildGraph } from './build';
import { joinGraph, type LevelResult } from './expand-join';
import { findInterior, newInterior, type ResolveWorkflow } from './expand-source';
import { anError, aWarning, blocksImport, type Fault, pathTo } from './fault';
import { applyInputs } from './expand-inputs';
import { defaultModel, type ModelChoice, type ModelOverride, overrideOf, withModel } from './expand-models';
import { renameReferences } from './expand-references';
import type { Graph, WorkflowConfig } from './graph';
import type { Interior } from './interior';
import { DEFAULT_LIMITS } from './limits';
import type { Node } from './node';
import { subjectOf } from './subject';
import type { SuperNode } from './super-node';
import { toWire } from './dialect/wire';

export type { ResolveWorkflow } from './expand-source';

export interface ExpandOptions {
	resolve?: ResolveWorkflow;
	/** Id of the workflow being expanded, so that one embedding itself is found. */
	workflowId?: string | null;
	/** Super nodes inside one another. Default and maximum of the rule: 5. */
	maxLevels?: number;
	/** Nodes of the expanded graph. Default 5,000. */
	maxNodes?: number;
}

export interface ExpandedGraph {
	/** The graph to run; the given one itself when it has no super node. `raw` stays the file's. */
	graph: Graph;
	/** Errors mean that the run fails at its start (R7.3.10, R7.3.13). */
	faults: Fault[];
}

export async function expandSuperNodes(graph: Graph, options: ExpandOptions = {}): Promise<ExpandedGraph> {
	if (!graph.node_configs.some((node) => node.type === 'super_node' && !node.disabled))
		return { graph, faults: [] };
	const expansion: Expansion = {
		resolve: options.resolve ?? (() => Promise.resolve(null)),
		maxLevels: options.maxLevels ?? 5,
		maxNodes: options.maxNodes ?? DEFAULT_LIMITS.nodes,
		nodeCount: 0,
		threadIds: new Set(),
		outer: graph.workflow_config,
		faults: [],
	};
	const wire = toWire(graph.raw, graph.path).value;
	const root: Level = {
		raw: wire,
		path: graph.path,
		prefix: '',
		interior: null,
		fallback: null,
		overrides: [],
		trail: options.workflowId ? [options.workflowId] : [],
	};
	const result = await expandLevel(expansion, root, graph);
	const joined = joinGraph({ source: graph, wire, result });
	return { graph: joined, faults: expansion.faults };
}

interface Expansion {
	resolve: ResolveWorkflow;
	maxLevels: number;
	maxNodes: number;
	nodeCount: number;
	/** Public names of companion threads taken so far. */
	threadIds: Set<string>;
	/** Settings of the outermost workflow. */
	outer: WorkflowConfig;
	faults: Fault[];
}

interface Level {
	raw: JsonObject;
	path: string;
	/** What every id of this level begins with. */
	prefix: string;
	interior: Interior | null;
	fallback: ModelChoice;
	overrides: readonly ModelOverride[];
	/** Workflow ids from the outside in, to find circles. */
	trail: readonly string[];
}

/** Expands one graph: its own nodes under new ids, and every super node in it. */
async function expandLevel(expansion: Expansion, level: Level, graph: Graph): Promise<LevelResult> {
	const objects = (key: 'node_configs' | 'edge_configs') => {
		const list = level.raw[key];
		return Array.isArray(list) ? list.filter(isJsonObject) : [];
	};
	const rawEdges = objects('edge_configs');
	const ids = new Map([...graph.nodesById.keys()].map((id) => [id, level.prefix + id]));
	const threads = takeThreadIds(expansion, level, rawEdges);
	const rename = (raw: JsonObject) =>
		level.interior === null ? raw : renameReferences(raw, { nodes: ids, threads });
	const result: LevelResult = {
		nodes: [],
		edges: [],
		inner: new Map(),
		ids,
		threads,
		graph,
		interior: level.interior,
	};
	for (const [index, raw] of objects('node_configs').entries()) {
		const node = graph.node_configs[index];
		if (node?.logical_id === undefined || node.logical_id === null) continue;
		const id = level.prefix + node.logical_id;
		if (node.type === 'super_node' && !node.disabled) {
			const inner = await expandPlaceholder(
				expansion,
				level,
				placeholderAt(node, rename(raw), { id, index }),
			);
			if (inner !== null) {
				result.inner.set(node.logical_id, inner);
				result.nodes.push({ kind: 'inner', id: node.logical_id });
				continue;
			}
		}
		expansion.nodeCount++;
		const chosen = level.interior === null ? raw : withModel(rename(raw), level.fallback, level.overrides);
		const moved: JsonObject = { ...chosen, logical_id: id };
		if (level.interior !== null) moved.is_start = false;
		result.nodes.push({ kind: 'node', raw: moved });
	}
	for (const [index, raw] of rawEdges.entries()) {
		const edge = graph.edge_configs[index];
		if (edge?.logical_id)
			result.edges.push({ edge, raw: { ...rename(raw), logical_id: level.prefix + edge.logical_id } });
	}
	return result;
}

/** New names for companion threads that an earlier graph has taken already. */
function takeThreadIds(
	expansion: Expansion,
	level: Level,
	rawEdges: readonly JsonObject[],
): Map<string, string> {
	const renamed = new Map<string, string>();
	for (const { companion_thread_config: config } of rawEdges) {
		if (!isJsonObject(config) || typeof config.thread_id !== 'string') continue;
		const old = config.thread_id;
		let name = old;
		if (expansion.threadIds.has(old) && level.interior !== null) {
			const prefix = level.prefix.replace(/[^A-Za-z0-9-]+/g, '_');
			for (let number = 1; expansion.threadIds.has(name); number++)
				name = `${prefix}${old}${number === 1 ? '' : `_${number}`}`;
			renamed.set(old, name);
		}
		expansion.threadIds.add(name);
	}
	return renamed;
}

interface Placeholder {
	node: SuperNode;
	raw: JsonObject;
	id: string;
	index: number;
}

/** The placeholder with the references in its values renamed. */
function placeholderAt(node: SuperNode, raw: JsonObject, place: { id: string; index: number }): Placeholder {
	const values = isJsonObject(raw.field_values) ? raw.field_values : node.field_values;
	return { node: { ...node, field_values: values }, raw, ...place };
}

async function expandPlaceholder(
	expansion: Expansion,
	level: Level,
	placeholder: Placeholder,
): Promise<LevelResult | null> {
	const { node, id, index } = placeholder;
	const path = pathTo(level.path, 'node_configs', index);
	const subject = subjectOf(node, id);
	const refuse = (rule: string, message: string, advice: string): null => {
		expansion.faults.push(
			anError({ rule, path, subject, message: `super node ${subject}: ${message}`, advice }),
		);
		return null;
	};
	if (depthOf(level.interior) >= expansion.maxLevels) {
		const message = `nested deeper than ${expansion.maxLevels} levels`;
		return refuse('R7.3.3', message, 'Embed fewer graphs inside one another.');
	}
	const workflowId = node.super_workflow_id;
	const isInline = node.encapsulated_workflow_config !== null;
	if (!isInline && workflowId !== null && level.trail.includes(workflowId)) {
		return refuse('R7.3.3', 'the workflow embeds itself', 'Break the circle of embedded workflows.');
	}
	const found = await findInterior(expansion.resolve, node, path);
	if (found === null) {
		const advice = 'Publish the workflow again, or embed its graph.';
		return refuse('R-79', workflowId === null ? 'names no workflow' : 'workflow not available', advice);
	}
	const inputs = applyInputs({ placeholder: node, declared: found.declared, raw: found.raw, path });
	expansion.faults.push(...inputs.faults);
	const built = buildGraph(inputs.raw, found.path);
	expansion.faults.push(...faultsOfInterior(built.faults, inputs.raw === found.raw ? null : found));
	if (built.faults.some(blocksImport)) return null;
	const entry = built.graph.startNode;
	if (entry?.logical_id === null || entry === null) {
		return refuse(
			'R-15',
			'the embedded workflow has no start node',
			'Set is_start on the node it begins with.',
		);
	}
	if (expansion.nodeCount + built.graph.node_configs.length > expansion.maxNodes) {
		return refuse(
			'L-2',
			`the expanded graph holds more than ${expansion.maxNodes} nodes`,
			'Embed smaller graphs.',
		);
	}
	warnOfTwoGlobals(expansion, node, { entry, path, subject });
	const fallback = defaultModel(inputs.raw.workflow_config, level.fallback);
	const override = overrideOf(node, placeholder.raw, level.fallback);
	const inner: Level = {
		raw: inputs.raw,
		path: found.path,
		prefix: `${id}__`,
		interior: newInterior({
			id,
			name: node.name,
			isGuardrail: node.is_guardrail_node,
			graph: built.graph,
			parent: level.interior,
			fallback,
			outer: expansion.outer,
			entryWrites: inputs.entryWrites,
		}),
		fallback,
		overrides: override === null ? level.overrides : [override, ...level.overrides],
		trail: workflowId === null ? level.trail : [...level.trail, workflowId],
	};
	return expandLevel(expansion, inner, built.graph);
}

/**
 * What reading an interior found. A fault that inputs brought in ends the run at its start (R7.3.10); one of
 * the embedded workflow's own costs the object it is about, and no more (5.3).
 */
function faultsOfInterior(
	faults: readonly Fault[],
	before: { raw: JsonObject; path: string } | null,
): Fault[] {
	const errors = faults.filter((fault) => fault.severity === 'error' && !isSpelling(fault));
	if (errors.length === 0) return [];
	const own = new Set((before === null ? faults : buildGraph(before.raw, before.path).faults).map(placeOf));
	return errors.map((fault) =>
		own.has(placeOf(fault)) && !blocksImport(fault) ? { ...fault, severity: 'warning' } : fault,
	);
}

const placeOf = ({ rule, path }: Fault) => `${rule} ${path}`;

function isSpelling(fault: Fault): boolean {
	return fault.rule.startsWith('4');
}

function depthOf(interior: Interior | null): number {
	return interior === null ? 0 : 1 + depthOf(interior.parent);
}

function warnOfTwoGlobals(
	expansion: Expansion,
	node: SuperNode,
	given: { entry: Node; path: string; subject: string },
): void {
	const { entry, path, subject } = given;
	if (node.global_node_config?.is_global !== true || entry.global_node_config?.is_global !== true) return;
	const message = `super node ${subject} is global and so is its entry ${subjectOf(entry, 'node')}; the condition of the super node counts`;
	expansion.faults.push(
		aWarning({ rule: 'R7.3.4', path, subject, message, advice: 'Make only one of the two global.' }),
	);
}
