/** One config, one answer: credential, attempts, deadline, circuit, and the tries at a structured answer. */

import type { Clock } from '../clock';
import { ProviderError } from '../errors';
import type { LlmConfig } from '../graph/model';
import type { Log } from '../log';
import type { Circuits } from './circuit';
import type {
	AdapterReply,
	AdapterRequest,
	CallRecord,
	ModelMessage,
	ModelReply,
	OutputDefinition,
	TokenUsage,
	ToolDefinition,
} from './contract';
import { providerOf, type ResolvedCredential } from './credential';
import { modelName } from './failure';
import { createForwarder } from './forward';
import type { AdapterRegistry } from './registry';
import { DEFAULT_MAX_RETRIES, withRetries } from './retry';
import { correctionFor, parseOutput } from './structured';
import { createDeadline, timeoutMsOf } from './timeout';
import { truncateHistory } from './truncate';
import { estimateUsage } from './usage';
import { wellFormed } from './well-formed';

const DEFAULT_PARSE_RETRIES = 3;

/** What every call needs from around it. */
export interface Surroundings {
	clock: Clock;
	log: Log;
	random: () => number;
	circuits: Circuits;
	adapterFor: AdapterRegistry;
	credentialFor(config: LlmConfig): Promise<ResolvedCredential>;
}

export interface Question {
	config: LlmConfig;
	messages: ModelMessage[];
	tools: ToolDefinition[];
	output?: OutputDefinition;
	signal: AbortSignal;
	onText?: (text: string) => void;
	/** Told once, when the first words or the first call of the answer are there (R8.8). */
	onAnswering?: () => void;
	/** False while another member of the group is at work (R8.18). */
	mayRetry?: () => boolean;
	/** Takes the accounting of every call made, also of those that come to nothing. */
	onCall: (record: CallRecord) => void;
}

export interface Answer {
	reply: ModelReply;
	/** The record of the call whose answer this is; also passed to `onCall`. */
	record: CallRecord;
	failedParses: FailedParse[];
}

export interface FailedParse {
	attempt: number;
	message: string;
	latencyMs: number;
}

/** `LLM_OUTPUT_UNPARSABLE`: every try at a structured answer failed (R8.14). */
export class UnparsableOutputError extends ProviderError {
	constructor(
		message: string,
		readonly failedParses: FailedParse[],
	) {
		super('LLM_OUTPUT_UNPARSABLE', message, {
			advice: 'Simplify structured_output_schema, raise max_tokens, or choose a stronger model.',
		});
	}
}

/** Asks one model. @throws as `Models.call`. */
export async function ask(question: Question, surroundings: Surroundings): Promise<Answer> {
	const { config, output } = question;
	const failedParses: FailedParse[] = [];
	let messages = truncateHistory(question.messages, config.truncated_max_recent_messages);
	const tries = Math.max(0, config.max_parse_retries ?? DEFAULT_PARSE_RETRIES) + 1;
	for (let number = 1; ; number++) {
		const call = await callOnce({ ...question, messages }, surroundings);
		const { adapterReply, reply, record } = call;
		if (output === undefined || (adapterReply.outputText === undefined && reply.toolCalls.length > 0)) {
			question.onCall(record);
			return { reply, record, failedParses };
		}
		const text = adapterReply.outputText ?? adapterReply.text;
		const parsed = await parseOutput(text, output);
		question.onCall(record);
		if (parsed.ok) return { reply: { ...reply, output: parsed.value }, record, failedParses };
		failedParses.push({ attempt: number, message: parsed.message, latencyMs: record.latencyMs });
		if (number >= tries) throw unparsable(config, failedParses);
		messages = [...messages, ...correctionFor(text, parsed.message, output)];
	}
}

interface MadeCall {
	adapterReply: AdapterReply;
	reply: ModelReply;
	record: CallRecord;
}

