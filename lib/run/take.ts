/** Holds a run for one command: its place in the queue, its lease, its state; gives all of it back. */

import type { RunStart } from '../engine/contract';
import { messageOf } from '../errors';
import type { Lease, RunRow } from '../store/contract';
import { createActiveTurn, type ActiveTurn } from './active';
import { checkBeginning, runStart } from './begin';
import type { TurnRequest, TurnResult } from './contract';
import { drive } from './drive';
import type { ReadTurn } from './input';
import { claimRun, maxBusyMs } from './lease';
import type { LiveRun } from './live';
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

/** How long a command that does not wait for turns waits for a pump (R1.39). */
const maxPumpWaitMs = 5_000;

export function createTaker(parts: RunnerParts): Taker {
	const { store, engine, ports, lives, heartbeats } = parts;
	const { clock, log } = ports;
	const active = new Map<string, ActiveTurn>();
	const background = new Set<Promise<void>>();

	async function waitForPlace({ runId, place, turn, request }: TakenCommand): Promise<void> {
		if (place.isFirst) return;
		const interferes = turn.command === 'pause' || turn.command === 'stop';
		const refuses = request.whenBusy === 'refuse' && !interferes;
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

	async function hold(
		{ run, lease }: { run: RunRow; lease: Lease },
		command: TakenCommand,
	): Promise<TurnResult> {
		const { turn, request } = command;
		const { timeoutMs } = request;
		const isPump = turn.command === 'pump';
		const current = createActiveTurn({
			clock,
			isPump,
			signal: request.signal,
			timeout:
				timeoutMs === undefined
					? undefined
					: { ms: timeoutMs, reason: () => turnTimeSpent(run.id, timeoutMs) },
		});
		active.set(run.id, current);
		const heartbeat = heartbeats.start(lease, (reason) => current.fail(reason));
		let isReleased = false;
		let index: { dueAt: number | null } | undefined;
		try {
			const live = await lives.load(run);
			// A caller that went away while it waited must not leave half a turn behind.
			current.signal.throwIfAborted();
			// While a command changes it, the state is nobody else's; only a good end brings it back.
			lives.forget(run.id);
			const driven = await drive(parts, {
				live,
				lease,
				active: current,
				turn,
				request,
				begin: () => begin(live, command),
			});
			isReleased = driven.isReleased;
			if (!isReleased) index = dueOf(driven.live);
			lives.keep(driven.live);
			snapshot(driven.live);
			return driven.result;
		} finally {
			heartbeat.stop();
			current.end();
			active.delete(run.id);
			if (!isReleased) await giveBack(lease, index);
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

	async function giveBack(lease: Lease, index?: { dueAt: number | null }): Promise<void> {
		try {
			await store.release(lease, index);
		} catch (error) {
			log.warn('A run could not be released; its lease runs out by itself.', {
				runId: lease.runId,
				error: messageOf(error),
			});
		}
	}

	function snapshot(live: LiveRun): void {
		if (live.state.openTurn !== null || !deservesSnapshot(live.state.eventCount, live.snapshotEvents)) return;
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
			const { runId, place, request, turn } = command;
			try {
				await waitForPlace(command);
				const interferes = turn.command === 'pause' || turn.command === 'stop';
				const whenBusy = interferes ? 'wait' : (request.whenBusy ?? 'wait');
				const held =
					command.held ?? (await claimRun({ store, clock }, { runId, whenBusy, signal: request.signal }));
				return await hold(held, command);
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
