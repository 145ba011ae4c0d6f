/** What a model call is: the request, the reply, the parts of a stream, and the port the engine calls. */

import type { Json, JsonObject } from '../json';
import type { LlmConfig, LlmOrGroup } from '../graph/model';

/** One message of a conversation as models see it. Exactly one system message, always first. */
export type ModelMessage =
	| { role: 'system'; content: string }
	| { role: 'user'; content: string }
	| { role: 'assistant'; content: string; toolCalls: ToolCall[] }
	| { role: 'tool'; toolCallId: string; toolName: string; content: string };

/** A call a model asks for. `invalidArguments` holds the raw text when it was not a JSON object. */
export interface ToolCall {
	id: string;
	name: string;
	arguments: JsonObject;
	invalidArguments?: string;
}

/**
 * A function offered to a model. `name` is any text; adapters make it legal for their provider and
 * map it back. `parameters` is a JSON Schema of type object.
 */
export interface ToolDefinition {
	name: string;
	description: string;
	parameters: JsonObject;
}

/** A JSON object wanted as the answer. `schema` is a JSON Schema of type object. */
export interface OutputDefinition {
	name: string;
	description: string;
	schema: JsonObject;
}

export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter' | 'other';

/** Tokens of one call; `estimated` when the provider reported none (4 characters a token, R8.20). */
export interface TokenUsage {
	promptTokens: number;
	completionTokens: number;
	totalTokens: number;
	estimated: boolean;
}

/** A piece of a streamed reply. */
export type StreamPart = { type: 'text'; text: string } | { type: 'toolCall' };

/** One call of one model, as an adapter receives it: group, retries and parse attempts are outside. */
export interface AdapterRequest {
	config: LlmConfig;
	messages: ModelMessage[];
	tools: ToolDefinition[];
	/** Wanted structured answer; adapters use the provider's native form, else one forced tool. */
	output?: OutputDefinition;
	signal: AbortSignal;
	/** Called for every piece when the caller wants a stream. */
	onPart?: (part: StreamPart) => void;
}

/** The answer of one model call. */
export interface ModelReply {
	text: string;
	toolCalls: ToolCall[];
	/** The structured answer when one was asked for and could be parsed, else undefined. */
	output?: Json;
	finishReason: FinishReason;
	usage: TokenUsage;
	/** The vendor of the model: `openai`, `anthropic`, … as in the graph's `provider`. */
	provider: string;
	/** The model the provider says it used. */
	model: string;
	latencyMs: number;
	wasStreamed: boolean;
}

/** One provider. Implementations load their SDK on first use and never retry. */
export interface ModelAdapter {
	/** @throws {ProviderError} with `status`, `retryAfterMs` and `retryable` set. */
	complete(request: AdapterRequest): Promise<ModelReply>;
}

/** What a node asks of models: any config of a graph, group and backchannel included. */
export interface ModelRequest {
	config: LlmOrGroup;
	messages: ModelMessage[];
	tools: ToolDefinition[];
	output?: OutputDefinition;
	signal: AbortSignal;
	/** Transient text pieces for streaming transports (R8.17); never stored. */
	onText?: (text: string) => void;
	/** Says one filler while the main model thinks (R8.10); present only where a filler may be said. */
	onFiller?: (text: string) => void;
	/** Prompt for a generated filler: the node's, else the workflow's `backchannel_response_config`. */
	fillerPrompt?: string;
}

/** The accounting of every call made for one request, losers of a group included (R8.8). */
export interface CallRecord {
	provider: string;
	model: string;
	namedConfigId: string | null;
	namedConfigName: string | null;
	usage: TokenUsage;
	latencyMs: number;
	/** True for the call whose answer was used. */
	won: boolean;
	usedUserKey: boolean;
}

/** A reply with the accounting of all the calls behind it. */
export interface ModelAnswer extends ModelReply {
	calls: CallRecord[];
	/** Attempts at structured output that failed before this answer (R8.14). */
	failedParses: Array<{ attempt: number; message: string; latencyMs: number }>;
	/** True when `onFiller` was called for this request. */
	saidFiller: boolean;
	namedConfigId: string | null;
	namedConfigName: string | null;
	usedUserKey: boolean;
}

/** The port through which the engine talks to models. */
export interface Models {
	/**
	 * Calls the configured model or group, with retries (R8.18), patience times (R8.4–R8.8),
	 * fillers (R8.10) and parse attempts (R8.14).
	 *
	 * @throws {ProviderError} when no answer could be had; {ConfigurationError} `LLM_CREDENTIAL_MISSING`
	 *         or `LLM_NOT_CONFIGURED`; {ProviderError} `LLM_OUTPUT_UNPARSABLE` after the last parse attempt.
	 */
	call(request: ModelRequest): Promise<ModelAnswer>;
}
