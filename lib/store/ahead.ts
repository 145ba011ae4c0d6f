/** Logs that run ahead of their run's row in the middle of a turn: what the row says, and what the log does. */

import type { AliasableExpression, Expression, ExpressionBuilder, Kysely, SqlBool } from './kysely';
import type { Tables } from './schema';
import { once, rows, type Work } from './statement';

/*
 * A step in the middle of a turn is the batch alone in SQLite, half the work of a commit; the row catches up with
 * the turn's end. Until then, and after a crash, the end of the log is found by reading backward.
 */

type OnRun = ExpressionBuilder<Tables, 'run'>;

/** The newest batch of a run beyond the one that its row knows: read backward, it is found at once. */
function newestBatch(run: OnRun) {
	return run
		.selectFrom('batch')
		.whereRef('batch.run_key', '=', 'run.key')
		.where((batch) => batch('batch.position', '>', batch.fn.coalesce('run.last', batch.lit(0))))
		.orderBy('batch.position', 'desc')
		.limit(1);
}

/** Number of batches in the log. */
export function trueHead(run: OnRun): AliasableExpression<number> {
	const head = newestBatch(run).select((batch) => batch('batch.number', '+', 1).as('head'));
	return run
		.case()
		.when('run.ahead', '=', 1)
		.then(run.fn.coalesce(head, 'run.head'))
		.else(run.ref('run.head'))
		.end()
		.$castTo<number>();
}

/** Position of the newest batch. */
export function trueLast(run: OnRun): AliasableExpression<number | null> {
	return run
		.case()
		.when('run.ahead', '=', 1)
		.then(run.fn.coalesce(newestBatch(run).select('batch.position'), 'run.last'))
		.else(run.ref('run.last'))
		.end()
		.$castTo<number | null>();
}

/** Lets the rows that the filter chooses catch up with their logs. */
export function* catchUp(db: Kysely<Tables>, chosen: (run: OnRun) => Expression<SqlBool>): Work<void> {
	yield* rows(
		once(
			db
				.updateTable('run')
				.set((run) => ({ head: trueHead(run), last: trueLast(run), ahead: 0 }))
				.where('run.ahead', '=', 1)
				.where(chosen),
		),
	);
}
