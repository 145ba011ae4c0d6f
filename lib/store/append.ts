/** Appending to a log, for a database in the same process: a few small statements, each as cheap as can be. */

import type { AppendRequest, Tail } from './contract';
import { leaseLost } from './refusals';
import type { WorkTools } from './run-work';
import { effect, first, rows, type Work } from './statement';

/**
 * Adds the batch, then moves the run's row on if it still is where the writer thinks; if not, the batch is
 * taken out again, so that a refusal leaves nothing behind.
 */
export function* append(tools: WorkTools, request: AppendRequest): Work<{ head: number; tail: Tail }> {
	const { statements } = tools;
	const { lease, expectedHead, data, patch, release, claimMs } = request;
	const tail = request.tail ?? (yield* first(statements.findTail({ id: lease.runId, head: expectedHead })));
	if (tail === null) throw leaseLost(lease.runId);
	const { key, position: previous } = tail;
	const added = yield* effect(statements.insertBatch({ key, previous, number: expectedHead, data }));
	const last = Number(added.lastInsertRowid);
	const now = tools.now();
	const step = { key, id: lease.runId, number: expectedHead, previous, last, owner: lease.owner, now };
	let moved;
	if (patch === undefined && release !== true && claimMs === undefined) {
		moved = yield* effect(statements.advance(step));
	} else {
		const until = claimMs === undefined ? null : now + claimMs;
		const values = {
			...step,
			status: patch?.status ?? null,
			turnCount: patch?.turnCount ?? null,
			facts: patch?.facts === undefined ? null : JSON.stringify(patch.facts),
			holder: release === true ? null : lease.owner,
			until: release === true ? 0 : until,
		};
		moved = yield* effect(
			claimMs === undefined ? statements.advanceAndPatch(values) : statements.advanceAndTake(values),
		);
	}
	if (Number(moved.changes) === 0) {
		yield* rows(statements.deleteBatch({ position: last }));
		throw leaseLost(lease.runId);
	}
	// A statement of its own: background work is rare, and this one is written at the ends of turns.
	if (patch?.dueAt !== undefined) yield* rows(statements.setDueOf({ key, dueAt: patch.dueAt }));
	return { head: expectedHead + 1, tail: { key, position: last } };
}
