/** What Bedrock's Converse API refuses, written from the vendor's documents and not from our tables. */

import { isJsonObject, type JsonObject } from '../../lib/json';

type Message = { role: string; content: JsonObject[] };

/** The vendor's sentence for a request it refuses, or null. */
export function refusalOfBedrock(model: string, body: JsonObject): string | null {
	return (
		refusalOfMessages(body) ??
		refusalOfTools(model, body) ??
		refusalOfSystem(body) ??
		refusalOfClaude(model, body)
	);
}

function refusalOfMessages(body: JsonObject): string | null {
	const messages = (Array.isArray(body.messages) ? body.messages : []) as Message[];
	if (messages.length === 0) return 'A conversation must have at least one message.';
	let open: string[] = [];
	let usesTools = false;
	for (const [index, { role, content }] of messages.entries()) {
		if (role !== (index % 2 === 0 ? 'user' : 'assistant')) {
			return 'A conversation must alternate between user and assistant roles. Make sure the conversation starts with a user message.';
		}
		if (content.length === 0) return `The content field in the Message object at messages.${index} is empty.`;
		if (content.some((block) => typeof block.text === 'string' && block.text.trim() === ''))
			return 'The text field in the ContentBlock object is blank.';
		const results = content
			.filter((block) => block.toolResult !== undefined)
			.map((block) => String((block.toolResult as JsonObject).toolUseId));
		if (results.length !== open.length || results.some((id) => !open.includes(id))) {
			return `Expected toolResult blocks at messages.${index}.content for the following Ids: ${open.join(', ')}`;
		}
		const uses = content
			.filter((block) => block.toolUse !== undefined)
			.map((block) => String((block.toolUse as JsonObject).toolUseId));
		const bad = uses.find((id) => !/^[a-zA-Z0-9_-]{1,64}$/.test(id));
		if (bad !== undefined) return "Value at 'toolUseId' failed to satisfy constraint: [a-zA-Z0-9_-]+";
		open = uses;
		usesTools ||= uses.length > 0;
	}
	if (open.length > 0) return 'Expected toolResult blocks';
	if (messages.at(-1)?.role === 'assistant') return 'This model does not support assistant message prefill.';
	return usesTools && body.toolConfig === undefined
		? 'The toolConfig field must be defined when using toolUse and toolResult content blocks.'
		: null;
}

function refusalOfTools(model: string, body: JsonObject): string | null {
	if (!isJsonObject(body.toolConfig)) return null;
	const tools = (Array.isArray(body.toolConfig.tools) ? body.toolConfig.tools : []) as Array<{
		toolSpec: JsonObject;
	}>;
	if (tools.length === 0)
		return "Value at 'toolConfig.tools' failed to satisfy constraint: Member must have length greater than or equal to 1";
	const names = new Set<string>();
	for (const { toolSpec } of tools) {
		const name = String(toolSpec.name);
		if (!/^[a-zA-Z0-9_-]{1,64}$/.test(name))
			return "Value at 'toolConfig.tools.1.member.toolSpec.name' failed to satisfy constraint";
		if (names.has(name)) return `The tool name ${name} is duplicated.`;
		names.add(name);
		if (toolSpec.description === '')
			return "Value at 'toolSpec.description' failed to satisfy constraint: Member must have length greater than or equal to 1";
		const schema = isJsonObject(toolSpec.inputSchema) ? toolSpec.inputSchema.json : null;
		if (!isJsonObject(schema) || schema.type !== 'object')
			return 'The value at toolConfig.tools.0.toolSpec.inputSchema.json.type must be one of the following: object.';
	}
	const choice = isJsonObject(body.toolConfig.toolChoice)
		? Object.keys(body.toolConfig.toolChoice)[0]
		: undefined;
	const forces = choice === 'tool' || choice === 'any';
	return forces && !/claude|nova/.test(model)
		? `This model doesn't support the toolConfig.toolChoice.${choice} field.`
		: null;
}

function refusalOfSystem(body: JsonObject): string | null {
	const blocks = (Array.isArray(body.system) ? body.system : []) as JsonObject[];
	return blocks.some((block) => String(block.text).trim() === '')
		? 'The text field in the SystemContentBlock is blank.'
		: null;
}

/** Claude refuses through Converse what it refuses at home. */
function refusalOfClaude(model: string, body: JsonObject): string | null {
	if (!model.includes('anthropic.claude')) return null;
	const inference = isJsonObject(body.inferenceConfig) ? body.inferenceConfig : {};
	const isNew = /opus-4-[78]|opus-5|sonnet-5|fable/.test(model);
	if (isNew && inference.temperature !== undefined) return '`temperature` is deprecated for this model.';
	const limit = isNew ? 128_000 : 64_000;
	if (Number(inference.maxTokens ?? 0) > limit)
		return `max_tokens: ${String(inference.maxTokens)} > ${limit}, which is the maximum allowed number of output tokens`;
	const fields = isJsonObject(body.additionalModelRequestFields) ? body.additionalModelRequestFields : {};
	const thinks =
		/opus-5|sonnet-5|fable/.test(model) &&
		!(isJsonObject(fields.thinking) && fields.thinking.type === 'disabled');
	const forced = isJsonObject(body.toolConfig) && body.toolConfig.toolChoice !== undefined;
	if (forced && thinks) return 'Thinking may not be enabled when tool_choice forces tool use.';
	return /fable/.test(model) && isJsonObject(fields.thinking)
		? '"thinking.type.disabled" is not supported for this model.'
		: null;
}
