/** Places inside a JSON value as text: `tools_config.tools[0].name`, odd keys quoted: `miscellaneous["a.b"]`. */

import type { Json } from '../json';
import { isJsonObject } from '../json';

export type PathSegment = string | number;

const PLAIN_KEY = /^[^.[\]"]+$/;

/** Segments as one text; no segments at all are the empty text, which names the whole value. */
export function pathText(segments: readonly PathSegment[]): string {
	return segments.reduce<string>((text, segment) => {
		if (typeof segment === 'number') return `${text}[${segment}]`;
		if (!PLAIN_KEY.test(segment)) return `${text}[${JSON.stringify(segment)}]`;
		return text === '' ? segment : `${text}.${segment}`;
	}, '');
}

/** The value at a place, or undefined when there is none. */
export function valueAt(value: Json | undefined, segments: readonly PathSegment[]): Json | undefined {
	return segments.reduce<Json | undefined>((inside, segment) => {
		if (Array.isArray(inside)) return typeof segment === 'number' ? inside[segment] : undefined;
		return isJsonObject(inside) && Object.hasOwn(inside, segment) ? inside[segment] : undefined;
	}, value);
}

/** A copy of `value` with `replacement` at a place that exists in it; undefined takes a key away. */
export function withValueAt(
	value: Json | undefined,
	segments: readonly PathSegment[],
	replacement: Json | undefined,
): Json | undefined {
	const [first, ...rest] = segments;
	if (first === undefined) return replacement;
	if (Array.isArray(value)) {
		return value.map((item, index) =>
			index === first ? (withValueAt(item, rest, replacement) ?? null) : item,
		);
	}
	if (!isJsonObject(value)) return value;
	const key = String(first);
	const changed = withValueAt(Object.hasOwn(value, key) ? value[key] : undefined, rest, replacement);
	// Object.fromEntries and not assignment: a key named __proto__ stays a key.
	const entries = Object.entries(value);
	if (!Object.hasOwn(value, key))
		return changed === undefined ? value : Object.fromEntries([...entries, [key, changed]]);
	return Object.fromEntries(
		entries.flatMap(([name, old]) =>
			name !== key ? [[name, old]] : changed === undefined ? [] : [[name, changed]],
		),
	) as Json;
}
