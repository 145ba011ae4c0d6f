/** Tools in other spellings: kinds by their labels, `tool_type`, references given as text (4.2, 4.3, 4.6). */

import { isJsonObject, type Json, type JsonObject } from '../../json';
import { pathTo, quoted } from '../fault';
import { Draft, normalizeKey, type Spot } from './draft';
import { mapChanged } from './model-fields';
import { TOOL_KEYS, toolType } from './types';

/** Registry ids whose kind is known without asking the platform (2.16.1). */
const KNOWN_REFERENCES: ReadonlyMap<string, string> = new Map([['call_forward', 'inbuilt_function']]);

export function toolToWireForm(raw: JsonObject, spot: Spot): JsonObject {
	const type = raw.type;
	const keys = typeof type === 'string' ? TOOL_KEYS.get(type) : undefined;
	const isPlain = keys !== undefined && Object.keys(raw).every((key) => keys.has(key));
	if (isPlain && !Array.isArray(raw.api_headers) && !isJsonObject(raw.result_variable_mappings)) return raw;
	const draft = new Draft(raw, spot);
	readDiscriminator(draft, 'tool_type', (word) => toolType(word));
	const wireType = draft.get('type');
	const wireKeys = typeof wireType === 'string' ? TOOL_KEYS.get(wireType) : undefined;
	for (const key of wireKeys === undefined ? [] : draft.keys()) {
		const normal = normalizeKey(key);
		if (!wireKeys?.has(key) && wireKeys?.has(normal)) draft.move(key, normal);
	}
	const headers = pairsToObject(draft.get('api_headers'));
	if (headers !== null)
		draft.convert('api_headers', headers, 'api_headers given as pairs are read as an object');
	const mappings = draft.get('result_variable_mappings');
	const rows = isJsonObject(mappings) ? mappingRows(mappings) : null;
	if (rows !== null) {
		const message = 'a map of variable to path is read as result mappings';
		draft.convert('result_variable_mappings', rows, message);
	}
	return draft.result();
}

/** `node_type`, `edge_type`, `tool_type` for `type`, and type words in capitals or as labels. */
export function readDiscriminator(
	draft: Draft,
	otherKey: string,
	read: (word: string) => { type: string; rule: '4.2' | '4.6' } | null,
): void {
	for (const key of draft.keys()) {
		const normal = normalizeKey(key);
		if (key === 'type' || (normal !== otherKey && normal !== 'type')) continue;
		draft.move(key, 'type', { rule: normal === otherKey ? '4.6' : '4.1' });
	}
	const word = draft.get('type');
	if (typeof word !== 'string') return;
	const reading = read(word);
	if (reading === null || reading.type === word) return;
	draft.warn(
		reading.rule,
		'type',
		`type ${quoted(word)} is read as ${reading.type}`,
		`Write ${reading.type}.`,
	);
	draft.put('type', reading.type);
}

/** `tools_config` of a node or workflow; a bare list is wrapped. */
export function convertTools(owner: Draft): void {
	const config = owner.get('tools_config');
	if (Array.isArray(config))
		owner.convert('tools_config', { tools: config }, 'a list of tools is read as tools_config.tools');
	const held = owner.get('tools_config');
	if (!isJsonObject(held) || !Array.isArray(held.tools)) return;
	const path = pathTo(owner.spot.path, 'tools_config', 'tools');
	const tools = mapChanged(
		held.tools,
		(tool, index) => toolItem(tool, { ...owner.spot, path: pathTo(path, index) }) ?? tool,
	);
	if (tools !== held.tools) owner.put('tools_config', { ...held, tools });
}

/** `tool_config` of a tool node: an object, or a reference given as text. */
export function convertTool(owner: Draft): void {
	const tool = owner.get('tool_config');
	if (tool === undefined || tool === null) return;
	const converted = toolItem(tool, { ...owner.spot, path: pathTo(owner.spot.path, 'tool_config') });
	if (converted !== null) owner.put('tool_config', converted);
}

/** A tool in wire form; null when a reference's kind is unknown and nothing can be said about it. */
export function toolItem(tool: Json, spot: Spot): Json | null {
	if (isJsonObject(tool)) return toolToWireForm(tool, spot);
	if (typeof tool !== 'string') return null;
	const type = KNOWN_REFERENCES.get(normalizeKey(tool));
	return type === undefined ? null : { type, tool_id: normalizeKey(tool) };
}

/**
 * Headers given as pairs (`[name, value]`, `{name, value}` or `{key, value}`); null when they are not, or
 * when they say more than a map can hold.
 */
export function pairsToObject(value: Json | undefined): JsonObject | null {
	if (!Array.isArray(value)) return null;
	const entries: Array<[string, Json]> = [];
	for (const pair of value) {
		if (typeof pair !== 'object' || pair === null || Object.keys(pair).length !== 2) return null;
		const name = Array.isArray(pair) ? pair[0] : (pair.name ?? pair.key ?? pair.header);
		const content = Array.isArray(pair) ? pair[1] : pair.value;
		if (typeof name !== 'string' || content === undefined) return null;
		if (entries.some(([known]) => known === name)) return null;
		entries.push([name, content]);
	}
	return Object.fromEntries(entries);
}

const TARGET_KEYS = ['target_variable_name', 'variable', 'target', 'name'] as const;
const PATH_KEYS = ['result_path', 'path', 'field', 'source'] as const;

/** Result mappings given as a map variable → path or as rows; null when the form is neither. */
export function mappingRows(value: Json): Json[] | null {
	if (isJsonObject(value)) {
		const isNamedTwice = ([name, path]: [string, Json]) =>
			isJsonObject(path) && (path.target_variable_name ?? name) !== name;
		if (Object.entries(value).some(isNamedTwice)) return null;
		return Object.entries(value).map(([target_variable_name, path]): Json =>
			isJsonObject(path) ? { target_variable_name, ...path } : { target_variable_name, result_path: path },
		);
	}
	if (!Array.isArray(value)) return null;
	const rows = value.map((row): JsonObject | null => {
		if (!isJsonObject(row)) return null;
		if ('target_variable_name' in row) return row;
		const target = TARGET_KEYS.find((key) => typeof row[key] === 'string');
		const path = PATH_KEYS.find((key) => key in row);
		if (target === undefined) return null;
		const rest = Object.entries(row).filter(([key]) => key !== target && key !== path);
		const from: Array<[string, Json]> = path === undefined ? [] : [['result_path', row[path] ?? null]];
		return Object.fromEntries([['target_variable_name', row[target] ?? null], ...from, ...rest]);
	});
	return rows.every((row) => row !== null) ? rows : null;
}

/**
 * Arguments given as rows `{variable, field}` become `{field: "[[variable]]"}`; a map stays (4.3). Null
 * when rows say more than a map can hold.
 */
export function argumentMap(value: Json): JsonObject | null {
	if (isJsonObject(value)) return value;
	if (!Array.isArray(value)) return null;
	const entries = value.map((row): [string, Json] | null => {
		if (!isJsonObject(row) || Object.keys(row).length !== 2) return null;
		const field = row.field ?? row.argument ?? row.name;
		if (typeof field !== 'string') return null;
		if (typeof row.variable === 'string') return [field, `[[${row.variable}]]`];
		return row.value === undefined ? null : [field, row.value];
	});
	if (!entries.every((entry) => entry !== null)) return null;
	const map = Object.fromEntries(entries);
	return Object.keys(map).length === entries.length ? map : null;
}
