/** Telling failures apart: a model that gave no answer is handled by its node, everything else is not. */

/** True when a model call failed after all its attempts (R2.49); a missing credential is no such failure. */
export function isProviderFailure(error: unknown): boolean {
	return (error as { name?: unknown } | null)?.name === 'ProviderError';
}

/** True when an outbound effect failed in a way its node reports instead of ending the run (R7.1.4). */
export function isEffectFailure(error: unknown): boolean {
	const { name, code } = (error ?? {}) as { name?: unknown; code?: unknown };
	return name === 'EffectError' && code !== 'EFFECT_OUTCOME_UNKNOWN';
}
