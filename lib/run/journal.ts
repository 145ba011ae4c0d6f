/** Writes a command's events to the store as they come: one batch an append, the last one gives the lease back. */

import type { Journal, RunEvent, WireEvent } from '../engine/contract';
import type { Lease, RunPatch, Store } from '../store/contract';
import type { Engine } from './engine-port';
import type { LiveRun } from './live';

export interface RunJournal extends Journal {
	/** Everything handed over so far, durable or not. */
	readonly events: RunEvent[];
	/** True when the last append gave the lease back. */
	readonly isReleased: boolean;
	/** True when the store refused an append: nothing more can be written in this command. */
	readonly isBroken: boolean;
	/** Forgets events that never reached the store. */
	dropUndurable(): void;
	/** Passes a wire event on once everything before it is durable. */
	show(event: WireEvent): void;
}

export interface JournalOptions {
	store: Store;
	engine: Engine;
	live: LiveRun;
	lease: Lease;
	durability: 'step' | 'turn';
	/** The append that ends the command also gives the lease back. */
	releases: boolean;
	onEvent?: ((event: WireEvent) => void) | undefined;
}

/** The events that end a command; nothing follows them in the same command. */
const closing = new Set<RunEvent['type']>(['turnEnded', 'runEnded', 'runPaused']);

export function createJournal(options: JournalOptions): RunJournal {
	const { store, engine, live, lease, durability } = options;
	const events: RunEvent[] = [];
	let durable = 0;
	let isBroken = false;
	let waiting: RunEvent[] = [];
	let unshown: WireEvent[] = [];
	let isReleased = false;

	async function write(): Promise<void> {
		const batch = waiting;
		waiting = [];
		const closes = batch.some(({ type }) => closing.has(type));
		const data = engine.encodeEvents(batch, live.graph);
		const patch = patchOf(live, closes ? engine.nextDueAt(live.graph, live.state) : live.row.dueAt);
		const release = closes && options.releases;
		const head = live.head + 1;
		try {
			await store.append({
				lease,
				expectedHead: live.head,
				data,
				...(patch === null ? {} : { patch }),
				...(release ? { release } : {}),
			});
		} catch (error) {
			isBroken = true;
			throw error;
		}
		durable += batch.length;
		isReleased = release;
		live.head = head;
		live.size += data.length;
		live.row = patch === null ? live.row : { ...live.row, ...patch };
		live.row.head = head;
		const shown = unshown;
		unshown = [];
		for (const event of shown) options.onEvent?.(event);
	}

	return {
		events,
		get isReleased() {
			return isReleased;
		},
		get isBroken() {
			return isBroken;
		},
		dropUndurable: () => void events.splice(durable),
		async append(added, mustHold) {
			events.push(...added);
			waiting.push(...added);
			if (waiting.length === 0) return;
			// The last step of a turn becomes durable with the turn's end, which follows at once.
			if (!mustHold && (durability === 'turn' || hasSettled(live))) return;
			await write();
		},
		show(event) {
			// The engine shows an event after its append; what the journal still holds back is not durable yet.
			if (waiting.length > 0) unshown.push(event);
			else options.onEvent?.(event);
		},
	};
}

function hasSettled({ state }: LiveRun): boolean {
	for (const id in state.threads) {
		const thread = state.threads[id];
		if (thread?.status === 'executing' || Object.keys(thread?.lanes ?? {}).length > 0) return false;
	}
	return true;
}

/** What the run's index must learn from its state, or null. */
function patchOf({ row, state }: LiveRun, dueAt: number | null): RunPatch | null {
	const patch: RunPatch = {};
	if (dueAt !== row.dueAt) patch.dueAt = dueAt;
	if (state.status !== row.status) patch.status = state.status;
	if (state.turnCount !== row.turnCount) patch.turnCount = state.turnCount;
	if (state.terminationSource !== null && row.facts.terminationSource !== state.terminationSource) {
		patch.facts = { ...row.facts, terminationSource: state.terminationSource };
	}
	return Object.keys(patch).length === 0 ? null : patch;
}
