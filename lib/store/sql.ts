/** Every statement that runs often, compiled once by Kysely for the dialect in use. */

import { trueHead, trueLast } from './ahead';
import { appendStatements } from './append-sql';
import type { Kysely, Selectable } from './kysely';
import type { RunTable, Tables } from './schema';
import { statement } from './statement';
import { watchStatements } from './watch-sql';

export type RunColumns = Omit<Selectable<RunTable>, 'graph_key' | 'ahead'> & { graph_hash: string };

const ownColumns = [
	'run.key',
	'run.id',
	'run.workflow_id',
	'run.version_number',
	'run.status',
	'run.turn_count',
	'run.session_key',
	'run.created_at',
	'run.updated_at',
	'run.due_at',
	'run.facts',
	'run.lease_owner',
	'run.lease_until',
] as const;

/** Runs with the address of their graph; the beginning of every statement that reads them. */
export function selectRuns(db: Kysely<Tables>) {
	return db
		.selectFrom('run')
		.innerJoin('graph', 'graph.key', 'run.graph_key')
		.select(ownColumns)
		.select((run) => [trueHead(run).as('head'), trueLast(run).as('last'), 'graph.hash as graph_hash']);
}

export type Statements = ReturnType<typeof compileStatements>;

export function compileStatements(db: Kysely<Tables>) {
	return {
		...runStatements(db),
		...appendStatements(db),
		...logStatements(db),
		...settingStatements(db),
		...watchStatements(db),
	};
}

function runStatements(db: Kysely<Tables>) {
	return {
		findGraph: statement<{ hash: string }>()((values) =>
			db.selectFrom('graph').select('key').where('hash', '=', values.hash),
		),
		readGraph: statement<{ hash: string }>()((values) =>
			db.selectFrom('graph').select('document').where('hash', '=', values.hash),
		),
		insertGraph: statement<{ hash: string; document: string }>()((values) =>
			db
				.insertInto('graph')
				.values({ hash: values.hash, document: values.document })
				.onConflict((conflict) => conflict.column('hash').doUpdateSet({ hash: values.hash }))
				.returning('key'),
		),
		insertRun: statement<{
			id: string;
			workflowId: string | null;
			versionNumber: number | null;
			graphKey: number;
			status: string;
			sessionKey: string | null;
			createdAt: number;
			updatedAt: number;
			facts: string;
			owner: string;
			until: number;
		}>()((values) =>
			db
				.insertInto('run')
				.values({
					id: values.id,
					workflow_id: values.workflowId,
					version_number: values.versionNumber,
					graph_key: values.graphKey,
					status: values.status,
					head: 0,
					last: null,
					ahead: 0,
					turn_count: 0,
					session_key: values.sessionKey,
					created_at: values.createdAt,
					updated_at: values.updatedAt,
					due_at: null,
					facts: values.facts,
					lease_owner: values.owner,
					lease_until: values.until,
				})
				.onConflict((conflict) => conflict.column('id').doNothing())
				.returning('key'),
		),
		findRun: statement<{ id: string }>()((values) => selectRuns(db).where('run.id', '=', values.id)),
		findSession: statement<{ key: string }>()((values) =>
			selectRuns(db).innerJoin('session', 'session.run_id', 'run.id').where('session.key', '=', values.key),
		),
		takeSession: statement<{ key: string; runId: string }>()((values) =>
			db
				.insertInto('session')
				.values({ key: values.key, run_id: values.runId })
				.onConflict((conflict) => conflict.column('key').doUpdateSet({ run_id: values.runId })),
		),
		leaveSession: statement<{ key: string; runId: string }>()((values) =>
			db.deleteFrom('session').where('key', '=', values.key).where('run_id', '=', values.runId),
		),
		claim: statement<{ id: string; owner: string; now: number; until: number }>()((values) =>
			db
				.updateTable('run')
				.set({ lease_owner: values.owner, lease_until: values.until, updated_at: values.now })
				.where('id', '=', values.id)
				.where((where) =>
					where.or([
						where('lease_owner', 'is', null),
						where('lease_owner', '=', values.owner),
						where('lease_until', '<=', values.now),
					]),
				)
				.returning([...ownColumns, 'run.head', 'run.last', 'run.ahead'])
				// One statement instead of two: every turn of every run begins with it.
				.returning((select) =>
					select
						.selectFrom('graph')
						.select('graph.hash')
						.whereRef('graph.key', '=', 'run.graph_key')
						.$asScalar()
						.$notNull()
						.as('graph_hash'),
				),
		),
		renew: statement<{ id: string; owner: string; until: number }>()((values) =>
			db
				.updateTable('run')
				.set({ lease_until: values.until })
				.where('id', '=', values.id)
				.where('lease_owner', '=', values.owner)
				.returning('key'),
		),
		setDue: statement<{ id: string; owner: string; dueAt: number | null }>()((values) =>
			db
				.updateTable('run')
				.set({ due_at: values.dueAt })
				.where('id', '=', values.id)
				.where('lease_owner', '=', values.owner),
		),
		release: statement<{ id: string; owner: string }>()((values) =>
			db
				.updateTable('run')
				.set({ lease_owner: null, lease_until: 0 })
				.where('id', '=', values.id)
				.where('lease_owner', '=', values.owner),
		),
	};
}

