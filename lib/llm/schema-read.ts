/** Reads what users write into JSON Schemas: references, `allOf`, choices at the root, missing types. */

import { isJsonObject, type Json, type JsonObject } from '../json';

/** The types a schema allows; guessed from its other keywords when it names none. */
export function kindsOf(schema: JsonObject): string[] {
	if (typeof schema.type === 'string') return [schema.type];
	if (Array.isArray(schema.type)) return schema.type.filter((kind) => typeof kind === 'string');
	if (isJsonObject(schema.properties)) return ['object'];
	if (schema.items !== undefined || schema.prefixItems !== undefined) return ['array'];
	const values = Array.isArray(schema.enum) ? schema.enum : 'const' in schema ? [schema.const as Json] : [];
	return [...new Set(values.map(kindOfValue))];
}

function kindOfValue(value: Json): string {
	if (value === null) return 'null';
	if (Array.isArray(value)) return 'array';
	return typeof value === 'object' ? 'object' : typeof value;
}

/** The target of a local reference (`#/$defs/x`), or null when it leads nowhere. */
export function resolveRef(root: JsonObject, ref: string): JsonObject | null {
	if (!ref.startsWith('#')) return null;
	let current: Json | undefined = root;
	for (const step of ref
		.slice(1)
		.split('/')
		.filter((part) => part !== '')) {
		if (!isJsonObject(current)) return null;
		const name = decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~');
		current = Object.hasOwn(current, name) ? current[name] : undefined;
	}
	return isJsonObject(current) ? current : null;
}

/** The schema with its `allOf` parts laid into it: properties and required lists joined. */
export function mergeAllOf(schema: JsonObject, root: JsonObject, depth = 0): JsonObject {
	// A schema may name itself among its parts; this deep nothing new can come.
	if (!Array.isArray(schema.allOf) || depth > 8) return schema;
	const { allOf, ...rest } = schema;
	return allOf
		.filter(isJsonObject)
		.reduce<JsonObject>((merged, part) => joinObjects(merged, resolved(part, root, depth)), rest);
}

/** An object that also offers choices (`anyOf` of required lists or of further properties) as one object. */
export function flattened(schema: JsonObject, root: JsonObject): JsonObject {
	const { anyOf, oneOf, ...rest } = schema;
	const parts = [anyOf, oneOf].flatMap((list) => (Array.isArray(list) ? list.filter(isJsonObject) : []));
	// What only one choice demands is not demanded of all.
	return parts.reduce<JsonObject>((merged, part) => {
		const { required: _required, ...optional } = resolved(part, root, 0);
		return joinObjects(merged, optional);
	}, rest);
}

function resolved(part: JsonObject, root: JsonObject, depth: number): JsonObject {
	const target = typeof part.$ref === 'string' ? (resolveRef(root, part.$ref) ?? part) : part;
	return mergeAllOf(target, root, depth + 1);
}

function joinObjects(first: JsonObject, second: JsonObject): JsonObject {
	const joined: JsonObject = { ...second, ...first };
	if (isJsonObject(first.properties) || isJsonObject(second.properties)) {
		joined.properties = {
			...(isJsonObject(second.properties) ? second.properties : {}),
			...(isJsonObject(first.properties) ? first.properties : {}),
		};
	}
	const required = [first.required, second.required].flatMap((list) => (Array.isArray(list) ? list : []));
	if (required.length > 0) joined.required = [...new Set(required)];
	return joined;
}
