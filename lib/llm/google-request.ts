/** A call as Gemini wants it: contents of parts, narrow schemas, function responses as objects. */

import { isJsonObject, type Json, type JsonObject } from '../json';
import { thinkingConfigFor, type GoogleTraits } from './catalog-google';
import type { AdapterRequest, ToolCall } from './contract';
import { orderHistory } from './history';
import { createNameMap, type NameMap } from './names';
import { shapeOf, type Shape, type ShapeRules } from './schema-shape';

/** Gemini answers a history that ends with its own turn with nothing, and newer models refuse it (2.14). */
const RULES = { alternates: true, endsWithUser: true, refusesEmpty: true };

export const GOOGLE_OUTPUT_TOOL = 'give_structured_answer';

/** The mark Google documents for calls whose own mark is not at hand, such as those of another vendor. */
const SKIP_SIGNATURE = 'skip_thought_signature_validator';
const SIGNATURE_PREFIX = 'google:';

const SCHEMA_RULES: ShapeRules = {
	keywords: new Set(['minimum', 'maximum', 'minItems', 'maxItems', 'title']),
	formats: { string: ['date-time'], number: ['float', 'double'], integer: ['int32', 'int64'] },
	openObjects: 'text',
	closed: false,
	nullable: 'flag',
	upperCase: true,
	propertyName: /^[a-zA-Z_][a-zA-Z0-9_]{0,63}$/,
	stringEnumsOnly: true,
};

const MAX_OUTPUT_TOKENS = 65_536;

export interface GooglePlan {
	traits: GoogleTraits;
	names: NameMap;
	toolShapes: ReadonlyMap<string, Shape>;
	outputForm: 'native' | 'tool' | null;
	outputShape: Shape | null;
}

/** Older Geminis refuse JSON answers beside functions, so then the answer is a function's arguments. */
export function planGoogle(request: AdapterRequest, traits: GoogleTraits): GooglePlan {
	const names = createNameMap(request.tools.map((tool) => tool.name));
	return {
		traits,
		names,
		toolShapes: new Map(
			request.tools.map((tool) => [names.toProvider(tool.name), shapeOf(tool.parameters, SCHEMA_RULES)]),
		),
		outputForm: request.output === undefined ? null : request.tools.length > 0 ? 'tool' : 'native',
		outputShape: request.output === undefined ? null : shapeOf(request.output.schema, SCHEMA_RULES),
	};
}

export interface GoogleBody {
	contents: JsonObject[];
	config: JsonObject;
}

export function googleBody(request: AdapterRequest, plan: GooglePlan): GoogleBody {
	const { config } = request;
	const { system, turns } = orderHistory(request.messages, RULES);
	const contents: Array<{ role: string; parts: JsonObject[] }> = [];
	for (const turn of turns) {
		const role = turn.role === 'assistant' ? 'model' : 'user';
		const parts: JsonObject[] =
			turn.role === 'tool'
				? [
						{
							functionResponse: {
								name: plan.names.toProvider(turn.toolName),
								response: asObject(turn.content),
							},
						},
					]
				: [
						...(turn.content.trim() === '' ? [] : [{ text: turn.content }]),
						...(turn.role === 'assistant' ? callParts(turn.toolCalls, plan) : []),
					];
		const last = contents[contents.length - 1];
		// Newer Geminis tell turns apart by their responses and refuse words in the same content.
		const isResult = last?.parts.at(-1)?.functionResponse !== undefined;
		const fits = isResult === (turn.role === 'tool');
		if (last?.role === role && fits) last.parts.push(...parts);
		else contents.push({ role, parts });
	}
	const thinking = thinkingConfigFor(plan.traits, {
		level: typeof config.thinking_level === 'string' ? config.thinking_level : null,
		budget: typeof config.thinking_budget === 'number' ? config.thinking_budget : null,
	});
	const result: JsonObject = { ...outputConfig(request, plan) };
	if (system !== null) result.systemInstruction = { parts: [{ text: system }] };
	if (thinking !== null) result.thinkingConfig = { ...thinking };
	if (config.temperature !== null) result.temperature = config.temperature;
	if (config.seed !== null) result.seed = config.seed;
	if (config.max_tokens !== null) {
		const budget = thinking !== null && 'thinkingBudget' in thinking ? thinking.thinkingBudget : 0;
		// Thought counts against the same number; a cap below the budget would leave nothing to say.
		const withRoom = config.max_tokens > budget ? config.max_tokens : config.max_tokens + budget;
		result.maxOutputTokens = Math.min(withRoom, MAX_OUTPUT_TOKENS);
	}
	return { contents, config: { ...result, ...config.model_kwargs } };
}

function callParts(calls: readonly ToolCall[], plan: GooglePlan): JsonObject[] {
	return calls.map((call, index) => {
		const part: JsonObject = {
			functionCall: { name: plan.names.toProvider(call.name), args: call.arguments },
		};
		const own =
			call.signature?.startsWith(SIGNATURE_PREFIX) === true
				? call.signature.slice(SIGNATURE_PREFIX.length)
				: null;
		// Of calls made together only the first carries the mark.
		if (own !== null) part.thoughtSignature = own;
		else if (plan.traits.wantsSignatures && index === 0) part.thoughtSignature = SKIP_SIGNATURE;
		return part;
	});
}

/** The mark to keep with a call, told apart from other vendors' marks. */
export function keptSignature(signature: string): string {
	return `${SIGNATURE_PREFIX}${signature}`;
}

function asObject(content: string): JsonObject {
	let value: Json;
	try {
		value = JSON.parse(content) as Json;
	} catch {
		value = content;
	}
	return isJsonObject(value) ? value : { output: value };
}

function outputConfig(request: AdapterRequest, plan: GooglePlan): JsonObject {
	const declarations: JsonObject[] = request.tools.map((tool) => {
		const name = plan.names.toProvider(tool.name);
		return declaration(name, tool.description, plan.toolShapes.get(name));
	});
	const { output } = request;
	if (output === undefined || plan.outputShape === null) {
		return declarations.length === 0 ? {} : { tools: [{ functionDeclarations: declarations }] };
	}
	if (plan.outputForm === 'native') {
		return { responseMimeType: 'application/json', responseSchema: plan.outputShape.schema };
	}
	declarations.push(declaration(GOOGLE_OUTPUT_TOOL, output.description || output.name, plan.outputShape));
	return {
		tools: [{ functionDeclarations: declarations }],
		toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: [GOOGLE_OUTPUT_TOOL] } },
	};
}

/** A function without parameters must leave `parameters` out: an object with no properties is refused. */
function declaration(name: string, description: string, shape: Shape | undefined): JsonObject {
	const properties = shape?.schema.properties;
	const hasProperties = isJsonObject(properties) && Object.keys(properties).length > 0;
	return { name, description, ...(hasProperties && shape !== undefined ? { parameters: shape.schema } : {}) };
}
