/** JSON Schemas of every config, generated from the validators: what forms show and the API serves. */

import { z } from 'zod';
import { isJsonObject, type Json, type JsonObject } from '../json';
import { conditionalEdgeSchema, companionEdgeSchema, directEdgeSchema, waitingConfigSchema } from './edge';
import { workflowConfigSchema } from './graph';
import { backchannelGroupSchema, knownLlmSchema, llmGroupSchema } from './model';
import { globalNodeConfigSchema, nodeSchema, selfLoopConfigSchema } from './node';
import { conditionSchema, promptSchema, staticMessagesSchema } from './prompt';
import { superNodeInterfaceSchema } from './super-node';
import { knownToolSchema, mcpServerSchema, toolsConfigSchema } from './tool';

export type SchemaFamily = 'node' | 'edge' | 'tool' | 'llm' | 'part';

const byType = (options: ReadonlyArray<z.ZodType & { shape: { type: { value: string } } }>) =>
	new Map<string, z.ZodType>(options.map((schema) => [schema.shape.type.value, schema]));

const FAMILIES: Readonly<Record<SchemaFamily, ReadonlyMap<string, z.ZodType>>> = {
	node: byType(nodeSchema.options),
	edge: byType([directEdgeSchema, conditionalEdgeSchema, companionEdgeSchema]),
	tool: byType(knownToolSchema.options),
	llm: byType([...knownLlmSchema.options, llmGroupSchema, backchannelGroupSchema]),
	part: new Map<string, z.ZodType>([
		['workflow_config', workflowConfigSchema],
		['global_node_config', globalNodeConfigSchema],
		['self_loop_config', selfLoopConfigSchema],
		['condition', conditionSchema],
		['prompt', promptSchema],
		['static_messages', staticMessagesSchema],
		['evaluate_while_waiting_config', waitingConfigSchema],
		['tools_config', toolsConfigSchema],
		['mcp_server', mcpServerSchema],
		['super_node_interface', superNodeInterfaceSchema],
	]),
};

/** The types of a family, in the order of the format. */
export function typesOf(family: SchemaFamily): string[] {
	return [...FAMILIES[family].keys()];
}

const made = new Map<string, JsonObject>();

/** The JSON Schema (2020-12) of one config as a file may hold it, with its defaults; null: no such type. */
export function schemaOf(family: SchemaFamily, type: string): JsonObject | null {
	const schema = FAMILIES[family].get(type);
	if (schema === undefined) return null;
	const key = `${family} ${type}`;
	const known = made.get(key);
	if (known !== undefined) return structuredClone(known);
	const generated = generate(schema, type);
	made.set(key, generated);
	return structuredClone(generated);
}

/** Keys that the validators have for our own fallbacks and expansions; no file holds them. */
const INTERNAL_KEYS = ['super_node_exit_origin', 'original_type'];

function generate(schema: z.ZodType, title: string): JsonObject {
	const raw = z.toJSONSchema(schema, {
		io: 'input',
		unrepresentable: 'any',
		reused: 'ref',
		override: ({ jsonSchema }) => {
			if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
			if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
			for (const key of INTERNAL_KEYS)
				if (jsonSchema.properties !== undefined) delete jsonSchema.properties[key];
		},
	}) as unknown as JsonObject;
	const result = withoutFallbacks(raw);
	const defaults = defaultsOf(schema, title);
	const properties = result.properties as Record<string, JsonObject> | undefined;
	for (const [key, property] of Object.entries(properties ?? {})) {
		if (key === 'type' || defaults[key] === undefined || defaults[key] === null) continue;
		property.default = defaults[key] ?? null;
	}
	const { $schema, ...rest } = result;
	return { $schema: $schema ?? 'https://json-schema.org/draft/2020-12/schema', title, ...rest };
}

/** The schema without our own fallbacks, wherever a union offers them. */
function withoutFallbacks(schema: JsonObject): JsonObject {
	const definitions = isJsonObject(schema.$defs) ? schema.$defs : {};
	const names = Object.keys(definitions).filter((name) => isFallback(definitions[name]));
	const refs = new Set(names.map((name) => `#/$defs/${name}`));
	const cleaned = (value: Json): Json => {
		if (Array.isArray(value)) {
			const kept = value.filter(
				(item) => !isFallback(item) && !(isJsonObject(item) && refs.has(String(item.$ref))),
			);
			return kept.map(cleaned);
		}
		if (!isJsonObject(value)) return value;
		const entries = Object.entries(value).filter(
			([key, inner]) => !(names.includes(key) && isFallback(inner)),
		);
		return Object.fromEntries(entries.map(([key, inner]) => [key, cleaned(inner)]));
	};
	return cleaned(schema) as JsonObject;
}

function isFallback(option: unknown): boolean {
	const properties = (option as { properties?: { type?: { const?: unknown } } } | null)?.properties;
	return properties?.type?.const === 'unknown';
}

function defaultsOf(schema: z.ZodType, type: string): JsonObject {
	for (const given of [{ type }, {}]) {
		const result = schema.safeParse(given);
		if (result.success) return result.data as JsonObject;
	}
	return {};
}
