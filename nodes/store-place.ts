/** Which store a credential names: a SQLite file or a Postgres database, and the key for secrets in it. */

import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import type { PostgresAddress } from '../lib/index';
import { library } from './library';

export interface Place {
	path?: string;
	postgres?: PostgresAddress;
	encryptionKey?: string;
	keyFolder?: string;
}

type Stored = ICredentialDataDecryptedObject | null;

/** @throws {ConfigurationError} `STORE_PATH_RELATIVE`, `STORE_DATABASE_UNNAMED`. */
export function storePlace(credential: Stored): Place {
	const encryptionKey = textOf(credential, 'encryptionKey');
	const key = encryptionKey === undefined ? {} : { encryptionKey };
	if (credential?.['type'] !== 'postgres') return { path: filePath(credential), ...key };
	return { postgres: addressOf(credential), keyFolder: storeFolder(), ...key };
}

function filePath(credential: Stored): string {
	const path = textOf(credential, 'path');
	if (path === undefined) return join(storeFolder(), 'interactly.sqlite');
	if (isAbsolute(path)) return path;
	throw new (library().ConfigurationError)(
		'STORE_PATH_RELATIVE',
		`The store's file "${path}" is not an absolute path.`,
		{
			advice: 'Write the whole path from the root in the Interactly Store credential.',
			place: 'SQLite File',
		},
	);
}

function addressOf(credential: Stored): PostgresAddress {
	const database = textOf(credential, 'database');
	if (database === undefined) {
		throw new (library().ConfigurationError)(
			'STORE_DATABASE_UNNAMED',
			'The Interactly Store credential names no database.',
			{ advice: 'Write the name of the Postgres database.', place: 'Database' },
		);
	}
	const [host, user, schema] = ['host', 'user', 'schema'].map((name) => textOf(credential, name));
	// A password may begin or end with a space.
	const password = credential?.['password'];
	return {
		database,
		port: Number(credential?.['port'] ?? 5432),
		ssl: (textOf(credential, 'ssl') ?? 'off') as 'off' | 'encrypt' | 'verify',
		maxConnections: Number(credential?.['maxConnections'] ?? 8),
		...(host === undefined ? {} : { host }),
		...(user === undefined ? {} : { user }),
		...(schema === undefined ? {} : { schema }),
		...(typeof password === 'string' && password !== '' ? { password } : {}),
	};
}

function storeFolder(): string {
	return join(process.env.N8N_USER_FOLDER || homedir(), '.n8n', 'interactly');
}

/** A field that is not blank. */
function textOf(credential: Stored, name: string): string | undefined {
	const value = credential?.[name];
	return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}
