/** The fields this package adds (4.4): read from two places, moved to `miscellaneous` for the platform. */

import { isJsonObject, type Json, type JsonObject } from '../json';
import { mappingRows } from './dialect/tool-fields';
import { embeddedKeys } from './embedded';

/** Which types carry which addition. */
const ADDITIONS: ReadonlyMap<string, readonly string[]> = new Map([
	['say_llm', ['max_turns']],
	['worker_llm', ['max_turns']],
	['workflow_run_evaluator', ['max_turns']],
	['send_sms', ['sms_provider']],
	['http_request', ['response_mapping']],
	['conditional', ['priority']],
]);

/** The object with additions found in `miscellaneous` at their own place; a value given there already wins. */
export function withAdditions(raw: JsonObject): JsonObject {
	const misc = raw.miscellaneous;
	const names = typeof raw.type === 'string' ? ADDITIONS.get(raw.type) : undefined;
	if (names === undefined || !isJsonObject(misc)) return raw;
	let result = raw;
	for (const name of names) {
		if (!Object.hasOwn(misc, name) || (raw[name] !== undefined && raw[name] !== null)) continue;
		const value = misc[name] ?? null;
		result = { ...result, [name]: name === 'response_mapping' ? (mappingRows(value) ?? value) : value };
	}
	return result;
}

/**
 * The form of a hydrated workflow that the platform keeps whole: additions moved into `miscellaneous`
 * of their node or edge, embedded graphs included. The input stays as it is.
 */
export function platformForm(raw: JsonObject): JsonObject {
	// The model of the platform has them, its files never (1.2).
	const { secret_variables: _never, ...written } = raw;
	return changedKeys('secret_variables' in raw ? written : raw, {
		node_configs: (nodes) => mapObjects(nodes, (node) => embeddedForm(moved(node))),
		edge_configs: (edges) => mapObjects(edges, moved),
	});
}

/** The same of one node or edge that stands alone. */
export function platformPart(raw: JsonObject): JsonObject {
	return embeddedForm(moved(raw));
}

function embeddedForm(node: JsonObject): JsonObject {
	return changedKeys(node, Object.fromEntries(embeddedKeys.map((key) => [key, embeddedValue])));
}

function embeddedValue(value: Json): Json {
	if (!isJsonObject(value)) return value;
	if ('node_configs' in value || 'edge_configs' in value) return platformForm(value);
	return changedKeys(value, { workflow_config: embeddedValue });
}

function moved(raw: JsonObject): JsonObject {
	const names = typeof raw.type === 'string' ? ADDITIONS.get(raw.type) : undefined;
	const present = (names ?? []).filter((name) => Object.hasOwn(raw, name));
	if (present.length === 0) return raw;
	const held = isJsonObject(raw.miscellaneous) ? raw.miscellaneous : {};
	// A null addition says nothing: it is dropped.
	const values = present
		.filter((name) => raw[name] !== null)
		.map((name): [string, Json] => [name, raw[name] ?? null]);
	const miscellaneous = { ...held, ...Object.fromEntries(values) };
	const kept = Object.entries(raw).filter(([key]) => !present.includes(key));
	const hasPlace = Object.hasOwn(raw, 'miscellaneous');
	const entries = kept.map(([key, value]): [string, Json] => [
		key,
		key === 'miscellaneous' ? miscellaneous : value,
	]);
	return Object.fromEntries(hasPlace ? entries : [...entries, ['miscellaneous', miscellaneous]]);
}

function mapObjects(list: Json, change: (value: JsonObject) => JsonObject): Json {
	return Array.isArray(list) ? list.map((value) => (isJsonObject(value) ? change(value) : value)) : list;
}

function changedKeys(value: JsonObject, changes: Record<string, (value: Json) => Json>): JsonObject {
	const entries = Object.entries(value).map(([key, old]): [string, Json] => {
		const change = Object.hasOwn(changes, key) ? changes[key] : undefined;
		return [key, change === undefined ? old : change(old)];
	});
	return Object.fromEntries(entries);
}
