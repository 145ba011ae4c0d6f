/** What OpenAI's two APIs refuse, written from the vendor's documents and not from our tables. */

import { isJsonObject, type Json, type JsonObject } from '../../lib/json';

interface Family {
	efforts: string[];
	defaultEffort: string | null;
	isReasoning: boolean;
}

const PRO = ['gpt-5.4-pro', 'gpt-5.2-pro'];
const REMOVED = [
	'gpt-5-chat-latest',
	'gpt-5.1-chat-latest',
	'gpt-5.2-chat-latest',
	'gpt-5.3-chat-latest',
	'gpt-4',
	'gpt-4o',
	'gpt-4o-mini',
	'gpt-3.5-turbo',
];

function familyOf(name: string): Family {
	const model = name.toLowerCase();
	// A house's own model takes what its owner says it takes.
	if (model === 'house-model')
		return {
			efforts: ['none', 'minimal', 'low', 'medium', 'high', 'xhigh'],
			defaultEffort: null,
			isReasoning: false,
		};
	if (PRO.includes(model))
		return { efforts: ['medium', 'high', 'xhigh'], defaultEffort: 'medium', isReasoning: true };
	if (['gpt-5', 'gpt-5-mini', 'gpt-5-nano'].includes(model)) {
		return { efforts: ['minimal', 'low', 'medium', 'high'], defaultEffort: 'medium', isReasoning: true };
	}
	if (model.endsWith('chat-latest'))
		return { efforts: ['medium'], defaultEffort: 'medium', isReasoning: true };
	if (model === 'gpt-5.1')
		return { efforts: ['none', 'low', 'medium', 'high'], defaultEffort: 'none', isReasoning: true };
	if (/^gpt-5\.[24]/.test(model))
		return { efforts: ['none', 'low', 'medium', 'high', 'xhigh'], defaultEffort: 'none', isReasoning: true };
	if (/^gpt-5\.6/.test(model))
		return {
			efforts: ['none', 'low', 'medium', 'high', 'xhigh', 'max'],
			defaultEffort: 'medium',
			isReasoning: true,
		};
	return { efforts: [], defaultEffort: null, isReasoning: false };
}

const CHAT_KEYS = new Set([
	'model',
	'messages',
	'temperature',
	'max_tokens',
	'max_completion_tokens',
	'reasoning_effort',
	'seed',
	'stream',
	'stream_options',
	'tools',
	'tool_choice',
	'response_format',
	'modalities',
	'audio',
]);

/** The vendor's sentence for a chat completion it refuses, or null. */
export function refusalOfChat(body: JsonObject): string | null {
	const model = String(body.model);
	const family = familyOf(model);
	const takesTemplate = /^(google|zai-org|deepseek-ai)\//.test(model);
	const unknown = Object.keys(body).find(
		(key) => !CHAT_KEYS.has(key) && !(takesTemplate && key === 'chat_template_kwargs'),
	);
	if (unknown !== undefined) return `Unrecognized request argument supplied: ${unknown}`;
	if (PRO.includes(model))
		return 'This is not a chat model and thus not supported in the v1/chat/completions endpoint.';
	const effort = body.reasoning_effort ?? family.defaultEffort;
	if (body.reasoning_effort !== undefined && !family.efforts.includes(String(body.reasoning_effort))) {
		return `Unsupported value: 'reasoning_effort' does not support '${String(body.reasoning_effort)}' with this model.`;
	}
	if (family.isReasoning && body.max_tokens !== undefined) {
		return "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.";
	}
	const isThinking = family.isReasoning && effort !== 'none';
	if (isThinking && body.temperature !== undefined && body.temperature !== 1) {
		return "Unsupported value: 'temperature' does not support this value with this model. Only the default (1) value is supported.";
	}
	if (/^gpt-5\.[2-9]/.test(model) && isThinking && Array.isArray(body.tools)) {
		return `Function tools with reasoning_effort are not supported for ${model} in /v1/chat/completions. To use function tools, use /v1/responses or set reasoning_effort to 'none'.`;
	}
	if (model.startsWith('gpt-audio') && !Array.isArray(body.modalities)) {
		return 'This model requires that either input content or output modality contain audio.';
	}
	if (body.stream_options !== undefined && body.stream !== true)
		return "The 'stream_options' parameter is only allowed when 'stream' is enabled.";
	const format = isJsonObject(body.response_format) ? body.response_format : null;
	if (format !== null && /^(gpt-audio|gpt-4$|gpt-3)/.test(model))
		return "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model.";
	return (
		refusalOfMessages(body.messages) ??
		refusalOfTools(
			(Array.isArray(body.tools) ? body.tools : []).map((tool) =>
				isJsonObject(tool) ? (tool.function ?? null) : null,
			),
		) ??
		(format === null ? null : refusalOfFormat(isJsonObject(format.json_schema) ? format.json_schema : {}))
	);
}

