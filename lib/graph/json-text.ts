/** Reads JSON text within limits and says where and why text is no JSON: line, column, a hint. */

import { isJsonObject, type Json } from '../json';
import { endOfString, findDuplicateKeys } from './duplicate-keys';
import { anError, aWarning, type Fault, quoted } from './fault';
import type { GraphLimits } from './limits';
import { findSyntaxError } from './syntax';

export type TextReading =
	/** `warnings`: what the text says that the value cannot. */
	{ value: Json; fault: null; warnings: Fault[] } | { value: null; fault: Fault };

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
	const { deepest, members } = shapeOfText(body, limits.depth);
	if (deepest > limits.depth) return tooDeep(limits);
	try {
		const value = JSON.parse(body) as Json;
		return { value, fault: null, warnings: duplicates(body, value, members) };
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

/** A key given twice is legal JSON, but the first value is lost. */
function duplicates(text: string, value: Json, members: number): Fault[] {
	return findDuplicateKeys(text, value, members).map(({ key, path, line }) => {
		const message = `key ${quoted(key)} is given twice in one object (line ${line}); the last one counts`;
		return aWarning({ rule: 'R-00', path, message, advice: 'Remove one of the two.' });
	});
}

/** Nesting of brackets and number of colons outside of strings; stops just above the depth `limit`. */
function shapeOfText(text: string, limit: number): { deepest: number; members: number } {
	let members = 0;
	let depth = 0;
	let deepest = 0;
	for (let at = 0; at < text.length; at++) {
		const code = text.charCodeAt(at);
		if (code === 0x22) {
			at = endOfString(text, at);
		} else if (code === 0x7b || code === 0x5b) {
			depth++;
			if (depth > deepest) deepest = depth;
			if (depth > limit) return { deepest: depth, members };
		} else if (code === 0x7d || code === 0x5d) {
			depth--;
		} else if (code === 0x3a) {
			members++;
		}
	}
	return { deepest, members };
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
