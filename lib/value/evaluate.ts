/** Evaluates a condition on typed values: no value is ever pasted into its text (R3.33–R3.37). */

import type { Json } from '../json';
import { compare, isTruthy, kindOf, testPresence } from './compare';
import type { Evaluation, Scope } from './contract';
import { quote, type Expression, type ExpressionNode, type Relation } from './syntax';
import { fillText, resolvePlaceholder, toJsonText } from './template';

/** Longer literals are cut in the hydrated form, which goes into events. */
const MAX_SHOWN_LENGTH = 1000;

/** One evaluation: each variable is read once, so that the shown form is what was judged. */
interface Reading {
	scope: Scope;
	values: Map<ExpressionNode, Json | undefined>;
	warnings: string[];
	clashes: string[];
}

/**
 * Judges a condition. Secrets are compared as their mask (R4.27); an absent variable compares as null
 * and is no error.
 */
export function evaluateExpression(expression: Expression, scope: Scope): Evaluation {
	const reading: Reading = { scope, values: new Map(), warnings: [], clashes: [] };
	const holds = isTruthy(valueOf(expression.root, reading));
	const { warnings, clashes } = reading;
	return { holds, hydrated: hydrate(expression, reading), warnings, clashes };
}

function valueOf(node: ExpressionNode, reading: Reading): Json | undefined {
	switch (node.type) {
		case 'and':
			return node.terms.every((term) => isTruthy(valueOf(term, reading)));
		case 'or':
			return node.terms.some((term) => isTruthy(valueOf(term, reading)));
		case 'not':
			return !isTruthy(valueOf(node.term, reading));
		case 'test':
			return testPresence(node.test, valueOf(node.operand, reading));
		case 'relation':
			return relate(node, reading);
		case 'literal':
			return node.value;
		case 'variable':
		case 'template':
			return read(node, reading);
	}
}

function relate(node: Relation, reading: Reading): boolean {
	const left = valueOf(node.left, reading);
	const right = valueOf(node.right, reading);
	const { holds, makesSense } = compare(left, node.operator, right);
	if (!makesSense) {
		const told = `${node.source}: ${kindOf(left)} and ${kindOf(right)} have no order, so this is false`;
		reading.warnings.push(told);
		if (left != null && right != null) reading.clashes.push(told);
	}
	return holds;
}

function read(node: ExpressionNode & { type: 'variable' | 'template' }, reading: Reading): Json | undefined {
	if (reading.values.has(node)) return reading.values.get(node);
	const value =
		node.type === 'variable'
			? resolvePlaceholder(node.placeholder, reading.scope)
			: fillText(node.text, reading.scope);
	reading.values.set(node, value);
	return value;
}

/** The text with each placeholder replaced by its literal, for people to read (R3.37). */
function hydrate(expression: Expression, reading: Reading): string {
	let shown = '';
	let done = 0;
	for (const { start, end, node } of expression.slots) {
		shown += expression.text.slice(done, start) + literalOf(valueOf(node, reading));
		done = end;
	}
	return shown + expression.text.slice(done);
}

function literalOf(value: Json | undefined): string {
	if (value === undefined || value === null) return 'null';
	const literal = typeof value === 'string' ? quote(value) : toJsonText(value);
	return literal.length <= MAX_SHOWN_LENGTH ? literal : `${literal.slice(0, MAX_SHOWN_LENGTH)}…`;
}
