/** Comparing two graphs: what is reported, what is recognized as the same, and that a diff can be applied. */

import fc from 'fast-check';
import { applyDiff, diffGraphs, isEmptyDiff } from '../../lib/convert/diff';
import type { Json, JsonObject } from '../../lib/json';
import { clinic, edited, withNewIds } from './graphs';

const nodes = (graph: JsonObject) => graph['node_configs'] as JsonObject[];

describe('what is reported', () => {
	it('1.6: a changed field of a node, with the path, both values and a summary of whole numbers', () => {
		const after = edited(
			clinic(),
			['node_configs', 2, 'static_messages_config', 'static_messages'],
			['Hello'],
		);
		const diff = diffGraphs(clinic(), after);
		expect(diff.nodes).toEqual([
			{
				logical_id: 'bye',
				name: 'Goodbye',
				node_type: 'say_static',
				status: 'modified',
				changes: [
					{ path: 'static_messages_config.static_messages', old_value: ['Bye.'], new_value: ['Hello'] },
				],
			},
		]);
		expect(diff.summary).toEqual({
			nodes_added: 0,
			nodes_removed: 0,
			nodes_modified: 1,
			edges_added: 0,
			edges_removed: 0,
			edges_modified: 0,
			workflow_config_changes: 0,
		});
	});

	it('1.6: paths of workflow changes start inside the workflow config; variables stand beside them', () => {
		const one = edited(clinic(), ['workflow_config', 'default_prompt_prefix'], null);
		const after = edited(one, ['dynamic_variables', 'fax.number'], '555');
		const diff = diffGraphs(clinic(), after);
		expect(diff.workflow_config_changes).toEqual([
			{ path: 'default_prompt_prefix', old_value: 'You answer the phone.', new_value: null },
		]);
		expect(diff.document_changes).toEqual([
			{ path: 'dynamic_variables["fax.number"]', old_value: null, new_value: '555' },
		]);
	});

	it('1.6: added and removed nodes and edges carry no changes', () => {
		const after = clinic();
		nodes(after).splice(2, 1, {
			type: 'http_request',
			logical_id: 'file',
			name: 'File it',
			url: 'https://ehr.example/',
		});
		(after['edge_configs'] as Json[]).pop();
		const diff = diffGraphs(clinic(), after);
		expect(diff.nodes.map(({ logical_id, status, changes }) => [logical_id, status, changes])).toEqual([
			['file', 'added', []],
			['bye', 'removed', []],
		]);
		expect(diff.edges).toEqual([
			{ logical_id: 'e2', name: 'Done', edge_type: 'conditional', status: 'removed', changes: [] },
		]);
	});

	it('a changed type of a node with the same id is a change, not another node', () => {
		const diff = diffGraphs(clinic(), edited(clinic(), ['node_configs', 1, 'type'], 'say_llm'));
		expect(diff.nodes[0]).toMatchObject({ status: 'modified', changes: [{ path: 'type' }] });
	});
});

