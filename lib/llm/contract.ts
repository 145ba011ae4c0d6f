/** What a model call is: the request, the reply, the parts of a stream, and the port the engine calls. */

import type { Json, JsonObject } from '../json';
import type { LlmConfig, LlmOrGroup } from '../graph/model';

/** One message of a conversation as models see it. Exactly one system message, always first. */
export type ModelMessage =
	| { role: 'system'; content: string }
	/** `isOurs`: a line of this package after the conversation, which truncation neither counts nor cuts (R2.37). */
	| { role: 'user'; content: string; isOurs?: true }
	| { role: 'assistant'; content: string; toolCalls: ToolCall[] }
	| { role: 'tool'; toolCallId: string; toolName: string; content: string };

/**
 * A call a model asks for. `invalidArguments` holds the raw text when it was not a JSON object.
 * `signature` is an opaque mark some providers want back with the call (Gemini's thought signature).
 */
export interface ToolCall {
	id: string;
	name: string;
	arguments: JsonObject;
	invalidArguments?: string;
	signature?: string;
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

/** What a provider needs to be called; each adapter reads the fields its provider knows. */
export interface ProviderCredential {
	apiKey?: string;
	/** Root of the API, as the vendor's SDK takes it: `https://api.openai.com/v1`. */
	baseUrl?: string;
	organization?: string;
	project?: string;
	/** Azure: `https://NAME.openai.azure.com`, and the `api-version` to ask for. */
	endpoint?: string;
	apiVersion?: string;
	/** Bedrock: region and key pair (a session token for temporary ones). */
	region?: string;
	accessKeyId?: string;
	secretAccessKey?: string;
	sessionToken?: string;
	/** Vertex: project, location, and a service account's key file or a ready access token. */
	vertexProject?: string;
	vertexLocation?: string;
	serviceAccount?: JsonObject;
	accessToken?: string;
	defaultHeaders?: Record<string, string>;
	/** False accepts any TLS certificate; for servers inside one's own network. Default true. */
	verifySsl?: boolean;
}

/** One call of one model, as an adapter receives it: group, retries and parse attempts are outside. */
export interface AdapterRequest {
	config: LlmConfig;
	/** The run's credential with the config's own key and address already laid over it. */
	credential: ProviderCredential;
	messages: ModelMessage[];
	tools: ToolDefinition[];
	/** Wanted structured answer; adapters use the provider's native form, else one forced tool. */
	output?: OutputDefinition;
	signal: AbortSignal;
	/** Ask the provider for a stream, also when nobody listens to the pieces. */
	stream: boolean;
	/** Called for every piece of a stream as it arrives. */
	onPart: (part: StreamPart) => void;
	/** Called when the provider reports usage, which a stream does before it may be cut off. */
	onUsage: (promptTokens: number, completionTokens: number) => void;
}

/** What an adapter brings home; the models layer adds provider, latency and the parsed output. */
export interface AdapterReply {
	text: string;
	toolCalls: ToolCall[];
	/** The structured answer as JSON text, when one was asked for and came. */
	outputText?: string;
	finishReason: FinishReason;
	/** Null when the provider reported none. */
	usage: { promptTokens: number; completionTokens: number } | null;
	/** The model the provider says it used, or null. */
	model: string | null;
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
	/** @throws {ProviderError} with `status`, `retryAfterMs` and `retryable` set; the signal's reason when aborted. */
	complete(request: AdapterRequest): Promise<AdapterReply>;
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
	/** Chooses a static filler by the run's own position (R7.8.3); without it every choice is random. */
	chooseFiller?: (texts: readonly string[], mode: 'random' | 'sequence') => string | null;
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

/**
 * What the ProviderError of a failed request carries beside its own fields: the calls that were made and
 * paid for, and the attempts at structured output (`LLM_OUTPUT_UNPARSABLE`).
 */
export interface FailedRequest {
	calls: CallRecord[];
	failedParses?: ModelAnswer['failedParses'];
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
