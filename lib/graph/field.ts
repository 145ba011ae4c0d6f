/** The building blocks of every validator: lenient in (0.3), defaults filled, unknown keys kept. */

import { z } from 'zod';
import { isJsonObject, type Json, type JsonObject } from '../json';

/** Any JSON value. */
export const anyJson = z.custom<Json>(() => true);

/** A JSON object with free keys; absent becomes `{}`. Null is a schema error. */
export const freeObject = z
	.custom<JsonObject>(isJsonObject)
	.meta({ type: 'object' })
	.optional()
	.transform((value): JsonObject => value ?? {});

/** A JSON object with free keys, where null is legal and means `{}`. */
export const freeObjectOrEmpty = z
	.custom<JsonObject>(isJsonObject)
	.meta({ type: 'object' })
	.nullish()
	.transform((value): JsonObject => value ?? {});

/** A JSON object with free keys, or null. */
export const freeObjectOrNull = z
	.custom<JsonObject>(isJsonObject)
	.meta({ type: 'object' })
	.nullish()
	.transform((value): JsonObject | null => value ?? null);

type JsonType = 'string' | 'boolean' | 'integer' | 'number' | 'null';

/**
 * A scalar read in one step. A chain of optional, preprocess and transform does the same at four times
 * the cost, and a file has ten of these per object.
 */
function scalar<T>(types: JsonType | JsonType[], expected: string, read: (value: unknown) => T | undefined) {
	const schema = z
		.transform((value: unknown, context): T => {
			const result = read(value);
			if (result !== undefined) return result;
			context.issues.push({ code: 'invalid_type', expected: expected as 'string', input: value });
			return z.NEVER;
		})
		.meta({ type: types } as Record<string, unknown>);
	// The reader puts the default in the place of an absent key, so the key is optional.
	(schema._zod as { optin?: 'defaulted' }).optin = 'defaulted';
	return schema;
}

/** Text or null; absent becomes `fallback`. An explicit null stays null. */
export const text = (fallback: string | null = null) =>
	scalar<string | null>(['string', 'null'], 'string', (value) => {
		if (typeof value === 'string' || value === null) return value;
		return value === undefined ? fallback : undefined;
	});

/** A boolean, never null; `"true"`, `"yes"`, `1` and their opposites are read as booleans. */
export const flag = (fallback: boolean) =>
	scalar<boolean>('boolean', 'boolean', (value) => {
		const read = readFlag(value);
		if (typeof read === 'boolean') return read;
		return read === undefined ? fallback : undefined;
	});

/** A boolean where null is legal and means `fallback`. */
export const flagOrNull = (fallback: boolean) =>
	scalar<boolean>(['boolean', 'null'], 'boolean', (value) => {
		const read = readFlag(value);
		if (typeof read === 'boolean') return read;
		return read === undefined || read === null ? fallback : undefined;
	});

/** A whole number or null; `"3"` and `3.0` are read as 3. An explicit null stays null. */
export const whole = (fallback: number | null = null) =>
	scalar<number | null>(['integer', 'null'], 'int', (value) => {
		const read = readNumber(value);
		if (read === null || Number.isSafeInteger(read)) return read as number | null;
		return read === undefined ? fallback : undefined;
	});

/** A whole number that is never null; absent becomes `fallback`. */
export const count = (fallback: number) =>
	scalar<number>('integer', 'int', (value) => {
		const read = readNumber(value);
		if (Number.isSafeInteger(read)) return read as number;
		return read === undefined ? fallback : undefined;
	});

/** A number or null; `"0.5"` is read as 0.5. An explicit null stays null. */
export const decimal = (fallback: number | null = null) =>
	scalar<number | null>(['number', 'null'], 'number', (value) => {
		const read = readNumber(value);
		if (read === null || Number.isFinite(read)) return read as number | null;
		return read === undefined ? fallback : undefined;
	});

/** A list, never null; absent becomes empty. */
export const list = <T extends z.ZodType>(item: T) =>
	z
		.array(item)
		.optional()
		.transform((value) => value ?? []);

/** A list where null is legal and means empty. */
export const listOrEmpty = <T extends z.ZodType>(item: T) =>
	z
		.array(item)
		.nullish()
		.transform((value) => value ?? []);

/** A nested object or null; absent becomes null. */
export const orNull = <T extends z.ZodType>(inner: T) => inner.nullish().transform((value) => value ?? null);

/** One of the listed words, where null means `fallback`; absent becomes `fallback`. */
export const oneOf = <const W extends readonly [string, ...string[]]>(words: W, fallback: W[number]) =>
	z
		.enum(words)
		.nullish()
		.transform((value): W[number] => value ?? fallback);

/** One of the listed words or null; absent becomes `fallback`, an explicit null stays null. */
export const oneOfOrNull = <const W extends readonly [string, ...string[]]>(
	words: W,
	fallback: W[number] | null = null,
) =>
	z
		.enum(words)
		.nullable()
		.optional()
		.transform((value): W[number] | null => (value === undefined ? fallback : value));

/** One of the listed words, never null; absent becomes `fallback`. */
export const exactlyOneOf = <const W extends readonly [string, ...string[]]>(words: W, fallback: W[number]) =>
	z
		.enum(words)
		.optional()
		.transform((value): W[number] => value ?? fallback);

/** The mark that only our own fallbacks carry: no JSON document can hold an instance of it. */
export class OriginalType {
	constructor(readonly type: string | null) {}
}

/** The key of a fallback object: the type as the file spells it, or null when it has none. */
export const originalType = z.instanceof(OriginalType).transform((mark) => mark.type);

const TRUE_WORDS = new Set(['true', '1', 'yes', 'on']);
const FALSE_WORDS = new Set(['false', '0', 'no', 'off']);

/** Reads a stored flag (R0.5): a boolean, 0 or 1, or one of the eight words; anything else unchanged. */
export function readFlag(value: unknown): unknown {
	if (typeof value === 'boolean' || value === undefined) return value;
	if (value === 1) return true;
	if (value === 0) return false;
	if (typeof value !== 'string') return value;
	const word = value.trim().toLowerCase();
	if (TRUE_WORDS.has(word)) return true;
	if (FALSE_WORDS.has(word)) return false;
	return value;
}

/** A flag of a `miscellaneous` map (R0.5): what is neither true nor false counts as the default. */
export function miscellaneousFlag(value: unknown, fallback: boolean): boolean {
	const flagValue = readFlag(value);
	return typeof flagValue === 'boolean' ? flagValue : fallback;
}

/** A number in decimal digits; other notations of code (`0x10`, `0b1`) are words. */
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Reads a number written as text; anything else unchanged. */
export function readNumber(value: unknown): unknown {
	if (typeof value !== 'string' || !DECIMAL.test(value.trim())) return value;
	const number = Number(value);
	return Number.isFinite(number) ? number : value;
}
