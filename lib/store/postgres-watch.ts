/** Reading what was written, on a database whose commits do not come in the order of their positions. */

import type { Clock } from '../clock';
import type { Written } from './contract';
import { appendLockClass } from './postgres-append';
import type { PostgresDriver } from './postgres-driver';
import type { WorkTools } from './run-work';
import { rows, type Work } from './statement';
import { lastPosition, readWritten } from './watch-work';

/** How long one waits for appends that were under way; then the next call sees them. */
const patienceMs = 1000;
const pauseMs = 2;

/** Transactions that may hold a position which cannot be seen yet. */
function* appenders(lock: number): Work<string[]> {
	const found = yield* rows<{ holder: string }>({
		sql: `select virtualtransaction as holder from pg_locks
where locktype = 'advisory' and classid = $1::int::oid and objid = $2::int8::oid and objsubid = 2
and database = (select oid from pg_database where datname = current_database())`,
		parameters: [appendLockClass, lock],
	});
	return found.map(({ holder }) => holder);
}

/**
 * Batches after a position up to the newest that could be seen at the beginning, once every append is over that was
 * under way then: none with a lower position can turn up later. Nobody is held up by it.
 */
export async function readSettled(
	{ driver, tools, clock, lock }: { driver: PostgresDriver; tools: WorkTools; clock: Clock; lock: number },
	after: number,
	limit: number,
): Promise<Written[]> {
	const doing = 'read what was written';
	const newest = await driver.alone(doing, () => lastPosition(tools));
	if (newest <= after) return [];
	let waitedFor = await driver.alone(doing, () => appenders(lock));
	for (let waitedMs = 0; waitedFor.length > 0; waitedMs += pauseMs) {
		if (waitedMs >= patienceMs) return [];
		await clock.sleep(pauseMs);
		const still = new Set(await driver.alone(doing, () => appenders(lock)));
		waitedFor = waitedFor.filter((holder) => still.has(holder));
	}
	const written = await driver.alone(doing, () => readWritten(tools, after, limit));
	return written.filter(({ position }) => position <= newest);
}
