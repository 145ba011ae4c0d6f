/** Appends on Postgres: those of many runs go to the server together, in one statement that is its own transaction. */

import type { AppendRequest, Tail } from './contract';
import type { WorkTools } from './run-work';
import { rows, type Work } from './statement';

/** Advisory locks of our own, apart from those of other programs in the database. */
export const appendLockClass = 0x1a7e;
export const sessionLockClass = 0x1a7f;

interface Appended {
	place: number;
	key: number;
	position: number;
}

export type AppendWork = (
	tools: WorkTools,
	requests: readonly AppendRequest[],
) => Work<Array<{ head: number; tail: Tail } | null>>;

/**
 * Every request is checked and carried out by itself; one that does not fit answers null. A run may occur only once.
 *
 * The lock that all appends share is taken before a position is, and given back once the commit can be seen: a reader
 * that waits for its holders (`postgres-watch.ts`) has then seen every position below the ones it knows.
 */
export function createAppendWork(schema: string, lock: number): AppendWork {
	const sql = appendSql(schema);
	return function* append(tools, requests) {
		const now = tools.now();
		const wanted = JSON.stringify(requests.map((request, place) => rowOf(request, { place, now })));
		const done = (yield* rows({ sql, parameters: [wanted, now, appendLockClass, lock] })) as Appended[];
		const answers: Array<{ head: number; tail: Tail } | null> = requests.map(() => null);
		for (const { place, key, position } of done) {
			answers[place] = { head: (requests[place]?.expectedHead ?? 0) + 1, tail: { key, position } };
		}
		return answers;
	};
}

function rowOf(request: AppendRequest, { place, now }: { place: number; now: number }) {
	const { lease, expectedHead, tail, claimMs, patch, release } = request;
	const until = claimMs === undefined ? null : now + claimMs;
	return {
		place,
		id: lease.runId,
		owner: lease.owner,
		head: expectedHead,
		key: tail?.key ?? null,
		last: tail?.position ?? null,
		takes: claimMs !== undefined,
		holder: release === true ? null : lease.owner,
		until: release === true ? 0 : until,
		status: patch?.status ?? null,
		turn_count: patch?.turnCount ?? null,
		facts: patch?.facts === undefined ? null : JSON.stringify(patch.facts),
		sets_due: patch?.dueAt !== undefined,
		due_at: patch?.dueAt ?? null,
		data: request.data,
	};
}

function appendSql(schema: string): string {
	const table = (name: string) => `"${schema.replaceAll('"', '""')}"."${name}"`;
	return `
with gate as materialized (
	select pg_advisory_xact_lock_shared($3, $4)
), wanted as materialized (
	select
		w.*,
		case when w.key is null then (select r.last from ${table('run')} as r where r.id = w.id) else w.last end
			as previous,
		nextval('${table('batch_position_seq').replaceAll("'", "''")}') as position
	from gate, json_to_recordset($1::json) as w(
		place int, id text, owner text, head int, key bigint, last bigint, takes boolean, holder text,
		until bigint, status text, turn_count int, facts text, sets_due boolean, due_at bigint, data text
	)
), moved as (
	update ${table('run')} as run set
		head = run.head + 1,
		last = w.position,
		updated_at = $2::bigint,
		status = coalesce(w.status, run.status),
		turn_count = coalesce(w.turn_count, run.turn_count),
		facts = coalesce(w.facts, run.facts),
		due_at = case when w.sets_due then w.due_at else run.due_at end,
		lease_owner = w.holder,
		lease_until = coalesce(w.until, run.lease_until)
	from wanted as w
	where run.id = w.id
		and run.head = w.head
		and run.key = coalesce(w.key, run.key)
		and run.last is not distinct from w.previous
		and (
			run.lease_owner = w.owner
			or (w.takes and (run.lease_owner is null or run.lease_until <= $2::bigint))
		)
	returning w.place, run.key, w.position, w.previous, w.head, w.data
), written as (
	insert into ${table('batch')} (position, run_key, previous, number, data)
	select position, key, previous, head, data from moved
)
select place, key, position from moved`;
}
