/** Models that answer by script on a clock moved by hand, for everything that lies between the port and an adapter. */

import type { Clock } from '../../lib/clock';
import { ProviderError } from '../../lib/errors';
import { llmConfigSchema, llmOrGroupSchema, type LlmOrGroup } from '../../lib/graph/model';
import type { JsonObject } from '../../lib/json';
import type { AdapterReply, AdapterRequest, ModelAnswer, ModelRequest } from '../../lib/llm/contract';
import { createModels } from '../../lib/llm/models';

/** One attempt: words at their times (milliseconds after the start), then the end or a failure. */
export interface Script {
	/** Pieces of text with the time each takes to come. */
	says?: Array<[afterMs: number, text: string]>;
	/** Then fails after this long. */
	failsAfterMs?: number;
	error?: Error;
	/** Usage reported before the end, as a stream does. */
	usage?: [number, number];
	reply?: Partial<AdapterReply>;
	/** Never ends unless aborted. */
	hangs?: boolean;
}

export const overloaded = (details: { retryAfterMs?: number; retryable?: boolean; status?: number } = {}) =>
	new ProviderError('LLM_UNAVAILABLE', 'the server is overloaded', {
		status: 503,
		retryable: true,
		...details,
	});

export interface Stage {
	/** Model names in the order in which they were asked. */
	asked: string[];
	/** Models whose call was aborted. */
	aborted: string[];
	requests: AdapterRequest[];
	call(config: JsonObject, request?: Partial<ModelRequest>): Promise<ModelAnswer>;
}

/** Each model plays its scripts one after the other; the last one is repeated. */
export function createStage(clock: Clock, scripts: Record<string, Script[]>): Stage {
	const asked: string[] = [];
	const aborted: string[] = [];
	const requests: AdapterRequest[] = [];
	const play = async (request: AdapterRequest): Promise<AdapterReply> => {
		const model = String(request.config.model);
		const list = scripts[model] ?? [{}];
		const script = list[Math.min(asked.filter((name) => name === model).length, list.length - 1)] ?? {};
		asked.push(model);
		requests.push(request);
		let text = '';
		try {
			if (script.usage !== undefined) request.onUsage(...script.usage);
			for (const [afterMs, piece] of script.says ?? []) {
				if (afterMs > 0) await clock.sleep(afterMs, request.signal);
				text += piece;
				request.onPart({ type: 'text', text: piece });
			}
			if (script.hangs) await clock.sleep(1e9, request.signal);
			if (script.failsAfterMs !== undefined) await clock.sleep(script.failsAfterMs, request.signal);
		} catch (error) {
			aborted.push(model);
			throw error;
		}
		if (script.error !== undefined) throw script.error;
		return { text, toolCalls: [], finishReason: 'stop', usage: null, model, ...script.reply };
	};
	const models = createModels({
		credentials: () => ({ apiKey: 'key-for-tests' }),
		clock,
		random: () => 0.5,
		adapters: () => ({ complete: play }),
	});
	return {
		asked,
		aborted,
		requests,
		call: (config, request = {}) =>
			models.call({
				config: llmOrGroupSchema.parse(config) as LlmOrGroup,
				messages: [{ role: 'user', content: 'Hello.' }],
				tools: [],
				signal: new AbortController().signal,
				...request,
			}),
	};
}

/** A plain config of the given model. */
export const one = (model: string, settings: JsonObject = {}): JsonObject =>
	({
		...llmConfigSchema.parse({ type: 'openai_llm', model, ...settings }),
	}) as JsonObject;
