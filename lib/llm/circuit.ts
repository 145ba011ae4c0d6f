/** One circuit per provider, credential and model: after several failures in a row a dead provider fails at once. */

import type { Clock } from '../clock';
import { ProviderError } from '../errors';

const FAILURES_TO_OPEN = 5;
const OPEN_MS = 30_000;

interface Circuit {
	failures: number;
	/** When a probe may go out, or null while closed. */
	opensAgainAt: number | null;
	isProbing: boolean;
}

export interface Circuits {
	/**
	 * Runs `call` unless the circuit of `key` is open. While open one probe goes out every 30 s; its
	 * success closes the circuit.
	 *
	 * @throws {ProviderError} `LLM_CIRCUIT_OPEN` without calling; else what `call` throws.
	 */
	guard<T>(key: string, who: string, call: () => Promise<T>): Promise<T>;
}

/** Circuits live as long as the process: share one instance between all runs. */
export function createCircuits(clock: Clock): Circuits {
	const circuits = new Map<string, Circuit>();
	return {
		async guard(key, who, call) {
			const circuit = circuits.get(key) ?? { failures: 0, opensAgainAt: null, isProbing: false };
			circuits.set(key, circuit);
			const isProbe = enter(circuit, who, clock.now());
			try {
				const result = await call();
				circuit.failures = 0;
				circuit.opensAgainAt = null;
				return result;
			} catch (error) {
				if (!tellsOfDeath(error)) {
					// A provider that refuses a request is alive; an abort of ours says nothing about it.
					if (error instanceof ProviderError) {
						circuit.failures = 0;
						circuit.opensAgainAt = null;
					}
					throw error;
				}
				circuit.failures += 1;
				if (isProbe || circuit.failures >= FAILURES_TO_OPEN) circuit.opensAgainAt = clock.now() + OPEN_MS;
				throw error;
			} finally {
				if (isProbe) circuit.isProbing = false;
			}
		},
	};
}

/** True when this call is the probe of an open circuit. */
function enter(circuit: Circuit, who: string, now: number): boolean {
	if (circuit.opensAgainAt === null) return false;
	if (now >= circuit.opensAgainAt && !circuit.isProbing) {
		circuit.isProbing = true;
		return true;
	}
	throw new ProviderError(
		'LLM_CIRCUIT_OPEN',
		`${who} failed ${circuit.failures} times in a row and is not asked again for the moment`,
		{
			retryable: true,
			retryAfterMs: Math.max(0, circuit.opensAgainAt - now),
			advice: 'Try again in half a minute, or check the provider’s status page.',
		},
	);
}

/** No answer, timeouts and 5xx; a rate limit is a sign of life. */
function tellsOfDeath(error: unknown): boolean {
	if (!(error instanceof ProviderError)) return false;
	return (
		error.code === 'LLM_UNREACHABLE' ||
		error.code === 'LLM_TIMEOUT' ||
		(error.status !== null && error.status >= 500)
	);
}