describe('what is the same', () => {
	it('another order of nodes, edges and keys', () => {
		const after = clinic();
		after['node_configs'] = nodes(after)
			.map((node) => Object.fromEntries(Object.entries(node).reverse()))
			.reverse();
		after['edge_configs'] = (after['edge_configs'] as Json[]).toReversed();
		expect(isEmptyDiff(diffGraphs(clinic(), after))).toBe(true);
	});

	it('ids generated anew, with edges, trigger lists and [[id.variable]] following them', () => {
		const before = edited(clinic(), ['edge_configs', 1, 'evaluate_while_waiting_config'], {
			enabled: true,
			trigger_node_logical_ids: ['triage'],
		});
		expect(isEmptyDiff(diffGraphs(before, withNewIds(before)))).toBe(true);
	});

	it('ids generated anew on nodes without names, recognized by what they say', () => {
		const before = clinic();
		for (const node of nodes(before)) delete node['name'];
		expect(isEmptyDiff(diffGraphs(before, withNewIds(before)))).toBe(true);
	});

	it('a new id and a new name at once: recognized by likeness, and the name reported', () => {
		const prompt = 'Ask for the medicine, the dose, the pharmacy and a phone number, one question at a time.';
		const before = edited(clinic(), ['node_configs', 0, 'main_response_config', 'prompt'], prompt);
		const renamed = edited(withNewIds(before), ['node_configs', 0, 'name'], 'First greeting');
		const diff = diffGraphs(before, renamed);
		expect(diff.nodes).toEqual([
			expect.objectContaining({
				status: 'modified',
				changes: [{ path: 'name', old_value: 'Greeting', new_value: 'First greeting' }],
			}),
		]);
		expect(diff.edges).toEqual([]);
	});

	it('0.3: fields that the platform fills in: nulls, defaults, lenient spellings, owners, LLM ids', () => {
		const after = clinic();
		after['node_configs'] = nodes(after).map((node) => ({
			...node,
			description: null,
			disabled: false,
			workflow_id: '66b3f0a2c1d2e3f4a5b6c7d8',
			version_number: 4,
			miscellaneous: {},
			...(node['type'] === 'say_static'
				? {}
				: { llms_config: { type: 'global_default_llm', logical_id: 'llm_1' } }),
		}));
		nodes(after)[0] = { ...(nodes(after)[0] as JsonObject), is_start: 'true', self_loop: true };
		const config = after['workflow_config'] as JsonObject;
		after['workflow_config'] = {
			...config,
			logical_id: 'workflow_other',
			nodes: ['66b3'],
			category: 'User Created',
		};
		expect(diffGraphs(clinic(), after)).toMatchObject({
			workflow_config_changes: [],
			document_changes: [],
			nodes: [],
		});
	});

	it('4.4: an addition at its own place in one file and in miscellaneous in the other; another value is told', () => {
		const own = edited(clinic(), ['edge_configs', 1, 'priority'], 10);
		const aside = edited(clinic(), ['edge_configs', 1, 'miscellaneous'], { priority: 10 });
		expect(isEmptyDiff(diffGraphs(own, aside))).toBe(true);
		expect(isEmptyDiff(diffGraphs(aside, own))).toBe(true);
		const later = edited(clinic(), ['edge_configs', 1, 'priority'], 20);
		const moved = edited(aside, ['edge_configs', 1, 'miscellaneous', 'priority'], 20);
		for (const [before, after] of [
			[aside, later],
			[aside, moved],
			[own, moved],
			[clinic(), aside],
			[clinic(), own],
			[edited(clinic(), ['edge_configs', 1, 'miscellaneous'], {}), aside],
		] as const) {
			expect(diffGraphs(before, after).summary.edges_modified).toBe(1);
			expect(diffGraphs(after, before).summary.edges_modified).toBe(1);
		}
		expect(diffGraphs(aside, later).edges[0]?.changes).toContainEqual(
			expect.objectContaining({ path: 'priority', new_value: 20 }),
		);
	});

	it('2.7: an error message set to null is a change: absent means the apology', () => {
		const diff = diffGraphs(clinic(), edited(clinic(), ['node_configs', 0, 'default_error_message'], null));
		expect(diff.nodes).toHaveLength(1);
	});

	it('a default that is really changed is a change', () => {
		const diff = diffGraphs(clinic(), edited(clinic(), ['node_configs', 0, 'self_loop'], false));
		expect(diff.nodes[0]?.changes).toEqual([{ path: 'self_loop', old_value: null, new_value: false }]);
	});

	it('two nodes with the same name are not mistaken for each other', () => {
		const twin = (id: string, prompt: string) => ({
			type: 'say_llm',
			logical_id: id,
			name: 'Ask',
			main_response_config: { prompt },
		});
		const before = {
			node_configs: [twin('a', 'Ask the patient for a name.'), twin('b', 'Offer three dates.')],
			edge_configs: [],
		};
		const after = {
			node_configs: [twin('y', 'Offer three dates.'), twin('x', 'Ask the patient for a name.')],
			edge_configs: [],
		};
		expect(isEmptyDiff(diffGraphs(before, after))).toBe(true);
	});
});

