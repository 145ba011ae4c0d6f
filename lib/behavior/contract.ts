/** What executing a node means: the step a behavior is given, and the outcome it returns. */

import type { ExitTool, Pick } from '../edge/contract';
import type { Graph } from '../graph/graph';
import type { LlmOrGroup } from '../graph/model';
import type { Node } from '../graph/node';
import type { StaticMessages } from '../graph/prompt';
import type { Http } from '../http';
import type { Json, JsonObject } from '../json';
import type { ModelAnswer, ModelMessage, OutputDefinition, ToolCall, ToolDefinition } from '../llm/contract';
import type { SideEffect, Tools } from '../tool/contract';
import type { Scope } from '../value/contract';

/** How a spoken text came about: `response_metadata.message_type` (R9.43). */
export type MessageType =
	'llm' | 'static' | 'edge_static' | 'edge_dynamic' | 'tool_filler' | 'backchannel' | 'error' | 'escalation';

/** Who asks the model; decides the event type and what enters the history. */
export type CallPurpose =
	'say' | 'worker' | 'evaluator' | 'structured' | 'condition' | 'transcript' | 'edge_message';

export interface ModelCall {
	purpose: CallPurpose;
	config: LlmOrGroup;
	messages: ModelMessage[];
	tools: ToolDefinition[];
	output?: OutputDefinition;
	/** May stream text to the user and say a filler; `say` calls only. */
	audible?: boolean;
	/** May say a filler though its own text is not heard: workers (R7.5.1). */
	fills?: boolean;
	fillerPrompt?: string;
	/** For `condition` calls: the node the condition leads to. */
	destinationNodeId?: string;
	/** Ends this one call early; the step's own signal ends it as well. */
	signal?: AbortSignal;
}

export interface SpokenText {
	text: string;
	type: MessageType;
	/** The answer this text came from, so that usage and reply id can be attached (R8.16). */
	answer?: ModelAnswer;
	/** One `assistant_response` for the whole text instead of one a sentence (R8.16). */
	whole?: boolean;
}

/** Something outside that may change the world; journalled before and after. */
export interface Effect {
	/** Unique within this node execution: `http`, `tool:<call id>`, `sms`. */
	key: string;
	kind: 'http' | 'tool' | 'sms' | 'call' | 'document' | 'ehr';
	/** For the journal and for error texts: method and host, tool name. Never a secret. */
	target: string;
	sideEffect: SideEffect;
}

/** One variable a node writes; `thread` scope under three names (R4.10), `workflow` under one. */
export interface Write {
	name: string;
	value: Json;
	scope?: 'thread' | 'workflow';
}

/** One turn of the conversation as people heard it: no memos, no tool calls. */
export interface TranscriptLine {
	role: 'user' | 'assistant';
	text: string;
}

/** What a phone call looks like from outside (R7.2.6). */
export type CallState = {
	conversationId: string;
	status: 'initiated' | 'in-progress' | 'completed' | 'failed';
};

/** Outside services a deployment may offer. A node whose service is absent reports `not_configured`. */
export interface Services {
	/** @throws {EffectError} when the provider refuses. Resolves to the provider's message id. */
	sendSms?(sms: {
		to: string;
		text: string;
		provider: string | null;
		signal: AbortSignal;
	}): Promise<string | null>;
	/** The whole run record, or null when this team has no such run. */
	fetchRun?(runId: string): Promise<JsonObject | null>;
	/** Places an outbound call (R7.2.3). @throws {EffectError} */
	placeCall?(call: {
		from: string | null;
		to: string | null;
		assistantId: string | null;
		token: string | null;
		signal: AbortSignal;
	}): Promise<CallState>;
	callState?(conversationId: string, token: string | null, signal: AbortSignal): Promise<CallState>;
}

/**
 * One node execution as its behavior sees it. Calls that reach outside are journalled by the engine:
 * after a crash the node is executed again and gets the recorded answers, in the same order.
 */
export interface Step<N extends Node = Node> {
	readonly graph: Graph;
	readonly node: N;
	readonly threadId: string;
	readonly nodeRunId: string;
	readonly isCompanion: boolean;
	readonly scope: Scope;
	/** The thread's messages without system entries, oldest first, as models read them. */
	readonly history: readonly ModelMessage[];
	/** The caller's entry for this node in `node_run_inputs`, valid for this turn (R1.20), or null. */
	readonly input: JsonObject | null;
	/** Edges to offer as tools, in the order of R3.2; empty when none or when tools are withheld. */
	readonly exits: readonly ExitTool[];
	/** Offer no tools at all and make the model answer in text (R3.52, R3.54). */
	readonly withoutTools: boolean;
	readonly signal: AbortSignal;
	readonly http: Http;
	readonly tools: Tools;
	/** Absent: no outside service is connected. */
	readonly services?: Services;

	/** What was said on this thread so far, oldest first, without memos and tool traffic. */
	transcript(): TranscriptLine[];
	/** The config that answers for this node (R8.2), or null when none is configured. */
	llmConfig(own?: LlmOrGroup | null, attachableId?: string | null): LlmOrGroup | null;
	/** @throws as `Models.call`. */
	callModel(call: ModelCall): Promise<ModelAnswer>;
	/** Runs `act` once, ever: a recorded outcome is returned instead; see `EFFECT_OUTCOME_UNKNOWN`. */
	perform<T extends Json>(effect: Effect, act: (signal: AbortSignal) => Promise<T>): Promise<T>;
	/** Says a text to the user and adds it to the thread's history. Blank text is ignored. */
	say(spoken: SpokenText): void;
	/** Adds the assistant message with these ordinary tool calls to the history, not shown to users. */
	addToolCalls(answer: ModelAnswer, calls: readonly ToolCall[], keepText: boolean): void;
	addToolResult(call: ToolCall, content: string, value: Json): void;
	write(writes: readonly Write[]): void;
	/** Chooses from a message list: random, or in sequence per run and list (R7.8.3); null when empty. */
	choose(messages: StaticMessages, listKey: string): string | null;
	/** A type-specific event inside the node's frame (R9.41): `http_request`, `send_sms`, … */
	report(type: string, fields: JsonObject): void;
	warn(message: string): void;
	/** Waits; the rest of an interrupted wait continues after a restart. */
	pause(ms: number): Promise<void>;
	/**
	 * True when the answer may be spoken and its tools run; false when an independently judged global
	 * condition matched meanwhile (R3.26): the behavior then calls `discard` and returns.
	 */
	cleared(): Promise<boolean>;
	discard(answer: ModelAnswer): void;
}

export interface StepOutcome {
	/** Own fields of the node's run output (2.6), without `type`, ids and `events`. */
	output: JsonObject;
	/** Exits the model picked, in the order it called them. */
	picks?: Pick[];
	/** The call that picked, for the edge's record. */
	pickedBy?: { model: string; latencyMs: number; totalTokens: number };
	/** `say_llm`: some LLM text reached the user (clears `owed`, R2.6). */
	spoke?: boolean;
	/** The thread accepts no user messages from here on (R1.26). */
	closesThread?: boolean;
	/** No LLM-judged edge may be taken: the call failed and an error message was said (R2.49). */
	failed?: boolean;
}

/** Executes one node type. Handled failures are outcomes; a throw ends the run (R7.1.4). */
export interface Behavior<N extends Node = Node> {
	execute(step: Step<N>): Promise<StepOutcome>;
}
