/** Re-runs: a new run that starts where a turn of another one ended (R10.1–R10.11, api.md 3.9). */

import type { JsonObject } from '../json';
import type { TurnRequest } from './contract';

/** How closely the target matches the source, loosest first (R10.3). */
export type RerunMode = 'PORTABLE' | 'REMAPPED' | 'EXACT';
export type HistoryMode = 'FULL' | 'USER_AND_ASSISTANT_ONLY' | 'NONE';

/** Where a re-run goes and what it takes along; every part has a default. */
export interface RerunTarget {
	/** Default: the source run's workflow. */
	workflowId?: string;
	/** Default: the active version of the target workflow. */
	versionNumber?: number;
	/** Default `FULL` when the graphs are identical, else `USER_AND_ASSISTANT_ONLY`. */
	historyMode?: HistoryMode;
	/** Where the new run stands; needed when nothing else tells (R10.3, R10.7). */
	entryNodeId?: string;
	/** Node of the source → node of the target; counts before ids and names. */
	nodeIdMap?: Record<string, string>;
	/** The least that the caller accepts. */
	requestedMode?: RerunMode;
}

/** Changes to what is restored (R10.8). Indexes address the displayed transcript as it was before any of them. */
export interface RerunAmendment {
	dynamicVariables?: JsonObject;
	/** By thread id. */
	runtimeVariables?: Record<string, JsonObject>;
	messageEdits?: Array<{ threadId: string; index: number; text: string }>;
	messageAppends?: Array<{ threadId: string; role: 'user' | 'assistant'; text: string }>;
	messageDeletes?: Array<{ threadId: string; index: number }>;
}

export interface RerunRequest {
	runId: string;
	/** 0-based; the re-run starts from the state at the end of this turn. */
	turnIndex: number;
	target?: RerunTarget;
	amendment?: RerunAmendment;
}

export interface NodeMatch {
	sourceId: string;
	targetId: string;
	matchedBy: 'explicit' | 'identity' | 'name';
	sourceName: string | null;
	targetName: string | null;
}

/** What a re-run would do; nothing has been written (the preflight of api.md 3.9). */
export interface RerunPlan {
	runId: string;
	turnIndex: number;
	targetWorkflowId: string | null;
	targetVersionNumber: number | null;
	isRerunnable: boolean;
	/** Why not, or null. */
	reason: string | null;
	mode: RerunMode;
	historyMode: HistoryMode;
	/** Where the new run stands, or null when the caller must say. */
	entryNodeId: string | null;
	suggestedEntryNodeIds: string[];
	matches: NodeMatch[];
	unmappedNodeIds: string[];
	/** Variables that stood under the name of a node without a match; they are left behind. */
	unmappedVariables: string[];
	messageCount: number;
	variableCount: number;
	isEdited: boolean;
	removedMessageCount: number;
	warnings: string[];
	threads: Array<{ threadId: string; messages: DisplayedMessage[]; runtimeVariables: JsonObject }>;
	dynamicVariables: JsonObject;
}

export interface DisplayedMessage {
	index: number;
	sender: 'user' | 'assistant';
	text: string;
	isEditable: boolean;
	/** Why not, or null. */
	reason: string | null;
}

export interface RerunnableTurn {
	turnIndex: number;
	isRerunnable: boolean;
	reason: string | null;
	/** Re-runs made from this turn so far. */
	rerunCount: number;
}

/** How the new run's first turn is carried out; `message` absent restores and parks only (R10.5). */
export type RerunTurn = Pick<
	TurnRequest,
	'message' | 'signal' | 'timeoutMs' | 'onEvent' | 'onToken' | 'runBy' | 'sessionKey'
>;
