/** The arguments of an exit: their schema as the file writes it, and which given values fit it. */

import type { ValidateFunction } from 'ajv';
import type { Json, JsonObject } from '../json';
import { isJsonObject } from '../json';

/** An `args_schema` read leniently: a JSON Schema, a wrapper around one, or a bare map of properties. */
export interface ArgumentsShape {
	properties: Record<string, JsonObject>;
	required: string[];
	/** Keywords beside them that the properties may refer to (`$defs`, `definitions`). */
	definitions: JsonObject;
}

export interface ArgumentsReading {
	/** The given values that fit; the others are left out. */
	valid: JsonObject;
	/** One sentence per argument that is missing or does not fit; no values. */
	problems: string[];
}

const NOTHING: ArgumentsShape = { properties: {}, required: [], definitions: {} };

/** Names that edges use for themselves, or that the runtime keeps (R4.14). */
function isReserved(name: string): boolean {
	return (
		name === 'justification' || name === 'dynamic_message' || name === 'condition_met' || name.startsWith('_')
	);
}

export function readArgumentsSchema(schema: JsonObject | null): ArgumentsShape {
	if (!schema) return NOTHING;
	const wrapped = schema['input_schema'];
	if (isJsonObject(wrapped)) return readArgumentsSchema(wrapped);
	const declared = schema['properties'];
	const isBare = declared === undefined && schema['type'] === undefined;
	const source = isJsonObject(declared) ? declared : isBare ? schema : {};
	const properties: Record<string, JsonObject> = {};
	for (const [name, property] of Object.entries(source)) {
		if (isJsonObject(property) && !isReserved(name)) properties[name] = property;
	}
	const required = Array.isArray(schema['required']) ? schema['required'] : [];
	const definitions: JsonObject = {};
	for (const key of ['$defs', 'definitions']) {
		if (!isBare && isJsonObject(schema[key])) definitions[key] = schema[key];
	}
	return {
		properties,
		required: required.filter(
			(name): name is string => typeof name === 'string' && Object.hasOwn(properties, name),
		),
		definitions,
	};
}

/** Sorts given arguments into those that fit their property's schema and the problems with the others. */
export async function readArguments(shape: ArgumentsShape, given: JsonObject): Promise<ArgumentsReading> {
	const valid: JsonObject = {};
	const problems: string[] = [];
	for (const [name, property] of Object.entries(shape.properties)) {
		const value = Object.hasOwn(given, name) ? given[name] : undefined;
		if (value === undefined || (value === null && !shape.required.includes(name))) {
			if (shape.required.includes(name)) problems.push(`"${name}" is missing.`);
			continue;
		}
		const problem = await misfit(property, shape.definitions, value);
		if (problem === null) valid[name] = value;
		else problems.push(`"${name}" ${problem}.`);
	}
	return { valid, problems };
}

const validators = new WeakMap<JsonObject, ValidateFunction | Error>();

/** Why `value` does not fit, as the end of a sentence, or null when it does. */
async function misfit(property: JsonObject, definitions: JsonObject, value: Json): Promise<string | null> {
	let validate = validators.get(property);
	if (validate === undefined) {
		validate = await compile({ ...definitions, ...property });
		validators.set(property, validate);
	}
	if (validate instanceof Error) return 'has a schema that cannot be used';
	if (validate(value)) return null;
	const error = validate.errors?.[0];
	const where = error?.instancePath ? `at ${error.instancePath} ` : '';
	return `${where}${error?.message ?? 'does not fit its schema'}`;
}

/**
 * Patterns run on RE2, which takes linear time, so a schema of a graph cannot hang the process. A
 * pattern that RE2 does not know (look-around, back references) is not enforced.
 */
async function compile(schema: JsonObject): Promise<ValidateFunction | Error> {
	const [{ Ajv }, { RE2JS }] = await Promise.all([import('ajv'), import('re2js')]);
	const linearRegExp = Object.assign(
		(pattern: string) => {
			try {
				const compiled = RE2JS.compile(RE2JS.translateRegExp(pattern));
				return { test: (text: string) => compiled.matcher(text).find() };
			} catch {
				return { test: () => true };
			}
		},
		{ code: 'linearRegExp' },
	);
	const ajv = new Ajv({
		strict: false,
		validateFormats: false,
		logger: false,
		code: { regExp: linearRegExp },
	});
	// Ajv compares every pair of items, which takes hours for a long list.
	ajv.removeKeyword('uniqueItems');
	try {
		return ajv.compile(schema);
	} catch (error) {
		return error instanceof Error ? error : new Error(String(error));
	}
}
