/** What conditions answer: presence, relations, bare operands, and the hydrated form (R3.33–R3.37). */

import fc from 'fast-check';
import type { Json } from '../../lib/json';
import { evaluateExpression } from '../../lib/value/evaluate';
import { parseExpression } from '../../lib/value/expression';
import { scopeOf, scopeWithX, type TestScope } from './sources';

function judge(text: string, scope: TestScope) {
	return evaluateExpression(parseExpression(text), scope);
}

const ABSENT = Symbol('absent');

function scopeWith(x: Json | symbol, y: Json | symbol = ABSENT): TestScope {
	const thread: Record<string, Json> = {};
	if (typeof x !== 'symbol') thread['x'] = x;
	if (typeof y !== 'symbol') thread['y'] = y;
	return scopeOf({ thread });
}

describe('presence', () => {
	test.each<[Json | symbol, string]>([
		[ABSENT, 'FTTF'],
		[null, 'FTTF'],
		['', 'TFTF'],
		['  \t', 'TFTF'],
		[[], 'TFTF'],
		[{}, 'TFTF'],
		[0, 'TFFT'],
		[false, 'TFFT'],
		['text', 'TFFT'],
		['false', 'TFFT'],
		[[null], 'TFFT'],
		[{ a: null }, 'TFFT'],
		[3.5, 'TFFT'],
		[true, 'TFFT'],
	])('R3.33: %p is %s', (value, answers) => {
		const tests = ['isPresent', 'isAbsent', 'isEmpty', 'isNonEmpty'];
		const scope = scopeWith(value);
		expect(tests.map((name) => (judge(`${name}([[x]])`, scope).holds ? 'T' : 'F')).join('')).toBe(answers);
	});

	test('R3.33: a broken path is absent', () => {
		expect(judge('isAbsent([[x.y.z]]) AND isEmpty([[x[4]]])', scopeWithX({ y: 3 })).holds).toBe(true);
	});
});

describe('relations', () => {
	const WARN = 'warn';
	test.each<[Json | symbol, Json | symbol, boolean, string]>([
		[1, 1, true, '='],
		[1, 2, false, '<'],
		[10, '9', false, '>'],
		[10, ' 10.0 ', true, '='],
		['2', 10, false, '<'],
		[-1, '-1', true, '='],
		[1, 'one', false, WARN],
		[1, '', false, WARN],
		['abc', 'abc', true, '='],
		['abc', 'ABC', false, '>'],
		['10', '9', false, '>'],
		['10', '9a', false, '<'],
		['10', '10.0', false, '='],
		['a', 'ab', false, '<'],
		['\u{1F600}', '\uFF5E', false, '>'],
		[true, true, true, WARN],
		[true, 'TRUE', true, WARN],
		['False', false, true, WARN],
		[true, 'yes', false, WARN],
		[true, 1, false, WARN],
		[null, null, true, WARN],
		[ABSENT, ABSENT, true, WARN],
		[ABSENT, null, true, WARN],
		[ABSENT, 'a', false, WARN],
		[null, 0, false, WARN],
		[null, '', false, WARN],
		[null, false, false, WARN],
		[[1, { a: 2 }], [1, { a: 2 }], true, WARN],
		[{ a: 1, b: 2 }, { b: 2, a: 1 }, true, WARN],
		[[1], [2], false, WARN],
		[[], {}, false, WARN],
		[[1], '[1]', false, WARN],
		[{}, null, false, WARN],
		[[1], 1, false, WARN],
	])('R3.34: %p and %p', (...row) => {
		const [x, y, areEqual, order] = row;
		const scope = scopeWith(x, y);
		expect(judge('[[x]] == [[y]]', scope)).toMatchObject({ holds: areEqual, warnings: [] });
		expect(judge('[[x]] != [[y]]', scope)).toMatchObject({ holds: !areEqual, warnings: [] });
		const holds = { '<': '<', '<=': '<=', '>': '>', '>=': '>=' };
		for (const operator of Object.keys(holds)) {
			const { holds: answer, warnings } = judge(`[[x]] ${operator} [[y]]`, scope);
			const expected = order === WARN ? false : operator.includes(order);
			expect([operator, answer, warnings.length]).toEqual([operator, expected, order === WARN ? 1 : 0]);
		}
	});

	test('R3.35: a warning names the comparison and the kinds of its values, not the values', () => {
		const { warnings } = judge("isPresent([[x]]) AND [[x]] < 'soon'", scopeWithX(['private words']));
		expect(warnings).toEqual(["[[x]] < 'soon': a list and a text have no order, so this is false"]);
	});

	test('R3.34: a clash is between two values; with a variable that nothing wrote there is none', () => {
		const scope = scopeOf({ thread: { list: [1], no: null } });
		const both = judge('[[list]] > 1 OR [[missing]] > 1 OR 1 < [[no]]', scope);
		expect(both.warnings).toHaveLength(3);
		expect(both.clashes).toEqual([both.warnings[0]]);
	});
});

