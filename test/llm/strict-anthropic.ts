/** What Anthropic's Messages API refuses, written from the vendor's documents and not from our tables. */

import { isJsonObject, type Json, type JsonObject } from '../../lib/json';

const ADAPTIVE = ['claude-opus-5', 'claude-sonnet-5', 'claude-fable-5', 'claude-opus-4-8', 'claude-opus-4-7'];
const NO_PREFILL = [...ADAPTIVE, 'claude-opus-4-6', 'claude-sonnet-4-6'];
const ALWAYS_THINKS = ['claude-fable-5'];
const THINKS_BY_DEFAULT = ['claude-opus-5', 'claude-sonnet-5', 'claude-fable-5'];
/** From the vendor's overview of models; the first pattern that fits. */
const OUTPUT_LIMITS: Array<[RegExp, number]> = [
	[/opus-5|sonnet-5|fable|opus-4-[678]/, 128_000],
	[/opus-4-1|opus-4-2025/, 32_000],
	[/.*/, 64_000],
];
const KEYS = new Set([
	'model',
	'max_tokens',
	'messages',
	'system',
	'temperature',
	'thinking',
	'tools',
	'tool_choice',
	'output_config',
	'stream',
	'anthropic_version',
]);

/** The vendor's sentence for a request it refuses, or null. */
export function refusalOfAnthropic(body: JsonObject): string | null {
	const model = String(body.model);
	const unknown = Object.keys(body).find((key) => !KEYS.has(key));
	if (unknown !== undefined) return `${unknown}: Extra inputs are not permitted`;
	if (typeof body.max_tokens !== 'number' || body.max_tokens < 1) return 'max_tokens: Field required';
	const limit = OUTPUT_LIMITS.find(([pattern]) => pattern.test(model))?.[1] ?? 0;
	if (body.max_tokens > limit)
		return `max_tokens: ${body.max_tokens} > ${limit}, which is the maximum allowed number of output tokens for ${model}`;
	if (body.system !== undefined && (typeof body.system !== 'string' || body.system === ''))
		return 'system: text content blocks must be non-empty';
	return (
		refusalOfThinking(model, body) ??
		refusalOfTurns(model, body) ??
		refusalOfTools(model, body) ??
		refusalOfOutput(model, body)
	);
}

function refusalOfThinking(model: string, body: JsonObject): string | null {
	const thinking = isJsonObject(body.thinking) ? body.thinking : null;
	const type = thinking?.type ?? (THINKS_BY_DEFAULT.includes(model) ? 'adaptive' : 'disabled');
	if (ALWAYS_THINKS.includes(model) && type === 'disabled')
		return '"thinking.type.disabled" is not supported for this model.';
	if (ADAPTIVE.includes(model) && type === 'enabled')
		return '"thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive".';
	if (!ADAPTIVE.includes(model) && thinking?.type === 'adaptive' && !model.includes('4-6'))
		return 'adaptive thinking is not supported on this model';
	if (type === 'enabled') {
		const budget = Number(thinking?.budget_tokens);
		if (!(budget >= 1024))
			return 'thinking.enabled.budget_tokens: Input should be greater than or equal to 1024';
		if (budget >= Number(body.max_tokens))
			return '`max_tokens` must be greater than `thinking.budget_tokens`.';
	}
	if (body.temperature !== undefined) {
		if (ADAPTIVE.includes(model)) return '`temperature` is deprecated for this model.';
		if (type !== 'disabled' && body.temperature !== 1)
			return '`temperature` may only be set to 1 when thinking is enabled or in adaptive mode.';
		if (Number(body.temperature) > 1 || Number(body.temperature) < 0) return 'temperature: range: 0..1';
	}
	const forced = isJsonObject(body.tool_choice) && ['tool', 'any'].includes(String(body.tool_choice.type));
	return forced && type !== 'disabled'
		? 'Thinking may not be enabled when tool_choice forces tool use.'
		: null;
}

