/** The scanner: finds `{{path | filter}}`, `[[path | filter]]` and `<<<managed_prompt:name>>>` in a text (R4.2). */

import { remember } from './cache';

export interface Placeholder {
	kind: 'dynamic' | 'runtime' | 'prompt';
	/** The placeholder as it is written, delimiters included. */
	source: string;
	/** The path, or the name of a managed prompt; trimmed. */
	path: string;
	/** The text from the first `|` on, or null. */
	filters: string | null;
}

/** A text cut at its placeholders. */
export type Template = ReadonlyArray<string | Placeholder>;

/** Longer paths and filter chains are plain text; this keeps scanning time proportional to the text. */
const MAX_PATH_LENGTH = 1000;
const MAX_FILTERS_LENGTH = 1000;

const PROMPT_OPENER = '<<<managed_prompt:';
const OPENER = /\{\{|\[\[|<<<managed_prompt:/g;

/** True when a text may hold a placeholder; a quick test that spares most texts the scanner. */
export function mayHoldPlaceholder(text: string): boolean {
	return text.includes('{{') || text.includes('[[') || text.includes(PROMPT_OPENER);
}

/** Cuts a text at its placeholders; an opener without a closer is plain text. */
export const compileTemplate: (text: string) => Template = remember(500, cutTemplate);

/** The placeholders of a text, in order, repetitions included. */
export function placeholdersIn(text: string): Placeholder[] {
	if (!mayHoldPlaceholder(text)) return [];
	return compileTemplate(text).filter((part) => typeof part !== 'string');
}

function cutTemplate(text: string): Template {
	const parts: Array<string | Placeholder> = [];
	const opener = new RegExp(OPENER);
	let done = 0;
	for (let found = opener.exec(text); found !== null; found = opener.exec(text)) {
		const placeholder = scanPlaceholder(text, found.index);
		if (placeholder === null) {
			// `{{{x}}` holds a placeholder one character later.
			opener.lastIndex = found.index + 1;
			continue;
		}
		if (found.index > done) parts.push(text.slice(done, found.index));
		parts.push(placeholder);
		done = found.index + placeholder.source.length;
		opener.lastIndex = done;
	}
	if (done < text.length || parts.length === 0) parts.push(text.slice(done));
	return parts;
}

/** The placeholder that starts exactly at `start`, or null. */
export function scanPlaceholder(text: string, start: number): Placeholder | null {
	if (text.startsWith(PROMPT_OPENER, start)) return scanPrompt(text, start);
	const isDynamic = text.startsWith('{{', start);
	if (!isDynamic && !text.startsWith('[[', start)) return null;
	const closer = isDynamic ? '}}' : ']]';
	const pathStart = start + 2;
	const pathEnd = endOfPath(text, pathStart, closer);
	if (pathEnd < 0) return null;
	const path = text.slice(pathStart, pathEnd).trim();
	const end = text[pathEnd] === '|' ? endOfFilters(text, pathEnd, closer) : pathEnd;
	if (end < 0 || path === '') return null;
	return {
		kind: isDynamic ? 'dynamic' : 'runtime',
		source: text.slice(start, end + 2),
		path,
		filters: end === pathEnd ? null : text.slice(pathEnd, end).trim(),
	};
}

/** Where the path ends: at its closer or at `|`; -1 when a character stands there that no path holds. */
function endOfPath(text: string, start: number, closer: string): number {
	const limit = Math.min(text.length, start + MAX_PATH_LENGTH);
	for (let position = start; position < limit; position++) {
		const character = text[position];
		if (character === '|') return position;
		if (character === '{') return -1;
		if (character === '}' || character === ']') return text.startsWith(closer, position) ? position : -1;
		if (character === '[') {
			// No path begins with an index: `[[[x]]]` is a placeholder in brackets.
			if (position === start) return -1;
			position = endOfIndex(text, position + 1, limit);
			if (position < 0) return -1;
		}
	}
	return -1;
}

/** The position of the `]` that ends an index, or -1. */
function endOfIndex(text: string, start: number, limit: number): number {
	for (let position = start; position < limit; position++) {
		const character = text[position];
		if (character === ']') return position;
		if (character === '[' || character === '{' || character === '}') return -1;
	}
	return -1;
}

/** Where the filters end; brackets inside them are counted only where the closer is a bracket (R4.2). */
function endOfFilters(text: string, start: number, closer: string): number {
	const limit = Math.min(text.length, start + MAX_FILTERS_LENGTH);
	if (closer === '}}') {
		const end = text.slice(start, limit).indexOf(closer);
		return end < 0 ? -1 : start + end;
	}
	let depth = 0;
	for (let position = start; position < limit; position++) {
		if (text[position] === '[') depth++;
		else if (text[position] === ']' && depth > 0) depth--;
		else if (text[position] === ']') return text.startsWith(closer, position) ? position : -1;
	}
	return -1;
}

function scanPrompt(text: string, start: number): Placeholder | null {
	const nameStart = start + PROMPT_OPENER.length;
	const length = text.slice(nameStart, nameStart + MAX_PATH_LENGTH).indexOf('>>>');
	if (length < 0) return null;
	const name = text.slice(nameStart, nameStart + length).trim();
	if (name === '') return null;
	return { kind: 'prompt', source: text.slice(start, nameStart + length + 3), path: name, filters: null };
}
