/** How a provider's SDK reaches its server: the plain fetch, or one that takes any certificate or waits longer. */

import type { Agent } from 'undici';
import type { ProviderCredential } from './contract';

/** Node's own fetch gives up on a silent server after this long, whatever the caller allows. */
const BUILT_IN_PATIENCE_MS = 300_000;

export type FetchFunction = typeof globalThis.fetch;

/**
 * A fetch for one call, or undefined when the built-in one will do. `verifySsl: false` accepts any
 * certificate, for model servers inside one's own network.
 */
export async function fetchFor(
	credential: ProviderCredential,
	timeoutMs: number,
): Promise<FetchFunction | undefined> {
	const acceptsAny = credential.verifySsl === false;
	if (!acceptsAny && timeoutMs < BUILT_IN_PATIENCE_MS) return undefined;
	const undici = await import('undici');
	const dispatcher = (agents[acceptsAny ? 'any' : 'checked'] ??= new undici.Agent({
		connect: { rejectUnauthorized: !acceptsAny },
		headersTimeout: 0,
		bodyTimeout: 0,
		keepAliveTimeout: 1_000,
	}));
	// The two libraries declare the same web types apart; the values are the same at run time.
	const send = undici.fetch as unknown as (input: unknown, init?: object) => Promise<Response>;
	return (input, init) => send(input, { ...init, dispatcher });
}

/** One pool of connections for each of the two kinds. */
const agents: { any?: Agent; checked?: Agent } = {};
