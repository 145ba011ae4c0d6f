/** Any model on Amazon Bedrock, through Converse and ConverseStream. */

import type { BedrockRuntimeClient, ConverseCommandInput } from '@aws-sdk/client-bedrock-runtime';
import { createHash } from 'node:crypto';
import { BEDROCK_OUTPUT_TOOL, bedrockInput, planBedrock } from './bedrock-request';
import { createCollector, type ReplyCollector } from './collect';
import type {
	AdapterReply,
	AdapterRequest,
	FinishReason,
	ModelAdapter,
	ProviderCredential,
} from './contract';
import { malformedReply, toFailure } from './failure';
import { ProviderFault } from './provider-fault';

const DEFAULT_REGION = 'us-east-1';
const MAX_CLIENTS = 50;

const FINISH: Readonly<Record<string, FinishReason>> = {
	end_turn: 'stop',
	stop_sequence: 'stop',
	tool_use: 'tool_calls',
	max_tokens: 'length',
	model_context_window_exceeded: 'length',
	content_filtered: 'content_filter',
	guardrail_intervened: 'content_filter',
};

/** Faults that arrive inside a stream, as the statuses they have outside of one. */
const STREAM_FAULTS: Readonly<Record<string, number>> = {
	internalServerException: 500,
	modelStreamErrorException: 424,
	serviceUnavailableException: 503,
	throttlingException: 429,
	validationException: 400,
};

interface Block {
	text?: string;
	toolUse?: { toolUseId?: string; name?: string; input?: unknown };
}

interface Usage {
	inputTokens?: number;
	outputTokens?: number;
	cacheReadInputTokens?: number;
	cacheWriteInputTokens?: number;
}

interface StreamEvent {
	contentBlockStart?: { contentBlockIndex?: number; start?: Block };
	contentBlockDelta?: { contentBlockIndex?: number; delta?: { text?: string; toolUse?: { input?: string } } };
	messageStop?: { stopReason?: string };
	metadata?: { usage?: Usage };
}

type ClientFor = (credential: ProviderCredential) => Promise<BedrockRuntimeClient>;

export function createBedrockAdapter(): ModelAdapter {
	const clientFor = createClientCache();
	return {
		async complete(request) {
			try {
				return await completeOnce(request, clientFor);
			} catch (error) {
				throw toFailure(error, request);
			}
		},
	};
}

async function completeOnce(request: AdapterRequest, clientFor: ClientFor): Promise<AdapterReply> {
	const plan = planBedrock(request);
	const input = bedrockInput(request, plan) as unknown as ConverseCommandInput;
	const client = await clientFor(request.credential);
	const sdk = await import('@aws-sdk/client-bedrock-runtime');
	const options = { abortSignal: request.signal };
	const collector = createCollector(request, {
		names: plan.names,
		...(plan.outputShape === null ? {} : { outputTool: BEDROCK_OUTPUT_TOOL }),
		decodeOutput: plan.outputShape?.decode,
		decodeArguments: (name, value) => plan.toolShapes.get(name)?.decode(value) ?? value,
	});
	if (request.stream) {
		const { stream } = await client.send(new sdk.ConverseStreamCommand(input), options);
		if (stream === undefined) throw malformedReply(request, 'no stream');
		for await (const event of stream) readEvent(request, collector, event as StreamEvent);
	} else {
		const reply = await client.send(new sdk.ConverseCommand(input), options);
		readReply(
			request,
			collector,
			reply as { output?: { message?: { content?: Block[] } }; stopReason?: string; usage?: Usage },
		);
	}
	if (collector.finishReason === null)
		throw malformedReply(request, 'a stream that broke off before its end');
	return collector.finish();
}

function readReply(
	request: AdapterRequest,
	collector: ReplyCollector,
	reply: { output?: { message?: { content?: Block[] } }; stopReason?: string; usage?: Usage },
): void {
	const content = reply.output?.message?.content;
	if (!Array.isArray(content)) throw malformedReply(request, 'no message in its answer');
	content.forEach((block, index) => {
		if (typeof block.text === 'string') collector.addText(block.text);
		if (block.toolUse !== undefined) {
			const { toolUseId, name, input } = block.toolUse;
			collector.addCall(index, { id: toolUseId, name, argumentsText: JSON.stringify(input ?? {}) });
		}
	});
	setUsage(collector, reply.usage);
	finish(request, collector, reply.stopReason);
}

