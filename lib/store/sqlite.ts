/** Opens a SQLite file through Node's own driver: pragmas, migrations, prepared statements. */

import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { systemClock, type Clock } from '../clock';
import { StoreError } from '../errors';
import { append, appendStep, isStep, type Appended, type AppendTools } from './append';
import type { AppendRequest, Store } from './contract';
import { explainSqlite, isSqliteBusy, sqliteDialect } from './dialect-sqlite';
import { createEnds, type Ends } from './ends';
import { createGroup, patiently, type Group, type Transactor } from './group';
import type { SqliteDatabase } from './kysely';
import { migrations, type Tables } from './schema';
import { compileStatements } from './sql';
import { createSqlStore, type SqlDriver } from './sql-store';
import type { Call, Work } from './statement';

export interface SqliteOptions {
	/** The database file; it and its folders are created when missing, readable by this user only. */
	path: string;
	/**
	 * `normal` (default) survives a killed process; `full` also a power cut, for one disk flush
	 * per commit.
	 */
	synchronous?: 'normal' | 'full';
	/** The database's limit in pages of 4 KiB. Default none. */
	maxPages?: number;
	clock?: Clock;
}

/** How long SQLite itself waits for another process before it reports that the file is locked. */
const busyTimeoutMs = 250;

export async function openSqlite(options: SqliteOptions): Promise<Store> {
	const { Kysely, Migrator, SqliteDialect, sql } = await import('kysely');
	const clock = options.clock ?? systemClock;
	const dialect = sqliteDialect(sql);
	const database = await openFile(options.path);
	try {
		configure(database, options);
		// Several processes may open a new file at once; each step then waits for the others.
		const wait = <Result>(act: () => Result | Promise<Result>) =>
			patiently({ clock, isBusy: isSqliteBusy }, act);
		await wait(() => database.exec('pragma journal_mode = wal'));
		const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database: asKyselyDatabase(database) }) });
		const migrator = new Migrator({
			db,
			provider: { getMigrations: () => Promise.resolve(migrations(dialect)) },
			migrationTableName: 'migration',
			migrationLockTableName: 'migration_lock',
		});
		await wait(async () => {
			// Kysely migrates SQLite without a transaction: two processes would both create the tables.
			database.exec('begin immediate');
			const { error } = await migrator.migrateToLatest();
			if (error === undefined) database.exec('commit');
			else if (database.isTransaction) database.exec('rollback');
			if (error !== undefined) throw migrationFailed(error, options.path);
		});
		const ends = createEnds();
		const tools = { db, statements: compileStatements(db), dialect, now: () => clock.now(), ends };
		const transactor = createTransactor(database, ends);
		const group = createGroup(transactor, clock);
		return createSqlStore({
			tools,
			append: createAppend(tools, { transactor, group }),
			...createDriver(database, { transactor, group, clock }),
		});
	} catch (error) {
		database.close();
		throw explainSqlite(error, `open "${options.path}"`);
	}
}

function migrationFailed(error: unknown, path: string): unknown {
	// Kysely has no code for tables that a migration unknown to this version made.
	if (!(error instanceof Error && error.message.includes('corrupted migrations'))) return error;
	return new StoreError(
		'STORE_UNREADABLE',
		`The store "${path}" was written by a newer version of this package.`,
		{
			advice: 'Update the package, or choose another file.',
			cause: error,
		},
	);
}

async function openFile(path: string): Promise<DatabaseSync> {
	await createFile(path);
	const sqlite = await import('node:sqlite');
	try {
		return new sqlite.DatabaseSync(path);
	} catch (error) {
		throw explainSqlite(error, `open "${path}"`);
	}
}

/** A step by the only writer is one statement, which is its own transaction. */
function createAppend(
	tools: AppendTools,
	{ transactor, group }: { transactor: Transactor; group: Group },
): Store['append'] {
	const doing = 'append to a run';

	/** What was appended, or null when it has to go with others or wait for another process. */
	function appendAlone(request: AppendRequest): Appended | null {
		const end = isStep(request) ? tools.ends.before(request) : undefined;
		if (end === undefined || !group.isAlone(request.lease.runId)) return null;
		try {
			return transactor.run(appendStep(tools, request, end));
		} catch (error) {
			if (transactor.isBusy(error)) return null;
			throw transactor.explain(error, doing);
		} finally {
			tools.ends.commit();
		}
	}

	return async (request) =>
		appendAlone(request) ?? (await group.write(doing, () => append(tools, request), request.lease.runId));
}

