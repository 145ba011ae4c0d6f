/** A call as Anthropic's Messages API wants it: turns of blocks, tools, and only the parameters the model takes. */

import type { JsonObject } from '../json';
import { MIN_THINKING_BUDGET, type AnthropicTraits } from './catalog-anthropic';
import type { AdapterRequest, ToolCall } from './contract';
import { modelName } from './failure';
import { orderHistory, type OrderedHistory } from './history';
import { createNameMap, type NameMap } from './names';
import { shapeOf, type Shape, type ShapeRules } from './schema-shape';

/** Anthropic joins neighbors itself, but strict servers and Bedrock do not; and it continues a last assistant turn. */
const RULES = { alternates: true, endsWithUser: true, refusesEmpty: true };

export const ANTHROPIC_OUTPUT_TOOL = 'give_structured_answer';

const PROPERTY_NAME = /^[a-zA-Z0-9_.-]{1,64}$/;

const TOOL_RULES: ShapeRules = {
	keywords: new Set([
		'minimum',
		'maximum',
		'exclusiveMinimum',
		'exclusiveMaximum',
		'multipleOf',
		'minLength',
		'maxLength',
		'minItems',
		'maxItems',
		'title',
		'default',
	]),
	formats: {
		string: ['date-time', 'time', 'date', 'duration', 'email', 'hostname', 'uri', 'ipv4', 'ipv6', 'uuid'],
	},
	openObjects: 'keep',
	closed: false,
	nullable: 'types',
	upperCase: false,
	propertyName: PROPERTY_NAME,
	stringEnumsOnly: false,
};

/** Structured answers are compiled to a grammar: no bounds, every object closed. */
const OUTPUT_RULES: ShapeRules = {
	...TOOL_RULES,
	keywords: new Set(['title']),
	openObjects: 'text',
	closed: true,
};

export interface AnthropicPlan {
	traits: AnthropicTraits;
	history: OrderedHistory;
	names: NameMap;
	/** By the tool's legal name. */
	toolShapes: ReadonlyMap<string, Shape>;
	outputForm: 'native' | 'tool' | null;
	outputShape: Shape | null;
	thinking: JsonObject | null;
	maxTokens: number;
}

export function planAnthropic(request: AdapterRequest, traits: AnthropicTraits): AnthropicPlan {
	const names = createNameMap(request.tools.map((tool) => tool.name));
	const history = orderHistory(request.messages, RULES);
	const toolShapes = new Map(
		request.tools.map((tool) => [names.toProvider(tool.name), shapeOf(tool.parameters, TOOL_RULES)]),
	);
	const outputForm = request.output === undefined ? null : traits.jsonSchema ? 'native' : 'tool';
	const outputShape =
		request.output === undefined
			? null
			: shapeOf(request.output.schema, outputForm === 'native' ? OUTPUT_RULES : TOOL_RULES);
	const { thinking, maxTokens } = thinkingFor({
		request,
		traits,
		history,
		forcesTool: outputForm === 'tool',
	});
	return { traits, history, names, toolShapes, outputForm, outputShape, thinking, maxTokens };
}

type Thinking = Pick<AnthropicPlan, 'thinking' | 'maxTokens'>;

interface ThinkingQuestion {
	request: AdapterRequest;
	traits: AnthropicTraits;
	history: OrderedHistory;
	forcesTool: boolean;
}

/** The thinking block, and `max_tokens` with room for it: thought counts against the same number. */
function thinkingFor({ request, traits, history, forcesTool }: ThinkingQuestion): Thinking {
	const { config } = request;
	const budget = typeof config.thinking_budget === 'number' ? config.thinking_budget : 0;
	const most = traits.maxOutputTokens;
	const maxTokens = Math.min(config.max_tokens ?? traits.fallbackMaxTokens, most);
	const isWanted = budget > 0 && traits.thinking !== 'none' && !forcesTool;
	if (traits.thinking === 'adaptive') {
		// The model weighs by itself how long to think; a number of tokens would be refused.
		if (isWanted) return { thinking: { type: 'adaptive' }, maxTokens };
		const off = traits.thinkingOff;
		return { thinking: off === 'disabled' || off === 'between_tools' ? { type: off } : null, maxTokens };
	}
	// Amid tool calls a budget block demands the earlier thoughts back, which we do not keep.
	if (!isWanted || endsInCalls(history)) return { thinking: null, maxTokens };
	// Half of all that can be written is left for the answer, whatever was asked for.
	const tokens = Math.min(Math.max(budget, MIN_THINKING_BUDGET), most / 2);
	return {
		thinking: { type: 'enabled', budget_tokens: tokens },
		maxTokens: maxTokens > tokens ? maxTokens : Math.min(tokens + maxTokens, most),
	};
}

