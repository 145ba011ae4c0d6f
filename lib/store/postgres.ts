/** Opens a schema of a Postgres database: migrations, one transaction a method, appends of many runs together. */

import { createHash } from 'node:crypto';
import type { Pool } from 'pg';
import { systemClock, type Clock } from '../clock';
import { StoreError } from '../errors';
import type { Store } from './contract';
import { explainPostgres, postgresDialect } from './dialect-postgres';
import { createAppendWork, sessionLockClass } from './postgres-append';
import { connect, placeOf, type PostgresAddress } from './postgres-connect';
import { createPostgresDriver } from './postgres-driver';
import { createAppendGroups } from './postgres-group';
import { readSettled } from './postgres-watch';
import * as runs from './run-work';
import { migrations, type Tables } from './schema';
import { compileStatements } from './sql';
import { createSqlStore } from './sql-store';

export interface PostgresOptions extends PostgresAddress {
	clock?: Clock;
}

export async function openPostgres(options: PostgresOptions): Promise<Store> {
	const { pool, schema } = await connect(options);
	try {
		return await openSchema(pool, schema, options);
	} catch (error) {
		await pool.end();
		throw explainPostgres(error, `open ${placeOf(options)}`);
	}
}

async function openSchema(pool: Pool, schema: string, options: PostgresOptions): Promise<Store> {
	const { Kysely, Migrator, PostgresDialect, sql } = await import('kysely');
	const clock = options.clock ?? systemClock;
	const dialect = postgresDialect(sql);
	const plain = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
	const migrator = new Migrator({
		db: plain,
		provider: {
			getMigrations: () =>
				Promise.resolve(
					Object.fromEntries(
						Object.entries(migrations(dialect)).map(([name, { up }]) => [
							name,
							{ up: (db) => up(db.withSchema(schema)) },
						]),
					),
				),
		},
		migrationTableSchema: schema,
		migrationTableName: 'migration',
		migrationLockTableName: 'migration_lock',
	});
	const { error } = await migrator.migrateToLatest();
	if (error !== undefined) throw migrationFailed(error, options);

	const db = plain.withSchema(schema);
	const driver = createPostgresDriver(pool, clock);
	const tools = { db, statements: compileStatements(db), dialect, now: () => clock.now() };
	const lock = lockOf(schema);
	const work = createAppendWork(schema, lock);
	const groups = createAppendGroups((requests) =>
		driver.alone('append to a run', () => work(tools, requests)),
	);
	const { alone } = driver;
	return {
		...createSqlStore({
			tools,
			append: groups.append,
			write: driver.write,
			read: driver.read,
			readOne: alone,
			close: async () => {
				await groups.settled();
				await driver.close();
			},
		}),
		createRun: (run) => {
			const hash = runs.graphHash(run.graph);
			// Whoever else wants the same session waits here, instead of failing at the end and starting over.
			const session =
				run.sessionKey === null ? [] : [sessionLockClass, lockOf(`${schema} ${run.sessionKey}`)];
			return driver.writeLocked('create a run', session, () => runs.createRun(tools, run, hash));
		},
		claim: (runId, owner, leaseMs) =>
			alone('claim a run', () => runs.claim(tools, { runId, owner, leaseMs })),
		renew: (lease, leaseMs) => alone('renew a lease', () => runs.renew(tools, lease, leaseMs)),
		saveSnapshot: (runId, snapshot) =>
			alone('save a snapshot', () => runs.saveSnapshot(tools, runId, snapshot)),
		readWritten: (after, limit) => readSettled({ driver, tools, clock, lock }, after, limit),
	};
}

/** A number for an advisory lock: 31 bits, the same in every process. */
function lockOf(text: string): number {
	return createHash('sha256').update(text).digest().readUInt32BE(0) >>> 1;
}

function migrationFailed(error: unknown, options: PostgresOptions): unknown {
	// Kysely has no code for tables that a migration unknown to this version made.
	if (!(error instanceof Error && error.message.includes('corrupted migrations'))) return error;
	return new StoreError(
		'STORE_UNREADABLE',
		`The store ${placeOf(options)} was written by a newer version of this package.`,
		{ advice: 'Update the package, or choose another schema.', cause: error },
	);
}
