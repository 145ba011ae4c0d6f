/** The tables of a store, as types for Kysely and as an ordered list of migrations. */

import type { Generated, Kysely, Migration } from './kysely';
import type { Dialect } from './dialect';

export interface WorkflowTable {
	id: string;
	name: string;
	description: string | null;
	active_version: number;
	created_at: number;
	updated_at: number;
}

export interface VersionTable {
	workflow_id: string;
	number: number;
	name: string | null;
	document: string;
	created_at: number;
	updated_at: number;
}

export interface GraphTable {
	key: Generated<number>;
	hash: string;
	document: string;
}

export interface RunTable {
	key: Generated<number>;
	id: string;
	workflow_id: string | null;
	version_number: number | null;
	graph_key: number;
	status: string;
	head: number;
	/** Position of the run's newest batch; each batch names the one before it. */
	last: number | null;
	/** 1 while batches may follow that `head` and `last` do not know of; see `ahead.ts`. */
	ahead: number;
	turn_count: number;
	session_key: string | null;
	created_at: number;
	updated_at: number;
	due_at: number | null;
	facts: string;
	lease_owner: string | null;
	lease_until: number;
}

/**
 * The logs of all runs in the order of their commits. A run's batches are a chain from `run.last`
 * through `previous`, not an index: fifty runs that append together then touch one page instead of
 * fifty (measured: 5 µs an append against 31).
 */
export interface BatchTable {
	position: Generated<number>;
	run_key: number;
	previous: number | null;
	number: number;
	data: string;
}

export interface SnapshotTable {
	run_key: number;
	head: number;
	data: string;
}

export interface SessionTable {
	key: string;
	run_id: string;
}

export interface SettingTable {
	scope: string;
	name: string;
	value: string;
}

export interface Tables {
	workflow: WorkflowTable;
	version: VersionTable;
	graph: GraphTable;
	run: RunTable;
	batch: BatchTable;
	snapshot: SnapshotTable;
	session: SessionTable;
	setting: SettingTable;
}

/** Version of everything before its tables exist: Kysely's own word for a database of any shape. */
type AnyDatabase = Kysely<unknown>;

/** In order of their names; a shipped migration is never edited, a change is a further one. */
export function migrations(dialect: Dialect): Record<string, Migration> {
	return {
		'0001_start': { up: (db) => start(db as AnyDatabase, dialect) },
		'0002_due': { up: (db) => due(db as AnyDatabase, dialect) },
		'0003_ahead': { up: (db) => ahead(db as AnyDatabase) },
	};
}

async function start(db: AnyDatabase, dialect: Dialect): Promise<void> {
	const { big, compact, key, plain } = dialect;
	await plain(db.schema.createTable('workflow'))
		.addColumn('id', 'text', (column) => column.primaryKey().notNull())
		.addColumn('name', 'text', (column) => column.notNull())
		.addColumn('description', 'text')
		.addColumn('active_version', 'integer', (column) => column.notNull())
		.addColumn('created_at', big, (column) => column.notNull())
		.addColumn('updated_at', big, (column) => column.notNull())
		.execute();
	await plain(db.schema.createTable('version'))
		.addColumn('workflow_id', 'text', (column) =>
			column.notNull().references('workflow.id').onDelete('cascade'),
		)
		.addColumn('number', 'integer', (column) => column.notNull())
		.addColumn('name', 'text')
		.addColumn('document', 'text', (column) => column.notNull())
		.addColumn('created_at', big, (column) => column.notNull())
		.addColumn('updated_at', big, (column) => column.notNull())
		.addPrimaryKeyConstraint('version_key', ['workflow_id', 'number'])
		.execute();
	await plain(db.schema.createTable('graph'))
		.addColumn('key', big, key)
		.addColumn('hash', 'text', (column) => column.notNull().unique())
		.addColumn('document', 'text', (column) => column.notNull())
		.execute();
	await plain(db.schema.createTable('run'))
		.addColumn('key', big, key)
		.addColumn('id', 'text', (column) => column.notNull().unique())
		.addColumn('workflow_id', 'text')
		.addColumn('version_number', 'integer')
		.addColumn('graph_key', big, (column) => column.notNull().references('graph.key'))
		.addColumn('status', 'text', (column) => column.notNull())
		.addColumn('head', 'integer', (column) => column.notNull())
		.addColumn('last', big)
		.addColumn('turn_count', 'integer', (column) => column.notNull())
		.addColumn('session_key', 'text')
		.addColumn('created_at', big, (column) => column.notNull())
		.addColumn('updated_at', big, (column) => column.notNull())
		.addColumn('facts', 'text', (column) => column.notNull())
		.addColumn('lease_owner', 'text')
		.addColumn('lease_until', big, (column) => column.notNull())
		.execute();
	await db.schema.createIndex('run_by_workflow').on('run').columns(['workflow_id', 'created_at']).execute();
	await db.schema.createIndex('run_by_status').on('run').columns(['status', 'created_at']).execute();
	await db.schema.createIndex('run_by_creation').on('run').columns(['created_at']).execute();
	await db.schema.createIndex('run_by_session').on('run').columns(['session_key']).execute();
	await db.schema.createIndex('run_by_graph').on('run').columns(['graph_key']).execute();
	await plain(db.schema.createTable('batch'))
		.addColumn('position', big, key)
		.addColumn('run_key', big, (column) => column.notNull())
		.addColumn('previous', big)
		.addColumn('number', 'integer', (column) => column.notNull())
		.addColumn('data', 'text', (column) => column.notNull())
		.execute();
	await plain(db.schema.createTable('snapshot'))
		.addColumn('run_key', big, (column) => column.primaryKey().references('run.key').onDelete('cascade'))
		.addColumn('head', 'integer', (column) => column.notNull())
		.addColumn('data', 'text', (column) => column.notNull())
		.execute();
	await compact(db.schema.createTable('session'))
		.addColumn('key', 'text', (column) => column.primaryKey().notNull())
		.addColumn('run_id', 'text', (column) => column.notNull())
		.execute();
	await compact(db.schema.createTable('setting'))
		.addColumn('scope', 'text', (column) => column.notNull())
		.addColumn('name', 'text', (column) => column.notNull())
		.addColumn('value', 'text', (column) => column.notNull())
		.addPrimaryKeyConstraint('setting_key', ['scope', 'name'])
		.execute();
}

/** Only runs with background work stand in the index, so parked ones without cost nothing. */
async function due(db: AnyDatabase, { big }: Dialect): Promise<void> {
	await db.schema.alterTable('run').addColumn('due_at', big).execute();
	await db.schema
		.createIndex('run_by_due')
		.on('run')
		.columns(['due_at'])
		.where('due_at' as never, 'is not', null)
		.execute();
}

async function ahead(db: AnyDatabase): Promise<void> {
	await db.schema
		.alterTable('run')
		.addColumn('ahead', 'integer', (column) => column.notNull().defaultTo(0))
		.execute();
}