function refusalOfMessages(value: Json | undefined): string | null {
	if (!Array.isArray(value) || value.length === 0) return "Invalid 'messages': empty array.";
	let open: string[] = [];
	for (const message of value as JsonObject[]) {
		if (message.role === 'tool') {
			if (!open.includes(String(message.tool_call_id)))
				return "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.";
			open = open.filter((id) => id !== message.tool_call_id);
			continue;
		}
		if (open.length > 0)
			return "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'.";
		const calls = Array.isArray(message.tool_calls) ? (message.tool_calls as JsonObject[]) : [];
		if (message.tool_calls !== undefined && calls.length === 0) return "Invalid 'tool_calls': empty array.";
		if (typeof message.content !== 'string' && calls.length === 0)
			return "Invalid value for 'content': expected a string, got null.";
		open = calls.map((call) => String(call.id));
		if (open.some((id) => id.length > 40))
			return "Invalid 'tool_calls[0].id': string too long. Expected a string with maximum length 40.";
	}
	return open.length > 0
		? "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'."
		: null;
}

function refusalOfTools(functions: Json[]): string | null {
	const names = new Set<string>();
	if (functions.length > 128) return "Invalid 'tools': array too long. Expected maximum length 128.";
	for (const tool of functions) {
		if (!isJsonObject(tool)) return 'Missing required parameter: tools[0].function.';
		const name = String(tool.name);
		if (!/^[a-zA-Z0-9_-]{1,64}$/.test(name))
			return `Invalid 'tools[0].function.name': string does not match pattern '^[a-zA-Z0-9_-]+$'.`;
		if (names.has(name)) return `Duplicate function name: ${name}`;
		names.add(name);
		if (String(tool.description ?? '').length > 1024)
			return "Invalid 'tools[0].function.description': string too long. Expected a string with maximum length 1024.";
		const fault = refusalOfParameters(tool.parameters);
		if (fault !== null) return `Invalid schema for function '${name}': ${fault}`;
	}
	return null;
}

function refusalOfParameters(schema: Json | undefined): string | null {
	if (!isJsonObject(schema) || schema.type !== 'object')
		return 'schema must be a JSON Schema of \'type: "object"\'';
	if (!isJsonObject(schema.properties)) return 'object schema missing properties';
	if (['oneOf', 'anyOf', 'allOf', 'enum', 'not'].some((key) => key in schema)) {
		return "schema must have type 'object' and not have 'oneOf'/'anyOf'/'allOf'/'enum'/'not' at the top level";
	}
	return hasBareArray(schema) ? 'array schema missing items' : null;
}

function hasBareArray(schema: Json | undefined): boolean {
	if (Array.isArray(schema)) return schema.some(hasBareArray);
	if (!isJsonObject(schema)) return false;
	return (schema.type === 'array' && schema.items === undefined) || Object.values(schema).some(hasBareArray);
}

