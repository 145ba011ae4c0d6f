/** Cuts the text of a condition into tokens: words, operators, literals and whole placeholders (R3.30). */

import { scanPlaceholder, type Placeholder } from './placeholder';
import { refuseAt } from './refusal';
import type { RelationOperator } from './syntax';

export type Token = { start: number; end: number } & (
	| { type: 'word'; text: string }
	| { type: 'relation'; operator: RelationOperator }
	| { type: 'and' | 'or' | 'not' | 'open' | 'close' | 'comma' | 'end' }
	| { type: 'number'; value: number }
	| { type: 'text'; value: string }
	| { type: 'placeholder'; placeholder: Placeholder }
);

const SYMBOLS: ReadonlyArray<[string, Token['type'] | RelationOperator]> = [
	['&&', 'and'],
	['||', 'or'],
	['==', '=='],
	['!=', '!='],
	['<=', '<='],
	['>=', '>='],
	['<', '<'],
	['>', '>'],
	['!', 'not'],
	['(', 'open'],
	[')', 'close'],
	// No part of the language; a token of its own lets the parser name the function it stands in.
	[',', 'comma'],
];

const WORDS: Readonly<Record<string, 'and' | 'or' | 'not'>> = { and: 'and', or: 'or', not: 'not' };

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\', "'": "'", '"': '"', n: '\n', t: '\t' };

/** @throws {ExpressionError} `EXPRESSION_SYNTAX` with line and column. */
export function tokenize(text: string): Token[] {
	const tokens: Token[] = [];
	const spaces = /\s*/y;
	let position = 0;
	for (;;) {
		spaces.lastIndex = position;
		spaces.test(text);
		position = spaces.lastIndex;
		if (position >= text.length) break;
		const token = readToken(text, position);
		tokens.push(token);
		position = token.end;
	}
	tokens.push({ type: 'end', start: text.length, end: text.length });
	return tokens;
}

function readToken(text: string, start: number): Token {
	const character = text[start] ?? '';
	if (character === '[' || character === '{') return readPlaceholder(text, start);
	if (character === "'" || character === '"') return readText(text, start);
	const number = match(/-?\d+(?:\.\d+)?(?![\w.])/y, text, start);
	if (number !== null) return { type: 'number', value: Number(number), start, end: start + number.length };
	const word = match(/[\p{L}_][\p{L}\p{N}_]*/uy, text, start);
	if (word !== null) {
		const type = Object.hasOwn(WORDS, word.toLowerCase()) ? WORDS[word.toLowerCase()] : undefined;
		const end = start + word.length;
		return type === undefined ? { type: 'word', text: word, start, end } : { type, start, end };
	}
	return readSymbol(text, start);
}

function readSymbol(text: string, start: number): Token {
	for (const [symbol, meaning] of SYMBOLS) {
		if (!text.startsWith(symbol, start)) continue;
		const place = { start, end: start + symbol.length };
		if (/[=<>]/.test(symbol)) return { type: 'relation', operator: meaning as RelationOperator, ...place };
		return { type: meaning as 'and', ...place };
	}
	const found = String.fromCodePoint(text.codePointAt(start) ?? 0);
	if (found === '=') {
		throw refuseAt(text, start, {
			message: 'a single "=" compares nothing',
			advice: 'Write == to test whether two values are equal.',
		});
	}
	const advice =
		'Use variables, literals, parentheses, comparisons, AND, OR, NOT and the four presence tests.';
	throw refuseAt(text, start, { message: `unexpected "${found}"`, advice });
}

function readPlaceholder(text: string, start: number): Token {
	const placeholder = scanPlaceholder(text, start);
	if (placeholder === null) {
		const advice = 'Write a variable as [[name]] or {{name}}, with its closing brackets.';
		throw refuseAt(text, start, { message: `"${text[start]}" opens no variable`, advice });
	}
	return { type: 'placeholder', placeholder, start, end: start + placeholder.source.length };
}

function readText(text: string, start: number): Token {
	const quote = text[start];
	let value = '';
	for (let position = start + 1; position < text.length; position++) {
		const character = text[position] ?? '';
		if (character === quote) return { type: 'text', value, start, end: position + 1 };
		if (character !== '\\') {
			value += character;
			continue;
		}
		position++;
		const escaped = text[position] ?? '';
		if (!Object.hasOwn(ESCAPES, escaped)) {
			const advice = `Escapes are \\\\, \\', \\", \\n and \\t; write \\\\ for a backslash.`;
			throw refuseAt(text, position - 1, { message: `unknown escape "\\${escaped}"`, advice });
		}
		value += ESCAPES[escaped];
	}
	throw refuseAt(text, start, { message: 'a quoted text has no end', advice: `Close it with ${quote}.` });
}

function match(pattern: RegExp, text: string, position: number): string | null {
	pattern.lastIndex = position;
	return pattern.exec(text)?.[0] ?? null;
}
