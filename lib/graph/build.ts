/** From a hydrated workflow as it was read to the typed, indexed graph; `raw` is never changed. */

import { GraphError } from '../errors';
import { isJsonObject, type Json, type JsonObject } from '../json';
import { withAdditions } from './additions';
import { toWire } from './dialect/wire';
import {
	conditionalEdgeSchema,
	companionEdgeSchema,
	directEdgeSchema,
	type Edge,
	edgeBase,
	edgeBaseSchema,
} from './edge';
import { aWarning, anError, blocksImport, type Fault, pathTo, quoted } from './fault';
import { type Graph, type WorkflowConfig, workflowConfigSchema } from './graph';
import { indexGraph } from './indexes';
import { type Node, nodeBase, nodeBaseSchema, nodeSchema } from './node';
import { kindOf, readObject } from './read';
import { subjectOf } from './subject';

export interface BuiltGraph {
	graph: Graph;
	/** Findings of reading, in document order, paths from `$`; the same as `graph.faults`. */
	faults: readonly Fault[];
}

const NODE_SCHEMAS = new Map(nodeSchema.options.map((schema) => [schema.shape.type.value as string, schema]));
const EDGE_SCHEMAS = new Map(
	[directEdgeSchema, conditionalEdgeSchema, companionEdgeSchema].map((schema) => [
		schema.shape.type.value as string,
		schema,
	]),
);
const NODE_BASE_KEYS: ReadonlySet<string> = new Set(Object.keys(nodeBase));
const EDGE_BASE_KEYS: ReadonlySet<string> = new Set(Object.keys(edgeBase));
const WORKFLOW_KEYS: ReadonlySet<string> = new Set(Object.keys(workflowConfigSchema.shape));

/**
 * Builds the graph of a hydrated workflow (1.2). Never throws for what a document may hold: a list that
 * is no list reads as empty, an element that is no object is left out, and both are blocking faults
 * (`blocksImport`) that the caller refuses; see `loadGraph`.
 *
 * @param raw Any accepted spelling (part 4); kept untouched in `graph.raw`.
 * @param path JSON path of `raw` in its document. Default `$`.
 */
export function buildGraph(raw: JsonObject, path = '$'): BuiltGraph {
	const wire = toWire(raw, path);
	const faults: Fault[] = [...wire.faults];
	const config = readWorkflowConfig(wire.value.workflow_config, pathTo(path, 'workflow_config'));
	faults.push(...config.faults);
	const nodes: Node[] = [];
	const edges: Edge[] = [];
	for (const { element, index, at } of elements(wire.value, 'node_configs', { path, faults })) {
		const reading = readNode(withAdditions(element), index, at);
		nodes.push(reading.value);
		faults.push(...reading.faults);
	}
	for (const { element, index, at } of elements(wire.value, 'edge_configs', { path, faults })) {
		const reading = readEdge(withAdditions(element), index, at);
		edges.push(reading.value);
		faults.push(...reading.faults);
	}
	const dynamic_variables = variables(wire.value, 'dynamic_variables', { path, faults });
	const runtime_variables = variables(wire.value, 'runtime_variables', { path, faults });
	const parts = { workflow_config: config.value, node_configs: nodes, edge_configs: edges };
	const graph = indexGraph({ ...parts, dynamic_variables, runtime_variables, raw, path, faults });
	return { graph, faults };
}

/**
 * Builds a graph that must be whole.
 * @throws {GraphError} `GRAPH_INVALID` when a list is no list or an element is no object.
 */
export function loadGraph(raw: JsonObject): Graph {
	const { graph, faults } = buildGraph(raw);
	const blocking = faults.find(blocksImport);
	if (blocking === undefined) return graph;
	throw new GraphError('GRAPH_INVALID', `The graph cannot be read: ${blocking.message} (${blocking.rule}).`, {
		place: blocking.path,
		advice: blocking.advice,
	});
}

interface Place {
	path: string;
	faults: Fault[];
}

function* elements(raw: JsonObject, key: 'node_configs' | 'edge_configs', place: Place) {
	const listPath = pathTo(place.path, key);
	const value = raw[key];
	if (value === undefined) return;
	if (!Array.isArray(value)) {
		const note = value === null ? '; null is read as empty' : `, found ${kindOf(value)}`;
		const message = `${listPath} must be an array${note}`;
		const fault = anError({ rule: 'R-02', path: listPath, message, advice: 'Write [] when there are none.' });
		place.faults.push(value === null ? { ...fault, isForgiven: true } : fault);
		return;
	}
	for (const [index, element] of value.entries()) {
		const at = pathTo(listPath, index);
		if (isJsonObject(element)) {
			yield { element, index, at };
		} else {
			const message = `${at} must be an object, found ${kindOf(element)}`;
			place.faults.push(
				anError({ rule: 'R-04', path: at, message, advice: 'Remove the element or write it as an object.' }),
			);
		}
	}
}

