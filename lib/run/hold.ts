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
	parts: Pick<RunnerParts, 'store' | 'heartbeats' | 'ports'>,
	request: HoldRequest,
): Hold {
	return new CommandHold(parts, request);
}

/** A class, because one is made for every command: see `AdvanceContext`. */
class CommandHold implements Hold {
	readonly lease: Lease;
	hasWritten = false;
	private heartbeat: { stop(): void } | null = null;

	constructor(
		private readonly parts: Pick<RunnerParts, 'store' | 'heartbeats' | 'ports'>,
		private readonly request: HoldRequest,
	) {
		this.lease = request.lease;
		if (request.isHeld) this.begin();
	}

	get isHeld(): boolean {
		return this.heartbeat !== null;
	}

	get claimMs(): number | undefined {
		return this.heartbeat === null ? leaseMs : undefined;
	}

	appended(isReleased: boolean): void {
		this.hasWritten = true;
		if (isReleased) this.end();
		else if (this.heartbeat === null) this.begin();
	}

	async giveBack(index?: Pick<RunPatch, 'dueAt'>): Promise<void> {
		if (this.heartbeat === null) return;
		this.end();
		try {
			await this.parts.store.release(this.lease, index);
		} catch (error) {
			this.parts.ports.log.warn('A run could not be released; its lease runs out by itself.', {
				runId: this.lease.runId,
				error: messageOf(error),
			});
		}
	}

	private begin(): void {
		this.heartbeat = this.parts.heartbeats.start(this.lease, this.request.onLost);
	}

	private end(): void {
		this.heartbeat?.stop();
		this.heartbeat = null;
	}
}
