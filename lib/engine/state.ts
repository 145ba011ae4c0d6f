/** The state of a run (R0.7): what the fold of its events adds up to, as plain JSON. */

import type { WaitingMemory } from '../edge/waiting';
import type { ModelAnswer, ToolCall } from '../llm/contract';
import type { Json, JsonObject } from '../json';
import type { Entry, RerunSource, RunStatus, StoredPick } from './contract';

/** One entry of a thread's history (R2.29); memos and tool traffic are not shown to users. */
export interface Message {
	id: string;
	type: 'human' | 'ai' | 'tool';
	content: string;
	toolCalls?: ToolCall[];
	toolCallId?: string;
	toolName?: string;
	/** `llm`, `static`, … for spoken texts; absent for tool traffic. */
	messageType?: string;
	/** Said sentence by sentence, one event each (R8.16). */
	split?: true;
	/** What was said before the caller talked over parts of it, and which parts those are (R2.43). */
	said?: { text: string; cut: Array<{ from: number; to: number }> };
	/** A navigation memo (R2.31): ids for the wire form, never shown. */
	memo?: Memo;
}

/** Who handed over to whom, and over what kind of edge (R2.31). */
export interface Memo {
	edgeType: string;
	edgeId: string | null;
	globalNodeId: string | null;
	fromNodeId: string;
	toNodeId: string;
}

/** Keys of lists of fillers begin so; the node's id follows (R8.10). */
export const FILLER_LISTS = 'filler:';

/** What one node execution has done so far; after a crash the execution starts over and reads this. */
export interface Frame {
	nodeId: string;
	nodeRunId: string;
	attempt: number;
	/** Length of the history when the execution began (R2.35). */
	historyStart: number;
	/** Messages this execution added, in order. */
	added: Message[];
	/** Answers by call key. */
	replies: Record<string, ModelAnswer>;
	/** Calls that failed for good, by call key. */
	failures: Record<string, { code: string; message: string }>;
	effects: Record<string, { settled: boolean; repeatable: boolean; target: string; outcome: Json }>;
	/** Ends of waits begun, milliseconds since the epoch, in order. */
	waits: number[];
	/** Positions of messages chosen, in order. */
	choices: number[];
	/** How many events of each kind were recorded, so that a repeated execution skips them. */
	counts: Record<string, number>;
	startedAtMs: number;
	/** Whether a reply was due when the execution began (R2.6). */
	owed: boolean;
}

/** What a finished execution left for edge selection. */
export interface Finished {
	nodeId: string;
	attempt: number;
	spoke: boolean;
	failed: boolean;
	picks: StoredPick[];
	pickedBy: { model: string; latencyMs: number; totalTokens: number } | null;
	/** What the node reported: shown to evaluator calls as data (R3.15). */
	output: JsonObject;
	/** Messages the execution chose from lists; those of edge selection come after them. */
	choices: number;
}

/** A bounded self-loop in progress (section 6). */
export interface Loop {
	nodeId: string;
	/** Attempts begun, the first included. */
	attempts: number;
	deadlineMs: number | null;
	/** When the next attempt is due, or null when one is running. */
	dueMs: number | null;
	outcome: 'max_retries' | 'expiry_time' | null;
}

export type ThreadStatus = 'executing' | 'parked' | 'paused' | 'deferred' | 'ended';
export type Phase = 'entering' | 'executing' | 'selecting' | 'escalated';

export interface ThreadState {
	id: string;
	parentId: string | null;
	/** The fork edge a companion came from, null for a main thread. */
	edgeId: string | null;
	status: ThreadStatus;
	phase: Phase;
	nodeId: string;
	entry: Entry;
	history: Message[];
	/** Flat: every write stands under its plain and its two qualified names (R4.10). */
	variables: JsonObject;
	/** R2.6. */
	received: boolean;
	owed: boolean;
	/** Accepts no more user messages (R1.26). */
	closed: boolean;
	/** Conditional-type hops in a row (R3.51). */
	consecutive: number;
	/** The next model call must answer in text (R3.54). */
	forcedText: boolean;
	/** Global node id → node that last hopped into it (R3.40). */
	callers: Record<string, string>;
	nodesHistory: string[];
	/** Executions of the present visit that answered a user message (R2.51). */
	answeredInVisit: number;
	frame: Frame | null;
	/** Companion-edge executions beside the frame, by edge id (R5.16). */
	lanes: Record<string, Frame>;
	finished: Finished | null;
	loop: Loop | null;
	/** What waiting edges have seen, and how often they fired, by edge id (R5.25, R5.27). */
	waiting: Record<string, WaitingMemory>;
	/** True when the thread was paused after a node finished, false when it was parked (R1.13). */
	pausedBetween: boolean;
}

/** Tokens and milliseconds per model (R9.48). */
export interface ModelTotals {
	model: string;
	provider: string;
	calls: number;
	promptTokens: number;
	completionTokens: number;
	totalTokens: number;
	latencyMs: number;
	userKeyCalls: number;
}

