/** What the engine needs from outside, what it is told, and the events it writes: a run is their fold. */

import type { CallPurpose, MessageType, Services } from '../behavior/contract';
import type { Clock } from '../clock';
import type { Graph } from '../graph/graph';
import type { LlmOrGroup } from '../graph/model';
import type { Http } from '../http';
import type { Json, JsonObject } from '../json';
import type { CallRecord, Models, ToolCall } from '../llm/contract';
import type { Log } from '../log';
import type { Tools } from '../tool/contract';
import type { RunState } from './state';

/** R1.1. */
export type RunStatus =
	| 'not_started'
	| 'started'
	| 'running'
	| 'waiting_for_user_input'
	| 'paused'
	| 'completed'
	| 'failed'
	| 'cancelled'
	| 'aborted_looping_risk';

/** Everything outside that the engine may touch; tests replace each. */
export interface Ports {
	clock: Clock;
	models: Models;
	tools: Tools;
	http: Http;
	/** SMS, calls and stored runs, as far as the deployment offers them. */
	services?: Services;
	log: Log;
	/** A fresh random seed for a new run; all randomness of the run is derived from it. */
	newSeed(): string;
}

/** Values of the deployment that a turn reads; never stored, secrets least of all. */
export interface Surroundings {
	globals: JsonObject;
	secrets: Readonly<Record<string, string>>;
	/** Saved LLM configs by `llm_config_id`; under `default` the team's default, if any. */
	namedLlms: Readonly<Record<string, LlmOrGroup>>;
}

/** A user's message as it enters a thread. A synthetic one counts but is not kept (R10.17). */
export interface UserMessage {
	text: string;
	synthetic?: boolean;
}

/** What one turn starts with, already checked and resolved by the run room. */
export interface TurnInput {
	/** Messages by thread id; the main thread is `0`. */
	messages: Record<string, UserMessage[]>;
	/** Overrides by node id, valid for this turn (R1.20). */
	overrides: Record<string, JsonObject>;
	dynamicVariables: JsonObject;
	runtimeVariables: JsonObject;
	idempotencyKey: string | null;
	/** Ids of `assistant_response` events of thread `0` that the caller talked over (R2.43). */
	interruptedEventIds?: readonly string[];
}

/** The facts a new run starts from. */
export type RunStart = Omit<Extract<RunEvent, { type: 'runStarted' }>, 'type' | 'at'>;

export type Command =
	/** `begin` exactly when the state is still empty: the run's first turn. */
	| { type: 'turn'; input: TurnInput; begin?: RunStart }
	| { type: 'resume'; input: TurnInput }
	| { type: 'pump' }
	| { type: 'pause' }
	| { type: 'stop'; source?: string }
	/** Finishes a turn or pump that a crash interrupted; nothing to do otherwise. */
	| { type: 'recover' }
	/** Ends an active run as failed: the reaper, or the driver unwinding (R1.4, R1.31). */
	| { type: 'abandon'; source: string; message: string };

/** Makes events durable. When `mustHold` the promise settles only once they are on disk. */
export interface Journal {
	append(events: readonly RunEvent[], mustHold: boolean): Promise<void>;
}

export interface AdvanceRequest {
	graph: Graph;
	/** Changed in place, by events only. */
	state: RunState;
	command: Command;
	ports: Ports;
	surroundings: Surroundings;
	journal: Journal;
	/** Aborting ends calls in flight; the turn closes as interrupted and the run stays resumable. */
	signal?: AbortSignal;
	/**
	 * Nobody reads the answer to this command: what it says is told by those who watch the log. Noted at
	 * the end of the turn or pump. Default false.
	 */
	unattended?: boolean;
	/** Asked between nodes: true makes threads pause there (R1.12). */
	pauseRequested?: () => boolean;
	/** Wire events (R9), each handed over once the journal has taken the event behind it. */
	onEvent?: (event: WireEvent) => void;
	/** Transient pieces of text being produced (R8.17). */
	onToken?: (text: string, threadId: string) => void;
}

