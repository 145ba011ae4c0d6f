/** The language of conditions as text: grammar, errors, and printing (R3.29–R3.32). */

import fc from 'fast-check';
import { codeOf } from '../../lib/errors';
import { parseExpression, printExpression, type ExpressionNode } from '../../lib/value/expression';
import {
	compileTemplate,
	placeholdersIn,
	scanPlaceholder,
	type Placeholder,
} from '../../lib/value/placeholder';

/** The tree with every operation in parentheses. */
function shape(node: ExpressionNode): string {
	switch (node.type) {
		case 'and':
		case 'or':
			return `(${node.terms.map(shape).join(` ${node.type} `)})`;
		case 'not':
			return `(not ${shape(node.term)})`;
		case 'relation':
			return `(${shape(node.left)} ${node.operator} ${shape(node.right)})`;
		case 'test':
			return `${node.test}(${shape(node.operand)})`;
		case 'variable':
			return node.placeholder.source;
		case 'template':
			return `template ${JSON.stringify(node.text)}`;
		case 'literal':
			return JSON.stringify(node.value);
	}
}

function faultOf(text: string): { code: string; place: string; message: string; advice: string } {
	try {
		parseExpression(text);
	} catch (error) {
		const { place, message, advice } = error as { place: string; message: string; advice: string };
		return { code: codeOf(error), place, message, advice };
	}
	throw new Error(`${text} was parsed`);
}

describe('parseExpression', () => {
	test.each([
		['[[a]] == 1', '([[a]] == 1)'],
		['  [[ a.b[0] ]]==  "x" ', '([[ a.b[0] ]] == "x")'],
		['[[a]]==1&&{{b}}!=2||!{{c}}', '((([[a]] == 1) and ({{b}} != 2)) or (not {{c}}))'],
		['NOT [[a]] == 1', '(not ([[a]] == 1))'],
		['not not [[a]]', '(not (not [[a]]))'],
		['[[a]] or [[b]] And [[c]]', '([[a]] or ([[b]] and [[c]]))'],
		['([[a]] OR [[b]]) AND [[c]]', '(([[a]] or [[b]]) and [[c]])'],
		['[[a]] AND [[b]] AND [[c]]', '([[a]] and [[b]] and [[c]])'],
		['([[a]] == 1) == TRUE', '(([[a]] == 1) == true)'],
		['ISPRESENT([[a]]) and isNonEmpty( "x" )', '(isPresent([[a]]) and isNonEmpty("x"))'],
		['-1.50 <= [[a]]', '(-1.5 <= [[a]])'],
		['null != False', '(null != false)'],
		[String.raw`'it\'s\n\t\\' == "say \"x\""`, `("it's\\n\\t\\\\" == "say \\"x\\"")`],
		["'[[a]] x' == 'y'", '(template "[[a]] x" == "y")'],
		["'[[not closed' == 'y'", '("[[not closed" == "y")'],
		['[[Collect Insurance.dob | upcase]] == "X"', '([[Collect Insurance.dob | upcase]] == "X")'],
		['[[rows[0]]] == {{ x }}', '([[rows[0]]] == {{ x }})'],
		['isEmpty([[a]])\nAND\n[[b]]', '(isEmpty([[a]]) and [[b]])'],
	])('R3.30–R3.32: %s', (text, tree) => {
		expect(shape(parseExpression(text).root)).toBe(tree);
	});

	test.each([
		['', 'line 1, column 1'],
		['[[a]] ==', 'line 1, column 9'],
		['== 1', 'line 1, column 1'],
		['[[a]] = 1', 'line 1, column 7'],
		['[[a]] < [[b]] < 3', 'line 1, column 15'],
		['([[a]]', 'line 1, column 1'],
		['[[a]])', 'line 1, column 6'],
		['[[a]] [[b]]', 'line 1, column 7'],
		['[[a]] AND', 'line 1, column 10'],
		['[[a', 'line 1, column 1'],
		['{a}', 'line 1, column 1'],
		['name == 1', 'line 1, column 1'],
		["[[a]] ==\n 'open", 'line 2, column 2'],
		[String.raw`'\d' == [[a]]`, 'line 1, column 2'],
		['isPresent [[a]]', 'line 1, column 11'],
		['isPresent([[a]], 1)', 'line 1, column 16'],
		['isPresent([[a]] == 1)', 'line 1, column 17'],
		['isPresent(([[a]]))', 'line 1, column 11'],
		['[[a]] + 1 == 2', 'line 1, column 7'],
		['1abc == 2', 'line 1, column 1'],
		['[[a]] == 1; 2', 'line 1, column 11'],
	])('R3.37a: %s is refused at %s', (text, place) => {
		const fault = faultOf(text);
		expect(fault).toMatchObject({ code: 'EXPRESSION_SYNTAX', place });
		expect(fault.message).toContain(place);
		expect(fault.advice).not.toBe('');
	});

	test.each([
		['contains([[a]], "x")', 1],
		['[[a]] contains "x"', 7],
		['length([[a]]) > 1', 1],
		['[[a]] in [[b]]', 7],
	])('R3.29: %s is named as unsupported', (text, column) => {
		const fault = faultOf(text);
		expect(fault).toMatchObject({ code: 'EXPRESSION_UNSUPPORTED', place: `line 1, column ${column}` });
		expect(fault.message).toContain('is not part of the language');
		expect(fault.advice).toContain('isNonEmpty');
	});

	test('length and depth are limited, and a long chain is not depth', () => {
		expect(faultOf(`[[a]] == '${'x'.repeat(10_000)}'`).code).toBe('EXPRESSION_TOO_LONG');
		expect(faultOf('('.repeat(101) + '1' + ')'.repeat(101)).code).toBe('EXPRESSION_TOO_LONG');
		expect(faultOf('!'.repeat(5000) + '1').code).toBe('EXPRESSION_TOO_LONG');
		expect(parseExpression('('.repeat(100) + '1' + ')'.repeat(100)).root).toEqual({
			type: 'literal',
			value: 1,
		});
		expect(parseExpression(Array(1500).fill('1').join(' OR ')).root).toMatchObject({ type: 'or' });
	});

	test('the same text is parsed once', () => {
		expect(parseExpression('[[same]] == 1')).toBe(parseExpression('[[same]] == 1'));
	});
});

