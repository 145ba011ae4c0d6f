/** One command's hold on its run: taken before it or with its first append, kept alive, given back once. */

import { messageOf } from '../errors';
import type { Lease, RunPatch } from '../store/contract';
import { leaseMs } from './lease';
import type { RunnerParts } from './parts';

export interface Hold {
	readonly lease: Lease;
	/** False before the first append of a command that did not claim its run, and after the lease was given back. */
	readonly isHeld: boolean;
	/** True once an append of this hold went through. */
	readonly hasWritten: boolean;
	/** How long the next append must take the lease for; undefined when it is held. */
	readonly claimMs: number | undefined;
	/** An append went through, and gave the lease back if it was asked to. */
	appended(isReleased: boolean): void;
	/** Gives the lease back unless that is done; a store that fails here lets it run out by itself. */
	giveBack(index?: Pick<RunPatch, 'dueAt'>): Promise<void>;
}

export interface HoldRequest {
	lease: Lease;
	isHeld: boolean;
	/** Called once when the lease turns out to belong to another owner. */
	onLost: (reason: Error) => void;
}

export function createHold(
	{ store, heartbeats, ports }: Pick<RunnerParts, 'store' | 'heartbeats' | 'ports'>,
	{ lease, isHeld, onLost }: HoldRequest,
): Hold {
	let heartbeat = isHeld ? heartbeats.start(lease, onLost) : null;
	let hasWritten = false;

	function end(): void {
		heartbeat?.stop();
		heartbeat = null;
	}

	return {
		lease,
		get isHeld() {
			return heartbeat !== null;
		},
		get hasWritten() {
			return hasWritten;
		},
		get claimMs() {
			return heartbeat === null ? leaseMs : undefined;
		},
		appended(isReleased) {
			hasWritten = true;
			if (isReleased) end();
			else heartbeat ??= heartbeats.start(lease, onLost);
		},
		async giveBack(index) {
			if (heartbeat === null) return;
			end();
			try {
				await store.release(lease, index);
			} catch (error) {
				ports.log.warn('A run could not be released; its lease runs out by itself.', {
					runId: lease.runId,
					error: messageOf(error),
				});
			}
		},
	};
}
