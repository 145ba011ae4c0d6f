/** What comparing and testing two values means, whatever their types (R3.33, R3.34, R3.36). */

import { isDeepStrictEqual } from 'node:util';
import type { Json } from '../json';
import type { PresenceTest, RelationOperator } from './syntax';

/** The answer of a comparison; `makesSense` is false where the two types have no order (R3.34). */
export interface Comparison {
	holds: boolean;
	makesSense: boolean;
}

/** Compares two values; undefined is an absent variable and counts as null. */
export function compare(
	left: Json | undefined,
	operator: RelationOperator,
	right: Json | undefined,
): Comparison {
	const a = left ?? null;
	const b = right ?? null;
	if (operator === '==' || operator === '!=') {
		return { holds: areEqual(a, b) === (operator === '=='), makesSense: true };
	}
	const order = orderOf(a, b);
	return order === null
		? { holds: false, makesSense: false }
		: { holds: fits(order, operator), makesSense: true };
}

/** The four presence tests; undefined is an unknown variable or a broken path. */
export function testPresence(test: PresenceTest, value: Json | undefined): boolean {
	const isAbsent = value === undefined || value === null;
	switch (test) {
		case 'isPresent':
			return !isAbsent;
		case 'isAbsent':
			return isAbsent;
		case 'isEmpty':
			return isAbsent || isEmpty(value);
		case 'isNonEmpty':
			return !isAbsent && !isEmpty(value);
	}
}

/** Whether a bare value used as a condition holds. */
export function isTruthy(value: Json | undefined): boolean {
	return !(
		value === undefined ||
		value === null ||
		value === false ||
		value === 'false' ||
		value === '' ||
		value === 0
	);
}

/** What a value is called in a warning; never its content. */
export function kindOf(value: Json | undefined): string {
	if (value === undefined || value === null) return 'an absent value';
	if (Array.isArray(value)) return 'a list';
	if (typeof value === 'object') return 'an object';
	return typeof value === 'string' ? 'a text' : `a ${typeof value}`;
}

function isEmpty(value: Exclude<Json, null>): boolean {
	if (typeof value === 'string') return value.trim() === '';
	if (typeof value !== 'object') return false;
	return Array.isArray(value) ? value.length === 0 : Object.keys(value).length === 0;
}

function areEqual(a: Json, b: Json): boolean {
	if (typeof a === 'object' && typeof b === 'object') return areDeeplyEqual(a, b);
	if (typeof a === typeof b) return a === b;
	if (typeof a === 'number' || typeof b === 'number') {
		const [x, y] = [numberOf(a), numberOf(b)];
		return x !== null && x === y;
	}
	if (typeof a === 'boolean' || typeof b === 'boolean') {
		const [x, y] = [booleanOf(a), booleanOf(b)];
		return x !== null && x === y;
	}
	return false;
}

function areDeeplyEqual(a: Json, b: Json): boolean {
	try {
		return isDeepStrictEqual(a, b);
	} catch {
		// Nesting of many thousand levels exhausts the stack; such values are not equal to anything.
		return false;
	}
}

/** Negative, zero or positive; null when the two have no order. */
function orderOf(a: Json, b: Json): number | null {
	if (typeof a === 'string' && typeof b === 'string') {
		const [x, y] = [numberOf(a), numberOf(b)];
		return x === null || y === null ? orderByCodePoint(a, b) : x - y;
	}
	const [x, y] = [numberOf(a), numberOf(b)];
	return x === null || y === null ? null : x - y;
}

/** JavaScript orders by UTF-16 unit, which puts emoji before some Asian letters; R3.34 asks for code points. */
function orderByCodePoint(a: string, b: string): number {
	const [left, right] = [a[Symbol.iterator](), b[Symbol.iterator]()];
	for (;;) {
		const [x, y] = [left.next(), right.next()];
		if (x.done === true || y.done === true) return Number(y.done === true) - Number(x.done === true);
		const difference = (x.value.codePointAt(0) ?? 0) - (y.value.codePointAt(0) ?? 0);
		if (difference !== 0) return difference;
	}
}

function fits(order: number, operator: RelationOperator): boolean {
	switch (operator) {
		case '<':
			return order < 0;
		case '<=':
			return order <= 0;
		case '>':
			return order > 0;
		case '>=':
			return order >= 0;
		case '==':
			return order === 0;
		case '!=':
			return order !== 0;
	}
}

/** A number, or a text that is written like one. */
function numberOf(value: Json): number | null {
	if (typeof value === 'number') return value;
	if (typeof value !== 'string') return null;
	const text = value.trim();
	return text.length <= 400 && /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : null;
}

function booleanOf(value: Json): boolean | null {
	if (typeof value === 'boolean') return value;
	if (typeof value !== 'string') return null;
	const word = value.toLowerCase();
	return word === 'true' ? true : word === 'false' ? false : null;
}
