/** Keeps parked runs moving: pumps each when its work is due, and gives up those that stand still. */

import type { Clock } from '../clock';
import { codeOf, messageOf } from '../errors';
import type { Log } from '../log';
import type { Store } from '../store/contract';
import type { Runner, TurnRequest, TurnResult } from './contract';
import { pumpEveryMs } from './pump-loop';

export interface BackgroundOptions {
	store: Pick<Store, 'listDue'>;
	runner: Pick<Runner, 'reap' | 'onSettled'>;
	turn(request: TurnRequest): Promise<TurnResult>;
	clock: Clock;
	log: Log;
	/** Only runs of this stored workflow. Default: all runs of the store. */
	workflowId?: string;
	/** How often other processes' runs are looked for, in milliseconds. Default 1,000. */
	lookEveryMs?: number;
	/** Default 60,000 (R1.32). The first pass comes one period after the start, when due runs have moved. */
	reapEveryMs?: number;
	/** Runs pumped at the same time. Default 8. */
	maxAtOnce?: number;
	/** What a pump did, when it said or did something. */
	onResult?: (result: TurnResult) => void;
	/** Why a run does not go on; called at the first failure of several in a row. */
	onFailure?: (error: unknown, runId: string) => void;
}

export interface Background {
	/** Begins nothing new and waits for the pumps in progress. */
	stop(): Promise<void>;
}

/** A run that is left alone for a while. */
interface Rest {
	untilMs: number;
	/** Failures in a row. */
	failures: number;
}

const pageSize = 1000;
const firstRestMs = 1_000;
const maxRestMs = 5 * 60_000;

/**
 * Due times stand in the store, so a new process goes on where a killed one stopped, and several
 * processes may do this at once: the lease lets one of them have the run.
 */
export function startBackground(options: BackgroundOptions): Background {
	const { store, runner, turn, clock, log, workflowId, onResult, onFailure } = options;
	const { lookEveryMs = 1_000, reapEveryMs = 60_000, maxAtOnce = 8 } = options;
	const stopping = new AbortController();
	const { signal } = stopping;
	const pumps = new Map<string, Promise<void>>();
	const rests = new Map<string, Rest>();
	let wake: () => void = () => undefined;
	const unlisten = runner.onSettled(() => wake());
	const loops = [look(), reap()];

	async function look(): Promise<void> {
		while (!signal.aborted) {
			const awake = new AbortController();
			wake = () => awake.abort(new Error('Something may be due.'));
			const pauseMs = await startDue().catch((error: unknown) => {
				log.warn('Due runs could not be looked for.', { code: codeOf(error), error: messageOf(error) });
				return lookEveryMs;
			});
			await sleep(pauseMs, awake.signal);
		}
	}

	/** Starts the pumps that are due; tells how long to sleep until the next look. */
	async function startDue(): Promise<number> {
		const nowMs = clock.now();
		let nextMs = nowMs + lookEveryMs;
		forgetOldRests(nowMs);
		const due = await store.listDue({
			atMs: nextMs,
			limit: pageSize,
			...(workflowId === undefined ? {} : { workflowId }),
		});
		for (const { runId, dueAt } of due) {
			// The end of a pump wakes this loop.
			if (signal.aborted || pumps.size >= maxAtOnce) break;
			if (pumps.has(runId)) continue;
			const atMs = Math.max(dueAt, rests.get(runId)?.untilMs ?? 0);
			if (atMs > nowMs) nextMs = Math.min(nextMs, atMs);
			else
				pumps.set(
					runId,
					pump(runId).finally(() => leave(runId)),
				);
		}
		return Math.max(0, nextMs - nowMs);
	}

	async function pump(runId: string): Promise<void> {
		try {
			const result = await turn({ runId, command: 'pump', whenBusy: 'refuse', unattended: true });
			rests.set(runId, { untilMs: clock.now() + pumpEveryMs, failures: 0 });
			if (result.path.length > 0 || result.messages.length > 0 || result.isCompleted) onResult?.(result);
		} catch (error) {
			rest(runId, error);
		}
	}

	function leave(runId: string): void {
		pumps.delete(runId);
		wake();
	}

	/** A run held elsewhere, or one whose deployment lacks something, is tried again, ever more rarely. */
	function rest(runId: string, error: unknown): void {
		const code = codeOf(error);
		const isBusy = code === 'RUN_BUSY';
		const failures = isBusy ? 0 : (rests.get(runId)?.failures ?? 0) + 1;
		const forMs = Math.min(maxRestMs, firstRestMs * 2 ** Math.max(0, failures - 1));
		rests.set(runId, { untilMs: clock.now() + forMs, failures });
		if (isBusy) return;
		if (failures === 1) onFailure?.(error, runId);
		log.warn('The background work of a run did not go on.', { runId, code, error: messageOf(error) });
	}

	function forgetOldRests(nowMs: number): void {
		for (const [runId, { untilMs, failures }] of rests) {
			if (untilMs + (failures === 0 ? 0 : maxRestMs) < nowMs) rests.delete(runId);
		}
	}

	async function reap(): Promise<void> {
		for (;;) {
			await sleep(reapEveryMs, signal);
			if (signal.aborted) return;
			try {
				await runner.reap();
			} catch (error) {
				log.warn('Stale runs could not be looked for.', { code: codeOf(error), error: messageOf(error) });
			}
		}
	}

	/** Being woken is the only way in which it ends early. */
	function sleep(ms: number, until: AbortSignal): Promise<void> {
		return clock.sleep(ms, until).catch(() => undefined);
	}

	return {
		async stop() {
			unlisten();
			stopping.abort(new Error('Background work ends.'));
			wake();
			await Promise.all([...loops, ...pumps.values()]);
		},
	};
}
