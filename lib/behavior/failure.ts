/** Telling failures apart: a model that gave no answer is handled by its node, everything else is not. */

import { ProviderError } from '../errors';

/** True when a model call failed after all its attempts (R2.49); a missing credential is no such failure. */
export function isProviderFailure(error: unknown): boolean {
	return error instanceof ProviderError || (error as { name?: unknown } | null)?.name === 'ProviderError';
}

/**
 * True when an outbound effect failed in a way its node reports instead of ending the run (R7.1.4). A call
 * whose outcome a crash left unknown is one of them: the node reports it, and the engine stops the turn
 * after the node (design part 3).
 */
export function isEffectFailure(error: unknown): boolean {
	return (error as { name?: unknown } | null)?.name === 'EffectError';
}
