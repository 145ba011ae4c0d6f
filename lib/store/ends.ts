/** Where the logs end that this process is writing, and what their rows say meanwhile. */

import type { AppendRequest } from './contract';
import { leaseLost } from './refusals';

export interface End {
	/** The lease under which it is written. */
	owner: string;
	key: number;
	/** Number of batches. */
	head: number;
	/** The newest batch. */
	position: number;
	/** What the run's row says of both; the log may run ahead of it. */
	row: { head: number; last: number | null };
}

export interface Ends {
	/**
	 * The end that the request goes on from, or undefined where the row is exact.
	 * @throws {RunError} `RUN_LEASE_LOST` when the log ends elsewhere.
	 */
	before(request: AppendRequest): End | undefined;
	set(runId: string, end: End): void;
	/**
	 * Forgets the end of the run's log, with `owner` only if that is who was writing.
	 *
	 * @returns True when it was known: the row may lag then.
	 */
	forget(runId: string, owner?: string): boolean;
	/** A transaction was committed: what was learned in it holds. */
	commit(): void;
	/** It was undone, and so is what was learned in it. */
	rollback(): void;
}

export function createEnds(): Ends {
	const ends = new Map<string, End>();
	let learned: Array<{ runId: string; before: End | undefined }> = [];

	function put(runId: string, end: End | undefined): void {
		if (end === undefined) ends.delete(runId);
		else ends.set(runId, end);
	}

	function learn(runId: string, end: End | undefined): void {
		learned.push({ runId, before: ends.get(runId) });
		put(runId, end);
	}

	return {
		before({ lease, expectedHead, tail }) {
			const end = ends.get(lease.runId);
			if (end === undefined || end.owner !== lease.owner) return undefined;
			const fits = end.head === expectedHead && (tail === undefined || tail.position === end.position);
			if (!fits) throw leaseLost(lease.runId);
			return end;
		},
		set: learn,
		forget(runId, owner) {
			const end = ends.get(runId);
			if (end === undefined || (owner !== undefined && owner !== end.owner)) return false;
			learn(runId, undefined);
			return true;
		},
		commit() {
			learned = [];
		},
		rollback() {
			for (const { runId, before } of learned.reverse()) put(runId, before);
			learned = [];
		},
	};
}
