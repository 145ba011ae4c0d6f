/** What a request asks, read alike from every vendor's protocol, so that one stand-in can answer them all. */

import { isJsonObject, type Json, type JsonObject } from '../../lib/json';

export interface Asked {
	/** The newest entry of the conversation as JSON text. */
	last: string;
	/** It brings the results of calls. */
	hasResults: boolean;
	/** In the order offered; a forced one alone. */
	tools: Array<{ name: string; schema: JsonObject }>;
	isForced: boolean;
	/** The schema of the structured answer, when one is wanted. */
	output: JsonObject | null;
}

const inner = (value: Json | undefined, ...keys: string[]): Json | undefined =>
	keys.reduce<Json | undefined>((current, key) => (isJsonObject(current) ? current[key] : undefined), value);
const listOf = (value: Json | undefined): JsonObject[] =>
	(Array.isArray(value) ? value : []).filter(isJsonObject);

export function askedOf(body: JsonObject, forced: string | null): Asked {
	const entries = [body.messages, body.input, body.contents].flatMap(listOf);
	const last = JSON.stringify(entries.at(-1) ?? null);
	const tools = toolsOf(body);
	return {
		last,
		hasResults: /"role":"tool"|"function_call_output"|"tool_result"|"functionResponse"|"toolResult"/.test(
			last,
		),
		tools: forced === null ? tools : tools.filter(({ name }) => name === forced),
		isForced: forced !== null,
		output: outputOf(body),
	};
}

function toolsOf(body: JsonObject): Asked['tools'] {
	const declared = [
		...listOf(body.tools).flatMap((tool) =>
			Array.isArray(tool.functionDeclarations) ? listOf(tool.functionDeclarations) : [tool],
		),
		...listOf(inner(body.toolConfig, 'tools')),
	];
	return declared.map((entry) => {
		const tool = [entry.function, entry.toolSpec].find(isJsonObject) ?? entry;
		const schema = [tool.parameters, tool.input_schema, inner(tool.inputSchema, 'json')].find(isJsonObject);
		return { name: String(tool.name), schema: schema ?? {} };
	});
}

function outputOf(body: JsonObject): JsonObject | null {
	const found = [
		inner(body.response_format, 'json_schema', 'schema'),
		inner(body.text, 'format', 'schema'),
		inner(body.output_config, 'format', 'schema'),
		inner(body.generationConfig, 'responseSchema'),
	].find(isJsonObject);
	return found ?? null;
}

/** A value that fits the schema: every property filled, the first of every choice. */
export function valueFor(schema: Json | undefined): Json {
	if (!isJsonObject(schema)) return null;
	if (Array.isArray(schema.enum)) return schema.enum[0] ?? null;
	if (Array.isArray(schema.anyOf)) return valueFor(schema.anyOf[0]);
	switch (String(Array.isArray(schema.type) ? schema.type[0] : schema.type).toLowerCase()) {
		case 'object':
			return Object.fromEntries(
				Object.entries(isJsonObject(schema.properties) ? schema.properties : {}).map(([name, part]) => [
					name,
					valueFor(part),
				]),
			);
		case 'array':
			return [valueFor(schema.items)];
		case 'integer':
		case 'number':
			return 1;
		case 'boolean':
			return true;
		case 'null':
			return null;
		default:
			// An enum the vendor does not take stands in the description.
			return /One of: "(\w+)"/.exec(String(schema.description))?.[1] ?? 'words';
	}
}
