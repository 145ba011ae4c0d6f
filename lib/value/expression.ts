/** The language of conditions: text to syntax tree, by recursive descent over the grammar of R3.30. */

import { ExpressionError } from '../errors';
import { remember } from './cache';
import { tokenize, type Token } from './lexer';
import { compileTemplate, mayHoldPlaceholder } from './placeholder';
import { complaintOfWord, refuseAt, type Complaint } from './refusal';
import type { Expression, ExpressionNode, PresenceTest, Slot } from './syntax';

export { printExpression, type Expression, type ExpressionNode } from './syntax';

/** Where parsing stands in the tokens, and what it has collected. */
interface Cursor {
	readonly text: string;
	readonly tokens: readonly Token[];
	readonly slots: Slot[];
	position: number;
	depth: number;
}

const MAX_LENGTH = 10_000;
const MAX_DEPTH = 100;

const TESTS: Readonly<Record<string, PresenceTest>> = {
	ispresent: 'isPresent',
	isabsent: 'isAbsent',
	isempty: 'isEmpty',
	isnonempty: 'isNonEmpty',
};

const CONSTANTS: Readonly<Record<string, boolean | null>> = { true: true, false: false, null: null };

/**
 * Parses a condition; the same text is parsed once and shared.
 *
 * @throws {ExpressionError} `EXPRESSION_SYNTAX`, `EXPRESSION_UNSUPPORTED` (a function or operator the
 *         language does not have) or `EXPRESSION_TOO_LONG` (10 000 characters, 100 levels).
 */
export const parseExpression: (text: string) => Expression = remember(500, parse);

function parse(text: string): Expression {
	if (text.length > MAX_LENGTH) {
		throw new ExpressionError('EXPRESSION_TOO_LONG', `a condition has at most ${MAX_LENGTH} characters`, {
			advice: 'Split it over several edges, or compute a part of it in a tool and compare its result.',
		});
	}
	const cursor: Cursor = { text, tokens: tokenize(text), slots: [], position: 0, depth: 0 };
	const root = parseOr(cursor);
	if (peek(cursor).type !== 'end') throw unexpected(cursor);
	return { text, root, slots: cursor.slots };
}

function parseOr(cursor: Cursor): ExpressionNode {
	return parseChain(cursor, 'or', parseAnd);
}

function parseAnd(cursor: Cursor): ExpressionNode {
	return parseChain(cursor, 'and', parseNot);
}

/** Terms joined by one operator; a chain is one node, so that its length costs no depth. */
function parseChain(
	cursor: Cursor,
	type: 'and' | 'or',
	parseTerm: (cursor: Cursor) => ExpressionNode,
): ExpressionNode {
	const first = parseTerm(cursor);
	if (peek(cursor).type !== type) return first;
	const terms = [first];
	while (peek(cursor).type === type) {
		take(cursor);
		terms.push(parseTerm(cursor));
	}
	return { type, terms };
}

function parseNot(cursor: Cursor): ExpressionNode {
	if (peek(cursor).type !== 'not') return parseRelation(cursor);
	take(cursor);
	return { type: 'not', term: parseDeeper(cursor, parseNot) };
}

function parseRelation(cursor: Cursor): ExpressionNode {
	const { start } = peek(cursor);
	const left = parseOperand(cursor);
	const relation = peek(cursor);
	if (relation.type !== 'relation') return left;
	take(cursor);
	const right = parseOperand(cursor);
	const source = cursor.text.slice(start, cursor.tokens[cursor.position - 1]?.end);
	if (peek(cursor).type === 'relation') {
		throw complain(cursor, {
			message: 'comparisons cannot be chained',
			advice: 'Join two comparisons with AND: [[a]] < [[b]] AND [[b]] < [[c]].',
		});
	}
	return { type: 'relation', operator: relation.operator, left, right, source };
}

function parseOperand(cursor: Cursor): ExpressionNode {
	const token = peek(cursor);
	if (token.type === 'open') return parseGroup(cursor);
	const isTest = token.type === 'word' && !Object.hasOwn(CONSTANTS, token.text.toLowerCase());
	return isTest ? parseTest(cursor, token.text) : parseValue(cursor);
}

