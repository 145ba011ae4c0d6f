/** Statements compiled once by Kysely and the units of work that are made of them, for any driver. */

import type { Compilable } from './kysely';

/** One SQL statement with its bound values; `Row` is what it answers with. */
export interface Call<Row = unknown> {
	sql: string;
	parameters: readonly unknown[];
	/** Never set: it carries the type of the rows. */
	row?: Row;
}

/**
 * One unit of work, written once and driven by any database: it yields statements and receives
 * their rows. SQLite's driver runs it in one go, a driver over a network waits in between.
 */
export type Work<Result> = Generator<Call, Result, unknown[]>;

/** What a statement that answers no rows did, in the words of `node:sqlite`. */
export interface Effect {
	changes: number | bigint;
	/** The key of the row that an insert added. */
	lastInsertRowid: number | bigint;
}

/** A statement whose values are given at each use. */
export type Statement<Values, Row> = (values: Values) => Call<Row>;

/** Stands for a value while Kysely compiles a statement. */
class Placeholder {
	constructor(readonly name: string) {}
}

const placeholders = new Proxy({}, { get: (_target, name) => new Placeholder(String(name)) });

/**
 * Compiles a statement once: `statement<{ id: string }>()((values) => db.selectFrom('run')….where('id', '=', values.id))`.
 * The values are placeholders during compilation, so they must be used as values only.
 */
export function statement<Values extends object>(): <Row>(
	build: (values: Values) => Compilable<Row>,
) => Statement<Values, Row> {
	return (build) => {
		const compiled = build(placeholders as Values).compile();
		const { sql } = compiled;
		const slots = compiled.parameters.map((value) =>
			value instanceof Placeholder
				? { name: value.name as keyof Values, value: null }
				: { name: null, value },
		);
		return (values) => ({
			sql,
			parameters: slots.map(({ name, value }) => (name === null ? value : values[name])),
		});
	};
}

/** A statement built for one use, where the number of conditions varies. */
export function once<Row>(query: Compilable<Row>): Call<Row> {
	const { sql, parameters } = query.compile();
	return { sql, parameters };
}

/** All rows of a call. */
export function* rows<Row>(call: Call<Row>): Generator<Call, Row[], unknown[]> {
	return (yield call) as Row[];
}

/** What a call without rows did; for drivers that answer it as the only row of such a call. */
export function* effect(call: Call<unknown>): Generator<Call, Effect, unknown[]> {
	return (yield call)[0] as Effect;
}

/** The first row of a call, or null. */
export function* first<Row>(call: Call<Row>): Generator<Call, Row | null, unknown[]> {
	const found = (yield call) as Row[];
	return found[0] ?? null;
}
