/** A user's JSON Schema made safe to check: references laid out, size bounded, only known keywords kept. */

import { isJsonObject, type Json, type JsonObject } from '../json';

/** A schema without references: checking a value against it takes time proportional to both. */
export type FlatSchema = JsonObject | boolean;

export type Flattened = { ok: true; schema: JsonObject } | { ok: false; message: string };

const MAX_SCHEMAS = 2000;
const MAX_DEPTH = 32;
/** A schema that contains itself is checked this many levels deep; deeper values are accepted. */
const MAX_RECURSION = 3;

/** Keywords whose value is no schema. Everything unknown, formats included, is left out. */
const ASSERTIONS = [
	'type',
	'nullable',
	'enum',
	'const',
	'default',
	'minimum',
	'maximum',
	'exclusiveMinimum',
	'exclusiveMaximum',
	'multipleOf',
	'minLength',
	'maxLength',
	'pattern',
	'minItems',
	'maxItems',
	'uniqueItems',
	'minProperties',
	'maxProperties',
	'required',
] as const;
const SINGLE_SCHEMAS = [
	'additionalProperties',
	'contains',
	'propertyNames',
	'not',
	'if',
	'then',
	'else',
] as const;
const SCHEMA_LISTS = ['allOf', 'anyOf', 'oneOf'] as const;
const SCHEMA_MAPS = ['properties', 'patternProperties'] as const;

interface Flattening {
	root: JsonObject;
	left: number;
}

/** Where a subschema stands: how deep, and inside which references. */
interface Place {
	depth: number;
	openRefs: readonly string[];
}

/**
 * Lays a schema out as a tree without `$ref`.
 *
 * References only make a schema's checking time explode or never end, so they are followed here, within
 * bounds: 2 000 subschemas, 32 levels. References to other documents accept anything.
 */
export function flattenSchema(root: JsonObject): Flattened {
	const flattening: Flattening = { root, left: MAX_SCHEMAS };
	const schema = flatten(root, flattening, { depth: 0, openRefs: [] });
	if (flattening.left < 0) return { ok: false, message: `it has more than ${MAX_SCHEMAS} subschemas` };
	return { ok: true, schema: isJsonObject(schema) ? schema : {} };
}

function flatten(schema: Json | undefined, flattening: Flattening, place: Place): FlatSchema {
	if (typeof schema === 'boolean') return schema;
	if (!isJsonObject(schema) || place.depth > MAX_DEPTH || --flattening.left < 0) return true;
	const inner = { ...place, depth: place.depth + 1 };
	const flat: JsonObject = {};
	for (const keyword of ASSERTIONS) {
		if (Object.hasOwn(schema, keyword)) flat[keyword] = schema[keyword] as Json;
	}
	for (const keyword of SINGLE_SCHEMAS) {
		if (Object.hasOwn(schema, keyword)) flat[keyword] = flatten(schema[keyword], flattening, inner);
	}
	for (const keyword of SCHEMA_LISTS) {
		const list = schema[keyword];
		if (Array.isArray(list)) flat[keyword] = list.map((item) => flatten(item, flattening, inner));
	}
	for (const keyword of SCHEMA_MAPS) {
		const map = schema[keyword];
		if (isJsonObject(map)) flat[keyword] = flattenMap(map, flattening, inner);
	}
	flattenItems(schema, flat, (item) => flatten(item, flattening, inner));
	if (typeof schema['$ref'] === 'string') {
		const target = followReference(schema['$ref'], flattening, place);
		flat['allOf'] = [...(Array.isArray(flat['allOf']) ? flat['allOf'] : []), target];
	}
	return flat;
}

function flattenMap(map: JsonObject, flattening: Flattening, place: Place): JsonObject {
	const entries = Object.entries(map).filter(([name]) => name !== '__proto__');
	return Object.fromEntries(entries.map(([name, item]) => [name, flatten(item, flattening, place)]));
}

/** Tuples of the newer drafts (`prefixItems`) in the words of the older ones. */
function flattenItems(schema: JsonObject, flat: JsonObject, flattenOne: (item: Json) => FlatSchema): void {
	const { items, prefixItems, additionalItems } = schema;
	const tuple = Array.isArray(prefixItems) ? prefixItems : Array.isArray(items) ? items : null;
	if (tuple === null) {
		if (items !== undefined) flat['items'] = flattenOne(items);
		return;
	}
	// An empty list of items is not valid in the older drafts.
	if (tuple.length > 0) flat['items'] = tuple.map(flattenOne);
	const rest = Array.isArray(items) ? additionalItems : items;
	if (rest !== undefined) flat[tuple.length > 0 ? 'additionalItems' : 'items'] = flattenOne(rest);
}

function followReference(ref: string, flattening: Flattening, place: Place): FlatSchema {
	if (place.openRefs.filter((open) => open === ref).length >= MAX_RECURSION) return true;
	const target = readPointer(flattening.root, ref);
	const inner = { depth: place.depth + 1, openRefs: [...place.openRefs, ref] };
	return target === undefined ? true : flatten(target, flattening, inner);
}

/** The value a local reference such as `#/$defs/Address` points to. */
function readPointer(root: JsonObject, ref: string): Json | undefined {
	if (ref !== '#' && !ref.startsWith('#/')) return undefined;
	let current: Json | undefined = root;
	for (const segment of ref.split('/').slice(1)) {
		const key = decodeSegment(segment);
		if (typeof current !== 'object' || current === null || !Object.hasOwn(current, key)) return undefined;
		current = (current as JsonObject)[key];
	}
	return current;
}

function decodeSegment(segment: string): string {
	const text = segment.replaceAll('~1', '/').replaceAll('~0', '~');
	return text.includes('%') && /^(?:[^%]|%[0-9a-f]{2})*$/i.test(text) ? decodeLoosely(text) : text;
}

function decodeLoosely(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		// Percent signs that are no UTF-8 belong to the name itself.
		return text;
	}
}
