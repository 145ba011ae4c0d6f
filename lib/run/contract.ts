/** Runs in motion as callers see them: what to send, what one turn returns, how to follow it live. */

import type { Ports, RunStatus, Surroundings, WireEvent } from '../engine/contract';
import type { ResolveWorkflow } from '../graph/expand';
import type { Graph } from '../graph/graph';
import type { JsonObject } from '../json';
import type { Store } from '../store/contract';
import type { Engine } from './engine-port';
import type { LiveLimits } from './live';
import type { Watch, WatchOptions } from './watch';
import type { RerunnableTurn, RerunPlan, RerunRequest, RerunTurn } from './rerun-contract';

/** Which graph a new run executes. Ignored when the session or run already exists. */
export type RunSource =
	| { type: 'stored'; workflowId: string; version: number | 'active' }
	/** Any document of the format as JSON text or value; its active version is run. */
	| { type: 'document'; document: string | JsonObject };

export interface TurnRequest {
	source?: RunSource;
	/** Continue this run. */
	runId?: string;
	/** Continue the run that owns this session, or start one; free text, unique per deployment. */
	sessionKey?: string;
	/** What to do when the session has no unfinished run: `start` (default) or refuse with `SESSION_UNKNOWN`. */
	whenSessionIsNew?: 'start' | 'refuse';
	command?: 'start' | 'data' | 'resume' | 'pause' | 'stop' | 'pump';
	/** The user's message; null or absent for none. At most 64 KiB. */
	message?: string | null;
	/** Full run input in the wire form (R1.18–R1.22) for API callers; wins over `message`. */
	runInput?: JsonObject;
	dynamicVariables?: JsonObject;
	runtimeVariables?: JsonObject;
	welcomeMessage?: string;
	startNodeId?: string;
	runBy?: string;
	/** `logical_id`s of `assistant_response` events that the caller talked over (R2.43). */
	interruptedEventIds?: readonly string[];
	/** A repeated delivery with the same key returns the first answer and changes nothing. */
	idempotencyKey?: string;
	/** A busy run: `wait` for it (default, at most 30 s, then `RUN_BUSY`) or `refuse` at once. */
	whenBusy?: 'wait' | 'refuse';
	/** False: nobody will read `events` of the result, which then stays empty; saves remembering the state. */
	wantsEvents?: boolean;
	/** Nobody reads this answer; what is said reaches the user through those who watch the runs. */
	unattended?: boolean;
	signal?: AbortSignal;
	/** Milliseconds for the whole turn; the run stays resumable when it is spent. Default none. */
	timeoutMs?: number;
	/** Told the run as soon as it is found or made, before anything of the turn is executed. */
	onRun?: (runId: string) => void;
	/** Events as they become durable, then `token` pieces as models produce them (R8.17). */
	onEvent?: (event: WireEvent) => void;
	onToken?: (text: string) => void;
}

export interface SpokenMessage {
	text: string;
	/** `llm`, `static`, … (R9.43). */
	type: string;
	nodeId: string | null;
	nodeName: string | null;
	threadId: string;
}

/** Calls and tokens, of calls that lost, failed or only filled a pause too (R9.48). */
interface CallTotals {
	calls: number;
	promptTokens: number;
	completionTokens: number;
	totalTokens: number;
}

export interface TurnUsage extends CallTotals {
	/** The same for each model that was called, in the order of its first call. */
	models: Array<CallTotals & { provider: string; model: string }>;
}

/** Why a node had no answer of its model. */
export interface ModelFailure {
	nodeId: string | null;
	nodeName: string | null;
	threadId: string;
	code: string;
	/** The provider's sentence, without secrets. */
	message: string;
	/** What to do about it, or null. */
	advice: string | null;
	/** HTTP status of the provider's answer, or null when there was none. */
	httpStatus: number | null;
}

/** The graph of a run as it is executed, super nodes expanded, and the way of its main thread so far. */
export interface Journey {
	graph: Graph;
	path: TurnResult['path'];
}

/** What one turn (or pump) did. `reply` is what a chat shows. */
export interface TurnResult {
	runId: string;
	workflowId: string | null;
	versionNumber: number | null;
	turnNumber: number;
	status: RunStatus;
	/** Texts of the main conversation joined by blank lines; fillers are left out. */
	reply: string;
	messages: SpokenMessage[];
	isWaitingForInput: boolean;
	isCompleted: boolean;
	hasActiveCompanions: boolean;
	hasBackgroundWork: boolean;
	/** When a pump next has something to do, in milliseconds since the epoch; null when pumps do nothing. */
	nextDueAt: number | null;
	/** Node the main thread is at, or was at when it ended. */
	currentNode: { id: string; name: string | null; type: string } | null;
	/** Runtime variables of the main thread over the workflow's, without qualified duplicates. */
	variables: JsonObject;
	/** Nodes executed in this turn and the edges between them, in order. */
	path: Array<{
		nodeId: string;
		nodeName: string | null;
		edgeId: string | null;
		edgeName: string | null;
		reason: string | null;
	}>;
	usage: TurnUsage;
	/** Requests to models that failed after all their attempts; what the graph did then is in the events (R2.49, R2.50). */
	modelFailures: ModelFailure[];
	latencyMs: number;
	/** Set when the turn failed or was interrupted; the same sentence the events carry. */
	error: { code: string; message: string; advice: string | null } | null;
	/** Wire events of this turn (R9), computed on first read. */
	readonly events: WireEvent[];
	/** True when this answer was given before under the same idempotency key. */
	repeated: boolean;
	/** True when an interrupted earlier turn was finished first; its texts lead `messages`. */
	recovered: boolean;
	/** Non-fatal findings of the turn (R9.10), every model failure among them. */
	warnings: string[];
}

