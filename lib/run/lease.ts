/** The hold on a run: waiting for it with patience, keeping it while a turn is long, losing it loudly. */

import type { Clock } from '../clock';
import { messageOf } from '../errors';
import type { Log } from '../log';
import type { Lease, RunRow, Store } from '../store/contract';
import { leaseLost } from '../store/refusals';
import { isDead } from './owner';
import { runBusy } from './refusals';

/** How long a lease lasts without a sign of life; a killed process gives its runs back after that. */
export const leaseMs = 30_000;
/** How long a command waits for a run that another one holds. */
export const maxBusyMs = 30_000;
const renewEveryMs = leaseMs / 3;
const firstPauseMs = 5;
const maxPauseMs = 250;

export interface ClaimRequest {
	runId: string;
	/** Who is to hold it; see `newOwner`. */
	owner: string;
	whenBusy: 'wait' | 'refuse';
	signal?: AbortSignal | undefined;
}

/**
 * Takes the run for one command.
 * @throws {RunError} `RUN_BUSY` (retryable) when another process holds it for 30 s, or at once with `refuse`.
 */
export async function claimRun(
	parts: { store: Store; clock: Clock },
	request: ClaimRequest,
): Promise<{ run: RunRow; lease: Lease }> {
	const { store, clock } = parts;
	const { owner } = request;
	const startedAt = clock.now();
	for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, maxPauseMs)) {
		const taken = await store.claim(request.runId, owner, leaseMs);
		if (taken !== null) return taken;
		if (pauseMs === firstPauseMs && (await freeFromDead(store, request.runId))) continue;
		const waitedMs = clock.now() - startedAt;
		if (request.whenBusy === 'refuse' || waitedMs >= maxBusyMs) throw runBusy(request.runId, waitedMs);
		await clock.sleep(pauseMs, request.signal);
	}
}

/** Gives the lease of a killed process back, so that its run goes on at once; true when it did. */
async function freeFromDead(store: Store, runId: string): Promise<boolean> {
	const owner = await store.leaseOwner(runId);
	if (owner === null || !isDead(owner)) return false;
	// Of several that find it dead one frees it; all of them then compete as for any free run.
	await store.release({ runId, owner });
	return true;
}

/** Given to `abort`, which would otherwise build an error with its stack at every end of a turn. */
const resting = new Error('No lease is held.');

export interface Heartbeats {
	/** Renews the lease until `stop`; `onLost` is called once when it belongs to another owner. */
	start(lease: Lease, onLost: (reason: Error) => void): { stop(): void };
	close(): void;
}

/** One loop renews all leases of this process, and only while there are any. */
export function createHeartbeats(parts: { store: Store; clock: Clock; log: Log }): Heartbeats {
	const { store, clock, log } = parts;
	const beating = new Map<Lease, (reason: Error) => void>();
	let rest: AbortController | null = null;

	async function beat(signal: AbortSignal): Promise<void> {
		while (!signal.aborted) {
			await clock.sleep(renewEveryMs, signal).catch((error: unknown) => {
				if (!signal.aborted) throw error;
			});
			if (!signal.aborted) await Promise.all([...beating.keys()].map(renew));
		}
	}

	async function renew(lease: Lease): Promise<void> {
		try {
			if (await store.renew(lease, leaseMs)) return;
			beating.get(lease)?.(leaseLost(lease.runId));
			beating.delete(lease);
		} catch (error) {
			// The next beat tries again; the append of a turn whose lease ran out is refused anyway.
			log.warn('A lease could not be renewed.', { runId: lease.runId, error: messageOf(error) });
		}
	}

	function pause(): void {
		rest?.abort(resting);
		rest = null;
	}

	return {
		start(lease, onLost) {
			beating.set(lease, onLost);
			if (rest === null) {
				rest = new AbortController();
				void beat(rest.signal);
			}
			return {
				stop() {
					beating.delete(lease);
					if (beating.size === 0) pause();
				},
			};
		},
		close: pause,
	};
}
