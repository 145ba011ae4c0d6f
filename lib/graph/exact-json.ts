/** JSON whose numbers keep their written form: read beside the plain value, written back as they stood. */

import type { Json } from '../json';

/** Source text access of ECMAScript 2025; the compiler's library does not know it yet. */
interface ExactJson {
	rawJSON(text: string): object;
	parse(
		text: string,
		reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
	): unknown;
}

const exact = JSON as unknown as ExactJson;

/** Could hold a number that a double does not give back: long digits, an exponent, a trailing zero, minus zero. */
const SUSPICIOUS = /[\d.]{16}|\d[eE]|\.\d*0(?!\d)|-0(?![.\d])/;

/**
 * The value of a JSON text, with every number that would be written differently than it was read held
 * by its written form. When there is none, `plain` itself, the value read already.
 */
export function readExactly(text: string, plain: Json): Json {
	if (!SUSPICIOUS.test(text)) return plain;
	const body = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
	return exact.parse(body, (_key, value, { source }) => {
		if (typeof value !== 'number' || source === undefined || JSON.stringify(value) === source) return value;
		return exactNumber(source, value);
	}) as Json;
}

/** A number with its written form. It is a function, so that no reader takes it for an object to open. */
function exactNumber(source: string, number: number): unknown {
	return Object.assign(() => number, { toJSON: () => exact.rawJSON(source) });
}

/** The plain number behind one that `readExactly` holds by its written form; any other value unchanged. */
export function plainNumber(value: unknown): unknown {
	return typeof value === 'function' ? (value as () => unknown)() : value;
}

/** The value as text, indented by two blanks. */
export function writeExactly(value: Json): string {
	return `${JSON.stringify(value, null, 2)}\n`;
}