/** One answer of the provider, with transport retries. */
async function callOnce(question: Question, surroundings: Surroundings): Promise<MadeCall> {
	const { config, signal } = question;
	const { clock, random, log } = surroundings;
	const { credential, usedUserKey, circuitKey } = await surroundings.credentialFor(config);
	const adapter = surroundings.adapterFor(config);
	const provider = providerOf(config);
	const who = `model "${modelName({ config })}" of provider "${provider}"`;
	const forwarder = createForwarder(question.output === undefined ? question.onText : undefined);
	const base = {
		provider,
		namedConfigId: config.named_llm_config_id,
		namedConfigName: config.named_llm_config_name,
		usedUserKey,
	};

	const attempt = async (): Promise<MadeCall> => {
		const startedAt = clock.now();
		const deadline = createDeadline({
			clock,
			ms: timeoutMsOf(config),
			signal,
			who,
		});
		const forward = forwarder.begin();
		let reported: TokenUsage | null = null as TokenUsage | null;
		const stream = config.streaming || question.onText !== undefined;
		try {
			const adapterRequest: AdapterRequest = {
				config,
				credential,
				messages: wellFormed(question.messages),
				tools: wellFormed(question.tools),
				...(question.output === undefined ? {} : { output: wellFormed(question.output) }),
				signal: deadline.signal,
				stream,
				onPart: (part) => {
					if (deadline.signal.aborted) return;
					deadline.touch();
					if (stream) question.onAnswering?.();
					if (stream && part.type === 'text') forward(part.text);
				},
				onUsage: (promptTokens, completionTokens) => {
					const totalTokens = promptTokens + completionTokens;
					reported = { promptTokens, completionTokens, totalTokens, estimated: false };
				},
			};
			const adapterReply = await orAbort(adapter.complete(adapterRequest), deadline.signal);
			question.onAnswering?.();
			const latencyMs = clock.now() - startedAt;
			const usage = reported ?? estimateUsage(question, adapterReply);
			const model = adapterReply.model ?? modelName({ config });
			const { outputText: _outputText, usage: _usage, ...rest } = adapterReply;
			return {
				adapterReply,
				reply: { ...rest, usage, provider, model, latencyMs, wasStreamed: stream },
				record: { ...base, model, usage, latencyMs, won: false },
			};
		} catch (error) {
			// A call that was paid for counts, whatever became of its answer (R8.8).
			if (reported !== null) {
				question.onCall({
					...base,
					model: modelName({ config }),
					usage: reported,
					latencyMs: clock.now() - startedAt,
					won: false,
				});
			}
			throw error;
		} finally {
			deadline.close();
		}
	};

	return withRetries(() => surroundings.circuits.guard(circuitKey, who, attempt), {
		clock,
		random,
		maxRetries: Math.max(0, config.max_retries ?? DEFAULT_MAX_RETRIES),
		signal,
		mayRetry: question.mayRetry,
		onWait: ({ attempt: number, waitMs, code }) =>
			log.debug('model call is tried again', { provider, attempt: number, waitMs, code }),
	});
}

/** The work, or the abort: whichever comes first, so that nothing that ignores a signal can hang a run. */
async function orAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
	let onAbort = (): void => undefined;
	const aborted = new Promise<never>((_resolve, reject) => {
		onAbort = () => reject(signal.reason as Error);
		if (signal.aborted) onAbort();
		else signal.addEventListener('abort', onAbort, { once: true });
	});
	try {
		return await Promise.race([work, aborted]);
	} finally {
		signal.removeEventListener('abort', onAbort);
	}
}

function unparsable(config: LlmConfig, failedParses: FailedParse[]): UnparsableOutputError {
	const last = failedParses[failedParses.length - 1]?.message ?? 'no answer';
	return new UnparsableOutputError(
		`model "${modelName({ config })}" gave no structured answer that fits the schema in ${failedParses.length} attempts; the last fault: ${last}`,
		failedParses,
	);
}
