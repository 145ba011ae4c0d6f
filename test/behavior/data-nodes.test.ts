/** The nodes that work on data alone: no_op, deduplicate, field_extractor. */

import { deduplicate } from '../../lib/behavior/deduplicate';
import { fieldExtractor } from '../../lib/behavior/field-extractor';
import { noOp } from '../../lib/behavior/no-op';
import type { DeduplicateNode, FieldExtractorNode, NoOpNode } from '../../lib/graph/node';
import type { Json, JsonObject } from '../../lib/json';
import { fakeStep } from './fake-step';

describe('R7.14: no_op', () => {
	const run = async (node: JsonObject) => {
		const { step, did } = fakeStep<NoOpNode>({ node: { type: 'no_op', ...node } });
		return { did, outcome: await noOp.execute(step) };
	};

	test('it succeeds and writes null and its success', async () => {
		const { did, outcome } = await run({ note: 'never read' });
		expect(outcome.output).toEqual({ success: true, error_message: null });
		expect(did.variables).toEqual({ no_op_result: null, no_op_result_success: true });
		expect(did.pauses).toEqual([]);
	});

	test('it waits its delay, writes under its own name, and simulates failure without ending anything', async () => {
		const { did, outcome } = await run({
			delay_seconds: 1.5,
			output_runtime_variable_name: 'fork',
			simulate_failure: true,
		});
		expect(did.pauses).toEqual([1500]);
		expect(outcome.output).toEqual({ success: false, error_message: 'The node simulates a failure.' });
		expect(did.variables).toEqual({ fork: null, fork_success: false });
	});

	test('a negative delay is none', async () => {
		expect((await run({ delay_seconds: -3 })).did.pauses).toEqual([]);
	});
});

describe('R7.15: deduplicate', () => {
	const run = async (rows: Json, node: JsonObject = { dedup_key: 'id' }, variables: JsonObject = {}) => {
		const { step, did } = fakeStep<DeduplicateNode>({
			node: { type: 'deduplicate', input_runtime_variable_name: 'rows', ...node },
			variables: { rows, ...variables },
		});
		const outcome = await deduplicate.execute(step);
		return { did, output: outcome.output };
	};

	test.each<[string, Json, JsonObject, Json, number]>([
		[
			'the first object per key value stays',
			[{ id: 1, n: 'a' }, { id: 2 }, { id: 1, n: 'b' }],
			{ dedup_key: 'id' },
			[{ id: 1, n: 'a' }, { id: 2 }],
			1,
		],
		[
			'objects without the key all stay',
			[{ x: 1 }, { x: 1 }, { id: null }, { id: null }],
			{ dedup_key: 'id' },
			[{ x: 1 }, { x: 1 }, { id: null }, { id: null }],
			0,
		],
		[
			'items that are no objects stay',
			[1, 1, 'a', null, [1]],
			{ dedup_key: 'id' },
			[1, 1, 'a', null, [1]],
			0,
		],
		[
			'a number and its text are different',
			[{ id: 1 }, { id: '1' }],
			{ dedup_key: 'id' },
			[{ id: 1 }, { id: '1' }],
			0,
		],
		[
			'values are compared deeply',
			[{ id: { a: 1, b: [2] } }, { id: { b: [2], a: 1 } }],
			{ dedup_key: 'id' },
			[{ id: { a: 1, b: [2] } }],
			1,
		],
		['the key is a path', [{ p: { id: 1 } }, { p: { id: 1 } }], { dedup_key: 'p.id' }, [{ p: { id: 1 } }], 1],
		['a JSON text is read first', '[{"id":1},{"id":1}]', { dedup_key: 'id' }, [{ id: 1 }], 1],
		['an empty list', [], { dedup_key: 'id' }, [], 0],
	])('R7.15.2: %s', async (_title, rows, node, list, removed) => {
		const { did, output } = await run(rows, node);
		expect(output).toEqual({
			success: true,
			deduplicated_list: list,
			removed_count: removed,
			error_message: null,
		});
		expect(did.variables).toMatchObject({
			deduplicate_result: list,
			deduplicate_result_success: true,
			deduplicate_result_error: null,
		});
	});

	test('R7.15.1: the key named by a variable wins over the written one', async () => {
		const rows = [
			{ a: 1, b: 1 },
			{ a: 1, b: 2 },
		];
		const named = await run(rows, { dedup_key: 'a', dedup_key_runtime_variable_name: 'key' }, { key: 'b' });
		expect(named.output['removed_count']).toBe(0);
		const absent = await run(rows, { dedup_key: 'a', dedup_key_runtime_variable_name: 'key' });
		expect(absent.output['removed_count']).toBe(1);
	});

	test('a name written with brackets, and a path', async () => {
		const { output } = await run(
			null,
			{ dedup_key: 'id', input_runtime_variable_name: '[[ answer.rows ]]' },
			{ answer: { rows: [{ id: 1 }, { id: 1 }] } },
		);
		expect(output['removed_count']).toBe(1);
	});

	test.each<[string, Json, JsonObject, RegExp]>([
		[
			'a variable that is absent',
			null,
			{ input_runtime_variable_name: 'gone', dedup_key: 'id' },
			/"gone" has no value/,
		],
		['no variable named', null, { input_runtime_variable_name: null, dedup_key: 'id' }, /has no value/],
		['an object', { id: 1 }, { dedup_key: 'id' }, /not a list/],
		['a text that is no JSON', 'hello', { dedup_key: 'id' }, /not a list/],
		['no key', [{ id: 1 }], { dedup_key: ' ' }, /No key/],
	])('R7.15.5: %s is a handled failure', async (_title, rows, node, message) => {
		const { did, output } = await run(rows, node);
		expect(output).toMatchObject({
			success: false,
			deduplicated_list: null,
			removed_count: 0,
			error_message: expect.stringMatching(message),
		});
		expect(did.variables).toMatchObject({ deduplicate_result: null, deduplicate_result_success: false });
	});
});

