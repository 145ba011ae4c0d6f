/** The events a run is made of: compact facts from which its state and its wire events follow. */

import type { CallPurpose, MessageType } from '../behavior/contract';
import type { Json, JsonObject } from '../json';
import type { CallRecord, ToolCall } from '../llm/contract';

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

/** A user's message as it enters a thread. A synthetic one counts but is not kept (R10.17). */
export interface UserMessage {
	text: string;
	synthetic?: boolean;
}

/** How a thread came to a node (R2.11). */
export type Entry =
	'start' | 'direct' | 'conditional' | 'waiting' | 'self_loop' | 'retry' | 'message' | 'resume';

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
	| (OnThread & {
			type: 'threadStarted';
			parent: string | null;
			edgeId: string | null;
			nodeId: string;
			forced: boolean;
			copiesHistory: boolean;
	  })
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
	| (OnThread & {
			type: 'modelFailed';
			lane: string | null;
			call: string;
			purpose: CallPurpose;
			code: string;
			message: string;
			advice: string | null;
			httpStatus: number | null;
			calls: CallRecord[];
	  })
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
	| (OnThread & {
			type: 'toolsCalled';
			lane: string | null;
			call: string;
			callIds: string[];
			keepsText: boolean;
	  })
	| (OnThread & {
			type: 'toolReturned';
			lane: string | null;
			callId: string;
			toolName: string;
			content: string;
			value: Json;
	  })
	| (OnThread & {
			type: 'effectStarted';
			lane: string | null;
			key: string;
			kind: string;
			target: string;
			repeatable: boolean;
	  })
	| (OnThread & { type: 'effectSettled'; lane: string | null; key: string; outcome: Json })
	| (OnThread & { type: 'waitStarted'; lane: string | null; untilMs: number })
	| (OnThread & { type: 'messageChosen'; lane: string | null; listKey: string; index: number })
	| (OnThread & {
			type: 'wrote';
			lane: string | null;
			nodeId: string;
			values: JsonObject;
			workflowValues: JsonObject;
	  })
	| (OnThread & { type: 'reported'; lane: string | null; nodeId: string; event: string; fields: JsonObject })
	| (OnThread & {
			type: 'nodeEnded';
			lane: string | null;
			nodeId: string;
			output: JsonObject;
			spoke: boolean;
			closesThread: boolean;
			failed: boolean;
			picks: StoredPick[];
			pickedBy: { model: string; latencyMs: number; totalTokens: number } | null;
	  })
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
	| (OnThread & {
			type: 'speechInterrupted';
			eventIds: string[];
			stretches: Array<{ messageId: string; from: number; to: number }>;
			isKept: boolean;
	  })
	/** Control entered an expanded super node; its dynamic values count for its nodes only (R7.3.11). */
	| (OnThread & { type: 'interiorEntered'; interiorId: string; values: JsonObject })
	/** A waiting edge is about to be taken, and its line is generated first. */
	| (OnThread & { type: 'lineBegun'; nodeId: string })
	/**
	 * Waiting edges were judged and none held: what they have seen is seen (R5.27), and a line made for one of
	 * them will not be said. `closes`: no turn or pump is open, and nothing follows. `judgedMs`: when they were
	 * judged, or null for the time of the event.
	 */
	| (OnThread & { type: 'waitingSeen'; edgeIds: string[]; closes: boolean; judgedMs: number | null })
	| (OnThread & {
			type: 'waitingMatched';
			edgeId: string;
			expression: string;
			hydrated: string;
			triggerNodeId: string | null;
			completions: number;
			transitions: number;
			redirectedFrom: string | null;
			edgeIds: string[];
	  })
	| (OnThread & {
			type: 'waitingJudged';
			nodeId: string;
			edgeIds: string[];
			transitioned: boolean;
			stillWaiting: boolean;
	  })
	| (OnThread & { type: 'loopStarted'; nodeId: string; deadlineMs: number | null })
	| (OnThread & {
			type: 'loopDelayed';
			nodeId: string;
			dueMs: number;
			attempt: number;
			delayMs: number;
			defers: boolean;
	  })
	| (OnThread & { type: 'loopRepeated'; nodeId: string; attempt: number })
	| (OnThread & {
			type: 'loopEnded';
			nodeId: string;
			outcome: 'max_retries' | 'expiry_time';
			attempts: number;
	  })
	| (OnThread & { type: 'nodeExpired'; nodeId: string; attempt: number; reason: string })
	| (OnThread & { type: 'parked'; nodeId: string; selfLoop: boolean })
	| (OnThread & { type: 'threadPaused'; nodeId: string; betweenNodes: boolean })
	| (OnThread & { type: 'threadEnded'; nodeId: string | null; reason: string })
	| (OnThread & {
			type: 'companionStepped';
			attempts: number;
			deadlineMs: number | null;
			stillActive: boolean;
	  })
	| (Base & { type: 'warned'; thread: string | null; message: string; onceKey: string | null })
	| (Base & { type: 'runPaused' })
	| (Base & {
			type: 'turnEnded';
			status: RunStatus;
			error: { code: string; message: string; advice: string | null } | null;
			unattended: boolean;
	  })
	| (Base & {
			type: 'runEnded';
			status: RunStatus;
			source: string | null;
			message: string | null;
			/** Where the code was when an error ended the run; null or absent when none did. */
			trace?: string | null;
	  })
	| (Base & {
			type: 'feedbackGiven';
			target: 'run' | 'turn' | 'event';
			turn: number | null;
			eventId: string | null;
			kind: 'comment' | 'rating';
			feedbackId: string;
			user: JsonObject | null;
			text: string | null;
			rating: string | null;
			removed: boolean;
	  });

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
