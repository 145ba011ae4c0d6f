/** JSON Schemas as OpenAI takes them: loose for functions, strict for structured answers where it can be. */

import type { Json, JsonObject } from '../json';
import { isJsonObject } from '../json';

/** Keywords that strict mode knows; everything else is left to our own check of the answer. */
const STRICT_KEYWORDS = new Set([
	'type',
	'description',
	'title',
	'enum',
	'const',
	'properties',
	'required',
	'items',
	'anyOf',
	'additionalProperties',
	'$ref',
	'$defs',
	'definitions',
	'pattern',
	'format',
	'multipleOf',
	'minimum',
	'maximum',
	'exclusiveMinimum',
	'exclusiveMaximum',
	'minItems',
	'maxItems',
]);

const STRICT_FORMATS = new Set([
	'date-time',
	'time',
	'date',
	'duration',
	'email',
	'hostname',
	'ipv4',
	'ipv6',
	'uuid',
]);

/** Regular expressions that reach around themselves are refused by OpenAI's grammar. */
const HARD_PATTERN = /\(\?[=!<]|\\[1-9]|\\[bBpP]/;

const MAX_STRICT_DEPTH = 9;

/**
 * Function parameters: the root must be an object with `properties` and without choices at the top,
 * and every array must say what it holds.
 */
export function functionParameters(schema: JsonObject): JsonObject {
	const { oneOf, anyOf, allOf, enum: _enum, not, $schema, ...rest } = schema;
	const parts = [oneOf, anyOf, allOf].flatMap((list) =>
		Array.isArray(list) ? list.filter(isJsonObject) : [],
	);
	const properties: JsonObject = {};
	for (const part of parts) Object.assign(properties, isJsonObject(part.properties) ? part.properties : {});
	Object.assign(properties, isJsonObject(rest.properties) ? rest.properties : {});
	const required = [
		...(Array.isArray(rest.required) ? rest.required : []),
		...(Array.isArray(allOf)
			? allOf.filter(isJsonObject).flatMap((part) => (Array.isArray(part.required) ? part.required : []))
			: []),
	].filter((name) => typeof name === 'string' && name in properties);
	return {
		...withArrayItems(rest),
		type: 'object',
		properties: withArrayItems(properties),
		...(required.length > 0 || 'required' in rest ? { required: [...new Set(required)] } : {}),
	};
}

function withArrayItems(schema: JsonObject): JsonObject {
	const result: JsonObject = {};
	for (const [key, value] of Object.entries(schema)) {
		result[key] = Array.isArray(value)
			? value.map((item) => (isJsonObject(item) ? withArrayItems(item) : item))
			: isJsonObject(value) && key !== 'default' && key !== 'const'
				? withArrayItems(value)
				: value;
	}
	const isArray = result.type === 'array' || (Array.isArray(result.type) && result.type.includes('array'));
	if (isArray && result.items === undefined && result.prefixItems === undefined) result.items = {};
	return result;
}

/**
 * The strict form: every object closed, every property required (those that were optional may be
 * null). Null when the schema cannot be said strictly: open maps, `allOf`, recursion too deep.
 */
export function strictSchema(schema: JsonObject): JsonObject | null {
	try {
		const strict = tighten(schema, 0);
		return strict.type === 'object' && isJsonObject(strict.properties) ? strict : null;
	} catch (error) {
		if (error instanceof NotStrict) return null;
		throw error;
	}
}

class NotStrict extends Error {}

function tighten(schema: JsonObject, depth: number): JsonObject {
	if (depth > MAX_STRICT_DEPTH) throw new NotStrict('too deep');
	const result: JsonObject = {};
	for (const [key, value] of Object.entries(schema)) {
		if (key === 'oneOf') result.anyOf = value;
		else if (key === 'allOf' || key === 'patternProperties' || key === 'if' || key === 'not')
			throw new NotStrict(key);
		else if (STRICT_KEYWORDS.has(key)) result[key] = value;
	}
	if (typeof result.format === 'string' && !STRICT_FORMATS.has(result.format)) delete result.format;
	if (typeof result.pattern === 'string' && HARD_PATTERN.test(result.pattern)) delete result.pattern;
	if (Array.isArray(result.anyOf)) {
		if (depth === 0) throw new NotStrict('choice at the root');
		result.anyOf = result.anyOf.map((part) => (isJsonObject(part) ? tighten(part, depth + 1) : part));
	}
	for (const key of ['$defs', 'definitions']) {
		const group = result[key];
		if (isJsonObject(group)) result[key] = mapValues(group, (part) => tighten(part, 1));
	}
	if (isJsonObject(result.items)) result.items = tighten(result.items, depth + 1);
	else if (hasType(result, 'array')) throw new NotStrict('array of anything');
	if (hasType(result, 'object') || isJsonObject(result.properties)) closeObject(result, depth);
	const isTyped = ['type', 'anyOf', 'enum', 'const', '$ref'].some((key) => key in result);
	if (!isTyped) throw new NotStrict('anything');
	return result;
}

function closeObject(schema: JsonObject, depth: number): void {
	const properties = schema.properties;
	if (!isJsonObject(properties)) throw new NotStrict('open map');
	if (
		schema.additionalProperties !== undefined &&
		schema.additionalProperties !== false &&
		schema.additionalProperties !== null
	) {
		if (schema.additionalProperties === true || isJsonObject(schema.additionalProperties))
			throw new NotStrict('open map');
	}
	const required = new Set(Array.isArray(schema.required) ? schema.required : []);
	schema.properties = mapValues(properties, (part, name) => {
		const strict = tighten(part, depth + 1);
		return required.has(name) ? strict : orNull(strict);
	});
	schema.required = Object.keys(properties);
	schema.additionalProperties = false;
}

/** An optional property as one that may be null; `withoutNulls` takes the nulls out again. */
function orNull(schema: JsonObject): JsonObject {
	if (typeof schema.type === 'string' && !('enum' in schema) && !('const' in schema)) {
		return { ...schema, type: schema.type === 'null' ? 'null' : [schema.type, 'null'] };
	}
	if (Array.isArray(schema.type) && schema.type.includes('null')) return schema;
	return { anyOf: [schema, { type: 'null' }] };
}

/** Removes the nulls that `strictSchema` made the model write for absent optional properties. */
export function withoutNulls(value: Json, schema: Json | undefined): Json {
	if (!isJsonObject(schema)) return value;
	if (Array.isArray(value)) return value.map((item) => withoutNulls(item, schema.items));
	if (!isJsonObject(value) || !isJsonObject(schema.properties)) return value;
	const required = new Set(Array.isArray(schema.required) ? schema.required : []);
	const result: JsonObject = {};
	for (const [name, item] of Object.entries(value)) {
		const part = schema.properties[name];
		if (item === null && !required.has(name) && !allowsNull(part)) continue;
		result[name] = withoutNulls(item, part);
	}
	return result;
}

function allowsNull(schema: Json | undefined): boolean {
	if (!isJsonObject(schema)) return true;
	if (hasType(schema, 'null') || schema.const === null) return true;
	if (Array.isArray(schema.enum) && schema.enum.includes(null)) return true;
	const choices = [schema.anyOf, schema.oneOf].find(Array.isArray);
	if (choices !== undefined) return choices.some(allowsNull);
	return !(
		'type' in schema ||
		'enum' in schema ||
		'const' in schema ||
		'$ref' in schema ||
		'properties' in schema
	);
}

function hasType(schema: JsonObject, type: string): boolean {
	return schema.type === type || (Array.isArray(schema.type) && schema.type.includes(type));
}

function mapValues(object: JsonObject, change: (value: JsonObject, name: string) => JsonObject): JsonObject {
	const result: JsonObject = {};
	for (const [name, value] of Object.entries(object)) {
		if (!isJsonObject(value)) throw new NotStrict('a schema that is no object');
		result[name] = change(value, name);
	}
	return result;
}
