/** Turns any accepted spelling of a graph (part 4) into the canonical wire form, reporting each change. */

import { isJsonObject, type Json, type JsonObject } from '../../json';
import { type Fault, pathTo } from '../fault';
import { workflowConfigSchema } from '../graph';
import { Draft, normalizeKey, type Spot } from './draft';
import { convertCondition, edgeToWireForm, liftConfig } from './edge-fields';
import { convertLlm, llmToWireForm, mapChanged } from './model-fields';
import { convertValues, readLabels } from './node-fields';
import { nodeNames, withAdoptedIds } from './node-names';
import { convertEmbedded, convertInterface } from './super-node-fields';
import { convertTool, convertTools, readDiscriminator, toolToWireForm } from './tool-fields';
import { LLM_TYPES, NODE_KEYS, nodeType, TOOL_KEYS } from './types';

export interface Wire {
	/** The wire form: the input itself when nothing had to change. The input is never changed. */
	value: JsonObject;
	/** One warning per spelling that was changed. */
	faults: Fault[];
}

/** A hydrated workflow (1.2), its embedded graphs included. */
export function toWire(raw: JsonObject, path = '$'): Wire {
	const faults: Fault[] = [];
	const draft = new Draft(raw, { path, subject: null, faults });
	if (draft.has('secret_variables')) {
		const message = 'secret_variables is never part of a file and is left out';
		draft.warn('1.2', 'secret_variables', message, 'Set secrets as secret global variables.');
		draft.remove('secret_variables');
	}
	const config = raw.workflow_config;
	if (isJsonObject(config)) {
		draft.put(
			'workflow_config',
			configToWire(config, { path: pathTo(path, 'workflow_config'), subject: null, faults }),
		);
	}
	if (Array.isArray(raw.node_configs)) {
		const at = pathTo(path, 'node_configs');
		draft.put(
			'node_configs',
			mapChanged(raw.node_configs, (node, index) => {
				return isJsonObject(node) ? nodeWithin(node, pathTo(at, index), faults) : node;
			}),
		);
	}
	if (Array.isArray(raw.edge_configs) && raw.edge_configs.length > 0) {
		const at = pathTo(path, 'edge_configs');
		const nodes = draft.get('node_configs');
		const names = nodeNames(nodes);
		draft.put(
			'edge_configs',
			mapChanged(raw.edge_configs, (edge, index) => {
				if (!isJsonObject(edge)) return edge;
				return edgeToWireForm(edge, { path: pathTo(at, index), subject: nameOf(edge), faults }, names);
			}),
		);
		if (Array.isArray(nodes)) {
			const place = { path: pathTo(path, 'node_configs'), faults };
			draft.put('node_configs', withAdoptedIds(nodes, names, place));
		}
	}
	return { value: draft.result(), faults };
}

export function nodeToWire(raw: JsonObject, path = '$'): Wire {
	const faults: Fault[] = [];
	return { value: nodeWithin(raw, path, faults), faults };
}

export function edgeToWire(raw: JsonObject, path = '$'): Wire {
	const faults: Fault[] = [];
	return { value: edgeToWireForm(raw, { path, subject: nameOf(raw), faults }, nodeNames([])), faults };
}

export function toolToWire(raw: JsonObject, path = '$'): Wire {
	const faults: Fault[] = [];
	return { value: toolToWireForm(raw, { path, subject: nameOf(raw), faults }), faults };
}

export function llmToWire(raw: JsonObject, path = '$'): Wire {
	const faults: Fault[] = [];
	return { value: llmToWireForm(raw, { path, subject: null, faults }), faults };
}

function nameOf(raw: JsonObject): string | null {
	const words = [raw.name, raw.Name, raw.logical_id];
	return words.find((word): word is string => typeof word === 'string' && word.trim() !== '') ?? null;
}

/** Most nodes of most files are in wire form already; they cost one look at their keys. */
function isPlainNode(raw: JsonObject): boolean {
	const keys = typeof raw.type === 'string' ? NODE_KEYS.get(raw.type) : undefined;
	if (keys === undefined || raw.type === 'super_node') return false;
	for (const key of Object.keys(raw)) {
		if (!keys.has(key)) return false;
		if (!isPlainField(key, raw[key] ?? null)) return false;
	}
	return true;
}

function isPlainField(key: string, value: Json): boolean {
	switch (key) {
		case 'llms_config':
		case 'process_transcript_llms_config':
			return value === null || (isJsonObject(value) && isPlainLlm(value));
		case 'tools_config':
			return (
				value === null ||
				(isJsonObject(value) && Array.isArray(value.tools) && value.tools.every(isPlainTool))
			);
		case 'tool_config':
			return value === null || isPlainTool(value);
		case 'headers':
			return !Array.isArray(value);
		case 'response_mapping':
			return value === null;
		case 'body_parameters':
		case 'query_parameters':
			return typeof value !== 'object' || value === null;
		case 'main_response_config':
		case 'backchannel_response_config':
		case 'process_transcript_prompt':
		case 'structured_output_schema':
		case 'global_node_config':
			return typeof value !== 'string' && !(isJsonObject(value) && hasTextCondition(value));
		default:
			return true;
	}
}

