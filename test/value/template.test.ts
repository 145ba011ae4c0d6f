/** Filling of texts and structures (R4.1–R4.9a, R4.26, R4.27, R4.34). */

import fc from 'fast-check';
import { fillText, fillValue, placeholdersIn } from '../../lib/value/template';
import { asUtcText } from '../../lib/value/utc';
import { scopeOf } from './sources';

const values = {
	supplied: {
		name: 'Ann',
		n: 3,
		on: true,
		obj: { a: [1, { b: null }] },
		list: [1, 2],
		braces: '{{secret}} [[x]]',
		half: 1.5,
	},
	thread: { x: 'X', rows: [{ id: 7 }], nothing: null, 'Ask Name.x': 'qualified' },
	secrets: { secret: 'top-secret' },
};

describe('fillText', () => {
	test.each([
		['plain', 'plain'],
		['Hi {{name}}!', 'Hi Ann!'],
		['Hi {{  name  }}!', 'Hi Ann!'],
		['{{name}}[[x]]{{name}}', 'AnnXAnn'],
		['{{n}} {{half}} {{on}}', '3 1.5 true'],
		['{{obj}}', '{"a":[1,{"b":null}]}'],
		['{{list}}', '[1,2]'],
		['<[[nothing]]>', '<>'],
		['[[rows[0].id]]', '7'],
		['[[rows[0]]]', '{"id":7}'],
		['[[[x]]]', '[X]'],
		['{{{name}}}', '{Ann}'],
		['{"a":{"b":{{n}}}}', '{"a":{"b":3}}'],
		['[[Ask Name.x]]', 'qualified'],
		['[[1,2],[3,4]]', '[[1,2],[3,4]]'],
		['open {{name', 'open {{name'],
		['open [[x', 'open [[x'],
		['{{ a {{name}}', '{{ a Ann'],
		['{{}} [[]] {{ }}', '{{}} [[]] {{ }}'],
		['{% if name %}{{name}}{% endif %}', '{% if name %}Ann{% endif %}'],
		['{{unknown}} [[rows[9].id]]', '{{unknown}} [[rows[9].id]]'],
		['{{unknown | upcase}}', '{{unknown | upcase}}'],
		['{{name | upcase}}', 'ANN'],
		['{{name|upcase|append:"!"}}', 'ANN!'],
		['[[rows | size]]', '1'],
		['[[x | append: "[1]"]]', 'X[1]'],
		['[[x | append: "]"]]', '[[x | append: "]"]]'],
		['{{list | join: ", "}}', '1, 2'],
		['{{n | plus: 2}}', '5'],
	])('R4.2–R4.9: %s becomes %s', (text, filled) => {
		expect(fillText(text, scopeOf(values))).toBe(filled);
	});

	test('R4.7: text from callers is never scanned again', () => {
		expect(fillText('{{braces}}', scopeOf(values))).toBe('{{secret}} [[x]]');
	});

	test('R4.7: values of globals and defaults are filled, to depth 3', () => {
		const defaults = { a: '1{{b}}', b: '2{{c}}', c: '3{{d}}', d: '4{{e}}', e: '5' };
		expect(fillText('{{a}}', scopeOf({ defaults }))).toBe('1234{{e}}');
		expect(fillText('{{p}}', scopeOf({ globals: { p: 'for [[x]]' }, thread: { x: '{{p}}' } }))).toBe(
			'for {{p}}',
		);
	});

	test('R4.7: a cycle stays literal text', () => {
		const globals = { a: 'A{{b}}', b: 'B{{a}}', self: 'me {{self}}' };
		expect(fillText('{{a}} {{self}}', scopeOf({ globals }))).toBe('AB{{a}} me {{self}}');
	});

	test('R4.9: an unknown name is reported with the text it stays', () => {
		const scope = scopeOf();
		fillText('{{ a }} [[b.c | upcase]]', scope);
		expect(scope.reports).toEqual([
			['{{ a }}', 'unknown'],
			['[[b.c | upcase]]', 'unknown'],
		]);
	});

	test.each(['{{name | shout}}', '{{name | constructor}}', '{{name | upcase lower}}', '{{name | | upcase}}'])(
		'R4.3: %s leaves the value unchanged and is reported',
		(text) => {
			const scope = scopeOf(values);
			expect(fillText(text, scope)).toBe('Ann');
			expect(scope.reports).toEqual([[text, 'filter']]);
		},
	);

	test('R4.3: a filter that cannot handle the value leaves it unchanged and is reported', () => {
		const scope = scopeOf({ supplied: { day: '2026-07-14' } });
		expect(fillText('{{day | date: "%999999999Y"}}', scope)).toBe('2026-07-14');
		expect(scope.reports).toHaveLength(1);
	});

	test.each([
		['July 14, 2026', '2026-07-14T00:00:00.000Z'],
		['July 14, 2026 07:10 PM', '2026-07-14T19:10:00.000Z'],
		['2026-07-14T19:10:17.987000', '2026-07-14T19:10:17.987Z'],
		['2026-07-14', '2026-07-14T00:00:00.000Z'],
		['2026-07-14T19:10:17+02:00', '2026-07-14T17:10:17.000Z'],
		['2026-07-14T19:10:17Z', '2026-07-14T19:10:17.000Z'],
		['July 14, 2026 GMT', '2026-07-14T00:00:00.000Z'],
	])('R4.22: the date %s is %s on every machine', (text, iso) => {
		expect(new Date(asUtcText(text) as string).toISOString()).toBe(iso);
		const shown = fillText('{{day | date: "%Y-%m-%d %H:%M"}}', scopeOf({ supplied: { day: text } }));
		expect(shown).toBe(iso.slice(0, 16).replace('T', ' '));
	});

	test('R4.3: what is no date is left to Liquid', () => {
		for (const value of ['tomorrow', 'now', '1784056217', '', 5, null]) expect(asUtcText(value)).toBe(value);
		expect(fillText('{{n | date: "%Y"}}', scopeOf({ supplied: { n: 1784056217 } }))).toBe('2026');
	});

	test('R4.3: an unknown filter in a chain is skipped, the others apply', () => {
		const scope = scopeOf(values);
		expect(fillText('{{name | shout | upcase}}', scope)).toBe('ANN');
		expect(scope.reports).toEqual([['{{name | shout | upcase}}', 'filter']]);
	});

	test('R4.9a: a managed prompt is the global of that name, its placeholders filled', () => {
		const scope = scopeOf({ globals: { tone: 'Be kind to {{name}}.' }, supplied: { name: 'Ann' } });
		expect(fillText('<<<managed_prompt:tone>>> Go.', scope)).toBe('Be kind to Ann. Go.');
		expect(fillText('<<<managed_prompt: absent >>>Go.', scope)).toBe('Go.');
		expect(scope.reports).toEqual([['absent', 'prompt']]);
	});

	test('R4.9a: managed prompts that name each other end', () => {
		const scope = scopeOf({ globals: { a: '1<<<managed_prompt:b>>>', b: '2<<<managed_prompt:a>>>' } });
		expect(fillText('<<<managed_prompt:a>>>', scope)).toBe('12<<<managed_prompt:a>>>');
	});

	test('R4.27: a secret is its mask, without filters, unless revealed', () => {
		const scope = scopeOf(values);
		expect(fillText('k={{secret}} {{global.secret}} {{secret | size}}', scope)).toBe(
			'k=********** ********** **********',
		);
		expect(fillText('k={{secret}} {{secret | base64_encode}}', scope, { reveal: true })).toBe(
			'k=top-secret dG9wLXNlY3JldA==',
		);
		expect(fillText('{{wrap}}', scopeOf({ ...values, globals: { wrap: 'Bearer {{secret}}' } }))).toBe(
			'Bearer **********',
		);
	});

	test('any text without placeholders comes back identical', () => {
		fc.assert(
			fc.property(fc.string({ unit: 'binary' }), (text) => {
				fc.pre(placeholdersIn(text).length === 0);
				expect(fillText(text, scopeOf(values))).toBe(text);
			}),
		);
	});

	test('a text cut at its placeholders is the text', () => {
		const piece = fc.constantFrom(
			'{{',
			'}}',
			'[[',
			']]',
			'[',
			']',
			'{',
			'}',
			'|',
			'a',
			'.',
			'0',
			' ',
			'<<<managed_prompt:',
			'>>>',
		);
		fc.assert(
			fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
				const text = pieces.join('');
				// Nothing is known here but prompts, which render as nothing.
				const prompts = placeholdersIn(text).filter(({ kind }) => kind === 'prompt');
				let expected = text;
				for (const prompt of prompts) expected = expected.replace(prompt.source, '');
				expect(fillText(text, scopeOf())).toBe(expected);
			}),
			{ numRuns: 2000 },
		);
	});

	test.each([
		'{{',
		'[[',
		'[[a',
		'{{a|',
		'[[a|[',
		'[[a[0]',
		'{{{',
		'[',
		'<<<managed_prompt:',
		'{{a.b',
		'[[a.b.c]] ',
	])('64 KiB of %s are filled in linear time', (piece) => {
		const text = piece.repeat(65_536 / piece.length);
		const started = process.cpuUsage();
		fillText(text, scopeOf());
		expect(process.cpuUsage(started).user).toBeLessThan(2_000_000);
	});
});

