/** Kysely's types, all from the same build that `await import('kysely')` loads on first use. */

export type {
	ColumnBuilderCallback,
	Compilable,
	CreateTableBuilder,
	Generated,
	Kysely,
	Migration,
	RawBuilder,
	Selectable,
	Sql,
	SqliteDatabase,
} from 'kysely' with { 'resolution-mode': 'import' };
