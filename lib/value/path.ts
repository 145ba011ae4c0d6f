/** Path steps into values: `items[2].name` through objects, lists and text that holds JSON (R4.4). */

import { isJsonObject, type Json } from '../json';

/** One step: a text is a key of an object, a number an index of a list. */
export type PathStep = string | number;

/**
 * Splits a path into steps; spaces around a segment are dropped, spaces inside are kept.
 *
 * @returns null when the text is no path: an empty segment, a negative or fractional index, a stray bracket.
 */
export function parsePath(path: string): PathStep[] | null {
	const text = path.trim();
	const steps: PathStep[] = [];
	let position = 0;
	while (position < text.length) {
		const isIndex = text[position] === '[';
		if (!isIndex && steps.length > 0) {
			if (text[position] !== '.') return null;
			position++;
		}
		const end = isIndex ? text.indexOf(']', position) + 1 : endOfKey(text, position);
		const step = isIndex ? readIndex(text.slice(position + 1, end - 1)) : readKey(text.slice(position, end));
		if (step === null) return null;
		steps.push(step);
		position = skipSpaces(text, end);
	}
	return steps.length === 0 ? null : steps;
}

/**
 * Reads a path below a value; an empty path is the value itself.
 *
 * @returns undefined when the path is broken or leads nowhere. Inherited properties are never read.
 */
export function readPath(value: Json, path: string): Json | undefined {
	if (path.trim() === '') return value;
	const steps = parsePath(path);
	return steps === null ? undefined : readSteps(value, steps);
}

/** As {@link readPath}, with the path already split. */
export function readSteps(value: Json, steps: readonly PathStep[]): Json | undefined {
	let current: Json | undefined = value;
	for (const step of steps) {
		if (typeof current === 'string') current = parseContainer(current);
		if (typeof step === 'number') {
			if (!Array.isArray(current)) return undefined;
			current = current[step];
		} else {
			if (!isJsonObject(current) || !Object.hasOwn(current, step)) return undefined;
			current = current[step];
		}
	}
	return current;
}

/** The object or list a text holds as JSON, else undefined. */
function parseContainer(text: string): Json | undefined {
	if (!/^\s*[[{]/.test(text)) return undefined;
	try {
		return JSON.parse(text) as Json;
	} catch {
		// Text that only looks like JSON is ordinary text: nothing can be read below it.
		return undefined;
	}
}

function readIndex(text: string): number | null {
	const index = text.trim();
	return /^\d{1,9}$/.test(index) ? Number(index) : null;
}

function readKey(text: string): string | null {
	const key = text.trim();
	return key === '' || key.includes(']') ? null : key;
}

function endOfKey(text: string, from: number): number {
	let end = from;
	while (end < text.length && text[end] !== '.' && text[end] !== '[') end++;
	return end;
}

function skipSpaces(text: string, from: number): number {
	let position = from;
	while (text[position] === ' ' || text[position] === '\t') position++;
	return position;
}
