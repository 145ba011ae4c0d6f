/** The language of conditions: text to syntax tree and back (R3.29–R3.32). */

import { ExpressionError } from '../errors';
import { remember } from './cache';
import { syntaxError, tokenize, type RelationOperator, type Token } from './lexer';
import { compileTemplate, mayHoldPlaceholder, type Placeholder, type Template } from './placeholder';

export type { RelationOperator } from './lexer';

export type PresenceTest = 'isPresent' | 'isAbsent' | 'isEmpty' | 'isNonEmpty';

export type ExpressionNode =
	| { type: 'and' | 'or'; terms: ExpressionNode[] }
	| { type: 'not'; term: ExpressionNode }
	| {
			type: 'relation';
			operator: RelationOperator;
			left: ExpressionNode;
			right: ExpressionNode;
			source: string;
	  }
	| { type: 'test'; test: PresenceTest; operand: ExpressionNode }
	| { type: 'variable'; placeholder: Placeholder }
	| { type: 'literal'; value: string | number | boolean | null }
	| { type: 'template'; template: Template; text: string };

/** A stretch of the text that the hydrated form replaces: a variable, or a quoted text with placeholders. */
export interface Slot {
	start: number;
	end: number;
	node: ExpressionNode;
}

/** A parsed condition. Parsed texts are shared, so nothing in here may be changed. */
export interface Expression {
	readonly text: string;
	readonly root: ExpressionNode;
	readonly slots: readonly Slot[];
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
	const parser = new Parser(text);
	return { text, root: parser.parseAll(), slots: parser.slots };
}

/** One pass of recursive descent over the grammar of R3.30. */
class Parser {
	readonly slots: Slot[] = [];
	private readonly tokens: Token[];
	private position = 0;
	private depth = 0;

	constructor(private readonly text: string) {
		this.tokens = tokenize(text);
	}

	parseAll(): ExpressionNode {
		const root = this.parseOr();
		if (this.peek().type !== 'end') throw this.refuse(this.peek());
		return root;
	}

	private peek(): Token {
		return this.tokens[this.position] as Token;
	}

	private take(): Token {
		const token = this.peek();
		this.position++;
		return token;
	}

	private parseOr(): ExpressionNode {
		const terms = [this.parseAnd()];
		while (this.peek().type === 'or') {
			this.take();
			terms.push(this.parseAnd());
		}
		return terms.length === 1 ? (terms[0] as ExpressionNode) : { type: 'or', terms };
	}

	private parseAnd(): ExpressionNode {
		const terms = [this.parseNot()];
		while (this.peek().type === 'and') {
			this.take();
			terms.push(this.parseNot());
		}
		return terms.length === 1 ? (terms[0] as ExpressionNode) : { type: 'and', terms };
	}

	private parseNot(): ExpressionNode {
		if (this.peek().type !== 'not') return this.parseRelation();
		this.enter();
		this.take();
		const term = this.parseNot();
		this.depth--;
		return { type: 'not', term };
	}

	private parseRelation(): ExpressionNode {
		const start = this.peek().start;
		const left = this.parseOperand();
		const relation = this.peek();
		if (relation.type !== 'relation') return left;
		this.take();
		const right = this.parseOperand();
		const source = this.text.slice(start, this.tokens[this.position - 1]?.end);
		if (this.peek().type === 'relation') {
			const advice = 'Join two comparisons with AND: [[a]] < [[b]] AND [[b]] < [[c]].';
			throw syntaxError(this.text, this.peek().start, 'comparisons cannot be chained', advice);
		}
		return { type: 'relation', operator: relation.operator, left, right, source };
	}

	private parseOperand(): ExpressionNode {
		const token = this.peek();
		if (token.type === 'open') return this.parseGroup();
		if (token.type === 'word' && !Object.hasOwn(CONSTANTS, token.text.toLowerCase()))
			return this.parseTest(token);
		return this.parseValue();
	}

	private parseGroup(): ExpressionNode {
		this.enter();
		const open = this.take();
		const inner = this.parseOr();
		if (this.peek().type !== 'close') {
			if (this.peek().type !== 'end') throw this.refuse(this.peek());
			throw syntaxError(
				this.text,
				open.start,
				'a parenthesis is not closed: it opens',
				'Add the missing ")".',
			);
		}
		this.take();
		this.depth--;
		return inner;
	}