function createDriver(
	database: DatabaseSync,
	{ transactor, group, clock }: { transactor: Transactor; group: Group; clock: Clock },
): Omit<SqlDriver, 'tools' | 'append'> {
	const begin = database.prepare('begin');
	const commit = database.prepare('commit');

	/** One state of the database, whatever other processes write meanwhile. */
	function readTogether<Result>(work: Work<Result>): Result {
		begin.run();
		try {
			const result = transactor.run(work);
			commit.run();
			return result;
		} catch (error) {
			transactor.rollback();
			throw error;
		}
	}

	async function readPatiently<Result>(doing: string, read: () => Result): Promise<Result> {
		try {
			return await patiently({ clock, isBusy: isSqliteBusy }, read);
		} catch (error) {
			throw explainSqlite(error, doing);
		}
	}

	return {
		write: group.write,
		read: (doing, start) => readPatiently(doing, () => readTogether(start())),
		readOne: (doing, start) => readPatiently(doing, () => transactor.run(start())),
		close: async () => {
			await group.flush();
			database.close();
		},
	};
}

async function createFile(path: string): Promise<void> {
	try {
		await mkdir(dirname(path), { recursive: true, mode: 0o700 });
		// The mode holds for a new file only; the write-ahead log takes it over from here.
		await (await open(path, 'a', 0o600)).close();
	} catch (error) {
		throw new StoreError('STORE_UNREADABLE', `The store could not open "${path}": it cannot be written.`, {
			advice: 'Give the user that runs this process read and write access to the file and its folder.',
			cause: error,
		});
	}
}

function configure(database: DatabaseSync, options: SqliteOptions): void {
	database.exec(`pragma busy_timeout = ${busyTimeoutMs}`);
	database.exec(`pragma synchronous = ${options.synchronous === 'full' ? 'full' : 'normal'}`);
	database.exec('pragma foreign_keys = on');
	// Moving pages from the log to the file costs a disk flush; four times rarer than by default.
	database.exec('pragma wal_autocheckpoint = 4000');
	database.exec('pragma journal_size_limit = 67108864');
	if (options.maxPages !== undefined)
		database.exec(`pragma max_page_count = ${Math.trunc(options.maxPages)}`);
}

/** What Kysely's own SQLite driver expects of a database, for the migrations. */
function asKyselyDatabase(database: DatabaseSync): SqliteDatabase {
	return {
		close: () => database.close(),
		prepare: (sql) => {
			const statement = database.prepare(sql);
			return {
				reader: statement.columns().length > 0,
				all: (parameters) => statement.all(...(parameters as SQLInputValue[])),
				run: (parameters) => statement.run(...(parameters as SQLInputValue[])),
				iterate: (parameters) => statement.iterate(...(parameters as SQLInputValue[])),
			};
		},
	};
}

function createTransactor(database: DatabaseSync, ends: Ends): Transactor {
	const begin = database.prepare('begin immediate');
	const commit = database.prepare('commit');
	const prepared = new Map<string, { statement: StatementSync; reads: boolean }>();

	function answer(call: Call): unknown[] {
		let known = prepared.get(call.sql);
		if (known === undefined) {
			const statement = database.prepare(call.sql);
			known = { statement, reads: statement.columns().length > 0 };
			prepared.set(call.sql, known);
		}
		const parameters = call.parameters as SQLInputValue[];
		if (known.reads) return known.statement.all(...parameters);
		return [known.statement.run(...parameters)];
	}

	return {
		begin: () => void begin.run(),
		commit: () => {
			commit.run();
			ends.commit();
		},
		rollback: () => {
			ends.rollback();
			// A full disk makes SQLite undo the transaction by itself.
			if (database.isTransaction) database.exec('rollback');
		},
		run: <Result>(work: Work<Result>) => {
			let step = work.next([]);
			while (step.done !== true) step = work.next(answer(step.value));
			return step.value;
		},
		isBusy: isSqliteBusy,
		explain: explainSqlite,
	};
}
