/** What a store does with runs, sessions and logs, as units of work over statements. */

import type { Kysely } from './kysely';
import { hash as digest } from 'node:crypto';
import type { JsonObject } from '../json';
import type { Batch, Lease, NewRun, RunFilter, RunLog, RunPatch, RunRow, Snapshot } from './contract';
import { catchUp } from './ahead';
import type { Dialect } from './dialect';
import type { Ends } from './ends';
import { runExists, runUnknown, sessionTaken } from './refusals';
import type { Tables } from './schema';
import { selectRuns, type RunColumns, type Statements } from './sql';
import { first, once, rows, type Work } from './statement';

export interface WorkTools {
	db: Kysely<Tables>;
	statements: Statements;
	dialect: Dialect;
	now(): number;
	/** Where this process writes logs ahead of their rows. */
	ends?: Ends;
}

function toRun(row: RunColumns): RunRow {
	return {
		id: row.id,
		workflowId: row.workflow_id,
		versionNumber: row.version_number,
		graphHash: row.graph_hash,
		status: row.status,
		head: row.head,
		tail: { key: row.key, position: row.last },
		turnCount: row.turn_count,
		sessionKey: row.session_key,
		createdAt: row.created_at,
		updatedAt: row.updated_at,
		dueAt: row.due_at,
		facts: JSON.parse(row.facts) as JsonObject,
	};
}

/** The text hashed last: most runs begin on the graph of the run before, and megabytes take milliseconds. */
let latest = { document: '', hash: digest('sha256', '', 'hex') };

/** The content address of a graph's text. */
export function graphHash(document: string): string {
	if (document !== latest.document) latest = { document, hash: digest('sha256', document, 'hex') };
	return latest.hash;
}

function* pinGraph({ statements }: WorkTools, document: string, hash: string): Work<number> {
	const known = yield* first(statements.findGraph({ hash }));
	if (known !== null) return known.key;
	const added = yield* first(statements.insertGraph({ hash, document }));
	if (added === null) throw new Error('The insert of a graph returned no key.');
	return added.key;
}

function* seizeSession({ statements }: WorkTools, run: NewRun, key: string): Work<void> {
	const holder = yield* first(statements.findSession({ key }));
	if (holder !== null && holder.id !== run.takesSessionFrom) throw sessionTaken(key, holder.id);
	yield* rows(statements.takeSession({ key, runId: run.id }));
}

/** `hash` is the graph's address, computed before the transaction begins. */
export function* createRun(tools: WorkTools, run: NewRun, hash: string): Work<{ run: RunRow; lease: Lease }> {
	const { statements } = tools;
	if (run.sessionKey !== null) {
		// Checked before anything is written, so that a refusal leaves nothing to undo.
		if ((yield* first(statements.findRun({ id: run.id }))) !== null) throw runExists(run.id);
		yield* seizeSession(tools, run, run.sessionKey);
	}
	const graphKey = yield* pinGraph(tools, run.graph, hash);
	const now = tools.now();
	const added = yield* first(
		statements.insertRun({
			id: run.id,
			workflowId: run.workflowId,
			versionNumber: run.versionNumber,
			graphKey,
			status: run.status,
			sessionKey: run.sessionKey,
			createdAt: run.createdAt,
			updatedAt: now,
			facts: JSON.stringify(run.facts ?? {}),
			owner: run.owner,
			until: now + run.leaseMs,
		}),
	);
	if (added === null) throw runExists(run.id);
	// A deleted run may have had the same id.
	tools.ends?.forget(run.id);
	const row = yield* findRun(tools, run.id);
	if (row === null) throw runUnknown(run.id);
	return { run: row, lease: { runId: run.id, owner: run.owner } };
}

export function* findRun({ statements }: WorkTools, id: string): Work<RunRow | null> {
	const row = yield* first(statements.findRun({ id }));
	return row === null ? null : toRun(row);
}

