/** Half a surrogate pair is no character: vendors refuse the whole request as broken JSON, so U+FFFD takes its place. */

import type { Json } from '../json';

/** `value` with every text well-formed, keys included; the same object when there is nothing to mend. */
export function wellFormed<T>(value: T): T {
	return isWellFormed(value as Json) ? value : (mend(value as Json) as T);
}

/** Copies nothing: this looks through the whole conversation before every call. */
function isWellFormed(value: Json): boolean {
	if (typeof value === 'string') return value.isWellFormed();
	if (typeof value !== 'object' || value === null) return true;
	if (Array.isArray(value)) return value.every(isWellFormed);
	for (const key in value) {
		if (!key.isWellFormed() || !isWellFormed(value[key] as Json)) return false;
	}
	return true;
}

function mend(value: Json): Json {
	if (typeof value === 'string') return value.toWellFormed();
	if (typeof value !== 'object' || value === null) return value;
	if (Array.isArray(value)) return value.map(mend);
	return Object.fromEntries(Object.entries(value).map(([key, item]) => [key.toWellFormed(), mend(item)]));
}
