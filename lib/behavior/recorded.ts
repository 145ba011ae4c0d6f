/** Values on their way into the record of a run: secrets masked, and no deeper than the record can hold. */

import { isJsonObject, type Json, type JsonObject } from '../json';
import type { Scope } from '../value/contract';

/** Deeper structures would exhaust the stack of whoever writes or reads them. */
export const MAX_DEPTH = 200;

/** The value with every secret in its texts masked (R4.28): a server may echo what it was sent. */
export function maskTexts<T extends Json>(value: T, scope: Scope): T {
	return maskInside(value, scope) as T;
}

export function isTooDeep(value: Json): boolean {
	let level: Json[] = [value];
	for (let depth = 0; level.length > 0; depth++) {
		if (depth > MAX_DEPTH) return true;
		level = level.flatMap(childrenOf);
	}
	return false;
}

function maskInside(value: Json, scope: Scope): Json {
	if (typeof value === 'string') return scope.mask(value);
	if (Array.isArray(value)) return value.map((item) => maskInside(item, scope));
	if (!isJsonObject(value)) return value;
	const masked: JsonObject = Object.fromEntries(
		Object.entries(value).map(([name, item]) => [scope.mask(name), maskInside(item, scope)]),
	);
	return masked;
}

function childrenOf(value: Json): Json[] {
	if (Array.isArray(value)) return value;
	return isJsonObject(value) ? Object.values(value) : [];
}
