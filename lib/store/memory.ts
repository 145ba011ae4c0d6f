/** The same methods without a database: for tests, the terminal and runs that need not outlive the process. */

import { systemClock, type Clock } from '../clock';
import {
	sameTail,
	type AppendRequest,
	type Batch,
	type NewRun,
	type RunFilter,
	type RunRow,
	type Snapshot,
	type Store,
	type Tail,
	type Written,
} from './contract';
import { leaseLost, runExists, runUnknown, sessionTaken } from './refusals';
import { graphHash } from './run-work';
import { createWorkflowMemory } from './workflow-memory';

interface Kept {
	run: RunRow;
	/** Counts up with each run: the order among runs created in one millisecond. */
	order: number;
	batches: string[];
	snapshot: Snapshot | null;
	owner: string | null;
	leaseUntil: number;
}

/** What memory holds of runs; the workflow half deletes from it. */
interface RunMemory {
	runs: Map<string, Kept>;
	graphs: Map<string, { document: string; users: number }>;
	sessions: Map<string, string>;
	created: number;
	/** Batches of all runs in the order of their appends; the place in it, from 1, is the position. */
	written: Array<Omit<Written, 'position'> | null>;
}

export function createMemoryStore(options: { clock?: Clock } = {}): Store {
	const clock = options.clock ?? systemClock;
	const memory: RunMemory = {
		runs: new Map(),
		graphs: new Map(),
		sessions: new Map(),
		created: 0,
		written: [],
	};
	const now = () => clock.now();

	return {
		...createWorkflowMemory({
			now,
			deleteRunsOf: (workflowId) => {
				for (const { run } of [...memory.runs.values()]) {
					if (run.workflowId === workflowId) forget(memory, run.id);
				}
			},
		}),
		createRun: async (run) => create(memory, run, now()),
		findRun: async (id) => copyRun(memory.runs.get(id)),
		findSession: async (key) => copyRun(memory.runs.get(memory.sessions.get(key) ?? '')),
		releaseSession: async (key, runId) => {
			if (memory.sessions.get(key) === runId) memory.sessions.delete(key);
		},
		listRuns: async (filter) => list(memory, filter),
		listDue: async ({ atMs, workflowId, limit }) =>
			[...memory.runs.values()]
				.map(({ run }) => run)
				.filter(({ dueAt }) => dueAt !== null && dueAt <= atMs)
				.filter((run) => workflowId === undefined || run.workflowId === workflowId)
				.sort((one, other) => (one.dueAt ?? 0) - (other.dueAt ?? 0))
				.slice(0, limit)
				.map(({ id, dueAt }) => ({ runId: id, dueAt: dueAt ?? 0 })),
		deleteRun: async (id) => forget(memory, id),

		claim: async (runId, owner, leaseMs) => {
			const kept = memory.runs.get(runId);
			if (kept === undefined) throw runUnknown(runId);
			if (kept.owner !== null && kept.owner !== owner && kept.leaseUntil > now()) return null;
			kept.owner = owner;
			kept.leaseUntil = now() + leaseMs;
			kept.run.updatedAt = now();
			return { run: structuredClone(kept.run), lease: { runId, owner } };
		},
		leaseOwner: async (runId) => memory.runs.get(runId)?.owner ?? null,
		renew: async (lease, leaseMs) => {
			const kept = memory.runs.get(lease.runId);
			if (kept === undefined || kept.owner !== lease.owner) return false;
			kept.leaseUntil = now() + leaseMs;
			return true;
		},
		release: async (lease, patch = {}) => {
			const kept = memory.runs.get(lease.runId);
			if (kept?.owner !== lease.owner) return;
			kept.owner = null;
			if (patch.dueAt !== undefined) kept.run.dueAt = patch.dueAt;
		},
		append: async (request) => append(memory, request, now()),
		rewind: async (lease, head, patch) => {
			const kept = memory.runs.get(lease.runId);
			if (kept === undefined || kept.owner !== lease.owner) throw leaseLost(lease.runId);
			kept.batches.length = Math.min(kept.batches.length, head);
			memory.written = memory.written.map((batch) =>
				batch !== null && batch.runId === lease.runId && batch.number >= head ? null : batch,
			);
			kept.run.head = head;
			kept.run.tail = tailOf(memory, kept);
			if (kept.snapshot !== null && kept.snapshot.head > head) kept.snapshot = null;
			if (patch.status !== undefined) kept.run.status = patch.status;
			if (patch.turnCount !== undefined) kept.run.turnCount = patch.turnCount;
		},

		readLog: async (runId) => {
			const kept = memory.runs.get(runId);
			if (kept === undefined) return null;
			const { run, snapshot } = kept;
			return {
				run: structuredClone(run),
				snapshot: snapshot === null ? null : { ...snapshot },
				batches: batchesFrom(kept, snapshot?.head ?? 0),
			};
		},
		readBatches: async (runId, from) => {
			const kept = memory.runs.get(runId);
			return kept === undefined ? [] : batchesFrom(kept, from);
		},
		readWritten: async (after, limit) => {
			const found: Written[] = [];
			for (let at = after; at < memory.written.length && found.length < limit; at += 1) {
				const batch = memory.written[at] ?? null;
				if (batch !== null) found.push({ position: at + 1, ...batch });
			}
			return found;
		},
		lastPosition: async () => memory.written.length,
		readGraph: async (hash) => memory.graphs.get(hash)?.document ?? null,
		saveSnapshot: async (runId, snapshot) => {
			const kept = memory.runs.get(runId);
			if (kept !== undefined && kept.run.head >= snapshot.head) kept.snapshot = { ...snapshot };
		},
		deleteSnapshots: async (runId) => {
			const kept = memory.runs.get(runId);
			if (kept !== undefined) kept.snapshot = null;
		},
		close: async () => undefined,
	};
}