function readEvent(request: AdapterRequest, collector: ReplyCollector, event: StreamEvent): void {
	for (const [name, status] of Object.entries(STREAM_FAULTS)) {
		const fault = (event as Record<string, { message?: string } | undefined>)[name];
		if (fault !== undefined) throw new ProviderFault(fault.message ?? name, status, name);
	}
	const { contentBlockStart: start, contentBlockDelta: delta } = event;
	if (start?.start?.toolUse !== undefined) {
		collector.addCall(start.contentBlockIndex ?? 0, {
			id: start.start.toolUse.toolUseId,
			name: start.start.toolUse.name,
		});
	}
	if (typeof delta?.delta?.text === 'string') collector.addText(delta.delta.text);
	if (delta?.delta?.toolUse !== undefined) {
		collector.addCall(delta.contentBlockIndex ?? 0, { argumentsText: delta.delta.toolUse.input });
	}
	if (event.messageStop !== undefined) finish(request, collector, event.messageStop.stopReason);
	if (event.metadata !== undefined) setUsage(collector, event.metadata.usage);
}

function finish(request: AdapterRequest, collector: ReplyCollector, reason: string | undefined): void {
	if ((reason === 'malformed_model_output' || reason === 'malformed_tool_use') && !collector.hasContent) {
		throw malformedReply(request, `the end ${reason} and no content`);
	}
	collector.setFinish(FINISH[reason ?? ''] ?? 'other');
}

function setUsage(collector: ReplyCollector, usage: Usage | undefined): void {
	if (usage === undefined) return;
	const input =
		(usage.inputTokens ?? 0) + (usage.cacheReadInputTokens ?? 0) + (usage.cacheWriteInputTokens ?? 0);
	collector.setUsage(input, usage.outputTokens ?? 0);
}

/** One client, and with it one pool of connections, per credential. */
function createClientCache(): ClientFor {
	const clients = new Map<string, Promise<BedrockRuntimeClient>>();
	return (credential) => {
		const key = createHash('sha256').update(JSON.stringify(credential)).digest('hex');
		const known = clients.get(key);
		if (known !== undefined) return known;
		const client = createClient(credential);
		client.catch(() => clients.delete(key));
		if (clients.size >= MAX_CLIENTS) clients.delete(clients.keys().next().value ?? '');
		clients.set(key, client);
		return client;
	};
}

async function createClient(credential: ProviderCredential): Promise<BedrockRuntimeClient> {
	const [sdk, { NodeHttpHandler }] = await Promise.all([
		import('@aws-sdk/client-bedrock-runtime'),
		import('@smithy/node-http-handler'),
	]);
	const { apiKey, accessKeyId, secretAccessKey, sessionToken, verifySsl } = credential;
	const endpoint = credential.baseUrl ?? credential.endpoint;
	return new sdk.BedrockRuntimeClient({
		region: credential.region ?? DEFAULT_REGION,
		maxAttempts: 1,
		...(endpoint === undefined ? {} : { endpoint }),
		// In the order of 2.14: a Bedrock key, a key pair, else the role of the machine.
		...(apiKey === undefined ? {} : { token: { token: apiKey }, authSchemePreference: ['httpBearerAuth'] }),
		...(apiKey === undefined && accessKeyId !== undefined && secretAccessKey !== undefined
			? {
					credentials: {
						accessKeyId,
						secretAccessKey,
						...(sessionToken === undefined ? {} : { sessionToken }),
					},
				}
			: {}),
		// Plain HTTP/1.1: the SDK's default speaks HTTP/2, which gateways and proxies often do not.
		requestHandler: new NodeHttpHandler({
			...(verifySsl === false ? { httpsAgent: { rejectUnauthorized: false } } : {}),
		}),
	});
}
