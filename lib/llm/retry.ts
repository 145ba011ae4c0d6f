/** Attempts and the waits between them: which failures deserve another try, and when (R8.18). */

import type { Clock } from '../clock';
import { codeOf, ProviderError } from '../errors';

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8_000;
/** A vendor that asks for more than this is down for this conversation; waiting would hang it. */
const LONGEST_ASKED_WAIT_MS = 60_000;

/** What an unset or null `max_retries` means. */
export const DEFAULT_MAX_RETRIES = 3;

export interface RetryOptions {
	clock: Clock;
	/** 0 ≤ number < 1. */
	random: () => number;
	/** Further attempts after the first; 0 makes one attempt. */
	maxRetries: number;
	signal: AbortSignal;
	/** Asked before each further attempt; false ends with the failure at once. */
	mayRetry?: () => boolean;
	/** Told of every wait, for the log. */
	onWait?: (wait: { attempt: number; waitMs: number; code: string }) => void;
}

/**
 * Runs `attempt` until it succeeds, fails for good, or the retries are spent; rethrows the last failure.
 * An abort while waiting rejects with the signal's reason.
 */
export async function withRetries<T>(
	attempt: (number: number) => Promise<T>,
	options: RetryOptions,
): Promise<T> {
	let earlier: ProviderError | null = null;
	for (let number = 1; ; number++) {
		try {
			return await attempt(number);
		} catch (error) {
			// That nobody asks any more tells less than what happened when somebody did.
			if (codeOf(error) === 'LLM_CIRCUIT_OPEN' && earlier !== null) throw earlier;
			if (options.signal.aborted || number > options.maxRetries || !deservesRetry(error)) throw error;
			if (options.mayRetry?.() === false) throw error;
			earlier = error;
			const waitMs = waitBefore(number, error, options.random);
			if (waitMs === null) throw error;
			options.onWait?.({ attempt: number, waitMs, code: error.code });
			await options.clock.sleep(waitMs, options.signal);
			// Meanwhile another member of the group may have begun to answer.
			if (options.mayRetry?.() === false) throw error;
		}
	}
}

function deservesRetry(error: unknown): error is ProviderError {
	return error instanceof ProviderError && error.retryable && error.code !== 'LLM_CIRCUIT_OPEN';
}

/**
 * Milliseconds before attempt `number + 1`: what the vendor asked for, else 500 ms doubling to at most
 * 8 s, of which the upper half is random so that many conversations do not return at once. Null when
 * the vendor asks for more patience than a conversation has.
 */
export function waitBefore(number: number, error: ProviderError, random: () => number): number | null {
	if (error.retryAfterMs !== null)
		return error.retryAfterMs <= LONGEST_ASKED_WAIT_MS ? error.retryAfterMs : null;
	const full = Math.min(FIRST_WAIT_MS * 2 ** (number - 1), LONGEST_WAIT_MS);
	return Math.round(full / 2 + (full / 2) * random());
}
