/** Field-by-field changes between two JSON values, complete enough to make one out of the other. */

import isEqual from 'lodash/isEqual';
import type { Json, JsonObject } from '../json';
import { isJsonObject } from '../json';
import { pathText, withValueAt, type PathSegment } from './path';

/** One changed field; a side that has no such field has an undefined value there (null in JSON is a value). */
export interface FieldChange {
	segments: readonly PathSegment[];
	old_value: Json | undefined;
	new_value: Json | undefined;
}

/** A change as version comparisons of the API show it (1.6): an absent side reads null. */
export interface Change {
	path: string;
	old_value: Json;
	new_value: Json;
}

/**
 * Every field that differs. Objects are entered; lists of objects are entered when they are equally
 * long; any other list counts as one value.
 */
export function fieldChanges(
	before: Json | undefined,
	after: Json | undefined,
	segments: readonly PathSegment[] = [],
): FieldChange[] {
	if (isJsonObject(before) && isJsonObject(after)) return objectChanges(before, after, segments);
	if (isListOfObjects(before) && isListOfObjects(after) && before.length === after.length) {
		return before.flatMap((item, index) => fieldChanges(item, after[index], [...segments, index]));
	}
	return isEqual(before, after) ? [] : [{ segments, old_value: before, new_value: after }];
}

function objectChanges(
	before: JsonObject,
	after: JsonObject,
	segments: readonly PathSegment[],
): FieldChange[] {
	const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
	const own = (object: JsonObject, key: string) => (Object.hasOwn(object, key) ? object[key] : undefined);
	return [...keys].flatMap((key) => fieldChanges(own(before, key), own(after, key), [...segments, key]));
}

function isListOfObjects(value: Json | undefined): value is JsonObject[] {
	return Array.isArray(value) && value.every(isJsonObject);
}

/** The value with every change made. */
export function applyChanges(value: Json | undefined, changes: readonly FieldChange[]): Json | undefined {
	return changes.reduce((result, { segments, new_value }) => withValueAt(result, segments, new_value), value);
}

/** The form shown to callers. */
export function shown({ segments, old_value, new_value }: FieldChange): Change {
	return { path: pathText(segments), old_value: old_value ?? null, new_value: new_value ?? null };
}
