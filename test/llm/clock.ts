/** A clock moved by hand, and one that moves itself whenever somebody waits for a short while. */

import type { Clock } from '../../lib/clock';

export interface HandClock extends Clock {
	/** Moves time on and lets everything that was due happen, in order. */
	advance(ms: number): Promise<void>;
	/** How many waits are open. */
	readonly waiting: number;
}

interface Wait {
	at: number;
	resolve: () => void;
	reject: (reason: unknown) => void;
}

export function createHandClock(): HandClock {
	let now = 1_000_000;
	let waits: Wait[] = [];
	return {
		now: () => now,
		sleep: (ms, signal) =>
			new Promise<void>((resolve, reject) => {
				if (signal?.aborted) return reject(signal.reason as Error);
				const wait: Wait = { at: now + ms, resolve, reject };
				waits.push(wait);
				signal?.addEventListener('abort', () => {
					waits = waits.filter((other) => other !== wait);
					reject(signal.reason as Error);
				});
			}),
		async advance(ms) {
			const end = now + ms;
			await settle();
			for (;;) {
				const next = waits.filter((wait) => wait.at <= end).sort((a, b) => a.at - b.at)[0];
				if (next === undefined) break;
				waits = waits.filter((wait) => wait !== next);
				now = Math.max(now, next.at);
				next.resolve();
				await settle();
			}
			now = end;
		},
		get waiting() {
			return waits.length;
		},
	};
}

/** Lets promises and one round of input and output happen. */
export async function settle(): Promise<void> {
	for (let round = 0; round < 3; round++) await new Promise((resolve) => setImmediate(resolve));
}

/** Waits below `limitMs` pass at once and move the time; longer ones only end by their signal. */
export function createHurryingClock(limitMs = 30_000): Clock & { slept: number[] } {
	let now = 1_000_000;
	const slept: number[] = [];
	return {
		slept,
		now: () => now,
		sleep: (ms, signal) =>
			new Promise<void>((resolve, reject) => {
				if (signal?.aborted) return reject(signal.reason as Error);
				signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
				if (ms >= limitMs) return;
				slept.push(ms);
				setImmediate(() => {
					now += ms;
					resolve();
				});
			}),
	};
}