describe('fillValue', () => {
	const scope = scopeOf(values);

	test('R4.34: texts anywhere in the structure become text by default', () => {
		const value = { a: '{{n}}', b: ['[[x]]', { c: '{{unknown}}' }], d: 5, '{{n}}': null };
		expect(fillValue(value, scope)).toEqual({ a: '3', b: ['X', { c: '{{unknown}}' }], d: 5, '{{n}}': null });
	});

	test('R4.34: with preserveTypes a lone placeholder keeps its type and an unresolved one is null', () => {
		const value = {
			a: '{{n}}',
			b: '{{obj}}',
			c: 'n={{n}}',
			d: '{{unknown}}',
			e: 'u={{unknown}}',
			f: '{{n | plus: 1}}',
			g: '[[nothing]]',
		};
		expect(fillValue(value, scope, { preserveTypes: true })).toEqual({
			a: 3,
			b: { a: [1, { b: null }] },
			c: 'n=3',
			d: null,
			e: 'u={{unknown}}',
			f: 4,
			g: null,
		});
	});

	test('R4.27: a lone secret is its mask unless revealed', () => {
		expect(fillValue('{{secret}}', scope, { preserveTypes: true })).toBe('**********');
		expect(fillValue(['{{secret}}'], scope, { preserveTypes: true, reveal: true })).toEqual(['top-secret']);
	});

	test('any JSON value passes, and neither nesting nor __proto__ does harm', () => {
		fc.assert(fc.property(fc.jsonValue(), (value) => void fillValue(value as never, scope)));
		let deep: unknown = '{{n}}';
		for (let i = 0; i < 50_000; i++) deep = [deep];
		expect(() => fillValue(deep as never, scope)).not.toThrow();
		const hostile = JSON.parse('{"__proto__": {"polluted": "{{n}}"}, "a": "{{n}}"}');
		const filled = fillValue(hostile, scope) as Record<string, unknown>;
		expect(Object.getPrototypeOf(filled)).toBe(Object.prototype);
		expect(filled['polluted']).toBeUndefined();
		expect(filled['a']).toBe('3');
	});
});
