/** Keys that a text gives twice in one object: JSON keeps the last, and the first is lost without a word. */

import type { Json } from '../json';
import { pathTo } from './fault';

export interface DuplicateKey {
	key: string;
	/** JSON path of the member. */
	path: string;
	/** 1-based. */
	line: number;
}

/** More of them say nothing that the first ones do not. */
const MOST = 20;

/**
 * The keys given twice in one object. Costs one count over the value; the text is walked only when it
 * holds more members than the value has.
 *
 * @param members Colons outside of strings: how many members the text writes.
 */
export function findDuplicateKeys(text: string, value: Json, members: number): DuplicateKey[] {
	return members === membersOf(value) ? [] : duplicatesIn(text);
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

/** Where the walk is: in an object after a key, or in an array at an index. */
type Level = { keys: Set<string>; at: string } | { keys: null; at: number };

function duplicatesIn(text: string): DuplicateKey[] {
	const found: DuplicateKey[] = [];
	const levels: Level[] = [];
	let word = { from: 0, to: 0 };
	for (let at = 0; at < text.length && found.length < MOST; at++) {
		const char = text[at];
		const level = levels.at(-1);
		if (char === '"') {
			word = { from: at, to: endOfString(text, at) + 1 };
			at = word.to - 1;
		} else if (char === '{') levels.push({ keys: new Set(), at: '' });
		else if (char === '[') levels.push({ keys: null, at: 0 });
		else if (char === '}' || char === ']') levels.pop();
		else if (char === ',' && level?.keys === null) level.at++;
		else if (char === ':' && level !== undefined && level.keys !== null) {
			const key = JSON.parse(text.slice(word.from, word.to)) as string;
			level.at = key;
			if (level.keys.has(key)) {
				const path = pathTo('$', ...levels.map((one) => one.at));
				found.push({ key, path, line: text.slice(0, word.from).split('\n').length });
			}
			level.keys.add(key);
		}
	}
	return found;
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
