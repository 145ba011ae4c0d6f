/** The turn a run is in, seen from beside it: it can be asked to pause or to stop. */

import type { Clock } from '../clock';

export interface ActiveTurn {
	/** Aborts when the caller does, when the time is spent, when the lease is lost, or on stop. */
	readonly signal: AbortSignal;
	/** Set by a pause: threads stop between nodes (R1.12). */
	pauseRequested: boolean;
	/** True after a stop: the run is to be cancelled (R1.14). */
	readonly stopRequested: boolean;
	/** True for a pump, which others wait for even when they do not wait for turns (R1.39). */
	readonly isPump: boolean;
	stop(): void;
	fail(reason: Error): void;
	/** Lets go of timers and listeners. */
	end(): void;
}

export interface ActiveOptions {
	clock: Clock;
	isPump: boolean;
	signal?: AbortSignal | undefined;
	timeout?: { ms: number; reason: () => Error } | undefined;
}

/** Given to `abort`, which would otherwise build an error with its stack at every end of a turn. */
const over = new Error('The turn is over.');

export function createActiveTurn({ clock, isPump, signal, timeout }: ActiveOptions): ActiveTurn {
	const controller = new AbortController();
	let timer: AbortController | null = null;
	let stopRequested = false;
	const onAbort = () => controller.abort(signal?.reason);
	if (signal?.aborted) onAbort();
	signal?.addEventListener('abort', onAbort, { once: true });
	if (timeout !== undefined) {
		timer = new AbortController();
		clock.sleep(timeout.ms, timer.signal).then(
			() => controller.abort(timeout.reason()),
			() => undefined,
		);
	}
	return {
		signal: controller.signal,
		pauseRequested: false,
		get stopRequested() {
			return stopRequested;
		},
		isPump,
		stop() {
			stopRequested = true;
			controller.abort(new Error('The run was stopped.'));
		},
		fail: (reason) => controller.abort(reason),
		end() {
			timer?.abort(over);
			signal?.removeEventListener('abort', onAbort);
		},
	};
}
