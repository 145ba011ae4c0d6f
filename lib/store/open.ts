/** Picks a store by its options; a database driver is loaded when a store of its kind is first opened. */

import type { Clock } from '../clock';
import type { Store } from './contract';
import { createMemoryStore } from './memory';
import { openPostgres, type PostgresOptions } from './postgres';
import { isPostgresUrl } from './postgres-connect';
import { openSqlite, type SqliteOptions } from './sqlite';

export type StoreOptions =
	| ({ type: 'sqlite' } & SqliteOptions)
	| ({ type: 'postgres' } & PostgresOptions)
	/** Keeps everything in this process and forgets it at its end. */
	| { type: 'memory'; clock?: Clock };

/** The options for a place in one word: the path of a SQLite file, or a URL like `postgres://…`. */
export function storeAt(place: string): StoreOptions {
	return isPostgresUrl(place)
		? { type: 'postgres', connectionString: place }
		: { type: 'sqlite', path: place };
}

/**
 * Opens a store and brings its tables up to date.
 * @throws {StoreError} `STORE_UNREADABLE` (no access, or written by a newer version), `STORE_CORRUPT`,
 *         `STORE_FULL`, `STORE_LOCKED`, `STORE_IO`; on Postgres also `STORE_ADDRESS_INVALID`,
 *         `STORE_UNREACHABLE`, `STORE_ACCESS_REFUSED`, `STORE_DATABASE_MISSING`, `STORE_RIGHTS_MISSING`,
 *         `STORE_READ_ONLY`, `STORE_CONNECTIONS_FULL`, `STORE_TLS_MISSING`, `STORE_CERTIFICATE_REFUSED`.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
	if (options.type === 'memory') return createMemoryStore(options);
	if (options.type === 'postgres') return await openPostgres(options);
	return await openSqlite(options);
}
