/** Checks the arguments of a call against the tool's schema, in a way that no schema or pattern can hang (R7.9.2). */

import type { Ajv, ErrorObject, ValidateFunction } from 'ajv';
import type { Tool } from '../graph/tool';
import { messageOf } from '../errors';
import { isJsonObject, type Json, type JsonObject } from '../json';
import { remember } from '../value/cache';
import { coerceToSchema } from './coerce';
import { argumentSchema, toolName } from './definition';
import { flattenSchema } from './schema';

export type CheckedArguments =
	| { ok: true; arguments: JsonObject }
	| { ok: false; code: 'TOOL_ARGUMENTS_INVALID' | 'TOOL_SCHEMA_INVALID'; message: string };

const MAX_SCHEMA_LENGTH = 256 * 1024;

type Check = { schema: JsonObject; validate: ValidateFunction } | { fault: string };

/** Arguments as the schema wants them: texts read as numbers where it asks for numbers, defaults filled in. */
export async function checkArguments(tool: Tool, given: JsonObject): Promise<CheckedArguments> {
	const schema = argumentSchema(tool);
	if (schema === null) return { ok: true, arguments: given };
	const bound = tool.variable_arguments.map((binding) => binding.argument_name);
	const check = await compile(JSON.stringify({ schema, bound }));
	if ('fault' in check) {
		const message = `The args_schema of tool ${toolName(tool)} cannot be used: ${check.fault}.`;
		return { ok: false, code: 'TOOL_SCHEMA_INVALID', message };
	}
	try {
		const args = coerceToSchema(given, check.schema) as JsonObject;
		if (check.validate(args)) return { ok: true, arguments: args };
		return refusal(tool, describe(check.validate.errors?.[0]));
	} catch (error) {
		// Values nested many thousand levels deep exhaust the stack.
		return refusal(tool, messageOf(error));
	}
}

function refusal(tool: Tool, reason: string): CheckedArguments {
	const message = `Tool ${toolName(tool)} was not called: ${reason}.`;
	return { ok: false, code: 'TOOL_ARGUMENTS_INVALID', message };
}

const compile = remember(200, compileSchema);

async function compileSchema(key: string): Promise<Check> {
	if (key.length > MAX_SCHEMA_LENGTH) return { fault: `it has more than ${MAX_SCHEMA_LENGTH} characters` };
	const { schema, bound } = JSON.parse(key) as { schema: JsonObject; bound: string[] };
	const flattened = flattenSchema(schema);
	if (!flattened.ok) return { fault: flattened.message };
	const flat = { ...flattened.schema, ...nullableProperties(flattened.schema, bound) };
	try {
		return { schema: flat, validate: (await createAjv()).compile(flat) };
	} catch (error) {
		return { fault: messageOf(error) };
	}
}

/** A bound argument whose variable is absent is passed as null, whatever its schema says (R4.35). */
function nullableProperties(schema: JsonObject, bound: readonly string[]): JsonObject {
	const properties = schema['properties'];
	if (!isJsonObject(properties)) return {};
	const entries = Object.entries(properties).map(([name, property]): [string, Json] => {
		return [name, bound.includes(name) ? { anyOf: [property, { type: 'null' }] } : property];
	});
	return { properties: Object.fromEntries(entries) };
}

/** What is wrong, with the place and never with the value. */
function describe(error: ErrorObject | undefined): string {
	if (error === undefined) return 'its arguments do not fit the schema';
	const place = error.instancePath === '' ? 'its arguments' : `argument ${error.instancePath.slice(1)}`;
	const extra = (error.params as { additionalProperty?: unknown }).additionalProperty;
	return `${place} ${error.message ?? 'does not fit'}${typeof extra === 'string' ? ` (${extra})` : ''}`;
}

/** A checker of its own for each schema, so that none outlives the memory of compiled ones. */
async function createAjv(): Promise<Ajv> {
	const [{ Ajv }, { RE2JS }] = await Promise.all([import('ajv'), import('re2js')]);
	const linearRegExp = (pattern: string) => {
		try {
			return RE2JS.compile(RE2JS.translateRegExp(pattern));
		} catch {
			// Look-around and back-references have no linear-time form; such a pattern is not checked.
			return { test: () => true, toString: () => pattern };
		}
	};
	const ajv = new Ajv({
		strict: false,
		validateFormats: false,
		useDefaults: true,
		logger: false,
		code: { regExp: Object.assign(linearRegExp, { code: 'linearRegExp' }) },
	});
	// Ajv compares every pair of items, which takes hours for a long list.
	ajv.removeKeyword('uniqueItems');
	ajv.addKeyword({ keyword: 'uniqueItems', type: 'array', schemaType: 'boolean', validate: hasUniqueItems });
	return ajv;
}

function hasUniqueItems(isAsked: boolean, items: Json[]): boolean {
	return !isAsked || new Set(items.map(canonicalText)).size === items.length;
}

/** JSON text that is the same for equal values, whatever the order of their keys. */
function canonicalText(value: Json): string {
	return JSON.stringify(value, (_, inner: Json) =>
		isJsonObject(inner)
			? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
			: inner,
	);
}
