/** Claude through Anthropic's own API, or through Google's Vertex AI with a Google account. */

import type { Anthropic } from '@anthropic-ai/sdk' with { 'resolution-mode': 'import' };
import { ANTHROPIC_OUTPUT_TOOL, anthropicBody, planAnthropic, type AnthropicPlan } from './anthropic-request';
import { anthropicTraits } from './catalog-anthropic';
import { createCollector, type ReplyCollector } from './collect';
import type { AdapterReply, AdapterRequest, FinishReason, ModelAdapter } from './contract';
import { keyOf, malformedReply, modelName, toFailure } from './failure';
import { NO_SDK_TIMEOUT_MS } from './openai';
import { providerFault } from './provider-fault';
import { timeoutMsOf } from './timeout';
import { fetchFor } from './transport';
import { rewriteForVertex, vertexAccess } from './vertex';

interface Block {
	type?: string;
	id?: string;
	name?: string;
	text?: string;
	input?: unknown;
}

interface Event {
	type?: string;
	index?: number;
	message?: { model?: string; usage?: Usage };
	content_block?: Block;
	delta?: { type?: string; text?: string; partial_json?: string; stop_reason?: string | null };
	usage?: Usage;
	error?: unknown;
}

interface Usage {
	input_tokens?: number | null;
	output_tokens?: number | null;
	cache_read_input_tokens?: number | null;
	cache_creation_input_tokens?: number | null;
}

const FINISH: Readonly<Record<string, FinishReason>> = {
	end_turn: 'stop',
	stop_sequence: 'stop',
	pause_turn: 'stop',
	max_tokens: 'length',
	model_context_window_exceeded: 'length',
	tool_use: 'tool_calls',
	refusal: 'content_filter',
};

export function createAnthropicAdapter(): ModelAdapter {
	return {
		async complete(request) {
			try {
				return await completeOnce(request);
			} catch (error) {
				throw toFailure(error, request);
			}
		},
	};
}

async function completeOnce(request: AdapterRequest): Promise<AdapterReply> {
	const plan = planAnthropic(request, anthropicTraits(modelName(request)));
	const client = await createClient(request);
	const body = anthropicBody(request, plan);
	// `messages.create` is the same call, but it prints a warning for every call of an aging model.
	const options = { signal: request.signal, timeout: NO_SDK_TIMEOUT_MS };
	if (!request.stream)
		return readMessage(request, plan, await client.post('/v1/messages', { ...options, body }));
	const stream = await client.post('/v1/messages', {
		...options,
		body: { ...body, stream: true },
		stream: true,
	});
	return readStream(request, plan, stream as AsyncIterable<unknown>);
}

async function createClient(request: AdapterRequest): Promise<Anthropic> {
	const { config, credential } = request;
	const sdk = await import('@anthropic-ai/sdk');
	const fetch = await fetchFor(credential, timeoutMsOf(config));
	const options = {
		maxRetries: 0,
		timeout: NO_SDK_TIMEOUT_MS,
		logLevel: 'off' as const,
		...(fetch === undefined ? {} : { fetch }),
		...(credential.defaultHeaders === undefined ? {} : { defaultHeaders: credential.defaultHeaders }),
	};
	if (config.backend === 'vertex') {
		const access = await vertexAccess(request);
		return new sdk.Anthropic({
			...options,
			apiKey: null,
			authToken: access.token,
			baseURL: access.baseUrl,
			fetch: rewriteForVertex(access, fetch ?? globalThis.fetch),
		});
	}
	return new sdk.Anthropic({
		...options,
		apiKey: keyOf(request, 'anthropic'),
		authToken: null,
		// The SDK adds the version to the path itself.
		baseURL: (credential.baseUrl ?? 'https://api.anthropic.com').replace(/\/v1\/?$/, ''),
	});
}

function collectorFor(request: AdapterRequest, plan: AnthropicPlan): ReplyCollector {
	return createCollector(request, {
		names: plan.names,
		...(plan.outputForm === 'tool' ? { outputTool: ANTHROPIC_OUTPUT_TOOL } : {}),
		decodeOutput: plan.outputShape?.decode,
		decodeArguments: (name, value) => plan.toolShapes.get(name)?.decode(value) ?? value,
	});
}

function readMessage(request: AdapterRequest, plan: AnthropicPlan, body: unknown): AdapterReply {
	const collector = collectorFor(request, plan);
	const message = (typeof body === 'object' && body !== null ? body : {}) as {
		type?: string;
		model?: string;
		content?: Block[];
		stop_reason?: string | null;
		usage?: Usage;
		error?: unknown;
	};
	if (message.error !== undefined) throw providerFault(message.error);
	if (!Array.isArray(message.content)) throw malformedReply(request, 'no content in its answer');
	message.content.forEach((block, index) => {
		if (block.type === 'text') collector.addText(block.text ?? '');
		if (block.type === 'tool_use') {
			collector.addCall(index, {
				id: block.id,
				name: block.name,
				argumentsText: JSON.stringify(block.input ?? {}),
			});
		}
	});
	if (typeof message.model === 'string') collector.setModel(message.model);
	setUsage(collector, message.usage);
	collector.setFinish(FINISH[message.stop_reason ?? ''] ?? 'other');
	return collector.finish();
}

async function readStream(
	request: AdapterRequest,
	plan: AnthropicPlan,
	stream: AsyncIterable<unknown>,
): Promise<AdapterReply> {
	const collector = collectorFor(request, plan);
	let usage: Usage = {};
	for await (const part of stream) {
		const event = part as Event;
		const index = event.index ?? 0;
		if (event.type === 'error') throw providerFault(event.error);
		if (event.type === 'message_start') {
			if (typeof event.message?.model === 'string') collector.setModel(event.message.model);
			usage = { ...event.message?.usage };
			setUsage(collector, usage);
		}
		if (event.type === 'content_block_start' && event.content_block?.type === 'tool_use') {
			collector.addCall(index, { id: event.content_block.id, name: event.content_block.name });
		}
		if (event.type === 'content_block_start' && event.content_block?.type === 'text')
			collector.addText(event.content_block.text ?? '');
		if (event.delta?.type === 'text_delta') collector.addText(event.delta.text ?? '');
		if (event.delta?.type === 'input_json_delta')
			collector.addCall(index, { argumentsText: event.delta.partial_json });
		if (event.type === 'message_delta') {
			usage = { ...usage, ...withoutNulls(event.usage) };
			setUsage(collector, usage);
			if (event.delta?.stop_reason) collector.setFinish(FINISH[event.delta.stop_reason] ?? 'other');
		}
	}
	if (collector.finishReason === null)
		throw malformedReply(request, 'a stream that broke off before its end');
	return collector.finish();
}

/** Tokens read from or written to the cache are input as well. */
function setUsage(collector: ReplyCollector, usage: Usage | undefined): void {
	if (usage?.input_tokens === undefined && usage?.output_tokens === undefined) return;
	const input =
		(usage.input_tokens ?? 0) +
		(usage.cache_read_input_tokens ?? 0) +
		(usage.cache_creation_input_tokens ?? 0);
	collector.setUsage(input, usage.output_tokens ?? 0);
}

function withoutNulls(usage: Usage | undefined): Usage {
	return Object.fromEntries(Object.entries(usage ?? {}).filter(([, value]) => value !== null));
}
