/** The statements of an append: without `returning`, which costs SQLite more than the write itself. */

import type { Kysely } from './kysely';
import type { Tables } from './schema';
import { statement } from './statement';

/** A step of a run whose newest batch was `previous` and will be `last`. */
interface Advance {
	key: number;
	/** Checked beside the key, which SQLite gives to a new run once the last run is deleted. */
	id: string;
	/** Number of the batch just added. */
	number: number;
	previous: number | null;
	last: number;
	owner: string;
	now: number;
}

/** What the index of the run learns with it; null leaves a value as it is. */
interface Patched {
	status: string | null;
	turnCount: number | null;
	facts: string | null;
	/** Who holds the lease from now on; nobody when null. */
	holder: string | null;
	until: number | null;
}

export function appendStatements(db: Kysely<Tables>) {
	const from = (values: Advance) =>
		db
			.updateTable('run')
			.where('key', '=', values.key)
			.where('id', '=', values.id)
			.where('head', '=', values.number)
			.where('last', 'is not distinct from', values.previous);
	const patched = (values: Advance & Patched) =>
		from(values).set((set) => ({
			head: set('head', '+', 1),
			last: values.last,
			updated_at: values.now,
			status: set.fn.coalesce(set.val(values.status), 'status'),
			turn_count: set.fn.coalesce(set.val(values.turnCount), 'turn_count'),
			facts: set.fn.coalesce(set.val(values.facts), 'facts'),
			lease_owner: values.holder,
			lease_until: set.fn.coalesce(set.val(values.until), 'lease_until'),
		}));
	return {
		/** Where the log of a run ends, if its head is the expected one. */
		findTail: statement<{ id: string; head: number }>()((values) =>
			db
				.selectFrom('run')
				.select(['key', 'last as position'])
				.where('id', '=', values.id)
				.where('head', '=', values.head),
		),
		insertBatch: statement<{ key: number; previous: number | null; number: number; data: string }>()(
			(values) =>
				db.insertInto('batch').values({
					run_key: values.key,
					previous: values.previous,
					number: values.number,
					data: values.data,
				}),
		),
		/** Undoes an insert whose run turned out to be another's. */
		deleteBatch: statement<{ position: number }>()((values) =>
			db.deleteFrom('batch').where('position', '=', values.position),
		),
		/** A step in the middle of a turn: no index is touched. */
		advance: statement<Advance>()((values) =>
			from(values)
				.set((set) => ({ head: set('head', '+', 1), last: values.last, updated_at: values.now }))
				.where('lease_owner', '=', values.owner),
		),
		advanceAndPatch: statement<Advance & Patched>()((values) =>
			patched(values).where('lease_owner', '=', values.owner),
		),
		/** The same for a writer that does not hold the lease yet and takes it if it is free. */
		advanceAndTake: statement<Advance & Patched>()((values) =>
			patched(values).where((where) =>
				where.or([
					where('lease_owner', 'is', null),
					where('lease_owner', '=', values.owner),
					where('lease_until', '<=', values.now),
				]),
			),
		),
		setDueOf: statement<{ key: number; dueAt: number | null }>()((values) =>
			db.updateTable('run').set({ due_at: values.dueAt }).where('key', '=', values.key),
		),
	};
}
