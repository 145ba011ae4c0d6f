/** The statements that find due runs and what was written since, each answered by an index. */

import type { Kysely } from './kysely';
import type { Tables } from './schema';
import { statement } from './statement';

export function watchStatements(db: Kysely<Tables>) {
	return {
		listDue: statement<{ at: number; limit: number }>()((values) =>
			db
				.selectFrom('run')
				.select(['id', 'due_at'])
				.where('due_at', 'is not', null)
				.where('due_at', '<=', values.at)
				.orderBy('due_at')
				.limit(values.limit),
		),
		listDueOf: statement<{ at: number; workflowId: string; limit: number }>()((values) =>
			db
				.selectFrom('run')
				.select(['id', 'due_at'])
				.where('due_at', 'is not', null)
				.where('due_at', '<=', values.at)
				.where('workflow_id', '=', values.workflowId)
				.orderBy('due_at')
				.limit(values.limit),
		),
		readWritten: statement<{ after: number; limit: number }>()((values) =>
			db
				.selectFrom('batch')
				.innerJoin('run', 'run.key', 'batch.run_key')
				.select(['batch.position', 'run.id', 'batch.number', 'batch.data'])
				.where('batch.position', '>', values.after)
				.orderBy('batch.position')
				.limit(values.limit),
		),
		lastPosition: statement<object>()(() =>
			db.selectFrom('batch').select('position').orderBy('position', 'desc').limit(1),
		),
	};
}
