/** Merging of dynamic variables: blanks do not count, objects merge per key, the rest is replaced (R4.21). */

import { isJsonObject, type Json, type JsonObject } from '../json';

/** Deeper objects are replaced whole, so that no input can exhaust the stack. */
const MAX_DEPTH = 64;

/** A blank value does not count as supplied: null, or text of spaces only. */
export function isBlank(value: Json | undefined): boolean {
	return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

/** `over` laid over `base`; neither is changed. Blank values of `over` leave those of `base`. */
export function mergeVariables(base: JsonObject, over: JsonObject): JsonObject {
	return mergeObjects(base, over, 0);
}

/** One value over another, by the rule of {@link mergeVariables}. */
export function mergeValues(base: Json | undefined, over: Json): Json {
	return mergeAt(base, over, 0);
}

function mergeAt(base: Json | undefined, over: Json, depth: number): Json {
	if (base === undefined) return over;
	if (isBlank(over)) return base;
	if (isJsonObject(base) && isJsonObject(over) && depth < MAX_DEPTH)
		return mergeObjects(base, over, depth + 1);
	return over;
}

function mergeObjects(base: JsonObject, over: JsonObject, depth: number): JsonObject {
	const merged: JsonObject = { ...base };
	for (const [key, value] of Object.entries(over)) {
		// Assigning this one key would change the prototype instead of adding a value.
		if (key === '__proto__') continue;
		merged[key] = mergeAt(Object.hasOwn(base, key) ? base[key] : undefined, value, depth);
	}
	return merged;
}
