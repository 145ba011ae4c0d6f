/** The syntax tree of a condition, and the text it prints as (R3.30). */

import type { Placeholder, Template } from './placeholder';

export type RelationOperator = '==' | '!=' | '<' | '<=' | '>' | '>=';

export type PresenceTest = 'isPresent' | 'isAbsent' | 'isEmpty' | 'isNonEmpty';

export type ExpressionNode =
	| { type: 'and' | 'or'; terms: ExpressionNode[] }
	| { type: 'not'; term: ExpressionNode }
	| Relation
	| { type: 'test'; test: PresenceTest; operand: ExpressionNode }
	| { type: 'variable'; placeholder: Placeholder }
	| { type: 'literal'; value: string | number | boolean | null }
	| { type: 'template'; template: Template; text: string };

export interface Relation {
	type: 'relation';
	operator: RelationOperator;
	left: ExpressionNode;
	right: ExpressionNode;
	/** The comparison as it is written, for warnings. */
	source: string;
}

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
	const isLoose =
		node.type === 'and' || node.type === 'or' || node.type === 'not' || node.type === 'relation';
	return isLoose ? `(${printed})` : printed;
}
