/** The statements of an append: without `returning`, which costs SQLite more than the write itself. */

import type { Kysely } from './kysely';
import type { Tables } from './schema';
import { statement } from './statement';

/** A run's row on its way from one end of the log to the next. */
interface Advance {
	key: number;
	/** Checked beside the key, which SQLite gives to a new run once the last run is deleted. */
	id: string;
	owner: string;
	/** What the row must say now. */
	fromHead: number;
	fromLast: number | null;
	/** 1 where the writer knows that the log runs ahead of the row, 0 where the row must be exact. */
	fromAhead: number;
	/** The log's end with the batch just added. */
	head: number;
	last: number;
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
	/** 1 while the lease is kept: steps may follow that the row does not learn of. */
	ahead: number;
}

export function appendStatements(db: Kysely<Tables>) {
	const from = (values: Advance) =>
		db
			.updateTable('run')
			.where('key', '=', values.key)
			.where('id', '=', values.id)
			.where('head', '=', values.fromHead)
			.where('last', 'is not distinct from', values.fromLast)
			.where('ahead', '=', values.fromAhead);
	const patched = (values: Advance & Patched) =>
		from(values).set((set) => ({
			head: values.head,
			last: values.last,
			updated_at: values.now,
			ahead: values.ahead,
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
		/** A step that its row does not learn of, by the holder of the lease. */
		insertStep: statement<{
			key: number;
			id: string;
			owner: string;
			previous: number;
			number: number;
			data: string;
		}>()((values) =>
			db
				.insertInto('batch')
				.columns(['run_key', 'previous', 'number', 'data'])
				.expression((build) =>
					build
						.selectFrom('run')
						.select((select) => [
							'key',
							select.val(values.previous).as('previous'),
							select.val(values.number).as('number'),
							select.val(values.data).as('data'),
						])
						.where('key', '=', values.key)
						.where('id', '=', values.id)
						.where('lease_owner', '=', values.owner)
						.where('ahead', '=', 1),
				),
		),
		/** The first step of a turn whose index learns nothing from it. */
		advance: statement<Advance>()((values) =>
			from(values)
				.set({ head: values.head, last: values.last, updated_at: values.now, ahead: 1 })
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