export function* findSession(tools: WorkTools, key: string): Work<RunRow | null> {
	const holder = yield* first(tools.statements.findSession({ key }));
	return holder === null ? null : toRun(holder);
}

export function* releaseSession({ statements }: WorkTools, key: string, runId: string): Work<void> {
	yield* rows(statements.leaveSession({ key, runId }));
}

export function* readGraph({ statements }: WorkTools, hash: string): Work<string | null> {
	return (yield* first(statements.readGraph({ hash })))?.document ?? null;
}

export function* claim(
	tools: WorkTools,
	request: { runId: string; owner: string; leaseMs: number },
): Work<{ run: RunRow; lease: Lease } | null> {
	const { runId, owner, leaseMs } = request;
	const now = tools.now();
	const taken = yield* first(tools.statements.claim({ id: runId, owner, now, until: now + leaseMs }));
	const lease = { runId, owner };
	// From here on the row is exact, whoever wrote before.
	if (taken !== null) tools.ends?.forget(runId);
	if (taken?.ahead === 0) return { run: toRun(taken), lease };
	// The holder before was killed, or lost the lease, in the middle of a turn.
	if (taken !== null) yield* catchUp(tools.db, (run) => run('run.id', '=', runId));
	const run = yield* findRun(tools, runId);
	if (run === null) throw runUnknown(runId);
	return taken === null ? null : { run, lease };
}

export function* leaseOwner({ db }: WorkTools, runId: string): Work<string | null> {
	const run = yield* first(once(db.selectFrom('run').select('lease_owner').where('id', '=', runId)));
	return run?.lease_owner ?? null;
}

export function* renew(tools: WorkTools, lease: Lease, leaseMs: number): Work<boolean> {
	const until = tools.now() + leaseMs;
	return (yield* first(tools.statements.renew({ id: lease.runId, owner: lease.owner, until }))) !== null;
}

export function* release(
	{ db, statements, ends }: WorkTools,
	lease: Lease,
	patch: Pick<RunPatch, 'dueAt'> = {},
): Work<void> {
	const { dueAt } = patch;
	// Where another process wrote, the next claim catches up.
	if (ends?.forget(lease.runId, lease.owner))
		yield* catchUp(db, (run) => run.and({ 'run.id': lease.runId, 'run.lease_owner': lease.owner }));
	if (dueAt !== undefined) yield* rows(statements.setDue({ id: lease.runId, owner: lease.owner, dueAt }));
	yield* rows(statements.release({ id: lease.runId, owner: lease.owner }));
}

export function* readBatches({ statements }: WorkTools, runId: string, from: number): Work<Batch[]> {
	const found = yield* rows(statements.readBatches({ id: runId, from }));
	// The chain is read from its newest batch; its rows may be shared with the driver, so a new list.
	return found.map(({ number, data }) => ({ number, data })).reverse();
}

export function* readLog(tools: WorkTools, runId: string): Work<RunLog | null> {
	const run = yield* findRun(tools, runId);
	if (run === null) return null;
	const found = yield* first(tools.statements.readSnapshot({ id: runId }));
	const snapshot = found === null ? null : { head: found.head, data: found.data };
	const batches = yield* readBatches(tools, runId, snapshot?.head ?? 0);
	return { run, snapshot, batches };
}

export function* saveSnapshot({ statements }: WorkTools, runId: string, snapshot: Snapshot): Work<void> {
	yield* rows(statements.saveSnapshot({ id: runId, head: snapshot.head, data: snapshot.data }));
}

export function* deleteSnapshots({ db }: WorkTools, runId: string): Work<void> {
	const key = db.selectFrom('run').select('key').where('id', '=', runId);
	yield* rows(once(db.deleteFrom('snapshot').where('run_key', 'in', key)));
}

