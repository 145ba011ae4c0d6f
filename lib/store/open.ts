/** Picks a store by its options; a database driver is loaded when a store of its kind is first opened. */

import type { Clock } from '../clock';
import type { Store } from './contract';
import { createMemoryStore } from './memory';
import { openSqlite, type SqliteOptions } from './sqlite';

export type StoreOptions =
	| ({ type: 'sqlite' } & SqliteOptions)
	/** Keeps everything in this process and forgets it at its end. */
	| { type: 'memory'; clock?: Clock };

/**
 * Opens a store and brings its tables up to date.
 * @throws {StoreError} `STORE_UNREADABLE` (no access, or written by a newer version), `STORE_CORRUPT`,
 *         `STORE_FULL`, `STORE_LOCKED`, `STORE_IO`.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
	if (options.type === 'memory') return createMemoryStore(options);
	return await openSqlite(options);
}
