/** A clock that stands still until a test moves it, or that jumps over every wait. */

import type { Clock } from '../../lib/clock';

export interface MovedClock extends Clock {
	/** Moves time and wakes every sleeper that is due, in order. */
	move(ms: number): Promise<void>;
	/** True: a sleep ends at once and moves time by its length. */
	jumps: boolean;
	/** The process is dead: nobody sleeps any more, and nothing that slept moves time. */
	forget(): void;
}

export function movedClock(startMs = Date.UTC(2026, 6, 14, 19, 10, 17)): MovedClock {
	let nowMs = startMs;
	let sleepers: Array<{ untilMs: number; wake: () => void }> = [];
	const settle = async () => {
		for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
	};
	const clock: MovedClock = {
		jumps: false,
		forget: () => void (sleepers = []),
		now: () => nowMs,
		sleep(ms, signal) {
			return new Promise((resolve, reject) => {
				if (signal?.aborted) {
					reject(signal.reason as Error);
					return;
				}
				const sleeper = { untilMs: nowMs + ms, wake: () => resolve() };
				sleepers.push(sleeper);
				signal?.addEventListener(
					'abort',
					() => {
						sleepers = sleepers.filter((each) => each !== sleeper);
						reject(signal.reason as Error);
					},
					{ once: true },
				);
				// Jumping leaves work that was started together a chance to finish first.
				if (clock.jumps)
					void settle().then(() =>
						sleepers.includes(sleeper) ? clock.move(Math.max(0, sleeper.untilMs - nowMs)) : undefined,
					);
			});
		},
		async move(ms) {
			const untilMs = nowMs + ms;
			for (;;) {
				await settle();
				const next = sleepers
					.filter((each) => each.untilMs <= untilMs)
					.sort((a, b) => a.untilMs - b.untilMs)[0];
				if (!next) break;
				nowMs = Math.max(nowMs, next.untilMs);
				sleepers = sleepers.filter((each) => each !== next);
				next.wake();
			}
			// Several sleepers that jump move it at once, and none of them moves it back.
			nowMs = Math.max(nowMs, untilMs);
			await settle();
		},
	};
	return clock;
}
