/** Names, system values, merging and masks (R4.14–R4.28, R4.36–R4.39). */

import fc from 'fast-check';
import type { JsonObject } from '../../lib/json';
import { LIST_MASK, maskSecrets, TEXT_MASK } from '../../lib/value/mask';
import { mergeVariables } from '../../lib/value/merge';
import {
	argumentNameProblem,
	globalVariableProblem,
	isExpandableKey,
	mappingTargetProblem,
	runtimeVariableProblem,
} from '../../lib/value/names';
import { parsePath, readPath } from '../../lib/value/path';
import { systemValues } from '../../lib/value/system';

describe('names', () => {
	test.each([
		['pharmacy_key', true],
		['_x9', true],
		['9x', false],
		['a b', false],
		['a.b', false],
		['größe', false],
		['', false],
		['now', false],
		['workflow_invoke_count', false],
		['rand_uuid', false],
		['Now', true],
	])('R4.18, R4.23: a global named %p is allowed: %p', (name, isAllowed) => {
		expect(globalVariableProblem(name) === null).toBe(isAllowed);
	});

	test('R4.18: a description has at most 1024 characters', () => {
		expect(globalVariableProblem('a', 'x'.repeat(1024))).toBeNull();
		expect(globalVariableProblem('a', 'x'.repeat(1025))).toContain('1024');
	});

	test.each([
		['visits', true],
		['Ask Name', true],
		['_x', false],
		['a.b', false],
		[' ', false],
	])('R4.16: a runtime variable named %p is accepted: %p', (name, isAllowed) => {
		expect(runtimeVariableProblem(name) === null).toBe(isAllowed);
	});

	test.each([
		['rec', true],
		['größe', true],
		['lambda', false],
		['None', false],
		['a-b', false],
		['', false],
	])('R-56: an argument named %p is allowed: %p', (name, isAllowed) => {
		expect(argumentNameProblem(name) === null).toBe(isAllowed);
	});

	test.each([
		['risk', true],
		['class', true],
		['result', true],
		['result_status', true],
		['', false],
		['_risk', false],
		['a.b', false],
		['1a', false],
		['result_success', false],
		['result_error', false],
	])('R4.37: a mapping onto %p is allowed: %p', (target, isAllowed) => {
		expect(mappingTargetProblem(target, 'result') === null).toBe(isAllowed);
	});

	test('R4.39: only identifiers without a leading underscore are expanded', () => {
		expect(['a', 'b1', '_c', 'd e', '1f', '', '__proto__', 'größe'].filter(isExpandableKey)).toEqual([
			'a',
			'b1',
			'größe',
		]);
	});
});

describe('systemValues', () => {
	test('R4.22: names, types and forms, in UTC', () => {
		const nowMs = Date.UTC(2026, 6, 14, 19, 10, 17, 987);
		expect(systemValues({ nowMs, turnCount: 3, random: () => 0.5 })).toEqual({
			now: 'July 14, 2026 07:10 PM',
			date: 'July 14, 2026',
			time: '07:10 PM',
			year: 2026,
			month: 'July',
			day: 14,
			hour: '07',
			minute: '10',
			workflow_invoke_count: 3,
			iso_datetime: '2026-07-14T19:10:17.987000',
			day_of_week: 'Tuesday',
			timestamp: 1784056217,
			timestamp_ms: 1784056217987,
			rand_int: 500000,
			rand_str: 'ffffffff',
			rand_float: 0.5,
			rand_uuid: '88888888-8888-4888-8888-888888888888',
			rand_bool: false,
		});
	});

	test.each([
		[0, '12:05 AM', '12'],
		[9, '09:05 AM', '09'],
		[12, '12:05 PM', '12'],
		[23, '11:05 PM', '11'],
	])('R4.22: hour %i is %s', (hour, time, hourText) => {
		const values = systemValues({ nowMs: Date.UTC(2026, 0, 1, hour, 5), turnCount: 0, random: Math.random });
		expect(values).toMatchObject({ time, hour: hourText, day: 1, day_of_week: 'Thursday' });
		expect(values['rand_uuid']).toMatch(
			/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
		);
		expect(values['rand_str']).toMatch(/^[A-Za-z0-9]{8}$/);
	});
});