function variables(
	raw: JsonObject,
	key: 'dynamic_variables' | 'runtime_variables',
	place: Place,
): JsonObject {
	const value = raw[key];
	if (value === undefined) return {};
	if (isJsonObject(value)) return value;
	const path = pathTo(place.path, key);
	const advice = 'Write {} when there are none.';
	const message =
		value === null ? `${path} must not be null` : `${path} must be an object, found ${kindOf(value)}`;
	place.faults.push(anError({ rule: value === null ? 'R-03' : 'R-11', path, message, advice }));
	return {};
}

function readWorkflowConfig(raw: Json | undefined, path: string): { value: WorkflowConfig; faults: Fault[] } {
	const config = isJsonObject(raw) ? raw : {};
	const reading = readObject({
		schema: workflowConfigSchema,
		raw: config,
		path,
		subject: null,
		baseKeys: WORKFLOW_KEYS,
		baseRule: 'R-11',
		partRule: 'R-06',
	});
	if (raw !== undefined && raw !== null && !isJsonObject(raw)) {
		const message = `${path} must be an object, found ${kindOf(raw)}`;
		reading.faults.push(
			anError({ rule: 'R-11', path, message, advice: 'Write the settings of the workflow as an object.' }),
		);
	}
	return { value: reading.value ?? workflowConfigSchema.parse({}), faults: reading.faults };
}

export function readNode(raw: JsonObject, index: number, path: string): { value: Node; faults: Fault[] } {
	const subject = subjectOf(raw, `node_at_${index}`);
	const type = typeof raw.type === 'string' ? raw.type : null;
	const schema = type === null ? undefined : NODE_SCHEMAS.get(type);
	const faults: Fault[] = [];
	const common = {
		path,
		subject,
		baseKeys: NODE_BASE_KEYS,
		baseRule: 'R-09' as const,
		partRule: 'R-07' as const,
	};
	if (schema !== undefined) {
		const reading = readObject({ schema, raw, ...common });
		faults.push(...reading.faults);
		if (reading.value !== null) return { value: reading.value as Node, faults };
	} else {
		const message =
			type === null
				? `node ${subject} has no type, kept unchanged`
				: `node ${subject}: unknown type ${quoted(type)}, kept unchanged`;
		const advice =
			'Running the node is an error; the rest of the graph works. Correct the type if it is misspelled.';
		faults.push(aWarning({ rule: 'R-08', path: pathTo(path, 'type'), subject, message, advice }));
	}
	const base = readObject({ schema: nodeBaseSchema, raw, ...common });
	if (schema === undefined) faults.push(...base.faults);
	const value = base.value ?? nodeBaseSchema.parse({});
	return { value: { ...value, type: 'unknown', original_type: type, faults }, faults };
}

export function readEdge(raw: JsonObject, index: number, path: string): { value: Edge; faults: Fault[] } {
	const subject = subjectOf(raw, `edge_at_${index}`);
	const type = typeof raw.type === 'string' ? raw.type : null;
	const schema = type === null ? undefined : EDGE_SCHEMAS.get(type);
	const faults: Fault[] = [];
	const common = {
		path,
		subject,
		baseKeys: EDGE_BASE_KEYS,
		baseRule: 'R-11' as const,
		partRule: 'R-07' as const,
	};
	if (schema !== undefined) {
		const reading = readObject({ schema, raw, ...common });
		faults.push(...reading.faults);
		if (reading.value !== null) return { value: reading.value as Edge, faults };
	} else {
		const message = `edge ${subject}: type must be direct, conditional or companion, found ${type === null ? 'none' : quoted(type)}`;
		const finding = {
			rule: 'R-05',
			path: pathTo(path, 'type'),
			subject,
			message,
			advice: 'Set the type; until then the edge is drawn and never taken.',
		};
		faults.push(type === null ? anError(finding) : aWarning(finding));
	}
	const base = readObject({ schema: edgeBaseSchema, raw, ...common });
	if (schema === undefined) faults.push(...base.faults);
	const value = base.value ?? edgeBaseSchema.parse({});
	return { value: { ...value, type: 'unknown', original_type: type, faults }, faults };
}
