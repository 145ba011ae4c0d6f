/** The schema check: what it refuses, what it reads as what, and that nothing can hang it (R7.9.2, design part 9). */

import fc from 'fast-check';
import type { Json, JsonObject } from '../../lib/json';
import { checkArguments } from '../../lib/tool/check';
import { flattenSchema } from '../../lib/tool/schema';
import { toolOf } from './samples';

function check(args_schema: JsonObject, args: JsonObject, more: JsonObject = {}) {
	return checkArguments(toolOf({ args_schema, ...more }), args);
}

const person: JsonObject = {
	type: 'object',
	properties: {
		name: { type: 'string', minLength: 1 },
		age: { type: 'integer', minimum: 0 },
		active: { type: 'boolean', default: true },
		tags: { type: 'array', items: { type: 'number' }, uniqueItems: true },
		home: { $ref: '#/$defs/Address' },
		kind: { anyOf: [{ type: 'integer' }, { type: 'null' }] },
	},
	required: ['name'],
	additionalProperties: false,
	$defs: {
		Address: {
			type: 'object',
			properties: { zip: { type: 'string', pattern: '^\\d{5}$' } },
			required: ['zip'],
		},
	},
};

test.each<[JsonObject, JsonObject]>([
	[{ name: 'Ann' }, { name: 'Ann', active: true }],
	[
		{ name: 'Ann', age: '42' },
		{ name: 'Ann', age: 42, active: true },
	],
	[
		{ name: '7', active: 'False' },
		{ name: '7', active: false },
	],
	[
		{ name: 'a', tags: '[1, 2]' },
		{ name: 'a', tags: [1, 2], active: true },
	],
	[
		{ name: 'a', tags: ['1', 2.5] },
		{ name: 'a', tags: [1, 2.5], active: true },
	],
	[
		{ name: 'a', home: '{"zip": "00100"}' },
		{ name: 'a', home: { zip: '00100' }, active: true },
	],
	[
		{ name: 'a', kind: '3' },
		{ name: 'a', kind: 3, active: true },
	],
	[
		{ name: 'a', kind: null },
		{ name: 'a', kind: null, active: true },
	],
])('R7.9.2: %j passes as %j', async (args, passed) => {
	const given = structuredClone(args);
	expect(await check(person, args)).toEqual({ ok: true, arguments: passed });
	expect(args).toEqual(given);
});

test.each<[JsonObject, RegExp]>([
	[{}, /name/],
	[{ name: '' }, /argument name/],
	[{ name: 'a', age: 'forty' }, /argument age must be integer/],
	[{ name: 'a', age: '4.5' }, /argument age/],
	[{ name: 'a', age: -1 }, /argument age/],
	[{ name: 'a', tags: [1, 1] }, /argument tags/],
	[{ name: 'a', tags: 'x' }, /argument tags must be array/],
	[{ name: 'a', home: { zip: '1' } }, /argument home\/zip/],
	[{ name: 'a', extra: 1 }, /extra/],
	[{ name: 4 }, /argument name must be string/],
])('R7.9.2: %j is refused, naming the place', async (args, message) => {
	const outcome = await check(person, args);
	expect(outcome).toMatchObject({
		ok: false,
		code: 'TOOL_ARGUMENTS_INVALID',
		message: expect.stringMatching(message),
	});
	expect(outcome).toMatchObject({ message: expect.stringContaining('lookup') });
});

test('a refusal never shows the value', async () => {
	const outcome = await check(person, { name: 'a', age: 'private words' });
	expect(JSON.stringify(outcome)).not.toContain('private');
});

test('a tool without a schema takes anything', async () => {
	const args = { a: '1', b: null };
	expect(await checkArguments(toolOf({ type: 'inline_python' }), args)).toEqual({
		ok: true,
		arguments: args,
	});
});

test('R4.35: an absent bound argument is null, whatever its schema says', async () => {
	const bound = { variable_arguments: [{ argument_name: 'name', variable_path: 'x' }] };
	expect(await check(person, { name: null }, bound)).toMatchObject({ ok: true, arguments: { name: null } });
	expect(await check(person, { name: null })).toMatchObject({ ok: false });
});

test.each<[JsonObject, RegExp]>([
	[{ type: 'elephant' }, /args_schema of tool lookup/],
	[{ type: 'object', properties: { a: { minimum: 'x' } } }, /args_schema of tool lookup/],
	[
		{ type: 'object', properties: Object.fromEntries(Array.from({ length: 2100 }, (_, i) => [`p${i}`, {}])) },
		/2000/,
	],
	[{ description: 'x'.repeat(300_000) }, /characters/],
])('a schema that cannot be used is a handled failure', async (schema, message) => {
	const outcome = await check(schema, {});
	expect(outcome).toMatchObject({
		ok: false,
		code: 'TOOL_SCHEMA_INVALID',
		message: expect.stringMatching(message),
	});
});