function parseGroup(cursor: Cursor): ExpressionNode {
	const open = take(cursor);
	const inner = parseDeeper(cursor, parseOr);
	const next = peek(cursor);
	if (next.type === 'end') {
		const complaint = { message: 'a parenthesis is not closed: it opens', advice: 'Add the missing ")".' };
		throw refuseAt(cursor.text, open.start, complaint);
	}
	if (next.type !== 'close') throw unexpected(cursor);
	take(cursor);
	return inner;
}

function parseTest(cursor: Cursor, word: string): ExpressionNode {
	const key = word.toLowerCase();
	const test = Object.hasOwn(TESTS, key) ? TESTS[key] : undefined;
	if (test === undefined) throw unexpected(cursor);
	const advice = `Write ${test}([[name]]).`;
	take(cursor);
	if (peek(cursor).type !== 'open') throw complain(cursor, { message: `${test} needs a "("`, advice });
	take(cursor);
	const operand = parseValue(cursor);
	if (peek(cursor).type !== 'close') {
		throw complain(cursor, { message: `${test} takes one variable or literal`, advice });
	}
	take(cursor);
	return { type: 'test', test, operand };
}

/** A variable or a literal. */
function parseValue(cursor: Cursor): ExpressionNode {
	const token = peek(cursor);
	const node = valueNode(token);
	if (node === null) throw unexpected(cursor);
	take(cursor);
	if (node.type !== 'literal') cursor.slots.push({ start: token.start, end: token.end, node });
	return node;
}

function valueNode(token: Token): ExpressionNode | null {
	switch (token.type) {
		case 'placeholder':
			return { type: 'variable', placeholder: token.placeholder };
		case 'number':
			return { type: 'literal', value: token.value };
		case 'text':
			return textNode(token.value);
		case 'word': {
			const key = token.text.toLowerCase();
			return Object.hasOwn(CONSTANTS, key) ? { type: 'literal', value: CONSTANTS[key] ?? null } : null;
		}
		default:
			return null;
	}
}

function textNode(value: string): ExpressionNode {
	const template = mayHoldPlaceholder(value) ? compileTemplate(value) : [];
	const isTemplate = template.some((part) => typeof part !== 'string');
	return isTemplate ? { type: 'template', template, text: value } : { type: 'literal', value };
}

/** Parses one level further down. */
function parseDeeper(cursor: Cursor, parseInner: (cursor: Cursor) => ExpressionNode): ExpressionNode {
	cursor.depth++;
	if (cursor.depth > MAX_DEPTH) {
		const message = `a condition is nested at most ${MAX_DEPTH} levels deep`;
		const advice = 'Remove parentheses, or split the condition over several edges.';
		throw new ExpressionError('EXPRESSION_TOO_LONG', message, { advice });
	}
	const inner = parseInner(cursor);
	cursor.depth--;
	return inner;
}

function peek(cursor: Cursor): Token {
	// The last token is `end`, and nothing takes it.
	return cursor.tokens[cursor.position] as Token;
}

function take(cursor: Cursor): Token {
	const token = peek(cursor);
	cursor.position++;
	return token;
}

function complain(cursor: Cursor, complaint: Complaint): ExpressionError {
	return refuseAt(cursor.text, peek(cursor).start, complaint);
}

/** The refusal of the next token. */
function unexpected(cursor: Cursor): ExpressionError {
	const token = peek(cursor);
	if (token.type === 'end') {
		const advice = 'Complete the condition, or remove what is left open.';
		return complain(cursor, { message: 'a value is missing', advice });
	}
	if (token.type === 'word') {
		const beforeParenthesis = cursor.tokens[cursor.position + 1]?.type === 'open';
		return complain(cursor, complaintOfWord(token.text, { beforeParenthesis, first: cursor.position === 0 }));
	}
	return complain(cursor, {
		message: `unexpected ${cursor.text.slice(token.start, token.end)}`,
		advice: 'Join conditions with AND or OR, and compare with ==, !=, <, <=, > or >=.',
	});
}