/** How a thread came to a node (R2.11). */
export type Entry = 'start' | 'direct' | 'conditional' | 'waiting' | 'self_loop' | 'retry' | 'message' | 'resume';

/** How a hop was made; decides the wire event (R9.31–R9.40). */
export type HopKind = 'direct' | 'conditional' | 'global' | 'reverse' | 'waiting';

interface Base {
	/** Milliseconds since the epoch. */
	at: number;
}

/** Events of one thread. */
interface OnThread extends Base {
	thread: string;
}

/**
 * What happened, in the form that is stored: compact facts from which both the state (`fold`) and the
 * wire events of R9 (`project`) follow. Nothing here is a secret; texts appear once.
 */
export type RunEvent =
	| (Base & {
			type: 'runStarted';
			runId: string;
			workflowId: string | null;
			versionNumber: number | null;
			versionName: string | null;
			seed: string;
			runBy: string | null;
			welcomeMessage: string | null;
			startNodeId: string | null;
			/** Values supplied by a schedule, a simulation or a re-run. */
			provided: JsonObject;
			miscellaneous: JsonObject;
			source: RerunSource | null;
	  })
	| (Base & {
			type: 'turnStarted';
			kind: 'turn' | 'resume' | 'pump';
			dynamicVariables: JsonObject;
			runtimeVariables: JsonObject;
			overrides: Record<string, JsonObject>;
			idempotencyKey: string | null;
	  })
	| (OnThread & { type: 'threadStarted'; parent: string | null; edgeId: string | null; nodeId: string; forced: boolean; copiesHistory: boolean })
	| (OnThread & { type: 'messagesReceived'; messages: UserMessage[]; nodeId: string })
	| (OnThread & { type: 'nodeStarted'; nodeId: string; entry: Entry; attempt: number; lane: string | null })
	| (OnThread & {
			type: 'modelReplied';
			lane: string | null;
			/** Which call of the node execution this answers: `0`, `1`, … or `judge:<node id>`. */
			call: string;
			purpose: CallPurpose;
			text: string;
			toolCalls: ToolCall[];
			output: Json | null;
			hasOutput: boolean;
			finishReason: string;
			calls: CallRecord[];
			failedParses: Array<{ attempt: number; message: string; latencyMs: number }>;
			saidFiller: boolean;
			latencyMs: number;
			wasStreamed: boolean;
			/** `condition` calls: the node the condition leads to; `output.condition_met` tells the verdict. */
			destinationNodeId: string | null;
	  })
	| (OnThread & { type: 'modelFailed'; lane: string | null; call: string; purpose: CallPurpose; code: string; message: string; advice: string | null; httpStatus: number | null; calls: CallRecord[] })
	| (OnThread & { type: 'answerDiscarded'; lane: string | null; call: string })
	| (OnThread & {
			type: 'spoke';
			lane: string | null;
			messageType: MessageType;
			/** Null: the text of the reply to `call` as it is. */
			text: string | null;
			/** The model call this text came from, or null. */
			call: string | null;
			/** Said sentence by sentence, one `assistant_response` each (R8.16). */
			split: boolean;
	  })
	| (OnThread & { type: 'toolsCalled'; lane: string | null; call: string; callIds: string[]; keepsText: boolean })
	| (OnThread & { type: 'toolReturned'; lane: string | null; callId: string; toolName: string; content: string; value: Json })
	| (OnThread & { type: 'effectStarted'; lane: string | null; key: string; kind: string; target: string; repeatable: boolean })
	| (OnThread & { type: 'effectSettled'; lane: string | null; key: string; outcome: Json })
	| (OnThread & { type: 'waitStarted'; lane: string | null; untilMs: number })
	| (OnThread & { type: 'messageChosen'; lane: string | null; listKey: string; index: number })
	| (OnThread & { type: 'wrote'; lane: string | null; nodeId: string; values: JsonObject; workflowValues: JsonObject })
	| (OnThread & { type: 'reported'; lane: string | null; nodeId: string; event: string; fields: JsonObject })
	| (OnThread & { type: 'nodeEnded'; lane: string | null; nodeId: string; output: JsonObject; spoke: boolean; closesThread: boolean; failed: boolean; picks: StoredPick[]; pickedBy: { model: string; latencyMs: number; totalTokens: number } | null })
	| (OnThread & {
			type: 'hopped';
			kind: HopKind;
			/** Null for global, reverse and escalation hops. */
			edgeId: string | null;
			fromNodeId: string;
			/** The node the edge leads to. */
			toNodeId: string;
			globalNodeId: string | null;
			reason: string | null;
			args: JsonObject;
			judgedBy: { model: string; latencyMs: number; totalTokens: number } | null;
			/** Set when a guardrail strike redirected or ended the hop (R3.46–R3.48). */
			escalation: { toNodeId: string | null; strikes: number } | null;
	  })
	| (OnThread & { type: 'speechInterrupted'; eventIds: string[]; stretches: Array<{ messageId: string; from: number; to: number }>; isKept: boolean })
	/** Control entered an expanded super node; its dynamic values count for its nodes only (R7.3.11). */
	| (OnThread & { type: 'interiorEntered'; interiorId: string; values: JsonObject })
	| (OnThread & { type: 'waitingMatched'; edgeId: string; expression: string; hydrated: string; triggerNodeId: string | null; completions: number; transitions: number; redirectedFrom: string | null; edgeIds: string[] })
	| (OnThread & { type: 'waitingJudged'; nodeId: string; edgeIds: string[]; transitioned: boolean; stillWaiting: boolean })
	| (OnThread & { type: 'loopStarted'; nodeId: string; deadlineMs: number | null })
	| (OnThread & { type: 'loopDelayed'; nodeId: string; dueMs: number; attempt: number; delayMs: number; defers: boolean })
	| (OnThread & { type: 'loopRepeated'; nodeId: string; attempt: number })
	| (OnThread & { type: 'loopEnded'; nodeId: string; outcome: 'max_retries' | 'expiry_time'; attempts: number })
	| (OnThread & { type: 'nodeExpired'; nodeId: string; attempt: number; reason: string })
	| (OnThread & { type: 'parked'; nodeId: string; selfLoop: boolean })
	| (OnThread & { type: 'threadPaused'; nodeId: string; betweenNodes: boolean })
	| (OnThread & { type: 'threadEnded'; nodeId: string | null; reason: string })
	| (OnThread & { type: 'companionStepped'; attempts: number; deadlineMs: number | null; stillActive: boolean })
	| (Base & { type: 'warned'; thread: string | null; message: string; onceKey: string | null })
	| (Base & { type: 'runPaused' })
	| (Base & { type: 'turnEnded'; status: RunStatus; error: { code: string; message: string; advice: string | null } | null; unattended: boolean })
	| (Base & { type: 'runEnded'; status: RunStatus; source: string | null; message: string | null })
	| (Base & { type: 'feedbackGiven'; target: 'run' | 'turn' | 'event'; turn: number | null; eventId: string | null; kind: 'comment' | 'rating'; feedbackId: string; user: JsonObject | null; text: string | null; rating: string | null; removed: boolean });

export type RunEventType = RunEvent['type'];

/** A pick in storable form: the exit by its ids. */
export interface StoredPick {
	kind: 'own' | 'global' | 'reverse';
	edgeId: string | null;
	globalNodeId: string | null;
	destinationId: string;
	justification: string | null;
	args: JsonObject;
	dynamicMessage: string | null;
}

/** Where a re-run came from (R10.1). */
export interface RerunSource {
	runId: string;
	turnIndex: number;
	/** The restored state as a snapshot's text; the log of the new run starts from it. */
	state: string;
}

/** An event as runtime.md part 9 writes it (R9.1). */
export interface WireEvent extends JsonObject {
	type: string;
	logical_id: string;
	/** Seconds, float, UTC. */
	timestamp: number;
}
