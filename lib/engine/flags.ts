/** Reading the flags and numbers that authors keep in `miscellaneous` maps (R0.5, R0.6). */

import { readFlag, readNumber } from '../graph/field';
import type { JsonObject } from '../json';

/** The flag under `key`, or its default when the value is no flag. */
export function miscellaneousFlag(values: JsonObject, key: string, fallback: boolean): boolean {
	const flag = readFlag(values[key]);
	return typeof flag === 'boolean' ? flag : fallback;
}

/** The whole number of at least 0 under `key`, decimal strings included, or its default. */
export function miscellaneousInteger(values: JsonObject, key: string, fallback: number): number {
	const number = readNumber(values[key]);
	return typeof number === 'number' && Number.isInteger(number) && number >= 0 ? number : fallback;
}
