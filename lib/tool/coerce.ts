/** Text that a schema wants as a number, a flag, a list or an object is read as one, as Python's validators do. */

import { isJsonObject, type Json, type JsonObject } from '../json';

/**
 * Reads texts as what the schema asks for; placeholders of a tool node become text by default (R4.34), so
 * `"42"` must do for an integer. Only texts change, and only where the schema accepts no text.
 *
 * @param schema Without references, as `flattenSchema` returns it.
 */
export function coerceToSchema(value: Json, schema: Json | undefined): Json {
	const alternatives = alternativesOf(schema);
	if (alternatives.length === 0) return value;
	const coerced = typeof value === 'string' ? coerceText(value, typesOf(alternatives)) : value;
	if (Array.isArray(coerced)) return coerceItems(coerced, alternatives);
	return isJsonObject(coerced) ? coerceProperties(coerced, alternatives) : coerced;
}

/** The schema and everything it combines; a value may have to fit any of them. */
function alternativesOf(schema: Json | undefined): JsonObject[] {
	if (!isJsonObject(schema)) return [];
	const parts = ['allOf', 'anyOf', 'oneOf'].flatMap((keyword) => {
		const list = schema[keyword];
		return Array.isArray(list) ? list : [];
	});
	return [schema, ...parts.flatMap(alternativesOf)];
}

function typesOf(alternatives: readonly JsonObject[]): Set<Json> {
	return new Set(
		alternatives.flatMap(({ type }) => (Array.isArray(type) ? type : type === undefined ? [] : [type])),
	);
}

function coerceText(text: string, types: ReadonlySet<Json>): Json {
	if (types.has('string')) return text;
	const trimmed = text.trim();
	const isNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(trimmed) && trimmed.length <= 64;
	if (isNumber && (types.has('number') || types.has('integer'))) return Number(trimmed);
	if (types.has('boolean') && /^(?:true|false)$/i.test(trimmed)) return trimmed.toLowerCase() === 'true';
	if ((types.has('object') && trimmed.startsWith('{')) || (types.has('array') && trimmed.startsWith('['))) {
		return parseOrKeep(text);
	}
	return text;
}

function parseOrKeep(text: string): Json {
	try {
		return JSON.parse(text) as Json;
	} catch {
		// The schema check that follows says what is wrong with it.
		return text;
	}
}

function coerceItems(items: Json[], alternatives: readonly JsonObject[]): Json[] {
	const schema = alternatives.find((alternative) => Object.hasOwn(alternative, 'items'))?.['items'];
	return items.map((item, index) => coerceToSchema(item, Array.isArray(schema) ? schema[index] : schema));
}

function coerceProperties(object: JsonObject, alternatives: readonly JsonObject[]): JsonObject {
	const coerced: JsonObject = {};
	for (const [name, item] of Object.entries(object)) {
		if (name === '__proto__') continue;
		const owner = alternatives.find(
			({ properties }) => isJsonObject(properties) && Object.hasOwn(properties, name),
		);
		coerced[name] =
			owner === undefined ? item : coerceToSchema(item, (owner['properties'] as JsonObject)[name]);
	}
	return coerced;
}