function logStatements(db: Kysely<Tables>) {
	const lastOf = (id: string) =>
		db
			.selectFrom('run')
			.select((run) => trueLast(run).as('last'))
			.where('run.id', '=', id);
	return {
		/** The batches of a run from a number on, newest first. */
		readBatches: statement<{ id: string; from: number }>()((values) =>
			db
				.withRecursive('chain(position, previous, number, data)', (build) =>
					build
						.selectFrom('batch')
						.select(['batch.position', 'batch.previous', 'batch.number', 'batch.data'])
						.where('batch.position', '=', lastOf(values.id))
						.where('batch.number', '>=', values.from)
						.unionAll(
							build
								.selectFrom('chain')
								.innerJoin('batch', 'batch.position', 'chain.previous')
								.select(['batch.position', 'batch.previous', 'batch.number', 'batch.data'])
								.where('batch.number', '>=', values.from),
						),
				)
				.selectFrom('chain')
				.select(['number', 'data']),
		),
		readSnapshot: statement<{ id: string }>()((values) =>
			db
				.selectFrom('snapshot')
				.innerJoin('run', 'run.key', 'snapshot.run_key')
				.select(['snapshot.head', 'snapshot.data'])
				.where('run.id', '=', values.id),
		),
		saveSnapshot: statement<{ id: string; head: number; data: string }>()((values) =>
			db
				.insertInto('snapshot')
				.columns(['run_key', 'head', 'data'])
				.expression((build) =>
					build
						.selectFrom('run')
						.select((select) => [
							'key',
							select.val(values.head).as('head'),
							select.val(values.data).as('data'),
						])
						.where('id', '=', values.id)
						.where((run) => run(trueHead(run), '>=', values.head)),
				)
				.onConflict((conflict) =>
					conflict.column('run_key').doUpdateSet((set) => ({
						head: set.ref('excluded.head'),
						data: set.ref('excluded.data'),
					})),
				),
		),
	};
}

function settingStatements(db: Kysely<Tables>) {
	return {
		getSetting: statement<{ scope: string; name: string }>()((values) =>
			db
				.selectFrom('setting')
				.select('value')
				.where('scope', '=', values.scope)
				.where('name', '=', values.name),
		),
		putSetting: statement<{ scope: string; name: string; value: string }>()((values) =>
			db
				.insertInto('setting')
				.values({ scope: values.scope, name: values.name, value: values.value })
				.onConflict((conflict) => conflict.columns(['scope', 'name']).doUpdateSet({ value: values.value })),
		),
	};
}