const variableText = fc.constantFrom(
	'[[a]]',
	'{{b.c}}',
	'[[Node Name.x]]',
	'[[rows[0].id | upcase]]',
	'{{x | join: ", "}}',
);
const variable = variableText.map((source): ExpressionNode => ({
	type: 'variable',
	placeholder: scanPlaceholder(source, 0) as Placeholder,
}));
const literal = fc
	.oneof(
		fc.string({ unit: 'binary', maxLength: 12 }),
		fc.boolean(),
		fc.constant(null),
		fc.integer(),
		fc.integer({ min: -99_999, max: 99_999 }).map((n) => n / 100),
	)
	.filter((value) => typeof value !== 'string' || placeholdersIn(value).length === 0)
	.map((value): ExpressionNode => ({ type: 'literal', value: Object.is(value, -0) ? 0 : value }));
const template = fc
	.tuple(fc.string({ unit: 'binary', maxLength: 6 }), variableText, fc.string({ maxLength: 6 }))
	.map((parts) => parts.join(''))
	.filter((text) => placeholdersIn(text).length > 0)
	.map((text): ExpressionNode => ({ type: 'template', text, template: compileTemplate(text) }));

const { tree } = fc.letrec<{ tree: ExpressionNode; terms: ExpressionNode[] }>((tie) => ({
	terms: fc.array(tie('tree'), { minLength: 2, maxLength: 4 }),
	tree: fc.oneof(
		{ maxDepth: 5 },
		variable,
		literal,
		template,
		fc.record({ type: fc.constantFrom('and' as const, 'or' as const), terms: tie('terms') }),
		fc.record({ type: fc.constant('not' as const), term: tie('tree') }),
		fc.record({
			type: fc.constant('relation' as const),
			operator: fc.constantFrom(
				'==' as const,
				'!=' as const,
				'<' as const,
				'<=' as const,
				'>' as const,
				'>=' as const,
			),
			left: tie('tree'),
			right: tie('tree'),
			source: fc.constant(''),
		}),
		fc.record({
			type: fc.constant('test' as const),
			test: fc.constantFrom(
				'isPresent' as const,
				'isAbsent' as const,
				'isEmpty' as const,
				'isNonEmpty' as const,
			),
			operand: fc.oneof(variable, literal, template),
		}),
	) as fc.Arbitrary<ExpressionNode>,
}));

/** The tree without the slices of text that relations keep for warnings. */
function withoutSource(node: ExpressionNode): unknown {
	return JSON.parse(
		JSON.stringify(node, (key, value) => (key === 'source' && value !== undefined ? '' : value)),
	);
}

test('R3.30: a printed tree parses to the same tree', () => {
	fc.assert(
		fc.property(tree, (node) => {
			const printed = printExpression(node);
			fc.pre(printed.length < 10_000);
			expect(withoutSource(parseExpression(printed).root)).toEqual(withoutSource(node));
		}),
		{ numRuns: 1000 },
	);
});

test('no text throws anything but an ExpressionError, and none takes long', () => {
	const token = fc.constantFrom(
		'[[a]]',
		'{{b}}',
		'(',
		')',
		'!',
		'NOT ',
		' AND ',
		'||',
		'==',
		'<',
		"'",
		'"',
		'\\',
		'1',
		'-',
		'isEmpty(',
		'x',
		' ',
		'[',
		'{{',
		'\n',
	);
	fc.assert(
		fc.property(
			fc.oneof(
				fc.string({ unit: 'binary' }),
				fc.array(token, { maxLength: 60 }).map((a) => a.join('')),
			),
			(text) => {
				try {
					parseExpression(text);
				} catch (error) {
					expect(codeOf(error)).toMatch(/^EXPRESSION_/);
				}
			},
		),
		{ numRuns: 3000 },
	);
	for (const piece of ['(', '!', '[[a|', '{{a|', "'", '[[', '1 OR ', ' ', '-']) {
		const started = process.cpuUsage();
		try {
			parseExpression(piece.repeat(Math.floor(10_000 / piece.length)));
		} catch (error) {
			expect(codeOf(error)).toMatch(/^EXPRESSION_/);
		}
		expect(process.cpuUsage(started).user).toBeLessThan(1_000_000);
	}
});