describe('R7.16: field_extractor', () => {
	const run = async (data: Json, node: JsonObject, variables: JsonObject = {}) => {
		const { step, did } = fakeStep<FieldExtractorNode>({
			node: { type: 'field_extractor', input_runtime_variable_name: 'data', ...node },
			variables: { data, ...variables },
		});
		const outcome = await fieldExtractor.execute(step);
		return { did, output: outcome.output };
	};

	const orders: JsonObject = {
		orders: [
			{ id: 1, sum: 5, to: { city: 'X', zip: 1 } },
			{ id: 2, sum: 6 },
		],
		name: 'Ann',
		meta: { a: { b: 1, c: 2 } },
	};

	test.each<[string, Json, string[], Json]>([
		['a key', orders, ['name'], { name: 'Ann' }],
		['a path', orders, ['meta.a.b'], { meta: { a: { b: 1 } } }],
		['two paths into one object', orders, ['meta.a.b', 'meta.a.c'], { meta: { a: { b: 1, c: 2 } } }],
		['a whole object', orders, ['meta'], { meta: { a: { b: 1, c: 2 } } }],
		['every element', orders, ['orders[].id'], { orders: [{ id: 1 }, { id: 2 }] }],
		[
			'every element, two fields',
			orders,
			['orders[].id', 'orders[].sum'],
			{
				orders: [
					{ id: 1, sum: 5 },
					{ id: 2, sum: 6 },
				],
			},
		],
		[
			'elements keep their number when a field is missing',
			orders,
			['orders[].to.city'],
			{ orders: [{ to: { city: 'X' } }, {}] },
		],
		['one element gives a list of one', orders, ['orders[1].id'], { orders: [{ id: 2 }] }],
		[
			'an element more than the rest',
			orders,
			['orders[].id', 'orders[0].sum'],
			{ orders: [{ id: 1, sum: 5 }, { id: 2 }] },
		],
		['an index beyond the list', orders, ['orders[9].id', 'name'], { name: 'Ann' }],
		['a whole list', { l: [1, 2] }, ['l'], { l: [1, 2] }],
		['missing paths are skipped', orders, ['nope', 'meta.x.y', 'name.first', 'name'], { name: 'Ann' }],
		['nothing found', orders, ['nope'], {}],
		['a list at the top: paths apply to each element', [{ a: 1, b: 2 }, { b: 3 }], ['a'], [{ a: 1 }, {}]],
		['a list at the top, with brackets', [{ a: 1, b: 2 }, { a: 3 }], ['[].a'], [{ a: 1 }, { a: 3 }]],
		['null is a value', { a: null, b: 1 }, ['a'], { a: null }],
		['a path that is none', { a: 1 }, ['a..b', '[', 'a'], { a: 1 }],
		['names every object has', { a: 1 }, ['constructor', '__proto__', 'a'], { a: 1 }],
		['a JSON text is read first', '{"a":1,"b":2}', ['a'], { a: 1 }],
	])('R7.16.2, R7.16.3: %s', async (_title, data, keys_to_retain, result) => {
		const { did, output } = await run(data, { keys_to_retain });
		expect(output).toEqual({ success: true, extracted_result: result, error_message: null });
		expect(did.variables).toMatchObject({
			field_extractor_result: result,
			field_extractor_result_success: true,
			field_extractor_result_error: null,
		});
	});

	test.each<[string, Json]>([
		['a list', ['b']],
		['a JSON text of one', '["b"]'],
		['one path', 'b'],
	])('R7.16.1: keys named by a variable win: %s', async (_title, keys) => {
		const { output } = await run(
			{ a: 1, b: 2 },
			{ keys_to_retain: ['a'], keys_to_retain_runtime_variable_name: 'keys' },
			{ keys },
		);
		expect(output['extracted_result']).toEqual({ b: 2 });
	});

	test.each<[string, Json, JsonObject, RegExp]>([
		[
			'an absent variable',
			null,
			{ input_runtime_variable_name: 'gone', keys_to_retain: ['a'] },
			/"gone" has no value/,
		],
		['a number', 5, { keys_to_retain: ['a'] }, /neither an object nor a list/],
		['no keys', { a: 1 }, { keys_to_retain: [] }, /No keys/],
	])('R7.16.5: %s is a handled failure', async (_title, data, node, message) => {
		const { did, output } = await run(data, node);
		expect(output).toMatchObject({
			success: false,
			extracted_result: null,
			error_message: expect.stringMatching(message),
		});
		expect(did.variables['field_extractor_result_success']).toBe(false);
	});
});
