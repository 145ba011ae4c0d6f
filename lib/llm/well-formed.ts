/** Half a surrogate pair is no character: vendors refuse the whole request as broken JSON, so U+FFFD takes its place. */

import type { Json } from '../json';

/** `value` with every text well-formed, keys included; the same object when there was nothing to mend. */
export function wellFormed<T>(value: T): T {
	return mend(value as Json) as T;
}

function mend(value: Json): Json {
	if (typeof value === 'string') return value.isWellFormed() ? value : value.toWellFormed();
	if (Array.isArray(value)) {
		const items = value.map(mend);
		return items.some((item, index) => item !== value[index]) ? items : value;
	}
	if (typeof value !== 'object' || value === null) return value;
	let isChanged = false;
	const entries = Object.entries(value).map(([key, item]): [string, Json] => {
		const entry: [string, Json] = [key.toWellFormed(), mend(item)];
		isChanged ||= entry[0] !== key || entry[1] !== item;
		return entry;
	});
	return isChanged ? Object.fromEntries(entries) : value;
}
