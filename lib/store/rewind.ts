/** Taking back the newest batches of a run, for a turn that is to leave no trace. */

import { catchUp } from './ahead';
import type { Lease, RunPatch } from './contract';
import { leaseLost } from './refusals';
import type { WorkTools } from './run-work';
import { first, once, rows, type Work } from './statement';

/** The run's log ends before batch `head` again; what followed is emptied, its positions stay taken. */
export function* rewind({ db, ends }: WorkTools, lease: Lease, head: number, patch: RunPatch): Work<void> {
	if (ends?.forget(lease.runId, lease.owner))
		yield* catchUp(db, (run) => run.and({ 'run.id': lease.runId, 'run.lease_owner': lease.owner }));
	const run = yield* first(
		once(
			db
				.selectFrom('run')
				.select(['key', 'last'])
				.where('id', '=', lease.runId)
				.where('lease_owner', '=', lease.owner),
		),
	);
	if (run === null) throw leaseLost(lease.runId);
	let last = run.last;
	while (last !== null) {
		const batch = yield* first(
			once(db.selectFrom('batch').select(['number', 'previous']).where('position', '=', last)),
		);
		if (batch === null || batch.number < head) break;
		yield* rows(
			once(
				db.updateTable('batch').set({ run_key: 0, previous: null, data: '' }).where('position', '=', last),
			),
		);
		last = batch.previous;
	}
	yield* rows(
		once(
			db
				.updateTable('run')
				.set({
					head,
					last,
					...(patch.status === undefined ? {} : { status: patch.status }),
					...(patch.turnCount === undefined ? {} : { turn_count: patch.turnCount }),
				})
				.where('key', '=', run.key),
		),
	);
	yield* rows(once(db.deleteFrom('snapshot').where('run_key', '=', run.key).where('head', '>', head)));
}