function refusalOfTurns(model: string, body: JsonObject): string | null {
	const messages = (Array.isArray(body.messages) ? body.messages : []) as Array<{
		role: string;
		content: JsonObject[];
	}>;
	if (messages.length === 0) return 'messages: at least one message is required';
	const isThinking = isJsonObject(body.thinking) && body.thinking.type === 'enabled';
	let open: string[] = [];
	const seen = new Set<string>();
	for (const [index, { role, content }] of messages.entries()) {
		if (role !== (index % 2 === 0 ? 'user' : 'assistant'))
			return 'messages: roles must alternate between "user" and "assistant", starting with "user"';
		if (content.length === 0) return `messages.${index}: all messages must have non-empty content`;
		const texts = content.filter((block) => block.type === 'text');
		if (texts.some((block) => String(block.text).trim() === ''))
			return `messages.${index}: text content blocks must contain non-whitespace text`;
		const results = content
			.filter((block) => block.type === 'tool_result')
			.map((block) => String(block.tool_use_id));
		const missing = open.filter((id) => !results.includes(id));
		if (missing.length > 0)
			return `messages.${index}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${missing.join(', ')}`;
		const stray = results.find((id) => !open.includes(id));
		if (stray !== undefined)
			return `messages.${index}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${stray}`;
		if (results.length > 0 && content.slice(0, results.length).some((block) => block.type !== 'tool_result'))
			return 'tool_result blocks must come first';
		const uses = content.filter((block) => block.type === 'tool_use');
		open = uses.map((block) => String(block.id));
		for (const id of open) {
			if (!/^[a-zA-Z0-9_-]+$/.test(id))
				return `messages.${index}.content.0.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'`;
			if (seen.has(id)) return '`tool_use` ids must be unique';
			seen.add(id);
		}
		if (isThinking && uses.length > 0 && index >= messages.length - 2)
			return 'Expected `thinking` or `redacted_thinking`, but found `tool_use`.';
	}
	if (open.length > 0) return '`tool_use` ids were found without `tool_result` blocks immediately after';
	const last = messages[messages.length - 1];
	if (last?.role === 'assistant' && NO_PREFILL.includes(model))
		return 'This model does not support assistant message prefill. The conversation must end with a user message.';
	return last?.role === 'assistant' && /\s$/.test(String(last.content.at(-1)?.text))
		? 'final assistant content cannot end with trailing whitespace'
		: null;
}

function refusalOfTools(_model: string, body: JsonObject): string | null {
	const tools = (Array.isArray(body.tools) ? body.tools : []) as JsonObject[];
	if (body.tools !== undefined && tools.length === 0) return 'tools: list must not be empty';
	if (body.tool_choice !== undefined && tools.length === 0)
		return 'tool_choice may only be specified while providing tools.';
	const usesTools = JSON.stringify(body.messages).includes('"tool_use"');
	if (usesTools && tools.length === 0)
		return 'Requests which include `tool_use` or `tool_result` blocks must define tools';
	const names = new Set<string>();
	for (const [index, tool] of tools.entries()) {
		const name = String(tool.name);
		if (!/^[a-zA-Z0-9_-]{1,128}$/.test(name))
			return `tools.${index}.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'`;
		if (names.has(name)) return 'tools: Tool names must be unique.';
		names.add(name);
		const schema = tool.input_schema;
		if (!isJsonObject(schema) || schema.type !== 'object')
			return `tools.${index}.input_schema.type: Input should be 'object'`;
		if (['oneOf', 'allOf', 'anyOf'].some((key) => key in schema))
			return `tools.${index}.input_schema: input_schema does not support oneOf, allOf, or anyOf at the top level`;
		const bad = badProperty(schema);
		if (bad !== null)
			return `tools.${index}.input_schema.properties: Property keys should match pattern '^[a-zA-Z0-9_.-]{1,64}$': ${bad}`;
	}
	return null;
}

function badProperty(schema: Json | undefined): string | null {
	if (Array.isArray(schema)) return schema.map(badProperty).find((name) => name !== null) ?? null;
	if (!isJsonObject(schema)) return null;
	const own = isJsonObject(schema.properties) ? Object.keys(schema.properties) : [];
	return (
		own.find((name) => !/^[a-zA-Z0-9_.-]{1,64}$/.test(name)) ??
		Object.values(schema)
			.map(badProperty)
			.find((name) => name !== null) ??
		null
	);
}

function refusalOfOutput(model: string, body: JsonObject): string | null {
	const format =
		isJsonObject(body.output_config) && isJsonObject(body.output_config.format)
			? body.output_config.format
			: null;
	if (format === null) return null;
	if (format.type !== 'json_schema') return 'output_config.format.type: json_schema expected';
	if (/-4-2025/.test(model))
		return 'output_config.format: structured outputs are not supported by this model';
	return refusalOfGrammar(format.schema);
}

const FORBIDDEN = [
	'minimum',
	'maximum',
	'multipleOf',
	'minLength',
	'maxLength',
	'maxItems',
	'oneOf',
	'patternProperties',
	'not',
	'if',
	'$schema',
];

function refusalOfGrammar(schema: Json | undefined): string | null {
	if (!isJsonObject(schema)) return null;
	const bad = FORBIDDEN.find((key) => key in schema);
	if (bad !== undefined)
		return `output_config.format.schema: For '${String(schema.type)}' type, property '${bad}' is not supported`;
	const isObject = schema.type === 'object' || isJsonObject(schema.properties);
	if (isObject && schema.additionalProperties !== false)
		return "output_config.format.schema: For 'object' type, 'additionalProperties' must be explicitly set to false";
	const parts = [
		...(isJsonObject(schema.properties) ? Object.values(schema.properties) : []),
		...(Array.isArray(schema.anyOf) ? schema.anyOf : []),
		schema.items,
	];
	return parts.map(refusalOfGrammar).find((fault) => fault !== null) ?? null;
}
