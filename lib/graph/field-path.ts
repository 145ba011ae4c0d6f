/** Sets a value at a dotted path of a config (`a.b[0].c`) without touching the original. */

import { isJsonObject, type Json, type JsonObject } from '../json';

/** Keys and indexes of a dotted path; null when the text is no path. */
export function fieldPath(text: string): Array<string | number> | null {
	const segments: Array<string | number> = [];
	for (const part of text.split('.')) {
		const match = /^([^[\]]*)((?:\[\d{1,6}\])*)$/.exec(part.trim());
		if (match === null || (match[1] === '' && match[2] === '')) return null;
		if (match[1]) segments.push(match[1]);
		for (const [, index] of (match[2] ?? '').matchAll(/\[(\d+)\]/g)) segments.push(Number(index));
	}
	return segments.length === 0 || segments.length > 20 ? null : segments;
}

/**
 * A copy with the value set; objects on the way are created, list items must exist.
 * Undefined when the path runs through a text, a number or past the end of a list.
 */
export function withField(
	root: JsonObject,
	path: ReadonlyArray<string | number>,
	value: Json,
): JsonObject | undefined {
	const result = setAt(root, path, value);
	return isJsonObject(result) ? result : undefined;
}

function setAt(
	holder: Json | undefined,
	path: ReadonlyArray<string | number>,
	value: Json,
): Json | undefined {
	const [key, ...rest] = path;
	if (key === undefined) return value;
	if (Array.isArray(holder)) {
		const index = Number(key);
		if (!Number.isInteger(index) || index < 0 || index >= holder.length) return undefined;
		const inner = setAt(holder[index], rest, value);
		return inner === undefined ? undefined : holder.with(index, inner);
	}
	if (typeof key === 'number' || (holder !== undefined && holder !== null && !isJsonObject(holder)))
		return undefined;
	const object = holder ?? {};
	const inner = setAt(Object.hasOwn(object, key) ? object[key] : undefined, rest, value);
	if (inner === undefined) return undefined;
	const entries = Object.entries(object).filter(([name]) => name !== key);
	if (!Object.hasOwn(object, key)) return Object.fromEntries([...entries, [key, inner]]);
	return Object.fromEntries(Object.entries(object).map(([name, old]) => [name, name === key ? inner : old]));
}