function hasTextCondition(value: JsonObject): boolean {
	const { condition, reverse_conditional_edge } = value;
	return [condition, reverse_conditional_edge].some(
		(one) => typeof one === 'string' || (isJsonObject(one) && 'condition_string' in one),
	);
}

function isPlainLlm(value: JsonObject): boolean {
	const type = value.type;
	return (
		typeof type === 'string' &&
		LLM_TYPES.has(type) &&
		!type.startsWith('llm_group') &&
		!('okta_auth' in value)
	);
}

function isPlainTool(tool: Json): boolean {
	if (!isJsonObject(tool) || typeof tool.type !== 'string') return false;
	const keys = TOOL_KEYS.get(tool.type);
	if (keys === undefined || Array.isArray(tool.api_headers) || isJsonObject(tool.result_variable_mappings))
		return false;
	return Object.keys(tool).every((key) => keys.has(key));
}

function nodeWithin(raw: JsonObject, path: string, faults: Fault[]): JsonObject {
	if (isPlainNode(raw)) return raw;
	const draft = new Draft(raw, { path, subject: nameOf(raw), faults });
	if (isJsonObject(raw.config) && !('code' in raw)) liftKnownConfig(draft);
	readDiscriminator(draft, 'node_type', (word) => nodeType(word, draft.keys()));
	const type = draft.get('type');
	const wireKeys = typeof type === 'string' ? NODE_KEYS.get(type) : undefined;
	if (typeof type !== 'string' || wireKeys === undefined) return draft.result();
	readLabels(draft, type, wireKeys);
	convertValues(draft, type);
	for (const key of ['llms_config', 'process_transcript_llms_config'])
		if (draft.has(key)) convertLlm(draft, key);
	convertTools(draft);
	if (type === 'tool_node') convertTool(draft);
	convertGlobalConfig(draft);
	if (type === 'super_node') {
		convertInterface(draft);
		convertEmbedded(draft, toWire);
	}
	return draft.result();
}

/** A nested `config` is lifted only in nodes of a known type: a newer type may have a field of that name. */
function liftKnownConfig(draft: Draft): void {
	const config = draft.get('config');
	const inner = isJsonObject(config) ? config : {};
	const word = draft.get('type') ?? draft.get('node_type') ?? inner.type ?? inner.node_type;
	if (typeof word === 'string' && nodeType(word, [...draft.keys(), ...Object.keys(inner)]) !== null)
		liftConfig(draft);
}

function convertGlobalConfig(draft: Draft): void {
	const value = draft.get('global_node_config');
	if (!isJsonObject(value)) return;
	const inner = new Draft(value, { ...draft.spot, path: pathTo(draft.spot.path, 'global_node_config') });
	convertCondition(inner, 'condition');
	convertCondition(inner, 'reverse_conditional_edge');
	draft.put('global_node_config', inner.result());
}

/** A node library or template: only its access level has other spellings (4.6). */
export function accessToWire(raw: JsonObject, path = '$'): Wire {
	const faults: Fault[] = [];
	const draft = new Draft(raw, { path, subject: nameOf(raw), faults });
	convertAccess(draft);
	return { value: draft.result(), faults };
}

function convertAccess(draft: Draft): void {
	const level = draft.get('access_level');
	const meant = typeof level === 'string' ? ACCESS_LEVELS.get(level) : undefined;
	if (meant === undefined) return;
	const message = `access level ${JSON.stringify(level)} is read as ${meant}`;
	draft.warn('4.6', 'access_level', message, `Write ${meant}.`);
	draft.put('access_level', meant);
}

const CONFIG_KEYS: ReadonlySet<string> = new Set(Object.keys(workflowConfigSchema.shape));
const ACCESS_LEVELS: ReadonlyMap<string, string> = new Map([
	['public', 'team'],
	['private', 'personal'],
]);

function configToWire(raw: JsonObject, spot: Spot): JsonObject {
	const draft = new Draft(raw, spot);
	for (const key of draft.keys()) {
		const normal = normalizeKey(key);
		if (normal !== key && !CONFIG_KEYS.has(key) && CONFIG_KEYS.has(normal)) draft.move(key, normal);
	}
	if (draft.has('llms_config')) convertLlm(draft, 'llms_config');
	convertTools(draft);
	for (const key of ['main_response_config', 'backchannel_response_config']) {
		const value = draft.get(key);
		if (typeof value === 'string')
			draft.convert(key, { prompt: value }, `${key} given as text is read as its prompt`);
	}
	const access = draft.get('access_config');
	if (isJsonObject(access)) {
		const inner = new Draft(access, { ...spot, path: pathTo(spot.path, 'access_config') });
		convertAccess(inner);
		draft.put('access_config', inner.result());
	}
	return draft.result();
}