/** What leaves the store is a copy, as it would be from a database. */
function copyRun(kept: Kept | undefined): RunRow | null {
	return kept === undefined ? null : structuredClone(kept.run);
}

function batchesFrom(kept: Kept, from: number): Batch[] {
	return kept.batches.slice(from).map((data, index) => ({ number: from + index, data }));
}

function create(memory: RunMemory, run: NewRun, now: number) {
	if (memory.runs.has(run.id)) throw runExists(run.id);
	if (run.sessionKey !== null) {
		const holder = memory.sessions.get(run.sessionKey);
		if (holder !== undefined && holder !== run.takesSessionFrom) throw sessionTaken(run.sessionKey, holder);
		memory.sessions.set(run.sessionKey, run.id);
	}
	const hash = graphHash(run.graph);
	const graph = memory.graphs.get(hash) ?? { document: run.graph, users: 0 };
	graph.users += 1;
	memory.graphs.set(hash, graph);
	const row: RunRow = {
		id: run.id,
		workflowId: run.workflowId,
		versionNumber: run.versionNumber,
		graphHash: hash,
		status: run.status,
		head: 0,
		tail: { key: memory.created + 1, position: null },
		turnCount: 0,
		sessionKey: run.sessionKey,
		createdAt: run.createdAt,
		updatedAt: now,
		dueAt: null,
		facts: structuredClone(run.facts ?? {}),
	};
	memory.runs.set(run.id, {
		run: row,
		order: (memory.created += 1),
		batches: [],
		snapshot: null,
		owner: run.owner,
		leaseUntil: now + run.leaseMs,
	});
	return { run: structuredClone(row), lease: { runId: run.id, owner: run.owner } };
}

/** The tail of a run after some of its batches were taken back. */
function tailOf({ written }: RunMemory, { run }: Kept): Tail {
	const index = written.findLastIndex((batch) => batch?.runId === run.id);
	return { key: run.tail.key, position: index < 0 ? null : index + 1 };
}

function append(memory: RunMemory, request: AppendRequest, now: number): { head: number; tail: Tail } {
	const { lease, expectedHead, tail, claimMs, data, patch } = request;
	const kept = memory.runs.get(lease.runId);
	if (kept === undefined || kept.run.head !== expectedHead) throw leaseLost(lease.runId);
	if (tail !== undefined && !sameTail(kept.run.tail, tail)) throw leaseLost(lease.runId);
	const isFree = claimMs !== undefined && (kept.owner === null || kept.leaseUntil <= now);
	if (kept.owner !== lease.owner && !isFree) throw leaseLost(lease.runId);
	kept.owner = lease.owner;
	if (claimMs !== undefined) kept.leaseUntil = now + claimMs;
	kept.batches.push(data);
	memory.written.push({ runId: lease.runId, number: expectedHead, data });
	const { run } = kept;
	run.head += 1;
	run.tail = { key: run.tail.key, position: memory.written.length };
	run.updatedAt = now;
	if (patch?.status !== undefined) run.status = patch.status;
	if (patch?.turnCount !== undefined) run.turnCount = patch.turnCount;
	if (patch?.dueAt !== undefined) run.dueAt = patch.dueAt;
	if (patch?.facts !== undefined) run.facts = structuredClone(patch.facts);
	if (request.release === true) kept.owner = null;
	return { head: run.head, tail: run.tail };
}

function list(memory: RunMemory, filter: RunFilter): { rows: RunRow[]; total: number } {
	const { workflowId, statuses, sessionKey, createdFrom, createdTo, updatedBefore } = filter;
	const fitting = [...memory.runs.values()].filter(
		({ run }) =>
			(workflowId === undefined || run.workflowId === workflowId) &&
			(statuses === undefined || statuses.includes(run.status)) &&
			(sessionKey === undefined || run.sessionKey === sessionKey) &&
			(createdFrom === undefined || run.createdAt >= createdFrom) &&
			(createdTo === undefined || run.createdAt <= createdTo) &&
			(updatedBefore === undefined || run.updatedAt < updatedBefore) &&
			Object.entries(filter.facts ?? {}).every(([name, value]) => String(run.facts[name]) === String(value)),
	);
	fitting.sort((one, other) => other.run.createdAt - one.run.createdAt || other.order - one.order);
	const page = fitting.slice(filter.offset, filter.offset + filter.limit);
	return { rows: page.map(({ run }) => structuredClone(run)), total: fitting.length };
}

function forget(memory: RunMemory, id: string): void {
	const kept = memory.runs.get(id);
	if (kept === undefined) return;
	memory.runs.delete(id);
	memory.written.forEach((batch, at) => {
		if (batch?.runId === id) memory.written[at] = null;
	});
	const { sessionKey, graphHash: hash } = kept.run;
	if (sessionKey !== null && memory.sessions.get(sessionKey) === id) memory.sessions.delete(sessionKey);
	const graph = memory.graphs.get(hash);
	if (graph === undefined) return;
	graph.users -= 1;
	if (graph.users === 0) memory.graphs.delete(hash);
}
