/** OpenAI and every server that speaks its protocol: chat completions or Responses, chosen by the model's traits. */

import type { OpenAI } from 'openai' with { 'resolution-mode': 'import' };
import { isJsonObject, type JsonObject } from '../json';
import { clampEffort, openAiTraits, UNKNOWN_TRAITS, type OpenAiTraits } from './catalog-openai';
import type { AdapterReply, AdapterRequest, ModelAdapter } from './contract';
import { keyOf, modelName, toFailure } from './failure';
import { createNameMap } from './names';
import { readChat, readChatStream } from './openai-chat';
import {
	chatMessages,
	chatParameters,
	chatTools,
	jsonSchemaFormat,
	reasons,
	responseParameters,
	type OpenAiPlan,
} from './openai-request';
import { createRefusalMemory, type RefusalMemory } from './openai-refusals';
import { readResponse, readResponseStream } from './openai-responses';
import { timeoutMsOf } from './timeout';
import { fetchFor } from './transport';

/** The SDK's own timers are put out of the way: ours count on the run's clock. */
export const NO_SDK_TIMEOUT_MS = 2_147_483_647;

/** What differs between OpenAI, Azure and a custom server. */
export interface OpenAiDialect {
	createClient(request: AdapterRequest, options: OpenAiClientOptions): Promise<OpenAI>;
	/** True when the Responses API may be used at all. */
	hasResponses(request: AdapterRequest): boolean;
	/** The key under which a server wraps its bodies, or null. */
	unwrapKey(request: AdapterRequest): string | null;
	/** The model's name as this server spells it; default: as the config does. */
	spellModel?(request: AdapterRequest): string;
	/** Further fields of the body. */
	extras?(request: AdapterRequest): JsonObject;
}

export interface OpenAiClientOptions {
	maxRetries: 0;
	timeout: number;
	fetch?: typeof globalThis.fetch;
	defaultHeaders?: Record<string, string>;
}

const openAiDialect: OpenAiDialect = {
	async createClient(request, options) {
		const { credential } = request;
		const apiKey = keyOf(request, 'openai');
		const sdk = await import('openai');
		return new sdk.OpenAI({
			...options,
			apiKey,
			adminAPIKey: null,
			baseURL: credential.baseUrl ?? 'https://api.openai.com/v1',
			organization: credential.organization ?? null,
			project: credential.project ?? null,
			logLevel: 'off',
		});
	},
	hasResponses: () => true,
	unwrapKey: () => null,
};

export function createOpenAiAdapter(dialect: OpenAiDialect = openAiDialect): ModelAdapter {
	const memory = createRefusalMemory();
	return {
		async complete(request) {
			for (let round = 0; ; round++) {
				try {
					return await completeOnce(request, dialect, memory);
				} catch (error) {
					// The server named a parameter it does not take: learn it and ask again without.
					if (round < 3 && !request.signal.aborted && memory.learn(placeOf(request), error)) continue;
					throw toFailure(error, request);
				}
			}
		},
	};
}

async function completeOnce(
	request: AdapterRequest,
	dialect: OpenAiDialect,
	memory: RefusalMemory,
): Promise<AdapterReply> {
	const { config, credential, signal } = request;
	const known = planFor(request, memory.apply(placeOf(request), traitsFor(request)));
	const plan = { ...known, model: dialect.spellModel?.(request) ?? known.model };
	const fetch = await fetchFor(credential, timeoutMsOf(config));
	const client = await dialect.createClient(request, {
		maxRetries: 0,
		timeout: NO_SDK_TIMEOUT_MS,
		...(fetch === undefined ? {} : { fetch }),
		...(credential.defaultHeaders === undefined ? {} : { defaultHeaders: credential.defaultHeaders }),
	});
	const unwrap = unwrapper(dialect.unwrapKey(request));
	const useResponses = mustUseResponses(request, plan) && dialect.hasResponses(request);
	const extras = { ...dialect.extras?.(request), ...config.model_kwargs };
	return useResponses
		? askResponses({ request, plan, client, unwrap, signal, extras })
		: askChat({ request, plan: forChat(request, plan), client, unwrap, signal, extras });
}

