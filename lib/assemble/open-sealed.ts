/** Opens the store of a station, and the key with which secrets inside its graphs are encrypted. */

import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Store } from '../store/contract';
import { openStore, storeAt, type StoreOptions } from '../store/open';
import { isPostgresUrl, placeOf, type PostgresAddress } from '../store/postgres-connect';
import { sealedStore } from '../store/sealed';
import { createVault, openKeyFile } from '../store/vault';
import { sealSecrets } from './seal';

export interface StorePlace {
	/** The SQLite file, made when missing, or a URL like `postgres://…`. Default `interactly.sqlite`. */
	path?: string;
	/** A Postgres database, instead of a path. */
	postgres?: PostgresAddress;
	/**
	 * Passphrase for the keys inside graphs. Default: a key made once, mode 0600, in `<path>.key`; for Postgres
	 * in a file of `keyFolder` named after the database, which all machines that use the database must share.
	 */
	encryptionKey?: string;
	/** Default `.interactly` in the user's home folder. */
	keyFolder?: string;
}

export async function openSealed({ path, postgres, encryptionKey, keyFolder }: StorePlace): Promise<Store> {
	const options: StoreOptions =
		postgres === undefined ? storeAt(path ?? 'interactly.sqlite') : { type: 'postgres', ...postgres };
	// The store first: a wrong address must not leave a key behind.
	const store = await openStore(options);
	try {
		const secret = encryptionKey ?? (await openKeyFile(keyFileOf(options, keyFolder)));
		return sealedStore(store, sealSecrets(createVault(secret)));
	} catch (error) {
		await store.close();
		throw error;
	}
}

function keyFileOf(options: StoreOptions, keyFolder = join(homedir(), '.interactly')): string {
	if (options.type === 'sqlite') return `${options.path}.key`;
	const name = options.type === 'postgres' ? placeOf(options) : options.type;
	return join(keyFolder, `${name.replaceAll(/[^A-Za-z0-9._-]+/g, '-').replace(/-$/, '')}.key`);
}

/** The place as it may be shown: a URL without its password. */
export function shownPlace(place: string): string {
	if (!isPostgresUrl(place) || !URL.canParse(place)) return place;
	const url = new URL(place);
	if (url.password !== '') url.password = '***';
	return url.href;
}
