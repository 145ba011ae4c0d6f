/** SQLite's side of the differences: tables, JSON, and what its failures mean. */

import { InteractlyError, StoreError, messageOf } from '../errors';
import type { Dialect } from './dialect';
import type { Sql } from './kysely';

/** SQLite's primary result codes; extended codes carry them in the low byte. */
const resultCodes = {
	permission: 3,
	busy: 5,
	locked: 6,
	readOnly: 8,
	io: 10,
	corrupt: 11,
	full: 13,
	cannotOpen: 14,
	tooBig: 18,
	notDatabase: 26,
} as const;

function resultCode(error: unknown): number {
	const code = (error as { errcode?: unknown } | null)?.errcode;
	return typeof code === 'number' ? code & 0xff : 0;
}

/** `sql` is Kysely's own, handed in because Kysely is loaded on first use. */
export function sqliteDialect(sql: Sql): Dialect {
	return {
		big: 'integer',
		// The word `autoincrement` would add a write to every insert; a bare integer key counts up too.
		key: (column) => column.primaryKey(),
		plain: (table) => table.modifyEnd(sql`strict`),
		compact: (table) => table.modifyEnd(sql`strict, without rowid`),
		positionOf: 'instr',
		valueIn: (column, name) =>
			sql`cast(json_extract(${sql.ref(column)}, ${`$.${JSON.stringify(name)}`}) as text)`,
	};
}

/** True when another writer holds the database and waiting may help. */
export function isSqliteBusy(error: unknown): boolean {
	const code = resultCode(error);
	return code === resultCodes.busy || code === resultCodes.locked;
}

/** Failures that pass by themselves or once there is space. */
const retryableCodes = new Set(['STORE_FULL', 'STORE_LOCKED', 'STORE_IO']);

/** What SQLite threw, as an error of ours; an error of ours stays as it is. */
export function explainSqlite(error: unknown, doing: string): InteractlyError {
	if (error instanceof InteractlyError) return error;
	const failed = (code: string, reason: string, advice: string) =>
		new StoreError(code, `The store could not ${doing}: ${reason}.`, {
			advice,
			retryable: retryableCodes.has(code),
			cause: error,
		});
	switch (resultCode(error)) {
		case resultCodes.full:
			return failed(
				'STORE_FULL',
				'the disk or the database has no space left',
				'Free some space where the database file lies; nothing was half-written, so the call can be repeated.',
			);
		case resultCodes.busy:
		case resultCodes.locked:
			return failed(
				'STORE_LOCKED',
				'another process kept the database locked',
				'Repeat the call; if it persists, look for a program that holds a transaction open on the file.',
			);
		case resultCodes.corrupt:
		case resultCodes.notDatabase:
			return failed(
				'STORE_CORRUPT',
				'the file is damaged or no SQLite database',
				'Check the path; restore the file from a backup, or move it away so that a new one is created.',
			);
		case resultCodes.readOnly:
		case resultCodes.permission:
		case resultCodes.cannotOpen:
			return failed(
				'STORE_UNREADABLE',
				'the file cannot be opened for reading and writing',
				'Give the user that runs this process read and write access to the file and its folder.',
			);
		case resultCodes.tooBig:
			return failed(
				'STORE_VALUE_TOO_BIG',
				'a value is larger than the database takes',
				'Make the value smaller.',
			);
		case resultCodes.io:
			return failed(
				'STORE_IO',
				'reading or writing the disk failed',
				'Check the disk and its free space, then repeat the call.',
			);
		default:
			return failed('STORE_FAILED', messageOf(error), 'Report this with the version of the package.');
	}
}