test.each<[Json | symbol, boolean]>([
	[ABSENT, false],
	[null, false],
	[false, false],
	['false', false],
	['', false],
	[0, false],
	[true, true],
	['true', true],
	['no', true],
	[' ', true],
	['0', true],
	[1, true],
	[[], true],
	[{}, true],
])('R3.36: a bare %p is %p', (value, holds) => {
	expect(judge('[[x]]', scopeWith(value)).holds).toBe(holds);
	expect(judge('NOT [[x]]', scopeWith(value)).holds).toBe(!holds);
});

test('R3.31: AND binds tighter than OR, NOT tighter than both, and both stop early', () => {
	const scope = scopeOf({ thread: { t: true, f: false } });
	expect(judge('[[t]] OR [[t]] AND [[f]]', scope).holds).toBe(true);
	expect(judge('([[t]] OR [[t]]) AND [[f]]', scope).holds).toBe(false);
	expect(judge('NOT [[f]] AND [[t]]', scope).holds).toBe(true);
	expect(judge('[[t]] OR [[missing]] < 3', scope).warnings).toEqual([]);
	expect(judge('[[f]] AND [[missing]] < 3', scope).warnings).toEqual([]);
});

describe('hydrated form', () => {
	test.each<[Json | symbol, string]>([
		[3, '3'],
		['it\'s a "b" \\ \n', `'it\\'s a "b" \\\\ \\n'`],
		[true, 'true'],
		[null, 'null'],
		[ABSENT, 'null'],
		[[1, { a: 'b' }], '[1,{"a":"b"}]'],
	])('R3.37: %p is shown as %s', (value, shown) => {
		expect(judge('( [[x]]  >= 3 )', scopeWith(value)).hydrated).toBe(`( ${shown}  >= 3 )`);
	});

	test('R3.37: the recorded form of a comparison', () => {
		expect(judge('[[attempts]] >= 3', scopeOf({ thread: { attempts: 3 } }))).toEqual({
			holds: true,
			hydrated: '3 >= 3',
			warnings: [],
			clashes: [],
		});
	});

	test('R3.37: a quoted literal with placeholders is interpolated as text', () => {
		const scope = scopeOf({ thread: { a: "o'x", n: 2 } });
		const { holds, hydrated } = judge(`'[[a]]-[[n]]' == "o'x-2"`, scope);
		expect(holds).toBe(true);
		expect(hydrated).toBe(`'o\\'x-2' == "o'x-2"`);
	});

	test('R4.27: a secret is judged and shown as its mask', () => {
		const scope = scopeOf({ secrets: { key: 'hunter22' } });
		const { holds, hydrated } = judge("{{key}} == 'hunter22' OR '{{key}}' == 'hunter22'", scope);
		expect(holds).toBe(false);
		expect(hydrated).not.toContain("'hunter22' == ");
		expect(judge('isPresent({{key}})', scope)).toMatchObject({
			holds: true,
			hydrated: "isPresent('**********')",
		});
	});
});

test('R4.7: an author-written value is filled before it is compared', () => {
	const scope = scopeOf({ globals: { greeting: 'Hi {{name}}' }, supplied: { name: 'Ann' } });
	expect(judge("{{greeting}} == 'Hi Ann'", scope).holds).toBe(true);
});

const words = ["' OR '1' == '1", ']] == [[', '{{y}}', '1 OR 1', "\\'", 'true', ') OR (', '\n'];
const hostile = fc.oneof(
	fc.jsonValue(),
	fc.array(fc.constantFrom(...words)).map((parts) => parts.join('')),
) as fc.Arbitrary<Json>;

test('R3.37: a value never changes the structure of an expression', () => {
	fc.assert(
		fc.property(hostile, hostile, (x, y) => {
			const scope = scopeOf({ thread: { x }, supplied: { y } });
			const both = judge("[[x]] == 'never' AND {{y}} == 'nowhere'", scope);
			expect(both.holds).toBe(x === 'never' && y === 'nowhere');
			const quoted = judge("'<[[x]]>' == '<never>'", scope);
			expect(quoted.holds).toBe(x === 'never');
		}),
		{ numRuns: 1000 },
	);
});

test('any expression judges any values without throwing', () => {
	const text = fc.constantFrom(
		'[[x]] == {{y}}',
		'[[x]] < {{y}} OR [[x]] >= {{y}}',
		'isEmpty([[x.a[0]]]) AND NOT {{y}}',
		"'{{y}} [[x]]' != [[x | upcase]]",
		'[[x | join: ", "]] == {{y | size}}',
	);
	fc.assert(
		fc.property(text, hostile, hostile, (expression, x, y) => {
			const answer = judge(expression, scopeOf({ thread: { x }, supplied: { y } }));
			expect(typeof answer.holds).toBe('boolean');
		}),
		{ numRuns: 1000 },
	);
});

test('values nested many thousand levels deep are judged without throwing', () => {
	let deep: Json = 1;
	for (let i = 0; i < 50_000; i++) deep = [deep];
	expect(
		judge('[[x]] == {{y}}', scopeOf({ thread: { x: deep }, supplied: { y: structuredCopy(deep) } })).holds,
	).toBe(false);
});

/** A second value of the same nesting, built without recursion. */
function structuredCopy(value: Json): Json {
	let depth = 0;
	for (let inner = value; Array.isArray(inner); inner = inner[0] as Json) depth++;
	let copy: Json = 1;
	for (let i = 0; i < depth; i++) copy = [copy];
	return copy;
}
