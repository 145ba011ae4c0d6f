/** Holds a run for one command: its place in the queue, its lease, its state; gives all of it back. */

import type { RunStart } from '../engine/contract';
import { isTerminal } from '../engine/engine';
import { messageOf } from '../errors';
import type { Lease, RunRow } from '../store/contract';
import { createActiveTurn, type ActiveTurn } from './active';
import { checkBeginning, runStart } from './begin';
import type { TurnRequest, TurnResult } from './contract';
import { drive } from './drive';
import type { ReadTurn } from './input';
import { createHold, type Hold } from './hold';
import { claimRun, maxBusyMs } from './lease';
import type { LiveRun } from './live';
import { newOwner } from './owner';
import type { RunnerParts } from './parts';
import type { Place } from './queue';
import { runBusy, turnTimeSpent } from './refusals';
import { deservesSnapshot, writeSnapshot } from './snapshot';

export interface Taker {
	take(command: TakenCommand): Promise<TurnResult>;
	/** Asks the turn that a run is in, if any, to pause or to stop. */
	interfere(runId: string, command: 'pause' | 'stop'): void;
	/** Resolves when snapshots in the making are written. */
	settle(): Promise<void>;
}

export interface TakenCommand {
	runId: string;
	/** The place in the run's queue; left when the command is done. */
	place: Place;
	/** A run just created is held already. */
	held: { run: RunRow; lease: Lease } | null;
	turn: ReadTurn;
	request: TurnRequest;
	/** What a run that is new starts from, instead of the plain facts of its row. */
	start?: Partial<RunStart>;
}

/** Commands that reach into a turn in progress instead of waiting for its end. */
function interferes({ command }: ReadTurn): boolean {
	return command === 'pause' || command === 'stop';
}

/** How long a command that does not wait for turns waits for a pump (R1.39). */
const maxPumpWaitMs = 5_000;

export function createTaker(parts: RunnerParts): Taker {
	const { store, engine, ports, lives } = parts;
	const { clock, log } = ports;
	const active = new Map<string, ActiveTurn>();
	const background = new Set<Promise<void>>();

	async function waitForPlace({ runId, place, turn, request }: TakenCommand): Promise<void> {
		const refuses = request.whenBusy === 'refuse' && !interferes(turn);
		if (refuses && active.get(runId)?.isPump !== true) throw runBusy(runId, 0);
		const limitMs = refuses ? maxPumpWaitMs : maxBusyMs;
		const patience = new AbortController();
		const signals = request.signal === undefined ? [patience.signal] : [patience.signal, request.signal];
		const spent = clock.sleep(limitMs, AbortSignal.any(signals)).then(() => {
			throw runBusy(runId, limitMs);
		});
		try {
			await Promise.race([place.ready, spent]);
		} finally {
			patience.abort();
			// Whichever of the two lost is of no interest.
			spent.catch(() => undefined);
		}
	}

	function activeTurn({ runId, turn, request }: TakenCommand): ActiveTurn {
		const { signal, timeoutMs } = request;
		const timeout =
			timeoutMs === undefined ? undefined : { ms: timeoutMs, reason: () => turnTimeSpent(runId, timeoutMs) };
		return createActiveTurn({ clock, isPump: turn.command === 'pump', signal, timeout });
	}

	/**
	 * A message for a run that memory knows goes without a claim: its first append, which comes before anything
	 * reaches outside, takes the lease, and is refused if the run has moved on elsewhere.
	 */
	async function carryOut(command: TakenCommand, current: ActiveTurn): Promise<TurnResult> {
		const { runId, held, turn, request } = command;
		const onLost = (reason: Error) => current.fail(reason);
		if (held !== null) {
			const hold = createHold(parts, { lease: held.lease, isHeld: true, onLost });
			return await within(hold, () => lives.load(held.run), { command, current });
		}
		const lease = { runId, owner: newOwner() };
		const known = mayGoUnclaimed(turn) ? lives.recall(runId) : undefined;
		if (known?.state.openTurn === null) {
			const hold = createHold(parts, { lease, isHeld: false, onLost });
			try {
				return await within(hold, () => known, { command, current });
			} catch (error) {
				if (hold.hasWritten || current.signal.aborted) throw error;
				// What memory knew may be out of date: the run is claimed, and everything looked at again.
			}
		}
		const whenBusy = interferes(turn) ? 'wait' : (request.whenBusy ?? 'wait');
		const { run } = await claimRun({ store, clock }, { ...lease, whenBusy, signal: request.signal });
		const hold = createHold(parts, { lease, isHeld: true, onLost });
		return await within(hold, () => lives.load(run), { command, current });
	}

	/** Only where every step is written is a turn's first step written before a model is asked. */
	function mayGoUnclaimed({ command }: ReadTurn): boolean {
		const isMessage = command === 'start' || command === 'data' || command === 'resume';
		return isMessage && parts.durability === 'step';
	}

	async function within(
		hold: Hold,
		load: () => Promise<LiveRun> | LiveRun,
		{ command, current }: { command: TakenCommand; current: ActiveTurn },
	): Promise<TurnResult> {
		const { turn, request } = command;
		let index: { dueAt: number | null } | undefined;
		try {
			const live = await load();
			// A caller that went away while it waited must not leave half a turn behind.
			current.signal.throwIfAborted();
			// While a command changes it, the state is nobody else's; only a good end brings it back.
			lives.forget(command.runId);
			const driven = await drive(parts, {
				live,
				hold,
				active: current,
				turn,
				request,
				begin: () => begin(live, command),
			});
			if (hold.isHeld) index = dueOf(driven.live);
			lives.keep(driven.live);
			snapshot(driven.live);
			return driven.result;
		} finally {
			await hold.giveBack(index);
		}
	}

	function begin(live: LiveRun, { turn, start }: TakenCommand): RunStart {
		if (start?.source === undefined) checkBeginning(live.graph, turn);
		return { ...runStart(live.row, turn, ports.newSeed()), ...start };
	}

	/** A pump that only judged conditions wrote nothing, yet its work is due later now. */
	function dueOf({ graph, state, row }: LiveRun): { dueAt: number | null } | undefined {
		if (state.openTurn !== null) return undefined;
		const dueAt = engine.nextDueAt(graph, state);
		if (dueAt === row.dueAt) return undefined;
		row.dueAt = dueAt;
		return { dueAt };
	}

	function snapshot(live: LiveRun): void {
		const { state } = live;
		// A run that has ended is read rarely, and never again for its next turn.
		if (state.openTurn !== null || isTerminal(state.status)) return;
		if (!deservesSnapshot(state.eventCount, live.snapshotEvents)) return;
		const written = writeSnapshot(engine, live.state, live.head);
		live.snapshotEvents = live.state.eventCount;
		const saving = store
			.saveSnapshot(live.row.id, written)
			.catch((error: unknown) =>
				log.warn('A snapshot was not saved.', { runId: live.row.id, error: messageOf(error) }),
			)
			.finally(() => background.delete(saving));
		background.add(saving);
	}

	return {
		async take(command) {
			const { runId, place } = command;
			try {
				if (!place.isFirst) await waitForPlace(command);
				const current = activeTurn(command);
				active.set(runId, current);
				try {
					return await carryOut(command, current);
				} finally {
					current.end();
					active.delete(runId);
				}
			} finally {
				place.leave();
				parts.bell.ring();
			}
		},
		interfere(runId, command) {
			const current = active.get(runId);
			if (current === undefined) return;
			if (command === 'stop') current.stop();
			else current.pauseRequested = true;
		},
		settle: async () => void (await Promise.all(background)),
	};
}
