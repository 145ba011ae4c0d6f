/** Writes a command's events to the store as they come: one batch an append, the last one gives the lease back. */

import type { Journal, RunEvent, WireEvent } from '../engine/contract';
import type { AppendRequest, RunPatch, Store } from '../store/contract';
import type { Engine } from './engine-port';
import type { Hold } from './hold';
import type { LiveRun } from './live';

export interface RunJournal extends Journal {
	/** Everything handed over so far, durable or not. */
	readonly events: RunEvent[];
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
	hold: Hold;
	durability: 'step' | 'turn';
	/** The append that ends the command also gives the lease back. */
	releases: boolean;
	onEvent?: ((event: WireEvent) => void) | undefined;
}

/** The events that end a command; nothing follows them in the same command. */
const closing = new Set<RunEvent['type']>(['turnEnded', 'runEnded', 'runPaused']);

function isClosing(event: RunEvent): boolean {
	return closing.has(event.type) || (event.type === 'waitingSeen' && event.closes);
}

export function createJournal(options: JournalOptions): RunJournal {
	return new CommandJournal(options);
}

/** A class, because one is made for every command: see `AdvanceContext`. */
class CommandJournal implements RunJournal {
	readonly events: RunEvent[] = [];
	isBroken = false;
	private durable = 0;
	private waiting: RunEvent[] = [];
	private unshown: WireEvent[] = [];

	constructor(private readonly options: JournalOptions) {}

	dropUndurable(): void {
		this.events.splice(this.durable);
	}

	async append(added: readonly RunEvent[], mustHold: boolean): Promise<void> {
		const { live, durability } = this.options;
		this.events.push(...added);
		this.waiting.push(...added);
		if (this.waiting.length === 0) return;
		// The last step of a turn becomes durable with the turn's end, which follows at once.
		if (!mustHold && (durability === 'turn' || hasSettled(live))) return;
		await this.write();
	}

	note(event: RunEvent): void {
		this.events.push(event);
	}

	show(event: WireEvent): void {
		// The engine shows an event after its append; what the journal still holds back is not durable yet.
		if (this.waiting.length > 0) this.unshown.push(event);
		else this.options.onEvent?.(event);
	}

	private async write(): Promise<void> {
		const { store, engine, live, hold } = this.options;
		const batch = this.waiting;
		const reached = this.events.length;
		this.waiting = [];
		const closes = batch.some(isClosing);
		const data = engine.encodeEvents(batch, live.graph);
		const patch = patchOf(live, closes ? engine.nextDueAt(live.graph, live.state) : undefined);
		const release = closes && this.options.releases;
		const { claimMs } = hold;
		const request: AppendRequest = {
			lease: hold.lease,
			expectedHead: live.head,
			tail: live.row.tail,
			data,
			release,
		};
		if (patch !== null) request.patch = patch;
		if (claimMs !== undefined) request.claimMs = claimMs;
		try {
			const end = await store.append(request);
			live.row = { ...live.row, ...patch, ...end };
		} catch (error) {
			this.isBroken = true;
			throw error;
		}
		hold.appended(release);
		this.durable = reached;
		live.head = live.row.head;
		live.size += data.length;
		if (this.unshown.length === 0) return;
		const shown = this.unshown;
		this.unshown = [];
		for (const event of shown) this.options.onEvent?.(event);
	}
}

function hasSettled({ state }: LiveRun): boolean {
	for (const id in state.threads) {
		const thread = state.threads[id];
		if (thread?.status === 'executing' || Object.keys(thread?.lanes ?? {}).length > 0) return false;
	}
	return true;
}

/** What the run's index must learn from its state, or null; `dueAt` only where it may have changed. */
function patchOf({ row, state }: LiveRun, dueAt: number | null | undefined): RunPatch | null {
	const patch: RunPatch = {};
	// Another process may have moved it without an append; what memory says counts only while there is none.
	if (dueAt !== undefined && (dueAt !== null || row.dueAt !== null)) patch.dueAt = dueAt;
	if (state.status !== row.status) patch.status = state.status;
	if (state.turnCount !== row.turnCount) patch.turnCount = state.turnCount;
	if (state.terminationSource !== null && row.facts.terminationSource !== state.terminationSource) {
		patch.facts = { ...row.facts, terminationSource: state.terminationSource };
	}
	return Object.keys(patch).length === 0 ? null : patch;
}