describe('mergeVariables', () => {
	test('R4.21: blanks leave what is there, objects merge, the rest is replaced', () => {
		const base = { a: 1, b: { x: 1, y: [1] }, c: 'keep', d: 'text', e: 'keep' };
		const over = { b: { y: [2], z: null }, c: '  ', d: { n: 1 }, e: null, f: '', g: 0 };
		expect(mergeVariables(base, over)).toEqual({
			a: 1,
			b: { x: 1, y: [2], z: null },
			c: 'keep',
			d: { n: 1 },
			e: 'keep',
			f: '',
			g: 0,
		});
		expect(base.b).toEqual({ x: 1, y: [1] });
	});

	test('neither prototypes nor deep nesting can be abused', () => {
		const hostile = JSON.parse(
			'{"__proto__": {"bad": 1}, "constructor": {"prototype": {"bad": 1}}}',
		) as JsonObject;
		const merged = mergeVariables({}, mergeVariables({ constructor: {} } as JsonObject, hostile));
		expect(Object.getPrototypeOf(merged)).toBe(Object.prototype);
		expect(({} as Record<string, unknown>)['bad']).toBeUndefined();
		let deep: JsonObject = {};
		for (let i = 0; i < 50_000; i++) deep = { a: deep };
		expect(() => mergeVariables(deep, { ...deep })).not.toThrow();
	});

	test('merging onto nothing changes nothing, and merging twice is merging once', () => {
		const variables = fc.dictionary(
			fc.constantFrom('a', 'b', 'c'),
			fc.jsonValue(),
		) as fc.Arbitrary<JsonObject>;
		fc.assert(
			fc.property(variables, variables, (base, over) => {
				expect(mergeVariables({}, over)).toEqual(over);
				const once = mergeVariables(base, over);
				expect(mergeVariables(once, over)).toEqual(once);
			}),
		);
	});
});

describe('maskSecrets', () => {
	test('R4.26: the two masks have eight and ten stars', () => {
		expect([LIST_MASK, TEXT_MASK]).toEqual(['********', '**********']);
	});

	test('R4.28: every occurrence goes, longest secret first; short ones stay', () => {
		expect(maskSecrets('abcdef abcdefgh abcde', ['abcdef', 'abcdefgh', 'abcde'])).toBe(
			`${TEXT_MASK} ${TEXT_MASK} abcde`,
		);
	});

	test('R4.28: a secret is found in its encoded forms', () => {
		const secret = 'p&s "x" y/z';
		const forms = [
			encodeURIComponent(secret),
			JSON.stringify(secret),
			Buffer.from(secret).toString('base64'),
		];
		const form = new URLSearchParams({ secret }).toString();
		for (const text of [...forms, form]) expect(maskSecrets(text, [secret])).toContain(TEXT_MASK);
	});
});

describe('paths', () => {
	test.each<[string, Array<string | number> | null]>([
		['a', ['a']],
		[' a b . c ', ['a b', 'c']],
		['items[2].name', ['items', 2, 'name']],
		['[0][1]', [0, 1]],
		['[0].a', [0, 'a']],
		['a[ 1 ] .b', ['a', 1, 'b']],
		['', null],
		['.a', null],
		['a.', null],
		['a..b', null],
		['a[', null],
		['a[]', null],
		['a[-1]', null],
		['a[1.5]', null],
		['a[x]', null],
		['a]', null],
		['a[0]b', null],
		['a.[0]', null],
	])('R4.4: %p splits into %j', (path, steps) => {
		expect(parsePath(path)).toEqual(steps);
	});

	test('R4.37: an empty path reads the whole value, and JSON text is entered', () => {
		expect(readPath([1], '')).toEqual([1]);
		expect(readPath([{ id: 4 }], '[0].id')).toBe(4);
		expect(readPath(' {"a": "[5]"}', 'a[0]')).toBe(5);
		expect(readPath('{broken', 'a')).toBeUndefined();
		expect(readPath({ a: null }, 'a.b')).toBeUndefined();
	});
});
