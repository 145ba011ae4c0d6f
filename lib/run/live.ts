/** Runs in memory: loaded from snapshot and log, kept while they are likely to be used again. */

import type { RunEvent } from '../engine/contract';
import type { RunState } from '../engine/engine';
import type { Fault } from '../graph/fault';
import type { Graph } from '../graph/graph';
import { sameTail, type RunLog, type RunRow, type Store } from '../store/contract';
import type { Engine } from './engine-port';
import type { Graphs } from './graphs';
import { createRecent } from './recent';
import { readSnapshot } from './snapshot';

/** A run whose state is folded up to `head`. Only the holder of its lease may change it. */
export interface LiveRun {
	row: RunRow;
	graph: Graph;
	/** Why the run fails when it starts; empty as a rule. */
	faults: readonly Fault[];
	state: RunState;
	/** Batches folded; the next one gets this number. */
	head: number;
	/** Events of the turn or pump that a crash broke off, from its beginning; empty between turns. */
	openEvents: RunEvent[];
	/** `state.eventCount` at the newest snapshot; 0 without one. */
	snapshotEvents: number;
	/** Characters of log and snapshot behind the state: a measure of its size in memory. */
	size: number;
}

export interface LiveRuns {
	/** The run as of `row.tail`, from memory when it is there. */
	load(row: RunRow): Promise<LiveRun>;
	/** What memory has of the run, which another process may have moved on since. */
	recall(runId: string): LiveRun | undefined;
	keep(live: LiveRun): void;
	forget(runId: string): void;
	clear(): void;
	readonly count: number;
	readonly size: number;
}

export interface LiveLimits {
	/** Runs kept in memory. Default 256. */
	maxRuns?: number;
	/** Characters of log kept in memory, all runs together. Default 16 Mi. */
	maxCharacters?: number;
}

export function createLiveRuns(
	parts: { store: Store; engine: Engine; graphs: Graphs },
	limits: LiveLimits = {},
): LiveRuns {
	const { store, engine } = parts;
	const recent = createRecent<string, LiveRun>({
		maxCount: limits.maxRuns ?? 256,
		maxSize: limits.maxCharacters ?? 16 * 1024 * 1024,
	});

	async function find(row: RunRow): Promise<LiveRun> {
		const known = recent.get(row.id);
		if (known !== undefined && known.head === row.head && sameTail(known.row.tail, row.tail)) {
			known.row = row;
			return known;
		}
		recent.delete(row.id);
		if (row.head === 0) return emptyRun(parts, row);
		const log = await store.readLog(row.id);
		return await liven(parts, log ?? { run: row, snapshot: null, batches: [] });
	}

	return {
		async load(row) {
			const live = await find(row);
			engine.restUntil(live.graph, live.state, row.dueAt);
			return live;
		},
		recall: (runId) => recent.get(runId),
		keep: (live) => recent.set(live.row.id, live, live.size),
		forget: (runId) => recent.delete(runId),
		clear: () => recent.clear(),
		get count() {
			return recent.count;
		},
		get size() {
			return recent.size;
		},
	};
}

type Parts = { store: Store; engine: Engine; graphs: Graphs };

async function emptyRun({ store, engine, graphs }: Parts, row: RunRow): Promise<LiveRun> {
	const { graph, faults } = await graphs.pinned(row.graphHash, () => store.readGraph(row.graphHash));
	return {
		row,
		graph,
		faults,
		state: engine.createState(),
		head: 0,
		openEvents: [],
		snapshotEvents: 0,
		size: 0,
	};
}

/** Folds a log into a run. */
export async function liven(parts: Parts, log: RunLog): Promise<LiveRun> {
	const { engine } = parts;
	const live = await emptyRun(parts, log.run);
	const snapshot = log.snapshot === null ? null : readSnapshot(engine, log.snapshot);
	if (snapshot !== null) {
		live.state = snapshot;
		live.snapshotEvents = snapshot.eventCount;
		live.size = log.snapshot?.data.length ?? 0;
	}
	const isUnreadable = log.snapshot !== null && snapshot === null;
	const batches = isUnreadable ? await parts.store.readBatches(log.run.id, 0) : log.batches;
	for (const batch of batches) {
		live.size += batch.data.length;
		for (const event of engine.decodeEvents(batch.data, live.graph)) {
			if (event.type === 'turnStarted' && live.openEvents.at(-1)?.type !== 'runStarted') live.openEvents = [];
			live.openEvents.push(event);
			engine.fold(live.state, event, live.graph);
		}
	}
	live.head = log.run.head;
	if (live.state.openTurn === null) live.openEvents = [];
	return live;
}
