/** What a store keeps and promises: workflows with versions, runs as logs of batches, leases, sessions. */

import type { Json, JsonObject } from '../json';

export interface WorkflowRow {
	id: string;
	name: string;
	description: string | null;
	activeVersion: number;
	createdAt: number;
	updatedAt: number;
}

export interface VersionRow {
	workflowId: string;
	number: number;
	name: string | null;
	/** The graph's JSON text exactly as it is to be exported. */
	document: string;
	createdAt: number;
	updatedAt: number;
}

/** The index entry of a run: what lists, filters and locks need without reading the log. */
export interface RunRow {
	id: string;
	workflowId: string | null;
	versionNumber: number | null;
	/** Content address of the pinned graph (R1.29); `readGraph` returns its text. */
	graphHash: string;
	status: string;
	/** Number of batches in the log; the next batch gets this number. */
	head: number;
	/** Where the log ends; two runs of one id and head with different tails have different logs. */
	tail: Tail;
	turnCount: number;
	sessionKey: string | null;
	createdAt: number;
	/**
	 * Time of the last append or claim, in the middle of a turn at least that of its first step: a pump that
	 * found nothing to do counts too (R1.32).
	 */
	updatedAt: number;
	/** When the run's background work is next due; null when it has none. */
	dueAt: number | null;
	/** Free searchable facts about the run, set by the upper rooms. */
	facts: JsonObject;
}

/** The end of a run's log in the store's own terms: handed out to be handed back, and compared by `sameTail`. */
export interface Tail {
	/** The run in this store. */
	readonly key: number;
	/** The newest batch; never given out twice, unlike a number. Null in an empty log. */
	readonly position: number | null;
}

export function sameTail(one: Tail, other: Tail): boolean {
	return one.key === other.key && one.position === other.position;
}

/** The part of a run's index that an append may change in the same transaction; `facts` are replaced whole. */
export interface RunPatch {
	status?: string;
	turnCount?: number;
	facts?: JsonObject;
	dueAt?: number | null;
}

/** One durable write of a run: some events, already encoded, that happened together. */
export interface Batch {
	number: number;
	/** Encoded events; opaque to the store. */
	data: string;
}

export interface Snapshot {
	/** The state as of before batch `head`. */
	head: number;
	data: string;
}

/** A writer's exclusive hold on a run; random, because host names are not unique per process. */
export interface Lease {
	runId: string;
	owner: string;
}

/** A run whose background work is due then, in milliseconds since the epoch. */
export interface DueRun {
	runId: string;
	dueAt: number;
}

/** A batch as it became visible in the store, whatever run it belongs to. */
export interface Written extends Batch {
	/** Grows from commit to commit; never given out twice. */
	position: number;
	runId: string;
}

export interface RunLog {
	run: RunRow;
	snapshot: Snapshot | null;
	/** Batches from the snapshot's head (or from 0) to the end, in order. */
	batches: Batch[];
}

export interface AppendRequest {
	lease: Lease;
	/** Number the first new batch must get: the head the writer knows. */
	expectedHead: number;
	/** The tail the writer knows: spares a lookup, and refuses a log that went back and on again meanwhile. */
	tail?: Tail;
	/** Take the lease in the same transaction for so long, as `claim` does; refused when another owner has it. */
	claimMs?: number;
	data: string;
	patch?: RunPatch;
	/** Give the lease back in the same transaction. */
	release?: boolean;
}

export interface NewRun {
	id: string;
	workflowId: string | null;
	versionNumber: number | null;
	/** JSON text of the graph to pin; stored once per content. */
	graph: string;
	status: string;
	sessionKey: string | null;
	createdAt: number;
	facts?: JsonObject;
	/** Taken at once by this owner until `leaseMs` from now. */
	owner: string;
	leaseMs: number;
	/** The finished run whose session key this run takes over, in the same transaction. */
	takesSessionFrom?: string;
}

/** All conditions must hold. Times are milliseconds since the epoch. */
export interface RunFilter {
	workflowId?: string;
	statuses?: string[];
	/** Runs begun under this session key, also those that have given it on. */
	sessionKey?: string;
	/** Created at or after. */
	createdFrom?: number;
	/** Created at or before. */
	createdTo?: number;
	/** Facts that must have exactly these values. */
	facts?: Record<string, string | number>;
	/** Last append (or claim) before. */
	updatedBefore?: number;
	limit: number;
	offset: number;
}

/**
 * Everything durable. Every method is one transaction; appends made in the same tick of the event
 * loop may share one (group commit). All rejections are StoreErrors or RunErrors.
 */
