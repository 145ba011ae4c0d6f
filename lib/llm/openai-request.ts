/** A call as OpenAI's two APIs want it: messages, tools, and only the parameters the model takes. */

import type { OpenAI } from 'openai' with { 'resolution-mode': 'import' };
import type { JsonObject } from '../json';
import type { OpenAiTraits } from './catalog-openai';
import type { AdapterRequest } from './contract';
import { orderHistory } from './history';
import type { NameMap } from './names';
import { shortDescription, withLongDescriptions } from './openai-tools';
import { functionParameters, strictSchema } from './schema-openai';

/** What an OpenAI-speaking server is asked to do, decided before anything is sent. */
export interface OpenAiPlan {
	model: string;
	traits: OpenAiTraits;
	/** The effort to send, or null to send none. */
	effort: string | null;
	/** `native`: json_schema; `tool`: one forced function; null: no structured answer wanted. */
	outputForm: 'native' | 'tool' | null;
	names: NameMap;
}

const RULES = { alternates: false, endsWithUser: false, refusesEmpty: false };

/** The name of the function that carries a structured answer where json_schema is not known. */
export const OUTPUT_TOOL = 'give_structured_answer';

/** True when the model will reason with this effort: sent, or its own default when none is sent. */
export function reasons(traits: OpenAiTraits, effort: string | null): boolean {
	return (effort ?? traits.defaultEffort ?? 'none') !== 'none';
}

/** Parameters that both APIs spell alike. */
export function commonParameters(request: AdapterRequest, plan: OpenAiPlan): JsonObject {
	const { config } = request;
	const takesTemperature =
		plan.traits.temperature === 'always' ||
		(plan.traits.temperature === 'withoutReasoning' && !reasons(plan.traits, plan.effort));
	return takesTemperature && config.temperature !== null ? { temperature: config.temperature } : {};
}

export function chatParameters(request: AdapterRequest, plan: OpenAiPlan): JsonObject {
	const { config } = request;
	const parameters: JsonObject = { model: plan.model, ...commonParameters(request, plan) };
	if (config.max_tokens !== null) parameters[plan.traits.maxTokensField] = config.max_tokens;
	if (config.seed !== null && plan.traits.seed) parameters.seed = config.seed;
	if (plan.effort !== null) parameters.reasoning_effort = plan.effort;
	if (plan.traits.speaks) {
		parameters.modalities = ['text', 'audio'];
		parameters.audio = { voice: 'alloy', format: request.stream ? 'pcm16' : 'wav' };
	}
	return parameters;
}

export function chatMessages(request: AdapterRequest, plan: OpenAiPlan): OpenAI.ChatCompletionMessageParam[] {
	const { system: prompt, turns } = orderHistory(request.messages, RULES);
	const system = withLongDescriptions(prompt, request, plan.names);
	const messages: OpenAI.ChatCompletionMessageParam[] =
		system === null ? [] : [{ role: 'system', content: system }];
	for (const turn of turns) {
		if (turn.role === 'user') messages.push({ role: 'user', content: turn.content });
		else if (turn.role === 'tool')
			messages.push({ role: 'tool', tool_call_id: turn.toolCallId, content: turn.content });
		else if (turn.toolCalls.length === 0) messages.push({ role: 'assistant', content: turn.content });
		else {
			messages.push({
				role: 'assistant',
				content: turn.content === '' ? null : turn.content,
				tool_calls: turn.toolCalls.map((call) => ({
					id: call.id,
					type: 'function',
					function: { name: plan.names.toProvider(call.name), arguments: JSON.stringify(call.arguments) },
				})),
			});
		}
	}
	return messages;
}

export function chatTools(request: AdapterRequest, plan: OpenAiPlan): JsonObject {
	const tools = request.tools.map((tool) => ({
		type: 'function',
		function: {
			name: plan.names.toProvider(tool.name),
			description: shortDescription(tool.description),
			parameters: functionParameters(tool.parameters),
		},
	}));
	const { output } = request;
	if (output === undefined || plan.outputForm !== 'tool') return tools.length > 0 ? { tools } : {};
	tools.push({
		type: 'function',
		function: {
			name: OUTPUT_TOOL,
			description: shortDescription(output.description),
			parameters: functionParameters(output.schema),
		},
	});
	return { tools, tool_choice: { type: 'function', function: { name: OUTPUT_TOOL } } };
}

/** `response_format` of chat completions; the Responses API takes the same fields flat. */
export function jsonSchemaFormat(request: AdapterRequest): JsonObject {
	const { output } = request;
	if (output === undefined) return {};
	const strict = strictSchema(output.schema);
	return {
		name: output.name.replace(/[^a-zA-Z0-9_-]+/g, '_').slice(0, 64) || 'answer',
		...(output.description === '' ? {} : { description: output.description }),
		schema: strict ?? functionParameters(output.schema),
		strict: strict !== null,
	};
}

/** The conversation as items of the Responses API. */
export function responseInput(request: AdapterRequest, plan: OpenAiPlan): JsonObject {
	const { system: prompt, turns } = orderHistory(request.messages, RULES);
	const system = withLongDescriptions(prompt, request, plan.names);
	const input: JsonObject[] = [];
	for (const turn of turns) {
		if (turn.role === 'tool') {
			input.push({ type: 'function_call_output', call_id: turn.toolCallId, output: turn.content });
			continue;
		}
		if (turn.role === 'user' || turn.content !== '') input.push({ role: turn.role, content: turn.content });
		if (turn.role !== 'assistant') continue;
		for (const call of turn.toolCalls) {
			input.push({
				type: 'function_call',
				call_id: call.id,
				name: plan.names.toProvider(call.name),
				arguments: JSON.stringify(call.arguments),
			});
		}
	}
	return system === null ? { input } : { instructions: system, input };
}

export function responseParameters(request: AdapterRequest, plan: OpenAiPlan): JsonObject {
	const { config } = request;
	const parameters: JsonObject = {
		model: plan.model,
		...responseInput(request, plan),
		...commonParameters(request, plan),
		// Conversations of patients stay with us: the vendor is asked to keep nothing.
		store: false,
	};
	if (config.max_tokens !== null) parameters.max_output_tokens = Math.max(config.max_tokens, 16);
	if (plan.effort !== null) parameters.reasoning = { effort: plan.effort };
	const tools: JsonObject[] = request.tools.map((tool) => ({
		type: 'function',
		name: plan.names.toProvider(tool.name),
		description: shortDescription(tool.description),
		parameters: functionParameters(tool.parameters),
		strict: false,
	}));
	if (request.output !== undefined && plan.outputForm === 'native') {
		parameters.text = { format: { type: 'json_schema', ...jsonSchemaFormat(request) } };
	}
	if (request.output !== undefined && plan.outputForm === 'tool') {
		tools.push({
			type: 'function',
			name: OUTPUT_TOOL,
			description: shortDescription(request.output.description),
			parameters: functionParameters(request.output.schema),
			strict: false,
		});
		parameters.tool_choice = { type: 'function', name: OUTPUT_TOOL };
	}
	if (tools.length > 0) parameters.tools = tools;
	return parameters;
}
