/** Structured answers: both schema shapes a file may hold, reading the model's JSON, and checking it (R8.13, R8.14). */

import type { ValidateFunction } from 'ajv';
import { messageOf } from '../errors';
import { isJsonObject, type Json, type JsonObject } from '../json';
import type { ModelMessage, OutputDefinition } from './contract';
import { withoutNulls } from './schema-openai';

const DEFAULT_NAME = 'structured_output';

/**
 * The wanted answer from a node's `structured_output_schema`: `{name, description, input_schema}` or a
 * bare JSON Schema (R8.13); null for an absent or empty one.
 */
export function toOutputDefinition(raw: JsonObject | null | undefined): OutputDefinition | null {
	if (raw === null || raw === undefined || Object.keys(raw).length === 0) return null;
	const isWrapped = isJsonObject(raw.input_schema);
	const schema = isWrapped ? (raw.input_schema as JsonObject) : raw;
	const name = isWrapped ? raw.name : (raw.name ?? raw.title);
	return {
		name: typeof name === 'string' && name.trim() !== '' ? name : DEFAULT_NAME,
		description: typeof raw.description === 'string' ? raw.description : '',
		schema: asObjectSchema(schema),
	};
}

/** A bare map of properties without `type`, and a schema whose type is left out, are objects. */
function asObjectSchema(schema: JsonObject): JsonObject {
	if (schema.type === 'object') return schema;
	const isSchema = ['type', 'properties', 'anyOf', 'oneOf', 'allOf', '$ref', '$defs'].some(
		(key) => key in schema,
	);
	if (isSchema) return schema.type === undefined ? { ...schema, type: 'object' } : schema;
	return { type: 'object', properties: schema };
}

export type ParsedOutput = { ok: true; value: Json } | { ok: false; message: string };

/**
 * Reads the model's text as JSON that fits the schema. A code fence and words around the object are
 * forgiven; a value that does not fit is not. The message names paths and rules, never values.
 */
export async function parseOutput(text: string, output: OutputDefinition): Promise<ParsedOutput> {
	const found = findJson(text);
	if (found === undefined) return { ok: false, message: 'the answer is not JSON' };
	const value = withoutNulls(found, output.schema);
	const validate = await validatorFor(output.schema);
	if (validate === null || validate(value)) return { ok: true, value };
	const errors = (validate.errors ?? []).slice(0, 8);
	return {
		ok: false,
		message: errors
			.map((error) => `${error.instancePath || 'the answer'} ${error.message ?? 'is wrong'}`)
			.join('; '),
	};
}

function findJson(text: string): Json | undefined {
	const fenced = /```(?:json)?\s*([\s\S]*?)```/.exec(text)?.[1];
	const first = text.indexOf('{');
	const last = text.lastIndexOf('}');
	const candidates = [text, fenced, first === -1 || last < first ? undefined : text.slice(first, last + 1)];
	for (const candidate of candidates) {
		if (candidate === undefined || candidate.trim() === '') continue;
		try {
			return JSON.parse(candidate) as Json;
		} catch {
			continue;
		}
	}
	return undefined;
}

const validators = new WeakMap<JsonObject, ValidateFunction | null>();

/** Null for a schema that is itself broken: then any JSON is taken, as the vendors would. */
async function validatorFor(schema: JsonObject): Promise<ValidateFunction | null> {
	const known = validators.get(schema);
	if (known !== undefined) return known;
	const [{ Ajv }, { RE2JS }] = await Promise.all([import('ajv'), import('re2js')]);
	// A user's pattern may be built to never end; this engine takes linear time.
	const regExp = (pattern: string) => {
		let compiled: { matcher(input: string): { find(): boolean } } | null;
		try {
			compiled = RE2JS.compile(pattern);
		} catch (error) {
			if (messageOf(error) === '') throw error;
			compiled = null;
		}
		return { test: (input: string) => compiled === null || compiled.matcher(input).find() };
	};
	const ajv = new Ajv({
		strict: false,
		allErrors: true,
		validateFormats: false,
		logger: false,
		code: { regExp: Object.assign(regExp, { code: 'regExp' }) },
	});
	let validate: ValidateFunction | null;
	try {
		const { $schema, $id, ...plain } = schema;
		validate = ajv.compile(plain);
	} catch (error) {
		if (!(error instanceof Error)) throw error;
		validate = null;
	}
	validators.set(schema, validate);
	return validate;
}

/** What is added to the conversation after an answer that did not fit (R8.14). */
export function correctionFor(text: string, message: string, output: OutputDefinition): ModelMessage[] {
	const answer: ModelMessage[] =
		text.trim() === '' ? [] : [{ role: 'assistant', content: text, toolCalls: [] }];
	return [
		...answer,
		{
			role: 'user',
			content:
				`Your last answer could not be used: ${message}. ` +
				`Answer again with one JSON object that fits this schema and nothing else: ${JSON.stringify(output.schema)}`,
		},
	];
}
