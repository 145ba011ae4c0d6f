/** Reads JSON text within limits and says where and why text is no JSON: line, column, a hint. */

import { isJsonObject, type Json } from '../json';
import { anError, type Fault } from './fault';
import type { GraphLimits } from './limits';
import { findSyntaxError } from './syntax';

export type TextReading = { value: Json; fault: null } | { value: null; fault: Fault };

/** Reads text as JSON. A byte order mark at the start is ignored. */
export function readJsonText(text: string, limits: GraphLimits): TextReading {
	if (text.length > limits.textBytes || Buffer.byteLength(text) > limits.textBytes) {
		return refused(
			'L-1',
			`the text is larger than ${inMebibytes(limits.textBytes)}`,
			'Split the document, or raise the limit.',
		);
	}
	const body = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
	if (nestingOfText(body, limits.depth) > limits.depth) return tooDeep(limits);
	try {
		return { value: JSON.parse(body) as Json, fault: null };
	} catch (error) {
		const { line, column, found, hint } = findSyntaxError(body);
		const where = `line ${line}, column ${column}`;
		if (!(error instanceof SyntaxError)) throw error;
		return refused('R-00', `the text is not JSON: ${found} at ${where}`, hint);
	}
}

/** Checks a value that came as data and not as text: the same limits, without writing it out. */
export function checkJsonValue(value: unknown, limits: GraphLimits): Fault | null {
	const open: Array<{ value: unknown; depth: number }> = [{ value, depth: 1 }];
	let visited = 0;
	for (let next = open.pop(); next !== undefined; next = open.pop()) {
		visited += typeof next.value === 'string' ? 2 + next.value.length : 4;
		if (visited > limits.textBytes) {
			const size = inMebibytes(limits.textBytes);
			return refused('L-1', `the document is larger than ${size}`, 'Split the document, or raise the limit.')
				.fault;
		}
		if (typeof next.value !== 'object' || next.value === null) continue;
		if (next.depth > limits.depth) return tooDeep(limits).fault;
		const inner = Array.isArray(next.value)
			? next.value
			: isJsonObject(next.value)
				? Object.values(next.value)
				: [];
		for (const item of inner) open.push({ value: item, depth: next.depth + 1 });
	}
	return null;
}

/** The deepest nesting of brackets outside of strings; stops counting just above `limit`. */
function nestingOfText(text: string, limit: number): number {
	let depth = 0;
	let deepest = 0;
	for (let at = 0; at < text.length; at++) {
		const code = text.charCodeAt(at);
		if (code === 0x22) {
			at = endOfString(text, at);
		} else if (code === 0x7b || code === 0x5b) {
			depth++;
			if (depth > deepest) deepest = depth;
			if (depth > limit) return depth;
		} else if (code === 0x7d || code === 0x5d) {
			depth--;
		}
	}
	return deepest;
}

/** The closing quote of the string that opens at `start`; a quote after an odd run of backslashes is text. */
function endOfString(text: string, start: number): number {
	for (let at = text.indexOf('"', start + 1); at >= 0; at = text.indexOf('"', at + 1)) {
		let slashes = 0;
		while (text.charCodeAt(at - 1 - slashes) === 0x5c) slashes++;
		if (slashes % 2 === 0) return at;
	}
	return text.length;
}

function tooDeep(limits: GraphLimits): { value: null; fault: Fault } {
	const message = `the document nests deeper than ${limits.depth} levels`;
	return refused('L-3', message, 'Remove the nesting: no workflow of the platform needs it.');
}

function refused(rule: string, message: string, advice: string): { value: null; fault: Fault } {
	return { value: null, fault: anError({ rule, path: '$', message, advice }) };
}

function inMebibytes(bytes: number): string {
	return bytes >= 1024 * 1024 ? `${Math.round((bytes / (1024 * 1024)) * 10) / 10} MiB` : `${bytes} bytes`;
}
