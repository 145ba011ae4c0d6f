/** The time a single call may take, counted on the run's clock. */

import type { Clock } from '../clock';
import { ProviderError } from '../errors';

/** R8.7: what an unset `request_timeout_ms` means. */
const DEFAULT_TIMEOUT_MS = 60_000;

/** Milliseconds one attempt may take; zero and less are no time anybody can mean, so they are the default. */
export function timeoutMsOf({ request_timeout_ms: ms }: { request_timeout_ms: number | null }): number {
	return ms === null || ms <= 0 ? DEFAULT_TIMEOUT_MS : ms;
}

export interface Deadline {
	/** Aborts when the time is over or when the caller's signal does. */
	signal: AbortSignal;
	/** Starts the time anew: a stream that keeps talking is alive. */
	touch(): void;
	/** Ends the watch; call it when the work is done. */
	close(): void;
}

/**
 * Watches one attempt: its signal aborts `ms` milliseconds after the start or the last `touch`, with
 * a `LLM_TIMEOUT` ProviderError (retryable) as the reason, or with the caller's reason before that.
 */
export function createDeadline(options: {
	clock: Clock;
	ms: number;
	signal: AbortSignal;
	who: string;
}): Deadline {
	const { clock, ms, signal, who } = options;
	const controller = new AbortController();
	const onAbort = () => controller.abort(signal.reason);
	if (signal.aborted) onAbort();
	else signal.addEventListener('abort', onAbort, { once: true });

	const stopped = new AbortController();
	let endsAt = clock.now() + ms;
	const watch = async () => {
		for (let left = ms; left > 0; left = endsAt - clock.now()) await clock.sleep(left, stopped.signal);
		controller.abort(
			new ProviderError('LLM_TIMEOUT', `${who} gave no answer within ${ms} ms`, {
				retryable: true,
				advice: 'Raise request_timeout_ms on the LLM config, or choose a faster model.',
			}),
		);
	};
	// The sleep rejects when the watch is closed, which is its only way to end early.
	watch().catch(() => undefined);
	return {
		signal: controller.signal,
		touch: () => {
			endsAt = clock.now() + ms;
		},
		close: () => {
			signal.removeEventListener('abort', onAbort);
			stopped.abort(new Error('closed'));
		},
	};
}
