/** Appending to a log, for a database in the same process: a few small statements, each as cheap as can be. */

import type { AppendRequest, Tail } from './contract';
import type { End, Ends } from './ends';
import { leaseLost } from './refusals';
import type { WorkTools } from './run-work';
import { effect, first, rows, type Work } from './statement';

export interface AppendTools extends WorkTools {
	ends: Ends;
}

export type Appended = { head: number; tail: Tail };

/** True for a step in the middle of a turn: the run's index learns nothing from it. */
export function isStep({ patch, release, claimMs }: AppendRequest): boolean {
	return patch === undefined && release !== true && claimMs === undefined;
}

export function* append(tools: AppendTools, request: AppendRequest): Work<Appended> {
	const end = tools.ends.before(request);
	if (end !== undefined && isStep(request)) return yield* appendStep(tools, request, end);
	return yield* appendAndMove(tools, request, end);
}

/** One statement: the batch, if the lease is still held. The run's row catches up later. */
export function* appendStep(
	{ statements, ends }: AppendTools,
	{ lease, expectedHead, data }: AppendRequest,
	end: End,
): Work<Appended> {
	const { key, position: previous } = end;
	const id = lease.runId;
	const added = yield* effect(
		statements.insertStep({ key, id, owner: lease.owner, previous, number: expectedHead, data }),
	);
	if (Number(added.changes) === 0) throw leaseLost(id);
	const position = Number(added.lastInsertRowid);
	ends.set(id, { ...end, head: expectedHead + 1, position });
	return { head: expectedHead + 1, tail: { key, position } };
}

/**
 * Adds the batch, then moves the run's row on if it still is where the writer thinks; if not, the batch is
 * taken out again, so that a refusal leaves nothing behind.
 */
function* appendAndMove(tools: AppendTools, request: AppendRequest, end: End | undefined): Work<Appended> {
	const { statements, ends } = tools;
	const { lease, expectedHead, data, patch, release, claimMs } = request;
	const { runId: id, owner } = lease;
	const tail = end ?? request.tail ?? (yield* first(statements.findTail({ id, head: expectedHead })));
	if (tail === null) throw leaseLost(id);
	const { key, position: previous } = tail;
	const added = yield* effect(statements.insertBatch({ key, previous, number: expectedHead, data }));
	const last = Number(added.lastInsertRowid);
	const head = expectedHead + 1;
	const now = tools.now();
	const from = end?.row ?? { head: expectedHead, last: previous };
	const fromAhead = end === undefined ? 0 : 1;
	const step = { key, id, owner, fromHead: from.head, fromLast: from.last, fromAhead, head, last, now };
	let moved;
	if (isStep(request)) moved = yield* effect(statements.advance(step));
	else {
		const until = claimMs === undefined ? null : now + claimMs;
		const values = {
			...step,
			status: patch?.status ?? null,
			turnCount: patch?.turnCount ?? null,
			facts: patch?.facts === undefined ? null : JSON.stringify(patch.facts),
			holder: release === true ? null : owner,
			until: release === true ? 0 : until,
			ahead: release === true ? 0 : 1,
		};
		moved = yield* effect(
			claimMs === undefined ? statements.advanceAndPatch(values) : statements.advanceAndTake(values),
		);
	}
	if (Number(moved.changes) === 0) {
		yield* rows(statements.deleteBatch({ position: last }));
		throw leaseLost(id);
	}
	if (release === true) ends.forget(id);
	else ends.set(id, { owner, key, head, position: last, row: { head, last } });
	// A statement of its own: background work is rare, and this one is written at the ends of turns.
	if (patch?.dueAt !== undefined) yield* rows(statements.setDueOf({ key, dueAt: patch.dueAt }));
	return { head, tail: { key, position: last } };
}
