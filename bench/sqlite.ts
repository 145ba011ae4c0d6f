/** node:sqlite as the floors and peers use it: one file, write-ahead log, the durability asked for. */

import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';

export type Synchronous = 'normal' | 'full';

export function openDatabase(folder: string, synchronous: Synchronous): DatabaseSync {
	const database = new DatabaseSync(join(folder, 'bench.sqlite'));
	database.exec('pragma journal_mode = wal');
	database.exec(`pragma synchronous = ${synchronous}`);
	// As our own store does it: moving pages from the log to the file counts for everyone.
	database.exec('pragma wal_autocheckpoint = 4000');
	return database;
}

/** Bytes of everything that the tables hold: every column of every row, without SQLite's own overhead. */
export function bytesHeld(path: string): number {
	const database = new DatabaseSync(path, { readOnly: true });
	try {
		const tables = database.prepare("select name from sqlite_master where type = 'table'").all();
		let bytes = 0;
		for (const { name } of tables) {
			const columns = database.prepare('select name from pragma_table_info(?)').all(String(name));
			const lengths = columns.map(
				(column) => `coalesce(length(cast("${String(column['name'])}" as blob)), 0)`,
			);
			const row = database
				.prepare(`select sum(${lengths.join(' + ')}) as bytes from "${String(name)}"`)
				.get();
			bytes += Number(row?.['bytes'] ?? 0);
		}
		return bytes;
	} finally {
		database.close();
	}
}
