/** Kysely's types, all from the same build that `await import('kysely')` loads on first use. */

export type {
	ColumnBuilderCallback,
	Compilable,
	CreateTableBuilder,
	AliasableExpression,
	Expression,
	ExpressionBuilder,
	Generated,
	Kysely,
	Migration,
	RawBuilder,
	Selectable,
	Sql,
	SqlBool,
	SqliteDatabase,
} from 'kysely' with { 'resolution-mode': 'import' };