/** The turn or pump in progress; null between turns. */
export interface OpenTurn {
	kind: 'turn' | 'resume' | 'pump';
	startedAtMs: number;
	overrides: Record<string, JsonObject>;
	idempotencyKey: string | null;
	/** Supplied for thread `0` (R4.16). */
	runtimeVariables: JsonObject;
	/** Node executions by thread (R3.56). */
	executions: Record<string, number>;
	/** A companion step in progress: its boundary event is still due (R5.22). */
	stepping: { thread: string; attempts: number } | null;
	/** A waiting edge that matched: its boundary event is still due (R5.29). */
	matched: { thread: string; nodeId: string; edgeIds: string[] } | null;
}

export interface RunState {
	runId: string;
	workflowId: string | null;
	versionNumber: number | null;
	versionName: string | null;
	seed: string;
	runBy: string | null;
	startedAtMs: number;
	/** Time of the newest event. */
	updatedAtMs: number;
	status: RunStatus;
	terminationSource: string | null;
	errorMessage: string | null;
	welcomeMessage: string | null;
	startNodeId: string | null;
	miscellaneous: JsonObject;
	source: RerunSource | null;
	provided: JsonObject;
	/** Supplied dynamic variables of all turns so far, merged (R4.19 row 2, R4.21). */
	dynamicVariables: JsonObject;
	workflowVariables: JsonObject;
	/** Dynamic values of expanded super nodes, by interior id (R7.3.11). */
	interiorValues: Record<string, JsonObject>;
	threads: Record<string, ThreadState>;
	openTurn: OpenTurn | null;
	/** Turns completed. */
	turnCount: number;
	/** Idempotency key → number of the turn it belongs to, 1-based. */
	turnKeys: Record<string, number>;
	strikes: number;
	/** Completed executions by node, all threads (R5.27). */
	completions: Record<string, number>;
	/** Executions begun by node: the source of `origin_node_run_id` (R7.1.1). */
	nodeRuns: Record<string, number>;
	/** Position in each message list that is said in sequence (R7.8.3). */
	messagePositions: Record<string, number>;
	/** Warnings given once a turn, the pumps behind it included (R2.4, R3.35, R4.9). */
	warnedInTurn: Record<string, true>;
	warnedInRun: Record<string, true>;
	totals: ModelTotals[];
	/** Usage of the run this one was re-run from (R10.1). */
	carriedTotals: ModelTotals[];
	/** Why the last turn did not end well, or null. */
	turnError: { code: string; message: string; advice: string | null } | null;
	/** Events folded so far; numbers every event of the run. */
	eventCount: number;
}

/** A state before any event: `runStarted` must be the first it folds. */
export function createState(): RunState {
	return {
		runId: '',
		workflowId: null,
		versionNumber: null,
		versionName: null,
		seed: '',
		runBy: null,
		startedAtMs: 0,
		updatedAtMs: 0,
		status: 'not_started',
		terminationSource: null,
		errorMessage: null,
		welcomeMessage: null,
		startNodeId: null,
		miscellaneous: {},
		source: null,
		provided: {},
		dynamicVariables: {},
		workflowVariables: namespace(),
		interiorValues: namespace(),
		threads: {},
		openTurn: null,
		turnCount: 0,
		turnKeys: namespace(),
		strikes: 0,
		completions: namespace(),
		nodeRuns: namespace(),
		messagePositions: namespace(),
		warnedInTurn: namespace(),
		warnedInRun: namespace(),
		totals: [],
		carriedTotals: [],
		turnError: null,
		eventCount: 0,
	};
}

/** An object for names that come from outside: no prototype, so no name is special. */
export function namespace<T>(entries?: Record<string, T>): Record<string, T> {
	const space = Object.create(null) as Record<string, T>;
	if (entries) for (const key of Object.keys(entries)) space[key] = entries[key] as T;
	return space;
}

/** The state as text, for the snapshot beside the log. */
export function saveState(state: RunState): string {
	return JSON.stringify(state);
}

/** The state from a snapshot's text. */
export function loadState(text: string): RunState {
	const state = JSON.parse(text) as RunState;
	for (const key of [
		'workflowVariables',
		'interiorValues',
		'turnKeys',
		'completions',
		'nodeRuns',
		'messagePositions',
		'warnedInTurn',
		'warnedInRun',
	] as const) {
		(state as unknown as Record<string, unknown>)[key] = namespace(state[key] as Record<string, unknown>);
	}
	for (const thread of Object.values(state.threads)) thread.variables = namespace(thread.variables);
	return state;
}

/** Companion threads carry their parent's id in their own (R5.2). */
export function isCompanion(thread: ThreadState): boolean {
	return thread.parentId !== null;
}

/** The part of a thread id that authors write (R5.2): `labpoll`, and `0` for the main thread. */
export function authoredThreadId(threadId: string): string {
	const mark = threadId.lastIndexOf('_companion_');
	return mark < 0 ? '0' : threadId.slice(mark + '_companion_'.length);
}