export interface Store {
	createWorkflow(input: {
		id: string;
		name: string;
		description: string | null;
		document: string;
		versionName?: string | null;
		/** Versions 1, 2, … made in the same transaction: a workflow is stored whole or not at all. */
		further?: ReadonlyArray<{ name: string | null; document: string }>;
		/** Default 0. */
		activeVersion?: number;
	}): Promise<WorkflowRow>;
	getWorkflow(id: string): Promise<WorkflowRow | null>;
	listWorkflows(filter: {
		search?: string;
		limit: number;
		offset: number;
	}): Promise<{ rows: WorkflowRow[]; total: number }>;
	updateWorkflow(id: string, patch: { name?: string; description?: string | null }): Promise<WorkflowRow>;
	/** Deletes its versions and runs too (R9.59). */
	deleteWorkflow(id: string): Promise<void>;

	/** Number = highest number of the workflow + 1; 0 exists from the start. */
	createVersion(
		workflowId: string,
		input: { name: string | null; document: string; activate: boolean },
	): Promise<VersionRow>;
	getVersion(workflowId: string, number: number | 'active'): Promise<VersionRow | null>;
	listVersions(workflowId: string): Promise<Array<Omit<VersionRow, 'document'>>>;
	updateVersion(
		workflowId: string,
		number: number,
		patch: { name?: string | null; document?: string },
	): Promise<VersionRow>;
	activateVersion(workflowId: string, number: number): Promise<WorkflowRow>;
	/** The last version cannot be deleted, nor the active one. */
	deleteVersion(workflowId: string, number: number): Promise<void>;

	/**
	 * Creates the run, pins the graph and takes the lease.
	 * @throws {RunError} `SESSION_TAKEN` when another run holds the session key, `RUN_EXISTS` for a taken id.
	 */
	createRun(run: NewRun): Promise<{ run: RunRow; lease: Lease }>;
	findRun(id: string): Promise<RunRow | null>;
	/** The run that now holds this session key, or null. */
	findSession(sessionKey: string): Promise<RunRow | null>;
	/** Frees the key of a finished run so that a new run can take it. */
	releaseSession(sessionKey: string, runId: string): Promise<void>;
	/** Newest first. `total` counts all that fit the filter. */
	listRuns(filter: RunFilter): Promise<{ rows: RunRow[]; total: number }>;
	/**
	 * Runs whose background work is due at or before `atMs`, the longest due first; cheap however many
	 * runs there are.
	 */
	listDue(filter: { atMs: number; workflowId?: string; limit: number }): Promise<DueRun[]>;
	/** Deletes its log and snapshot too; the pinned graph goes with the last run that names it. */
	deleteRun(id: string): Promise<void>;

	/**
	 * Takes the lease when nobody holds it or it ran out; null when another owner does.
	 * @throws {RunError} `RUN_UNKNOWN`.
	 */
	claim(runId: string, owner: string, leaseMs: number): Promise<{ run: RunRow; lease: Lease } | null>;
	/** Who holds the lease now, or null when nobody does. */
	leaseOwner(runId: string): Promise<string | null>;
	/** Extends a held lease; false when it was lost. */
	renew(lease: Lease, leaseMs: number): Promise<boolean>;
	/** Gives a held lease back, with what the run's index must learn in the same transaction. */
	release(lease: Lease, patch?: Pick<RunPatch, 'dueAt'>): Promise<void>;
	/** @throws {RunError} `RUN_LEASE_LOST` when lease, head or tail do not fit; nothing is written then. */
	append(request: AppendRequest): Promise<{ head: number; tail: Tail }>;
	/**
	 * Takes back every batch from number `head` on, as if it had never been written, and sets the row back.
	 * @throws {RunError} `RUN_LEASE_LOST`.
	 */
	rewind(lease: Lease, head: number, patch: RunPatch): Promise<void>;

	readLog(runId: string): Promise<RunLog | null>;
	/** Batches from number `from` on. */
	readBatches(runId: string, from: number): Promise<Batch[]>;
	/**
	 * Batches of all runs after a position, in the order in which they became visible: what a reader has
	 * not seen by now always gets a higher position than all it has seen.
	 */
	readWritten(after: number, limit: number): Promise<Written[]>;
	/** The newest position of all; 0 in a new store. */
	lastPosition(): Promise<number>;
	readGraph(hash: string): Promise<string | null>;
	/** Replaces the run's snapshot; one that runs ahead of the log is ignored. */
	saveSnapshot(runId: string, snapshot: Snapshot): Promise<void>;
	/** Snapshots are a cache: without them everything is the same, only slower. */
	deleteSnapshots(runId: string): Promise<void>;

	/** Small named values of the deployment: global variables, named LLM configs, settings. */
	getSetting(scope: string, name: string): Promise<Json | null>;
	listSettings(scope: string): Promise<Array<{ name: string; value: Json }>>;
	putSetting(scope: string, name: string, value: Json): Promise<void>;
	deleteSetting(scope: string, name: string): Promise<void>;

	close(): Promise<void>;
}
