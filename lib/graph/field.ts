/** The building blocks of every validator: lenient in (0.3), defaults filled, unknown keys kept. */

import { z } from 'zod';
import type { Json, JsonObject } from '../json';

/** Any JSON value. */
export const anyJson = z.custom<Json>(() => true);

/** A JSON object with free keys; null and absent become `{}`. */
export const freeObject = z
	.custom<JsonObject>((value) => typeof value === 'object' && value !== null && !Array.isArray(value))
	.nullish()
	.transform((value): JsonObject => value ?? {});

/** A JSON object with free keys, or null. */
export const freeObjectOrNull = z
	.custom<JsonObject>((value) => typeof value === 'object' && value !== null && !Array.isArray(value))
	.nullish()
	.transform((value): JsonObject | null => value ?? null);

/** Text or null; absent becomes `fallback`. An explicit null stays null. */
export const text = (fallback: string | null = null) =>
	z.string().nullable().optional().transform((value) => (value === undefined ? fallback : value));

/** A boolean; `"true"`, `"yes"`, `1` and their opposites are read as booleans (0.3 point 5). */
export const flag = (fallback: boolean) =>
	z.preprocess(readFlag, z.boolean().nullish()).transform((value) => value ?? fallback);

/** A whole number or null; `"3"` and `3.0` are read as 3. */
export const whole = (fallback: number | null = null) =>
	z.preprocess(readNumber, z.number().int().nullable().optional()).transform((value) => (value === undefined ? fallback : value));

/** A number or null; `"0.5"` is read as 0.5. */
export const decimal = (fallback: number | null = null) =>
	z.preprocess(readNumber, z.number().nullable().optional()).transform((value) => (value === undefined ? fallback : value));

/** A list; null and absent become empty. */
export const list = <T extends z.ZodType>(item: T) =>
	z.array(item).nullish().transform((value) => value ?? []);

/** A nested object or null; absent becomes null. */
export const orNull = <T extends z.ZodType>(inner: T) =>
	inner.nullish().transform((value) => value ?? null);

/** One of the listed words, or null; absent becomes `fallback`. */
export const oneOf = <const W extends readonly [string, ...string[]]>(words: W, fallback: W[number]) =>
	z.enum(words).nullish().transform((value): W[number] => value ?? fallback);

const TRUE_WORDS = new Set(['true', '1', 'yes', 'on']);
const FALSE_WORDS = new Set(['false', '0', 'no', 'off']);

/** Reads a stored flag (R0.5): a boolean, 0 or 1, or one of the eight words; anything else unchanged. */
export function readFlag(value: unknown): unknown {
	if (value === 1) return true;
	if (value === 0) return false;
	if (typeof value !== 'string') return value;
	const word = value.trim().toLowerCase();
	if (TRUE_WORDS.has(word)) return true;
	if (FALSE_WORDS.has(word)) return false;
	return value;
}

/** Reads a number written as text; anything else unchanged. */
export function readNumber(value: unknown): unknown {
	if (typeof value !== 'string' || value.trim() === '') return value;
	const number = Number(value);
	return Number.isFinite(number) ? number : value;
}
