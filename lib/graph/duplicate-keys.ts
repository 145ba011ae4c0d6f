/** Keys that a text gives twice in one object: JSON keeps the last, and the first is lost without a word. */

import type { Json } from '../json';

export interface DuplicateKey {
	key: string;
	/** 1-based. */
	line: number;
}

/**
 * The first key given twice in one object, or null. Costs one count over the value; the text is walked
 * only when it holds more members than the value has.
 *
 * @param members Colons outside of strings: how many members the text writes.
 */
export function findDuplicateKey(text: string, value: Json, members: number): DuplicateKey | null {
	return members === membersOf(value) ? null : firstDuplicate(text);
}

function membersOf(value: Json): number {
	if (typeof value !== 'object' || value === null) return 0;
	let count = 0;
	if (Array.isArray(value)) {
		for (const item of value) count += membersOf(item);
		return count;
	}
	for (const key of Object.keys(value)) count += 1 + membersOf(value[key] ?? null);
	return count;
}

function firstDuplicate(text: string): DuplicateKey | null {
	const objects: Array<Set<string> | null> = [];
	let word = { from: 0, to: 0 };
	for (let at = 0; at < text.length; at++) {
		const char = text[at];
		if (char === '"') {
			word = { from: at, to: endOfString(text, at) + 1 };
			at = word.to - 1;
		} else if (char === '{') objects.push(new Set());
		else if (char === '[') objects.push(null);
		else if (char === '}' || char === ']') objects.pop();
		else if (char === ':') {
			const key = JSON.parse(text.slice(word.from, word.to)) as string;
			const known = objects.at(-1);
			if (known?.has(key)) return { key, line: text.slice(0, word.from).split('\n').length };
			known?.add(key);
		}
	}
	return null;
}

/** The closing quote of the string that opens at `start`; a quote after an odd run of backslashes is text. */
export function endOfString(text: string, start: number): number {
	for (let at = text.indexOf('"', start + 1); at >= 0; at = text.indexOf('"', at + 1)) {
		let slashes = 0;
		while (text.charCodeAt(at - 1 - slashes) === 0x5c) slashes++;
		if (slashes % 2 === 0) return at;
	}
	return text.length;
}
