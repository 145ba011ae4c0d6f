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

export function createActiveTurn(options: ActiveOptions): ActiveTurn {
	return new WatchedTurn(options);
}

/** A class, because one is made for every command: see `AdvanceContext`. */
class WatchedTurn implements ActiveTurn {
	readonly signal: AbortSignal;
	readonly isPump: boolean;
	pauseRequested = false;
	stopRequested = false;
	private readonly controller = new AbortController();
	private readonly timer: AbortController | null;
	private readonly onAbort = () => this.controller.abort(this.options.signal?.reason);

	constructor(private readonly options: ActiveOptions) {
		const { signal, timeout } = options;
		this.signal = this.controller.signal;
		this.isPump = options.isPump;
		if (signal?.aborted) this.onAbort();
		signal?.addEventListener('abort', this.onAbort, { once: true });
		this.timer = timeout === undefined ? null : this.startTimer(timeout);
	}

	stop(): void {
		this.stopRequested = true;
		this.controller.abort(new Error('The run was stopped.'));
	}

	fail(reason: Error): void {
		this.controller.abort(reason);
	}

	end(): void {
		this.timer?.abort(over);
		this.options.signal?.removeEventListener('abort', this.onAbort);
	}

	private startTimer({ ms, reason }: { ms: number; reason: () => Error }): AbortController {
		const timer = new AbortController();
		this.options.clock.sleep(ms, timer.signal).then(
			() => this.controller.abort(reason()),
			() => undefined,
		);
		return timer;
	}
}
