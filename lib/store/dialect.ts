/** The short list of things that SQLite and Postgres do differently. */

import type { ColumnBuilderCallback, CreateTableBuilder, RawBuilder } from './kysely';

type TableBuilder<Name extends string> = CreateTableBuilder<Name, never>;

export interface Dialect {
	/** Column type that holds milliseconds since the epoch. */
	big: 'integer' | 'bigint';
	/** A primary key that the database counts up by itself. */
	key: ColumnBuilderCallback;
	/** An ordinary table. */
	plain<Name extends string>(table: TableBuilder<Name>): TableBuilder<Name>;
	/** A table of short rows that is only ever read by its primary key. */
	compact<Name extends string>(table: TableBuilder<Name>): TableBuilder<Name>;
	/** The function that finds a text inside another: place from 1, or 0. */
	positionOf: 'instr' | 'strpos';
	/** One value of the JSON object in a text column, as text; null when it is absent. */
	valueIn(column: string, name: string): RawBuilder<string | null>;
}