describe('nothing hangs', () => {
	async function cpuMsOf(act: () => Promise<unknown>): Promise<number> {
		const started = process.cpuUsage();
		await act();
		return process.cpuUsage(started).user / 1000;
	}

	test.each<[string, JsonObject, JsonObject, boolean]>([
		[
			'a catastrophic pattern',
			{ properties: { a: { pattern: '^(a+)+$' } } },
			{ a: 'a'.repeat(50_000) + 'b' },
			false,
		],
		['nested quantifiers', { properties: { a: { pattern: '(x+x+)+y' } } }, { a: 'x'.repeat(50_000) }, false],
		[
			'a catastrophic property pattern',
			{ patternProperties: { '^(a|a)*$': {} } },
			{ ['a'.repeat(40) + 'b']: 1 },
			true,
		],
		[
			'a pattern without linear form is not checked',
			{ properties: { a: { pattern: '(?=.*\\d)x' } } },
			{ a: 'q' },
			true,
		],
		['a schema that is itself', { $ref: '#' }, { a: 1 }, true],
		['a doubling of references', doubling(24), { a: 1 }, true],
		[
			'a long list of unique objects',
			{ properties: { a: { uniqueItems: true } } },
			{ a: uniqueObjects(20_000) },
			true,
		],
		[
			'a long list with one repetition',
			{ properties: { a: { uniqueItems: true } } },
			{ a: [...uniqueObjects(9000), { i: 5, j: [5] }] },
			false,
		],
	])('%s', async (...row) => {
		const [, schema, args, passes] = row;
		let outcome: { ok: boolean; code?: string } = { ok: false };
		const cpuMs = await cpuMsOf(async () => {
			outcome = await check(schema, args);
		});
		// A doubling of references is refused for its size instead.
		expect(outcome.ok || outcome.code === 'TOOL_SCHEMA_INVALID').toBe(passes);
		expect(cpuMs).toBeLessThan(4000);
	});

	test('values nested many thousand levels deep are refused', async () => {
		let deep: Json = 1;
		for (let i = 0; i < 100_000; i++) deep = [deep];
		const outcome = await check({ properties: { a: { uniqueItems: true } } }, { a: [deep] });
		expect(outcome).toMatchObject({ ok: false, code: 'TOOL_ARGUMENTS_INVALID' });
	});

	test('any JSON as a schema gives an answer', async () => {
		const keyword = fc.constantFrom(
			'type',
			'properties',
			'items',
			'$ref',
			'anyOf',
			'required',
			'pattern',
			'enum',
			'not',
			'minimum',
		);
		const schema = fc.dictionary(
			keyword,
			fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.constantFrom('#', '#/items', 'object')),
		);
		await fc.assert(
			fc.asyncProperty(schema, fc.dictionary(fc.string(), fc.jsonValue()), async (shape, args) => {
				const outcome = await check(shape as JsonObject, args as JsonObject);
				expect(typeof outcome.ok).toBe('boolean');
			}),
			{ numRuns: 150 },
		);
	});
});

/** `n` definitions of which each asks twice for the next: 2^n checks when followed without bound. */
function doubling(n: number): JsonObject {
	const $defs: JsonObject = { d0: { type: 'string' } };
	for (let i = 1; i <= n; i++) {
		const next = { $ref: `#/$defs/d${i - 1}` };
		$defs[`d${i}`] = { anyOf: [next, next] };
	}
	return { properties: { a: { $ref: `#/$defs/d${n}` } }, $defs };
}

function uniqueObjects(length: number): JsonObject[] {
	return Array.from({ length }, (_, i) => ({ i, j: [i] }));
}

describe('flattenSchema', () => {
	test('references are laid out, other documents and unknown keywords are not followed', () => {
		const flat = flattenSchema({
			$id: 'x',
			properties: { a: { $ref: '#/$defs/a~1b', description: 'text' }, c: { $ref: 'https://a.example/s' } },
			$defs: { 'a/b': { type: 'string', format: 'date' } },
		});
		expect(flat).toEqual({
			ok: true,
			schema: { properties: { a: { allOf: [{ type: 'string' }] }, c: { allOf: [true] } } },
		});
	});

	test('a schema that contains itself is followed three levels deep', () => {
		const tree = {
			$ref: '#/$defs/t',
			$defs: { t: { type: 'object', properties: { next: { $ref: '#/$defs/t' } } } },
		};
		expect(JSON.stringify(flattenSchema(tree)).match(/"type":"object"/g)).toHaveLength(3);
	});

	test('tuples of newer drafts become those of older ones', () => {
		expect(flattenSchema({ prefixItems: [{ type: 'string' }], items: false })).toEqual({
			ok: true,
			schema: { items: [{ type: 'string' }], additionalItems: false },
		});
	});

	test('properties may bear the names of keywords', () => {
		const properties = { enum: { type: 'string' }, default: { type: 'string' }, $ref: { type: 'string' } };
		expect(flattenSchema({ properties })).toEqual({ ok: true, schema: { properties } });
	});
});