/** Strict structured outputs: closed objects, everything required, and the short list of keywords. */
function refusalOfFormat(format: JsonObject): string | null {
	if (!/^[a-zA-Z0-9_-]{1,64}$/.test(String(format.name))) return "Invalid 'response_format.json_schema.name'";
	if (!isJsonObject(format.schema) || format.schema.type !== 'object')
		return 'schema must be a JSON Schema of \'type: "object"\'';
	return format.strict === true ? refusalOfStrict(format.schema) : null;
}

const FORBIDDEN = [
	'allOf',
	'oneOf',
	'not',
	'if',
	'then',
	'else',
	'patternProperties',
	'default',
	'minLength',
	'maxLength',
	'uniqueItems',
	'$schema',
];

function refusalOfStrict(schema: Json | undefined): string | null {
	if (!isJsonObject(schema)) return null;
	const bad = FORBIDDEN.find((key) => key in schema);
	if (bad !== undefined) return `In context=(), '${bad}' is not permitted`;
	if (isJsonObject(schema.properties)) {
		if (schema.additionalProperties !== false)
			return "'additionalProperties' is required to be supplied and to be false";
		const required = Array.isArray(schema.required) ? schema.required : [];
		const missing = Object.keys(schema.properties).find((name) => !required.includes(name));
		if (missing !== undefined)
			return `'required' is required to be supplied and to be an array including every key in properties. Missing '${missing}'`;
	} else if (schema.type === 'object') return "'properties' is required";
	const parts = [
		...(isJsonObject(schema.properties) ? Object.values(schema.properties) : []),
		...(Array.isArray(schema.anyOf) ? schema.anyOf : []),
		...(isJsonObject(schema.$defs) ? Object.values(schema.$defs) : []),
		schema.items,
	];
	return parts.map(refusalOfStrict).find((fault) => fault !== null) ?? null;
}

const RESPONSE_KEYS = new Set([
	'model',
	'input',
	'instructions',
	'temperature',
	'max_output_tokens',
	'reasoning',
	'store',
	'stream',
	'text',
	'tools',
	'tool_choice',
]);

/** The vendor's sentence for a Responses request it refuses, or null. */
export function refusalOfResponse(body: JsonObject): string | null {
	const model = String(body.model);
	const family = familyOf(model);
	const unknown = Object.keys(body).find((key) => !RESPONSE_KEYS.has(key));
	if (unknown !== undefined) return `Unknown parameter: '${unknown}'.`;
	if (model.startsWith('gpt-audio'))
		return `The requested model '${model}' is not supported with the Responses API.`;
	const effort = isJsonObject(body.reasoning) ? body.reasoning.effort : undefined;
	if (effort !== undefined && !family.efforts.includes(String(effort)))
		return `Unsupported value: '${String(effort)}' is not supported with the '${model}' model.`;
	if (family.isReasoning && (effort ?? family.defaultEffort) !== 'none' && body.temperature !== undefined) {
		return "Unsupported parameter: 'temperature' is not supported with this model.";
	}
	if (typeof body.max_output_tokens === 'number' && body.max_output_tokens < 16)
		return "Invalid 'max_output_tokens': integer below minimum value.";
	const called = new Set<string>();
	for (const item of (Array.isArray(body.input) ? body.input : []) as JsonObject[]) {
		if (item.type === 'function_call') called.add(String(item.call_id));
		if (item.type === 'function_call_output' && !called.delete(String(item.call_id)))
			return 'No tool call found for function call output.';
	}
	if (called.size > 0) return `No tool output found for function call ${[...called].join(', ')}.`;
	const format = isJsonObject(body.text) && isJsonObject(body.text.format) ? body.text.format : null;
	return (
		refusalOfTools((Array.isArray(body.tools) ? body.tools : []) as Json[]) ??
		(format === null ? null : refusalOfFormat(format))
	);
}

/** The models this server no longer serves. */
export function isRemoved(model: string): boolean {
	return REMOVED.includes(model);
}
