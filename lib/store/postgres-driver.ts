/** Runs units of work on Postgres: one statement by itself, several in a transaction that is retried on conflicts. */

import { randomInt } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';
import type { Clock } from '../clock';
import { InteractlyError } from '../errors';
import { explainPostgres, isConflict, isConnectionLost } from './dialect-postgres';
import type { Call, Work } from './statement';

type Start<Result> = () => Work<Result>;

export interface PostgresDriver {
	/** A work whose statements need no transaction around them: each is whole by itself. */
	alone<Result>(doing: string, start: Start<Result>): Promise<Result>;
	/** A work as if no other ran beside it. */
	write<Result>(doing: string, start: Start<Result>): Promise<Result>;
	/** A work that others asking for the same lock wait for; rows it does not lock may change beside it. */
	writeLocked<Result>(doing: string, lock: readonly number[], start: Start<Result>): Promise<Result>;
	/** A work that only reads, on one state of the database. */
	read<Result>(doing: string, start: Start<Result>): Promise<Result>;
	/** Waits for the works in progress, then closes the connections. */
	close(): Promise<void>;
}

/** How often a transaction is run again because others were in its way, and how long one waits in between. */
const attempts = 20;
const pauseMs = 4;

/** So many different statements are prepared on each connection; others are parsed at each use. */
const preparedLimit = 200;

export function createPostgresDriver(pool: Pool, clock: Clock): PostgresDriver {
	const names = new Map<string, string>();
	const working = new Set<Promise<unknown>>();

	function nameOf(sql: string): string | undefined {
		const known = names.get(sql);
		if (known !== undefined || names.size >= preparedLimit) return known;
		const name = `interactly_${names.size}`;
		names.set(sql, name);
		return name;
	}

	async function ask(client: Pool | PoolClient, { sql, parameters }: Call): Promise<unknown[]> {
		const name = nameOf(sql);
		const query = { text: sql, values: [...parameters], ...(name === undefined ? {} : { name }) };
		const { rows } = await client.query(query);
		return rows as unknown[];
	}

	async function drive<Result>(client: Pool | PoolClient, work: Work<Result>): Promise<Result> {
		let step = work.next([]);
		while (step.done !== true) step = work.next(await ask(client, step.value));
		return step.value;
	}

	/** A connection for one transaction; a broken one is thrown away. */
	async function transaction<Result>(begin: string, work: (client: PoolClient) => Promise<Result>) {
		const client = await pool.connect();
		let broken = false;
		try {
			await client.query(begin);
			const result = await work(client);
			await client.query('commit');
			return result;
		} catch (error) {
			if (isConnectionLost(error)) broken = true;
			else await client.query('rollback').catch(() => (broken = true));
			throw error;
		} finally {
			client.release(broken);
		}
	}

	async function patiently<Result>(act: () => Promise<Result>): Promise<Result> {
		for (let attempt = 1; ; attempt += 1) {
			try {
				return await act();
			} catch (error) {
				if (!isConflict(error) || attempt === attempts) throw error;
			}
			await clock.sleep(randomInt(1, pauseMs * attempt + 1));
		}
	}

	/** Explains failures, and lets `close` wait for the work. */
	async function tracked<Result>(doing: string, act: () => Promise<Result>): Promise<Result> {
		const work = act();
		working.add(work);
		try {
			return await work;
		} catch (error) {
			throw error instanceof InteractlyError ? error : explainPostgres(error, doing);
		} finally {
			working.delete(work);
		}
	}

	return {
		alone: (doing, start) => tracked(doing, () => patiently(() => drive(pool, start()))),
		write: (doing, start) =>
			tracked(doing, () =>
				patiently(() =>
					transaction('begin isolation level serializable', (client) => drive(client, start())),
				),
			),
		writeLocked: (doing, lock, start) =>
			tracked(doing, () =>
				patiently(() =>
					transaction('begin isolation level read committed', async (client) => {
						if (lock.length > 0) {
							await ask(client, { sql: 'select pg_advisory_xact_lock($1, $2)', parameters: lock });
						}
						return drive(client, start());
					}),
				),
			),
		read: (doing, start) =>
			tracked(doing, () =>
				transaction('begin isolation level repeatable read read only', (client) => drive(client, start())),
			),
		close: async () => {
			while (working.size > 0) await Promise.allSettled([...working]);
			await pool.end();
		},
	};
}