	private parseTest(word: Token & { type: 'word' }): ExpressionNode {
		const key = word.text.toLowerCase();
		const test = Object.hasOwn(TESTS, key) ? TESTS[key] : undefined;
		if (test === undefined) throw this.refuse(word);
		this.take();
		if (this.peek().type !== 'open') {
			throw syntaxError(this.text, this.peek().start, `${test} needs a "("`, `Write ${test}([[name]]).`);
		}
		this.take();
		const operand = this.parseValue();
		if (this.peek().type !== 'close') {
			throw syntaxError(
				this.text,
				this.peek().start,
				`${test} takes one variable or literal`,
				`Write ${test}([[name]]).`,
			);
		}
		this.take();
		return { type: 'test', test, operand };
	}

	/** A variable or a literal. */
	private parseValue(): ExpressionNode {
		const token = this.peek();
		const node = this.nodeOf(token);
		if (node === null) throw this.refuse(token);
		this.take();
		if (node.type !== 'literal') this.slots.push({ start: token.start, end: token.end, node });
		return node;
	}

	private nodeOf(token: Token): ExpressionNode | null {
		if (token.type === 'placeholder') return { type: 'variable', placeholder: token.placeholder };
		if (token.type === 'number') return { type: 'literal', value: token.value };
		if (token.type === 'word') {
			const key = token.text.toLowerCase();
			return Object.hasOwn(CONSTANTS, key) ? { type: 'literal', value: CONSTANTS[key] ?? null } : null;
		}
		if (token.type !== 'text') return null;
		const template = mayHoldPlaceholder(token.value) ? compileTemplate(token.value) : [];
		if (!template.some((part) => typeof part !== 'string')) return { type: 'literal', value: token.value };
		return { type: 'template', template, text: token.value };
	}

	private enter(): void {
		this.depth++;
		if (this.depth <= MAX_DEPTH) return;
		throw new ExpressionError(
			'EXPRESSION_TOO_LONG',
			`a condition is nested at most ${MAX_DEPTH} levels deep`,
			{
				advice: 'Remove parentheses, or split the condition over several edges.',
			},
		);
	}

	private refuse(token: Token): ExpressionError {
		if (token.type === 'end') {
			return syntaxError(
				this.text,
				token.start,
				'a value is missing',
				'Complete the condition, or remove what is left open.',
			);
		}
		if (token.type === 'word') return this.refuseWord(token);
		const found = this.text.slice(token.start, token.end);
		const advice = 'Join conditions with AND or OR, and compare with ==, !=, <, <=, > or >=.';
		return syntaxError(this.text, token.start, `unexpected ${found}`, advice);
	}

	private refuseWord(token: Token & { type: 'word' }): ExpressionError {
		const isCall = this.tokens[this.position + 1]?.type === 'open';
		const isOperator =
			this.position > 0 &&
			/^(?:contains|in|is|like|matches|equals|between|startswith|endswith)$/i.test(token.text);
		if (!isCall && !isOperator) {
			const advice = `Write [[${token.text}]] or {{${token.text}}} for a variable and '${token.text}' for a text.`;
			return syntaxError(this.text, token.start, `"${token.text}" is no value`, advice);
		}
		const error = syntaxError(
			this.text,
			token.start,
			`"${token.text}" is not part of the language of conditions`,
			'',
		);
		return new ExpressionError('EXPRESSION_UNSUPPORTED', error.message, {
			place: error.place,
			advice:
				'Use ==, !=, <, <=, >, >=, AND, OR, NOT, isPresent, isAbsent, isEmpty and isNonEmpty; ' +
				'test anything else in a tool or with a freeform condition.',
		});
	}
}

/** A syntax tree as text that parses to the same tree. */
export function printExpression(node: ExpressionNode): string {
	switch (node.type) {
		case 'and':
		case 'or':
			return node.terms.map(printOperand).join(node.type === 'and' ? ' AND ' : ' OR ');
		case 'not':
			return `NOT ${printOperand(node.term)}`;
		case 'relation':
			return `${printOperand(node.left)} ${node.operator} ${printOperand(node.right)}`;
		case 'test':
			return `${node.test}(${printExpression(node.operand)})`;
		case 'variable':
			return node.placeholder.source;
		case 'template':
			return quote(node.text);
		case 'literal':
			return typeof node.value === 'string' ? quote(node.value) : String(node.value);
	}
}

/** A text as a single-quoted literal. */
export function quote(text: string): string {
	const escaped = text
		.replaceAll('\\', '\\\\')
		.replaceAll("'", "\\'")
		.replaceAll('\n', '\\n')
		.replaceAll('\t', '\\t');
	return `'${escaped}'`;
}

/** Parentheses around whatever binds looser than an operand. */
function printOperand(node: ExpressionNode): string {
	const printed = printExpression(node);
	return node.type === 'and' || node.type === 'or' || node.type === 'not' || node.type === 'relation'
		? `(${printed})`
		: printed;
}
