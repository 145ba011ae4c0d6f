/** The time port: what hour it is and how to wait, so that tests can move time by hand. */

export interface Clock {
	/** Milliseconds since the epoch, UTC. */
	now(): number;
	/** Resolves after `ms` milliseconds; rejects with the signal's reason when it aborts first. */
	sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's own clock and timers. */
export const systemClock: Clock = {
	now: () => Date.now(),
	sleep: (ms, signal) =>
		new Promise((resolve, reject) => {
			if (signal?.aborted) {
				reject(signal.reason as Error);
				return;
			}
			const onAbort = () => {
				clearTimeout(timer);
				reject(signal?.reason as Error);
			};
			const timer = setTimeout(() => {
				signal?.removeEventListener('abort', onAbort);
				resolve();
			}, ms);
			signal?.addEventListener('abort', onAbort, { once: true });
		}),
};