export function* listRuns(
	{ db, dialect }: WorkTools,
	filter: RunFilter,
): Work<{ rows: RunRow[]; total: number }> {
	const { workflowId, statuses, sessionKey, createdFrom, createdTo, updatedBefore } = filter;
	let fitting = db.selectFrom('run');
	if (workflowId !== undefined) fitting = fitting.where('workflow_id', '=', workflowId);
	if (statuses !== undefined) fitting = fitting.where('status', 'in', statuses.length > 0 ? statuses : ['']);
	if (sessionKey !== undefined) fitting = fitting.where('session_key', '=', sessionKey);
	if (createdFrom !== undefined) fitting = fitting.where('run.created_at', '>=', createdFrom);
	if (createdTo !== undefined) fitting = fitting.where('run.created_at', '<=', createdTo);
	if (updatedBefore !== undefined) fitting = fitting.where('run.updated_at', '<', updatedBefore);
	for (const [name, value] of Object.entries(filter.facts ?? {})) {
		fitting = fitting.where(dialect.valueIn('run.facts', name), '=', String(value));
	}
	const counted = yield* first(once(fitting.select((select) => select.fn.countAll<number>().as('total'))));
	const keys = fitting
		.select('run.key')
		.orderBy('run.created_at', 'desc')
		.orderBy('run.key', 'desc')
		.limit(filter.limit)
		.offset(filter.offset);
	const page = yield* rows(
		once(
			selectRuns(db)
				.where('run.key', 'in', keys)
				.orderBy('run.created_at', 'desc')
				.orderBy('run.key', 'desc'),
		),
	);
	return { rows: page.map(toRun), total: Number(counted?.total ?? 0) };
}

/** Runs by id or of a workflow, with their logs, snapshots, sessions and graphs nobody else names. */
export function* deleteRuns(
	{ db, ends }: WorkTools,
	which: { id: string } | { workflowId: string },
): Work<void> {
	if (ends !== undefined) {
		yield* catchUp(db, (run) =>
			'id' in which ? run('run.id', '=', which.id) : run('run.workflow_id', '=', which.workflowId),
		);
	}
	const doomed =
		'id' in which
			? db.selectFrom('run').where('id', '=', which.id)
			: db.selectFrom('run').where('workflow_id', '=', which.workflowId);
	const graphs = yield* rows(once(doomed.select('graph_key').distinct()));
	const newest = db.selectFrom('batch').select((select) => select.fn.max<number>('position').as('newest'));
	yield* rows(
		once(
			db
				.withRecursive('chain(position, previous)', (build) =>
					build
						.selectFrom('batch')
						.select(['batch.position', 'batch.previous'])
						.where('batch.position', 'in', doomed.select('last'))
						.unionAll(
							build
								.selectFrom('chain')
								.innerJoin('batch', 'batch.position', 'chain.previous')
								.select(['batch.position', 'batch.previous']),
						),
				)
				.deleteFrom('batch')
				.where('batch.position', 'in', (select) => select.selectFrom('chain').select('chain.position'))
				.where('batch.position', '<', newest),
		),
	);
	// The newest row of all is emptied instead: SQLite would give its position out a second time.
	yield* rows(
		once(
			db
				.updateTable('batch')
				.set({ run_key: 0, previous: null, data: '' })
				.where('position', '=', newest)
				.where('run_key', 'in', doomed.select('key')),
		),
	);
	yield* rows(once(db.deleteFrom('session').where('run_id', 'in', doomed.select('id'))));
	yield* rows(once(db.deleteFrom('snapshot').where('run_key', 'in', doomed.select('key'))));
	yield* rows(once(db.deleteFrom('run').where('key', 'in', doomed.select('key'))));
	for (const { graph_key: key } of graphs) {
		yield* rows(
			once(
				db
					.deleteFrom('graph')
					.where('key', '=', key)
					.where((where) =>
						where.not(
							where.exists(where.selectFrom('run').select('run.key').where('run.graph_key', '=', key)),
						),
					),
			),
		);
	}
}
