/** Moves one parked run on in real time: a pump whenever its background work is due, until none is left. */

import type { Clock } from '../clock';
import { codeOf } from '../errors';
import type { TurnRequest, TurnResult } from './contract';

/** Shortest pause between two pumps of one run (R5.21). */
export const pumpEveryMs = 250;

export interface PumpLoop {
	/** The run to move, as its newest turn or pump left it. */
	latest: TurnResult;
	turn(request: TurnRequest): Promise<TurnResult>;
	clock: Clock;
	/** Longest time for all of it, in milliseconds. A due time beyond it is not waited for. */
	forMs: number;
	/** Default 250. */
	everyMs?: number;
	/** Stops the loop, and the pump it is in. */
	signal?: AbortSignal;
	/** Handed to every pump: listeners, limits. */
	request?: Pick<TurnRequest, 'onEvent' | 'onToken' | 'timeoutMs'>;
	/** Called with what each pump did. */
	onResult?: (result: TurnResult) => void;
}

/** How long to wait before the next pump makes sense; null when the run has nothing left to do by itself. */
export function pauseBeforePump(
	{ nextDueAt }: Pick<TurnResult, 'nextDueAt'>,
	{ nowMs, everyMs = pumpEveryMs }: { nowMs: number; everyMs?: number },
): number | null {
	return nextDueAt === null ? null : Math.max(everyMs, nextDueAt - nowMs);
}

/**
 * Pumps the run until it has no background work or the time is spent, sleeping while nothing is due.
 *
 * @returns What the last pump left, `latest` itself when there was none.
 * @throws What a pump throws; a run that is held elsewhere is asked again later instead.
 */
export async function pumpUntilSettled(loop: PumpLoop): Promise<TurnResult> {
	const { turn, clock, everyMs = pumpEveryMs, signal, request, onResult } = loop;
	const untilMs = clock.now() + loop.forMs;
	let { latest } = loop;
	for (;;) {
		const nowMs = clock.now();
		const pauseMs = pauseBeforePump(latest, { nowMs, everyMs });
		if (pauseMs === null || nowMs + pauseMs > untilMs) return latest;
		await clock.sleep(pauseMs, signal);
		try {
			const { runId } = latest;
			latest = await turn({ ...request, runId, command: 'pump', whenBusy: 'refuse', signal });
		} catch (error) {
			if (codeOf(error) !== 'RUN_BUSY') throw error;
			continue;
		}
		onResult?.(latest);
	}
}