const word = fc.constantFrom('a', 'b', 'greet', 'triage', '', '__proto__', 'x.y', '[0]');
const element = fc.dictionary(
	fc.constantFrom(
		'logical_id',
		'name',
		'type',
		'source_node_logical_id',
		'condition',
		'__proto__',
		'tools',
		'a.b',
	),
	fc.oneof(word, fc.jsonValue({ maxDepth: 2 })),
	{ noNullPrototype: true },
);
const document = fc.dictionary(
	fc.constantFrom(
		'workflow_config',
		'dynamic_variables',
		'name',
		'node_configs',
		'edge_configs',
		'__proto__',
	),
	fc.oneof(
		fc.jsonValue({ maxDepth: 3 }),
		fc.array(fc.oneof(element, element, fc.jsonValue({ maxDepth: 1 })), { maxLength: 6 }),
	),
	{ noNullPrototype: true },
) as fc.Arbitrary<JsonObject>;
/** As read from a file: plain objects, own keys, no undefined. */
const asRead = (value: JsonObject) => JSON.parse(JSON.stringify(value)) as JsonObject;

describe('as data', () => {
	it('a graph compared with itself has no difference of any kind', () => {
		fc.assert(
			fc.property(document, (graph) => {
				const diff = diffGraphs(graph, structuredClone(graph));
				expect(isEmptyDiff(diff)).toBe(true);
				expect(diff.patch).toEqual({
					document: [],
					nodes: { order: null, changes: {} },
					edges: { order: null, changes: {} },
				});
			}),
		);
	});

	it('the difference applied to the older graph gives the newer one, whatever both hold', () => {
		fc.assert(
			fc.property(document, document, (one, other) => {
				const [before, after] = [asRead(one), asRead(other)];
				expect(applyDiff(before, diffGraphs(before, after))).toEqual(after);
			}),
			{ numRuns: 500 },
		);
	});

	it('the same for real graphs that were moved, renamed and edited at once', () => {
		const after = edited(
			withNewIds(clinic()),
			['node_configs', 1, 'main_response_config', 'prompt'],
			'Judge at once.',
		);
		nodes(after).reverse();
		nodes(after).push({ type: 'no_op', logical_id: 'new' });
		const diff = diffGraphs(clinic(), after);
		expect(applyDiff(clinic(), diff)).toEqual(after);
		expect(diff.summary).toMatchObject({ nodes_added: 1, nodes_modified: 1, edges_modified: 0 });
	});

	it('a difference survives being written as JSON', () => {
		const after = clinic();
		delete (nodes(after)[0] as JsonObject)['is_start'];
		const diff = JSON.parse(JSON.stringify(diffGraphs(clinic(), after))) as ReturnType<typeof diffGraphs>;
		expect(applyDiff(clinic(), diff)).toEqual(after);
	});

	it('a graph of 5,000 nodes whose ids are all new is recognized whole', () => {
		const chain = (id: (index: number) => string): JsonObject => ({
			node_configs: Array.from({ length: 5000 }, (_, index) => ({
				type: 'no_op',
				logical_id: id(index),
				note: `Step ${index}`,
			})),
			edge_configs: Array.from({ length: 4999 }, (_, index) => ({
				type: 'direct',
				source_node_logical_id: id(index),
				destination_node_logical_id: id(index + 1),
			})),
		});
		expect(
			isEmptyDiff(
				diffGraphs(
					chain((index) => `old_${index}`),
					chain((index) => `new_${index}`),
				),
			),
		).toBe(true);
	});
});
