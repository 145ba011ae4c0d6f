/** What holds for any value: filled JSON stays JSON, restriction and deduplication are stable. */

import fc from 'fast-check';
import { deduplicate } from '../../lib/behavior/deduplicate';
import { fillJsonText } from '../../lib/behavior/json-text';
import { restrictTop, selectionOf } from '../../lib/behavior/selection';
import type { DeduplicateNode } from '../../lib/graph/node';
import { isJsonObject, type Json } from '../../lib/json';
import { fakeStep } from './fake-step';

const json = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>;

test('R7.11.2: whatever the values are, a filled JSON template has the structure its author wrote', () => {
	const template = '{"text": "a [[x]] b", "bare": [[y]], "list": ["[[x]]", [[y]]], "end": true}';
	fc.assert(
		fc.property(fc.string({ unit: 'binary' }), json, (x, y) => {
			const { step } = fakeStep({ node: { type: 'no_op' }, variables: { x, y } });
			const filled: unknown = JSON.parse(fillJsonText(template, step.scope));
			expect(Object.keys(filled as object)).toEqual(['text', 'bare', 'list', 'end']);
			expect(filled).toMatchObject({ text: `a ${x} b`, end: true });
			expect((filled as { list: Json[] }).list).toHaveLength(2);
			if (typeof y !== 'string')
				expect(JSON.stringify((filled as { bare: Json }).bare)).toBe(JSON.stringify(y));
		}),
	);
});

const path = fc
	.array(fc.oneof(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('[]', '[0]', '[1]')), {
		minLength: 1,
		maxLength: 4,
	})
	.map((steps) =>
		steps.reduce((text, step) => (step.startsWith('[') || text === '' ? text + step : `${text}.${step}`), ''),
	);

const tree: fc.Arbitrary<Json> = fc.letrec<{ tree: Json }>((tie) => ({
	tree: fc.oneof(
		{ maxDepth: 4 },
		fc.integer(),
		fc.constant(null),
		fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('tree'), { noNullPrototype: true }),
		fc.array(tie('tree'), { maxLength: 3 }),
	),
})).tree;

/** True when everything in `part` is in `whole`, lists being subsequences. */
function isWithin(part: Json, whole: Json): boolean {
	if (Array.isArray(part)) {
		if (!Array.isArray(whole)) return false;
		let from = 0;
		return part.every((item) => {
			while (from < whole.length && !isWithin(item, whole[from] ?? null)) from++;
			return from++ < whole.length;
		});
	}
	if (isJsonObject(part)) {
		return (
			isJsonObject(whole) &&
			Object.entries(part).every(([key, value]) => key in whole && isWithin(value, whole[key] ?? null))
		);
	}
	return JSON.stringify(part) === JSON.stringify(whole);
}

test('R7.16.3: the result never holds anything that the input does not', () => {
	fc.assert(
		fc.property(tree, fc.array(path, { maxLength: 4 }), (value, paths) => {
			fc.pre(isJsonObject(value) || Array.isArray(value));
			expect(isWithin(restrictTop(value, selectionOf(paths)), value)).toBe(true);
		}),
	);
});

test('R7.16.3: without indexes, restricting twice is restricting once', () => {
	fc.assert(
		fc.property(tree, fc.array(path, { maxLength: 4 }), (value, paths) => {
			fc.pre(isJsonObject(value) || Array.isArray(value));
			const selection = selectionOf(paths.map((each) => each.replace(/\[\d\]/g, '[]')));
			const once = restrictTop(value, selection);
			expect(restrictTop(once, selection)).toEqual(once);
		}),
	);
});

test('R7.15.2: deduplicating twice is deduplicating once, and removed items are counted', async () => {
	await fc.assert(
		fc.asyncProperty(fc.array(fc.record({ id: json }, { requiredKeys: [] })), async (rows) => {
			const run = async (list: Json) => {
				const { step } = fakeStep<DeduplicateNode>({
					node: { type: 'deduplicate', input_runtime_variable_name: 'rows', dedup_key: 'id' },
					variables: { rows: list },
				});
				return (await deduplicate.execute(step)).output;
			};
			const once = await run(rows as Json);
			const list = once['deduplicated_list'] as Json[];
			expect(list.length + (once['removed_count'] as number)).toBe(rows.length);
			expect((await run(list))['deduplicated_list']).toEqual(list);
		}),
	);
});
