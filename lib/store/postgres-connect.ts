/** Where a Postgres store is and how its driver is set up: addresses, SSL, numbers, no surprise when a server ends. */

import type { Pool, PoolConfig } from 'pg';
import { StoreError } from '../errors';

export interface PostgresAddress {
	/** `postgres://user:password@host:port/database`; may end in `?sslmode=require&schema=clinic`. */
	connectionString?: string;
	/** Default `localhost`. */
	host?: string;
	/** Default 5432. */
	port?: number;
	database?: string;
	user?: string;
	password?: string;
	/** `off` (default); `encrypt`, which accepts any certificate; `verify`, which checks it. */
	ssl?: 'off' | 'encrypt' | 'verify';
	/** The schema that holds the tables, made when missing. Default `interactly`. */
	schema?: string;
	/** Connections at most. Default 8: on two cores eight did more than fifty. */
	maxConnections?: number;
}

const defaultSchema = 'interactly';

/** 64-bit integers arrive as text; all of ours are below 2^53. */
const bigintOid = 20;

/** What libpq's `sslmode` asks for. */
const sslModes: Record<string, PostgresAddress['ssl']> = {
	disable: 'off',
	allow: 'off',
	prefer: 'off',
	require: 'encrypt',
	'verify-ca': 'verify',
	'verify-full': 'verify',
};

/** True for the address of a Postgres database, as opposed to the path of a file. */
export function isPostgresUrl(text: string): boolean {
	return /^postgres(?:ql)?:\/\//i.test(text);
}

/** The address with what its URL says about schema and SSL in our own words, the rest for the driver. */
function readAddress(address: PostgresAddress): PostgresAddress {
	if (address.connectionString === undefined) return address;
	let url: URL;
	try {
		url = new URL(address.connectionString);
	} catch {
		// The cause is left out: it quotes the address, and with it the password.
		throw addressInvalid('it is no URL');
	}
	if (!isPostgresUrl(address.connectionString)) throw addressInvalid('it does not begin with postgres://');
	const mode = url.searchParams.get('sslmode');
	const ssl = mode === null ? undefined : sslModes[mode];
	if (mode !== null && ssl === undefined) throw addressInvalid('its sslmode is unknown');
	const schema = url.searchParams.get('schema') ?? undefined;
	url.searchParams.delete('sslmode');
	url.searchParams.delete('schema');
	return {
		...address,
		connectionString: url.href,
		...((address.ssl ?? ssl) ? { ssl: address.ssl ?? ssl } : {}),
		...((address.schema ?? schema) ? { schema: address.schema ?? schema } : {}),
	};
}

function addressInvalid(reason: string): StoreError {
	return new StoreError('STORE_ADDRESS_INVALID', `The address of the Postgres store is wrong: ${reason}.`, {
		advice: 'Write it like postgres://user:password@host:5432/database?sslmode=require&schema=interactly.',
	});
}

/** The words that name a store in errors and lists: no user, no password. */
export function placeOf(address: PostgresAddress): string {
	const { connectionString, host = 'localhost', port = 5432, database, schema } = readAddress(address);
	const url = connectionString === undefined ? null : new URL(connectionString);
	const server = url === null ? `${host}:${port}` : `${url.hostname}:${url.port === '' ? '5432' : url.port}`;
	const name = url === null ? (database ?? '') : decodeURIComponent(url.pathname.slice(1));
	return `${server}/${name} (schema ${schema ?? defaultSchema})`;
}

/** A pool of connections that are opened on demand, and the schema to work in. */
export async function connect(address: PostgresAddress): Promise<{ pool: Pool; schema: string }> {
	const { default: pg } = await import('pg');
	const { connectionString, host, port, database, user, password, ssl, ...rest } = readAddress(address);
	const config: PoolConfig = {
		...(connectionString === undefined
			? { host: host ?? 'localhost', port: port ?? 5432 }
			: { connectionString }),
		...(database === undefined ? {} : { database }),
		...(user === undefined ? {} : { user }),
		...(password === undefined ? {} : { password }),
		ssl: ssl === undefined || ssl === 'off' ? false : { rejectUnauthorized: ssl === 'verify' },
		max: rest.maxConnections ?? 8,
		application_name: 'interactly',
		connectionTimeoutMillis: 10_000,
		keepAlive: true,
		// For these connections only: other users of the driver in this process keep their own ways.
		types: {
			getTypeParser: (oid: number, format?: 'text' | 'binary') =>
				oid === bigintOid
					? Number
					: (pg.types.getTypeParser(oid, format as 'text') as (text: string) => unknown),
		} as PoolConfig['types'],
	};
	const pool = new pg.Pool(config);
	// A connection that ends while nobody uses it is replaced on demand; unheard, it would end the process.
	pool.on('error', () => undefined);
	pool.on('connect', (client) => client.on('error', () => undefined));
	return { pool, schema: rest.schema ?? defaultSchema };
}
