/** A call as Bedrock's Converse API wants it: blocks in turns, tools named whenever the history holds calls. */

import type { JsonObject } from '../json';
import { anthropicTraits, type AnthropicTraits } from './catalog-anthropic';
import type { AdapterRequest } from './contract';
import { modelName } from './failure';
import { orderHistory, type OrderedHistory } from './history';
import { createNameMap, type NameMap } from './names';
import { shapeOf, type Shape, type ShapeRules } from './schema-shape';

const RULES = { alternates: true, endsWithUser: true, refusesEmpty: true };

export const BEDROCK_OUTPUT_TOOL = 'give_structured_answer';

/** Models behind Converse read plain JSON Schema; only Claude is strict about names of properties. */
const SCHEMA_RULES: ShapeRules = {
	keywords: new Set([
		'minimum',
		'maximum',
		'minLength',
		'maxLength',
		'minItems',
		'maxItems',
		'title',
		'default',
	]),
	formats: { string: ['date-time', 'date', 'time', 'email', 'uri', 'uuid'] },
	openObjects: 'keep',
	closed: false,
	nullable: 'types',
	upperCase: false,
	propertyName: /^[a-zA-Z0-9_.-]{1,64}$/,
	stringEnumsOnly: false,
};

/** Of all models on Bedrock only these can be made to call a named tool, or any tool. */
const FORCES_NAMED_TOOL = /anthropic\.claude|amazon\.nova/;
const FORCES_ANY_TOOL = /mistral\.mistral-large/;

/** Asks in words where a tool call cannot be demanded. */
export const BEDROCK_OUTPUT_INSTRUCTION = `Give your answer by calling the tool ${BEDROCK_OUTPUT_TOOL}, and nothing else.`;

export interface BedrockPlan {
	names: NameMap;
	toolShapes: ReadonlyMap<string, Shape>;
	outputShape: Shape | null;
}

export function planBedrock(request: AdapterRequest): BedrockPlan {
	const names = createNameMap(request.tools.map((tool) => tool.name));
	return {
		names,
		toolShapes: new Map(
			request.tools.map((tool) => [names.toProvider(tool.name), shapeOf(tool.parameters, SCHEMA_RULES)]),
		),
		outputShape: request.output === undefined ? null : shapeOf(request.output.schema, SCHEMA_RULES),
	};
}

export function bedrockInput(request: AdapterRequest, plan: BedrockPlan): JsonObject {
	const { config } = request;
	const history = orderHistory(request.messages, RULES);
	const inference: JsonObject = {};
	const claude = claudeTraits(modelName(request));
	if (config.max_tokens !== null)
		inference.maxTokens = Math.min(config.max_tokens, claude?.maxOutputTokens ?? config.max_tokens);
	if (config.temperature !== null && claude?.temperature !== false)
		inference.temperature = Math.min(Math.max(config.temperature, 0), 1);
	const system = systemBlocks(request, plan, history);
	const toolConfig = toolConfigFor(request, plan, history);
	// A tool cannot be forced on a model that thinks, and these think unless told not to.
	const mustNotThink = toolConfig?.toolChoice !== undefined && claude?.thinkingOff === 'disabled';
	const fields: JsonObject = {
		...(mustNotThink ? { thinking: { type: 'disabled' } } : {}),
		...config.model_kwargs,
	};
	return {
		modelId: modelName(request),
		messages: bedrockMessages(history, plan.names),
		...(system.length === 0 ? {} : { system }),
		...(Object.keys(inference).length === 0 ? {} : { inferenceConfig: inference }),
		...(toolConfig === null ? {} : { toolConfig }),
		...(Object.keys(fields).length === 0 ? {} : { additionalModelRequestFields: fields }),
	};
}

function systemBlocks(request: AdapterRequest, plan: BedrockPlan, history: OrderedHistory): JsonObject[] {
	const blocks: JsonObject[] = history.system === null ? [] : [{ text: history.system }];
	const asksInWords = plan.outputShape !== null && toolChoice(modelName(request)) === null;
	return asksInWords ? [...blocks, { text: BEDROCK_OUTPUT_INSTRUCTION }] : blocks;
}

function bedrockMessages(history: OrderedHistory, names: NameMap): JsonObject[] {
	const messages: Array<{ role: string; content: JsonObject[] }> = [];
	for (const turn of history.turns) {
		const role = turn.role === 'assistant' ? 'assistant' : 'user';
		const blocks: JsonObject[] =
			turn.role === 'tool'
				? [{ toolResult: { toolUseId: turn.toolCallId, content: [{ text: turn.content }] } }]
				: turn.content.trim() === ''
					? []
					: [{ text: turn.content }];
		if (turn.role === 'assistant') {
			for (const call of turn.toolCalls) {
				blocks.push({
					toolUse: { toolUseId: call.id, name: names.toProvider(call.name), input: call.arguments },
				});
			}
		}
		const last = messages[messages.length - 1];
		if (last?.role === role) last.content.push(...blocks);
		else messages.push({ role, content: blocks });
	}
	return messages;
}

function toolConfigFor(
	request: AdapterRequest,
	plan: BedrockPlan,
	history: OrderedHistory,
): JsonObject | null {
	const tools: JsonObject[] = request.tools.map((tool) => {
		const name = plan.names.toProvider(tool.name);
		return toolSpec({ name, description: tool.description, schema: plan.toolShapes.get(name)?.schema });
	});
	const { output } = request;
	if (output !== undefined && plan.outputShape !== null) {
		tools.push(
			toolSpec({
				name: BEDROCK_OUTPUT_TOOL,
				description: output.description || output.name,
				schema: plan.outputShape.schema,
			}),
		);
		const choice = toolChoice(modelName(request));
		return { tools, ...(choice === null ? {} : { toolChoice: choice }) };
	}
	if (tools.length > 0) return { tools };
	// A history that holds calls is refused without their tools, even when none is offered any more.
	const remembered = new Set(
		history.turns.flatMap((turn) =>
			turn.role === 'assistant' ? turn.toolCalls.map((call) => plan.names.toProvider(call.name)) : [],
		),
	);
	if (remembered.size === 0) return null;
	return {
		tools: [...remembered].map((name) =>
			toolSpec({ name, description: 'Used earlier in this conversation; not available now.' }),
		),
	};
}

function toolSpec({
	name,
	description,
	schema,
}: {
	name: string;
	description: string;
	schema?: JsonObject;
}): JsonObject {
	// Converse refuses an empty description.
	return {
		toolSpec: {
			name,
			description: description.trim() || name,
			inputSchema: { json: schema ?? { type: 'object', properties: {} } },
		},
	};
}

/** What a Claude behind Bedrock takes is what it takes everywhere; null for the others. */
function claudeTraits(model: string): AnthropicTraits | null {
	return /anthropic\.claude/i.test(model) ? anthropicTraits(model) : null;
}

function toolChoice(model: string): JsonObject | null {
	const name = model.toLowerCase();
	const off = claudeTraits(model)?.thinkingOff;
	if (off === 'never' || off === 'between_tools') return null;
	if (FORCES_NAMED_TOOL.test(name)) return { tool: { name: BEDROCK_OUTPUT_TOOL } };
	return FORCES_ANY_TOOL.test(name) ? { any: {} } : null;
}