/** True when the last thing the model did was to call tools. */
function endsInCalls({ turns }: OrderedHistory): boolean {
	const last = turns.findLast((turn) => turn.role === 'assistant');
	return last !== undefined && last.toolCalls.length > 0;
}

export function anthropicBody(request: AdapterRequest, plan: AnthropicPlan): JsonObject {
	const { config } = request;
	const { history } = plan;
	const body: JsonObject = {
		model: modelName(request),
		max_tokens: plan.maxTokens,
		messages: anthropicMessages(history, plan.names),
		...(history.system === null ? {} : { system: history.system }),
		...(plan.thinking === null ? {} : { thinking: plan.thinking }),
	};
	const mayWarm = plan.traits.temperature && (plan.thinking === null || plan.thinking.type === 'disabled');
	if (config.temperature !== null && mayWarm) body.temperature = Math.min(Math.max(config.temperature, 0), 1);
	return { ...body, ...anthropicTools(request, plan, history), ...config.model_kwargs };
}

export function anthropicMessages(history: OrderedHistory, names: NameMap): JsonObject[] {
	const messages: Array<{ role: string; content: JsonObject[] }> = [];
	for (const turn of history.turns) {
		const role = turn.role === 'assistant' ? 'assistant' : 'user';
		const blocks: JsonObject[] =
			turn.role === 'tool'
				? [{ type: 'tool_result', tool_use_id: turn.toolCallId, content: turn.content }]
				: [
						...(turn.content.trim() === '' ? [] : [{ type: 'text', text: turn.content }]),
						...(turn.role === 'assistant' ? turn.toolCalls.map((call) => toolUse(call, names)) : []),
					];
		const last = messages[messages.length - 1];
		if (last?.role === role) last.content.push(...blocks);
		else messages.push({ role, content: blocks });
	}
	return messages;
}

function toolUse(call: ToolCall, names: NameMap): JsonObject {
	return { type: 'tool_use', id: call.id, name: names.toProvider(call.name), input: call.arguments };
}

function anthropicTools(request: AdapterRequest, plan: AnthropicPlan, history: OrderedHistory): JsonObject {
	const tools: JsonObject[] = request.tools.map((tool) => {
		const name = plan.names.toProvider(tool.name);
		return { name, description: tool.description, input_schema: plan.toolShapes.get(name)?.schema ?? {} };
	});
	const { output } = request;
	if (output !== undefined && plan.outputForm === 'tool' && plan.outputShape !== null) {
		tools.push({
			name: ANTHROPIC_OUTPUT_TOOL,
			description: output.description || output.name,
			input_schema: plan.outputShape.schema,
		});
		return { tools, tool_choice: { type: 'tool', name: ANTHROPIC_OUTPUT_TOOL } };
	}
	const format: JsonObject =
		plan.outputForm === 'native' && plan.outputShape !== null
			? { output_config: { format: { type: 'json_schema', schema: plan.outputShape.schema } } }
			: {};
	if (tools.length > 0) return { tools, ...format };
	// A conversation that holds calls must name their tools, though none may be called again.
	const remembered = rememberedTools(history, plan.names);
	return remembered.length === 0 ? format : { tools: remembered, tool_choice: { type: 'none' }, ...format };
}

/** Stubs of the tools whose calls the history remembers. */
export function rememberedTools(history: OrderedHistory, names: NameMap): JsonObject[] {
	const seen = new Set(
		history.turns.flatMap((turn) =>
			turn.role === 'assistant' ? turn.toolCalls.map((call) => names.toProvider(call.name)) : [],
		),
	);
	return [...seen].map((name) => ({
		name,
		description: 'Used earlier in this conversation.',
		input_schema: { type: 'object', properties: {} },
	}));
}