interface Call {
	request: AdapterRequest;
	plan: OpenAiPlan;
	client: OpenAI;
	unwrap: (body: unknown) => unknown;
	signal: AbortSignal;
	/** Laid over the body last: the config's `model_kwargs`. */
	extras: JsonObject;
}

async function askChat({ request, plan, client, unwrap, signal, extras }: Call): Promise<AdapterReply> {
	const body = {
		...chatParameters(request, plan),
		messages: chatMessages(request, plan),
		...chatTools(request, plan),
		...(plan.outputForm === 'native'
			? { response_format: { type: 'json_schema', json_schema: jsonSchemaFormat(request) } }
			: {}),
		...extras,
	} as unknown as OpenAI.ChatCompletionCreateParamsNonStreaming;
	if (!request.stream) {
		return readChat(request, plan, unwrap(await client.chat.completions.create(body, { signal })));
	}
	const streamBody = {
		...body,
		stream: true as const,
		...(plan.traits.streamUsage ? { stream_options: { include_usage: true } } : {}),
	};
	return readChatStream(
		request,
		plan,
		mapped(await client.chat.completions.create(streamBody, { signal }), unwrap),
	);
}

async function askResponses({ request, plan, client, unwrap, signal, extras }: Call): Promise<AdapterReply> {
	const body = { ...responseParameters(request, plan), ...extras };
	// `responses.create` is the same call, but it stumbles over answers of another shape.
	if (!request.stream)
		return readResponse(request, plan, unwrap(await client.post('/responses', { body, signal })));
	const stream = await client.post('/responses', { body: { ...body, stream: true }, signal, stream: true });
	return readResponseStream(request, plan, mapped(stream as AsyncIterable<unknown>, unwrap));
}

/** A custom server's own model gets the effort as its owner wrote it; elsewhere an unknown model gets none. */
function traitsFor({ config }: AdapterRequest): OpenAiTraits {
	const known = openAiTraits(modelName({ config }));
	if (known !== null) return known;
	return config.type === 'custom_llm' ? { ...UNKNOWN_TRAITS, efforts: 'any' } : UNKNOWN_TRAITS;
}

function planFor(request: AdapterRequest, traits: OpenAiTraits): OpenAiPlan {
	const model = modelName(request);
	return {
		model,
		traits,
		effort: clampEffort(effortOf(request.config), traits.efforts),
		outputForm: request.output === undefined ? null : traits.jsonSchema ? 'native' : 'tool',
		names: createNameMap(request.tools.map((tool) => tool.name)),
	};
}

function effortOf(config: AdapterRequest['config']): string | null {
	return typeof config.reasoning_effort === 'string' ? config.reasoning_effort : null;
}

/** Reasoning beside function tools is a matter of the Responses API on newer models (2.14). */
function mustUseResponses(request: AdapterRequest, plan: OpenAiPlan): boolean {
	const { config } = request;
	if (config.type === 'custom_llm') return config.use_responses_api || plan.traits.api === 'responses';
	if (plan.traits.api !== 'either') return plan.traits.api === 'responses';
	return (
		plan.traits.reasoningWithTools === 'responses' &&
		hasTools(request, plan) &&
		reasons(plan.traits, plan.effort)
	);
}

function hasTools(request: AdapterRequest, plan: OpenAiPlan): boolean {
	return request.tools.length > 0 || plan.outputForm === 'tool';
}

/** Where only chat completions are to be had, tools win over reasoning. */
function forChat(request: AdapterRequest, plan: OpenAiPlan): OpenAiPlan {
	const clashes = plan.traits.reasoningWithTools === 'responses' && hasTools(request, plan);
	if (!clashes || !plan.traits.efforts.includes('none')) return plan;
	return { ...plan, effort: 'none' };
}

function placeOf(request: AdapterRequest): string {
	const { credential } = request;
	return `${credential.baseUrl ?? credential.endpoint ?? ''} ${modelName(request)}`;
}

function unwrapper(key: string | null): (body: unknown) => unknown {
	if (key === null || key === '') return (body) => body;
	return (body) =>
		isJsonObject(body) && isJsonObject((body as JsonObject)[key]) ? (body as JsonObject)[key] : body;
}

async function* mapped<T>(
	stream: AsyncIterable<T>,
	change: (part: unknown) => unknown,
): AsyncGenerator<unknown> {
	for await (const part of stream) yield change(part);
}
