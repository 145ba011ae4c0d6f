/** Gemini through AI Studio with a key, or through Vertex AI with a Google account. */

import type { JsonObject } from '../json';
import { googleTraits } from './catalog-google';
import { createCollector, type ReplyCollector } from './collect';
import type { AdapterReply, AdapterRequest, FinishReason, ModelAdapter } from './contract';
import { keyOf, malformedReply, modelName, toFailure } from './failure';
import { GOOGLE_OUTPUT_TOOL, googleBody, keptSignature, planGoogle, type GooglePlan } from './google-request';
import { providerFault } from './provider-fault';
import { timeoutMsOf } from './timeout';
import { fetchFor, type FetchFunction } from './transport';
import { vertexAccess } from './vertex';

interface Part {
	text?: string;
	thought?: boolean;
	thoughtSignature?: string;
	functionCall?: { id?: string; name?: string; args?: JsonObject };
}

interface Chunk {
	modelVersion?: string;
	candidates?: Array<{ content?: { parts?: Part[] }; finishReason?: string }>;
	promptFeedback?: { blockReason?: string };
	usageMetadata?: {
		promptTokenCount?: number;
		candidatesTokenCount?: number;
		thoughtsTokenCount?: number;
		toolUsePromptTokenCount?: number;
	};
	error?: unknown;
}

const FINISH: Readonly<Record<string, FinishReason>> = {
	STOP: 'stop',
	MAX_TOKENS: 'length',
	SAFETY: 'content_filter',
	RECITATION: 'content_filter',
	BLOCKLIST: 'content_filter',
	PROHIBITED_CONTENT: 'content_filter',
	SPII: 'content_filter',
	MODEL_ARMOR: 'content_filter',
};

/** Ends that say the model stumbled over its own syntax; another try usually walks. */
const STUMBLES = new Set(['MALFORMED_FUNCTION_CALL', 'MALFORMED_RESPONSE', 'UNEXPECTED_TOOL_CALL']);

const BROKEN_PIECE = /exception parsing stream chunk|Incomplete JSON segment/;

export function createGoogleAdapter(): ModelAdapter {
	return {
		async complete(request) {
			let refusal: Headers | undefined;
			try {
				return await completeOnce(request, (headers) => {
					refusal = headers;
				});
			} catch (error) {
				// The SDK repeats the piece it could not read, and with it somebody's words.
				if (error instanceof Error && BROKEN_PIECE.test(error.message))
					throw malformedReply(request, 'something that is not JSON');
				if (error instanceof Error && refusal !== undefined) Object.assign(error, { headers: refusal });
				throw toFailure(error, request);
			}
		},
	};
}

async function completeOnce(
	request: AdapterRequest,
	onRefusal: (headers: Headers) => void,
): Promise<AdapterReply> {
	const plan = planGoogle(request, googleTraits(modelName(request)));
	const client = await createClient(request, onRefusal);
	const { contents, config } = googleBody(request, plan);
	const call = { model: modelName(request), contents, config: { ...config, abortSignal: request.signal } };
	const collector = createCollector(request, {
		names: plan.names,
		...(plan.outputForm === 'tool' ? { outputTool: GOOGLE_OUTPUT_TOOL } : {}),
		decodeOutput: plan.outputShape?.decode,
		decodeArguments: (name, value) => plan.toolShapes.get(name)?.decode(value) ?? value,
	});
	const reader = createReader(request, plan, collector);
	if (request.stream) {
		for await (const chunk of await client.models.generateContentStream(call)) reader.read(chunk);
	} else {
		reader.read(await client.models.generateContent(call));
	}
	return reader.end();
}

/** The SDK's errors carry no headers, and with them the wished-for pause is lost. */
function keepingHeaders(fetch: FetchFunction, onRefusal: (headers: Headers) => void): FetchFunction {
	return async (input, init) => {
		const response = await fetch(input, init);
		if (!response.ok) onRefusal(response.headers);
		return response;
	};
}

async function createClient(request: AdapterRequest, onRefusal: (headers: Headers) => void) {
	const { config, credential } = request;
	const sdk = await import('@google/genai');
	const fetch = await fetchFor(credential, timeoutMsOf(config));
	const httpOptions = {
		...(credential.baseUrl === undefined ? {} : { baseUrl: credential.baseUrl }),
		...(credential.defaultHeaders === undefined ? {} : { headers: credential.defaultHeaders }),
		// Given a fetch, the SDK leaves Node's own dispatcher alone.
		fetch: keepingHeaders(fetch ?? globalThis.fetch, onRefusal),
	};
	if (config.backend === 'vertex') {
		const access = await vertexAccess(request);
		const { OAuth2Client } = await import('google-auth-library');
		const authClient = new OAuth2Client();
		authClient.setCredentials({ access_token: access.token });
		return new sdk.GoogleGenAI({
			vertexai: true,
			project: access.project,
			location: access.location,
			googleAuthOptions: { authClient },
			httpOptions: { ...httpOptions, apiVersion: 'v1' },
		});
	}
	return new sdk.GoogleGenAI({
		vertexai: false,
		apiKey: keyOf(request, 'google'),
		httpOptions: { ...httpOptions, apiVersion: 'v1beta' },
	});
}

function createReader(request: AdapterRequest, _plan: GooglePlan, collector: ReplyCollector) {
	let calls = 0;
	let isBlocked = false;
	let hasEnded = false;
	return {
		read(body: unknown) {
			if (typeof body !== 'object' || body === null)
				throw malformedReply(request, 'something that is not JSON');
			const chunk = body as Chunk;
			if (chunk.error !== undefined) throw providerFault(chunk.error);
			if (typeof chunk.modelVersion === 'string') collector.setModel(chunk.modelVersion);
			const usage = chunk.usageMetadata;
			if (usage?.promptTokenCount !== undefined || usage?.candidatesTokenCount !== undefined) {
				collector.setUsage(
					(usage.promptTokenCount ?? 0) + (usage.toolUsePromptTokenCount ?? 0),
					(usage.candidatesTokenCount ?? 0) + (usage.thoughtsTokenCount ?? 0),
				);
			}
			if (chunk.promptFeedback?.blockReason !== undefined) isBlocked = true;
			const candidate = chunk.candidates?.[0];
			for (const part of candidate?.content?.parts ?? []) {
				if (part.functionCall !== undefined) {
					collector.addCall(calls++, {
						id: part.functionCall.id,
						name: part.functionCall.name,
						argumentsText: JSON.stringify(part.functionCall.args ?? {}),
						...(part.thoughtSignature === undefined
							? {}
							: { signature: keptSignature(part.thoughtSignature) }),
					});
				} else if (part.thought !== true && typeof part.text === 'string') collector.addText(part.text);
			}
			if (candidate?.finishReason === undefined) return;
			hasEnded = true;
			if (STUMBLES.has(candidate.finishReason) && !collector.hasContent) {
				throw malformedReply(request, `the end ${candidate.finishReason} and no content`);
			}
			collector.setFinish(FINISH[candidate.finishReason] ?? 'other');
		},
		end(): AdapterReply {
			if (isBlocked && !collector.hasContent) collector.setFinish('content_filter');
			else if (!hasEnded)
				throw malformedReply(
					request,
					request.stream ? 'a stream that broke off before its end' : 'no candidate in its answer',
				);
			return collector.finish();
		},
	};
}