/** The whole record of a run (R9.49), built from its log. */
export type RunRecord = JsonObject;

export type FeedbackTarget =
	| { type: 'run' }
	/** 0-based position in the record's pairs. */
	| { type: 'turn'; turn: number }
	/** `logical_id` of a wire event. */
	| { type: 'event'; eventId: string };

/** Who gives feedback; the fields of `feedback_users` (R9.58). */
export interface FeedbackUser {
	id: string;
	firstName?: string;
	lastName?: string;
	email?: string;
}

export type NewFeedback = { target: FeedbackTarget; user: FeedbackUser } & (
	{ comment: string } | { rating: 'down' | 'up' | 'strong_up' }
);

export type FeedbackRemoval = { target: FeedbackTarget; user: FeedbackUser } & (
	{ commentId: string } | { rating: null }
);

/** All feedback of one target, in the wire's words (api.md 3.6.3). */
export interface FeedbackList extends JsonObject {
	comments: JsonObject[];
	ratings: JsonObject[];
	feedback_users: JsonObject;
}

export interface Runner {
	/** One command on one run: lock, load, advance, append, release. */
	turn(request: TurnRequest): Promise<TurnResult>;
	/** @throws {RunError} `RUN_UNKNOWN`. */
	record(runId: string): Promise<RunRecord>;
	/** All wire events of the run so far. @throws {RunError} `RUN_UNKNOWN`. */
	events(runId: string): Promise<WireEvent[]>;
	/** Where the main thread has been. @throws {RunError} `RUN_UNKNOWN`. */
	journey(runId: string): Promise<Journey>;
	/** The main conversation as text. @throws {RunError} `RUN_UNKNOWN`. */
	transcript(runId: string): Promise<string>;
	/**
	 * Adds a comment or sets the user's rating (R9.55–R9.58) and returns all feedback of the target.
	 * @throws {RunError} `RUN_IN_PROGRESS` (409), `RUN_UNKNOWN`, `FEEDBACK_TARGET_UNKNOWN` (404),
	 *         `FEEDBACK_REFUSED` (422).
	 */
	giveFeedback(runId: string, feedback: NewFeedback): Promise<FeedbackList>;
	/** Removes a comment by its id, or the user's rating. @throws the same, `FEEDBACK_UNKNOWN` (404). */
	removeFeedback(runId: string, removal: FeedbackRemoval): Promise<FeedbackList>;
	/** The finished turns of a run. @throws {RunError} `RUN_UNKNOWN`. */
	rerunnableTurns(runId: string): Promise<RerunnableTurn[]>;
	/** What a re-run would do, amendments applied; writes nothing. @throws {RunError} `TURN_UNKNOWN`, `RUN_INPUT_REFUSED`. */
	planRerun(request: RerunRequest): Promise<RerunPlan>;
	/** Begins a new run where a turn of another ended (R10.1). @throws {RunError} `RERUN_REFUSED` (409) with the reason. */
	rerun(request: RerunRequest, turn?: RerunTurn): Promise<{ plan: RerunPlan; result: TurnResult }>;
	/**
	 * Tells what happens to the runs of the store; see `run/watch.ts`.
	 * @throws {StoreError} The place to begin at cannot be read or stored.
	 */
	watch(options: WatchOptions): Promise<Watch>;
	/** Calls the listener whenever a run of this process has settled; returns the way to stop that. */
	onSettled(listener: () => void): () => void;
	/** Fails runs that stopped moving (R1.31); returns their ids. */
	reap(): Promise<string[]>;
	/** Waits for turns in progress, then lets go of timers and caches. */
	close(): Promise<void>;
}

export interface RunnerOptions {
	store: Store;
	ports: Ports;
	/** How often steps become durable: every step (default), or only around effects and at turn ends. */
	durability?: 'step' | 'turn';
	/** Values of the deployment, read at each turn. Default none. */
	surroundings?: () => Promise<Surroundings>;
	/** How much of parked runs is kept in memory; the rest is on disk only. */
	memory?: LiveLimits;
	/** Workflows that super nodes refer to. Default: the stored ones by their id. */
	resolveWorkflow?: ResolveWorkflow;
	/** When the reaper gives a run up (R1.32). */
	stale?: { runningMs?: number; waitingMs?: number };
	/** Default: the interpreter of this package. */
	engine?: Engine;
}
