/** Postgres's side of the differences: tables, JSON, and what its failures mean. */

import { InteractlyError, StoreError } from '../errors';
import type { Dialect } from './dialect';
import type { Sql } from './kysely';

/** `sql` is Kysely's own, handed in because Kysely is loaded on first use. */
export function postgresDialect(sql: Sql): Dialect {
	return {
		big: 'bigint',
		key: (column) => column.primaryKey().generatedByDefaultAsIdentity(),
		plain: (table) => table,
		compact: (table) => table,
		positionOf: 'strpos',
		valueIn: (column, name) => sql`(${sql.ref(column)}::jsonb ->> ${name}::text)`,
	};
}

/** What a failure comes to, for whoever operates the store. */
interface Trouble {
	code: string;
	reason: string;
	advice: string;
	retryable?: boolean;
}

const unreachable: Trouble = {
	code: 'STORE_UNREACHABLE',
	reason: 'the Postgres server cannot be reached, or it ended the connection',
	advice:
		'Check host, port, network and whether the server runs, then repeat the call; connections are opened anew by themselves.',
	retryable: true,
};

const locked: Trouble = {
	code: 'STORE_LOCKED',
	reason: 'others kept changing or locking the same rows',
	advice: 'Repeat the call; if it persists, look for a program that holds a transaction open in the schema.',
	retryable: true,
};

const full: Trouble = {
	code: 'STORE_FULL',
	reason: 'the database server has no space or memory left',
	advice: 'Free some space on the database server; nothing was half-written, so the call can be repeated.',
	retryable: true,
};

const accessRefused: Trouble = {
	code: 'STORE_ACCESS_REFUSED',
	reason: 'the Postgres server refused this user or password',
	advice:
		'Check user and password, whether the server (pg_hba.conf) lets this user in from here, and whether it asks for SSL.',
};

const rightsMissing: Trouble = {
	code: 'STORE_RIGHTS_MISSING',
	reason: 'the database user has no right to do this',
	advice:
		'Let the user create the schema (grant create on database) or own an existing one, and write in its tables.',
};

const certificateRefused: Trouble = {
	code: 'STORE_CERTIFICATE_REFUSED',
	reason: "the server's certificate could not be verified",
	advice:
		"Add the server's certificate authority to NODE_EXTRA_CA_CERTS, or choose encryption without verification.",
};

const characterRefused: Trouble = {
	code: 'STORE_VALUE_REFUSED',
	reason: 'a text holds a character that Postgres cannot keep',
	advice: 'Take null characters (U+0000) and halves of surrogate pairs out of names and ids.',
};

/** By SQLSTATE, the five characters with which Postgres names a failure; then by its class of two. */
const byState: Record<string, Trouble> = {
	'28': accessRefused,
	'3D000': {
		code: 'STORE_DATABASE_MISSING',
		reason: 'the server has no database of this name',
		advice: 'Create the database, or correct its name; the schema in it is made by itself.',
	},
	'42501': rightsMissing,
	'3F000': rightsMissing,
	'25006': {
		code: 'STORE_READ_ONLY',
		reason: 'the server takes no writes: it is a standby or set to read only',
		advice: 'Connect to the primary server.',
	},
	'53300': {
		code: 'STORE_CONNECTIONS_FULL',
		reason: 'the server has no free connection',
		advice: 'Lower the connections of this or other programs, or raise max_connections of the server.',
		retryable: true,
	},
	'53': full,
	'54': {
		code: 'STORE_VALUE_TOO_BIG',
		reason: 'a value is larger than the database takes',
		advice: 'Make the value smaller.',
	},
	'22021': characterRefused,
	'22P02': characterRefused,
	'22P05': characterRefused,
	'58': {
		code: 'STORE_IO',
		reason: 'the server could not read or write its disk',
		advice: "Check the server's disk, then repeat the call.",
		retryable: true,
	},
	XX: {
		code: 'STORE_CORRUPT',
		reason: 'the server reports damaged data or an internal error',
		advice: "Look into the server's log; restore the database from a backup if it is damaged.",
	},
	'40': locked,
	'55': locked,
	'57014': locked,
	'57': unreachable,
	'08': unreachable,
};

const certificateCodes =
	/^(?:ERR_TLS_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT|UNABLE_TO_(?:VERIFY|GET)|CERT_)/;
const networkCodes = /^(?:E[A-Z]{3,}|EAI_.*)$/;
const endedConnection =
	/Connection terminated|timeout exceeded when trying to connect|Connection ended|connection timeout|not queryable/i;

/** SQLSTATE or Node's code of a failure; the empty string when it has none. */
function codeOfCause(error: unknown): string {
	const code = (error as { code?: unknown } | null)?.code;
	return typeof code === 'string' ? code : '';
}

function troubleOf(error: unknown): Trouble | undefined {
	const code = codeOfCause(error);
	if (/^[0-9A-Z]{5}$/.test(code) && !networkCodes.test(code)) {
		return byState[code] ?? byState[code.slice(0, 2)];
	}
	if (certificateCodes.test(code)) return certificateRefused;
	if (networkCodes.test(code)) return unreachable;
	const message = error instanceof Error ? error.message : '';
	if (message.includes('does not support SSL')) {
		return {
			code: 'STORE_TLS_MISSING',
			reason: 'the server does not speak SSL',
			advice: 'Turn SSL on in the server, or off for this store if the network is trusted.',
		};
	}
	if (/SASL|password must be a string/.test(message)) return accessRefused;
	return endedConnection.test(message) ? unreachable : undefined;
}

/** True when the same transaction, run again, may succeed: others were in its way. */
export function isConflict(error: unknown): boolean {
	// Two at once that add the same row, or take away what the other refers to, see each other the next time.
	return ['40001', '40P01', '23505', '23503'].includes(codeOfCause(error));
}

/** True when the connection is of no more use. */
export function isConnectionLost(error: unknown): boolean {
	return troubleOf(error) === unreachable;
}

/** What Postgres or its driver threw, as an error of ours; an error of ours stays as it is. */
export function explainPostgres(error: unknown, doing: string): InteractlyError {
	if (error instanceof InteractlyError) return error;
	const code = codeOfCause(error);
	const trouble = troubleOf(error) ?? {
		code: 'STORE_FAILED',
		reason: code === '' ? 'the database driver failed' : `Postgres answered ${code}`,
		advice: 'Report this with the version of the package and of the server.',
	};
	return new StoreError(trouble.code, `The store could not ${doing}: ${trouble.reason}.`, {
		advice: trouble.advice,
		retryable: trouble.retryable ?? false,
		cause: bareCause(error, code),
	});
}

/** The failure without its message: Postgres quotes values in it, and a bad address its password. */
function bareCause(error: unknown, code: string): Error {
	const { severity, table, constraint, routine } = (error ?? {}) as Record<string, unknown>;
	const cause = new Error(code === '' ? 'database driver' : `database code ${code}`);
	return Object.assign(cause, { code, severity, table, constraint, routine });
}
