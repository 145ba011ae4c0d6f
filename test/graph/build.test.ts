/** The typed view: defaults, leniency, fallbacks for one object only, indexes, derived variables, schemas. */

import { Ajv2020 } from 'ajv/dist/2020';
import fc from 'fast-check';
import type { Json, JsonObject } from '../../lib/json';
import { buildGraph, loadGraph } from '../../lib/graph/build';
import { canonicalize } from '../../lib/graph/canonicalize';
import { parseDocument } from '../../lib/graph/parse';
import { schemaOf, typesOf, type SchemaFamily } from '../../lib/graph/schema';
import { clampedEffort, fallbackMaxTokens, MODELS, providerOfModel } from '../../lib/graph/model-table';
import { dynamicVariablesOf, managedPromptsOf } from '../../lib/graph/variables';
import { example } from './examples';
import { anyDocument } from './generate';

const build = (nodes: Json[], edges: Json[] = [], config: JsonObject = {}) =>
	buildGraph({ workflow_config: config, node_configs: nodes, edge_configs: edges });
const firstNode = (node: JsonObject) => build([node]).graph.node_configs[0];

describe('0.3: reading is lenient', () => {
	test.each([
		['is_start', 'true', true],
		['is_start', 'yes', true],
		['is_start', 1, true],
		['is_start', 'off', false],
		['is_start', 0, false],
		['version_number', '3', 3],
		['version_number', 3.0, 3],
		['delay_seconds', '0.5', 0.5],
		['note', null, null],
	])('%s: %j is read as %j', (key, given, read) => {
		const { graph, faults } = build([{ type: 'no_op', [key]: given }]);
		expect(graph.node_configs[0]).toMatchObject({ [key]: read });
		expect(faults).toEqual([]);
	});

	test('a number is not taken as text, nor a word as a number', () => {
		expect(build([{ type: 'no_op', name: 5 }]).faults).toMatchObject([{ rule: 'R-09' }]);
		expect(build([{ type: 'no_op', delay_seconds: 'soon' }]).faults).toMatchObject([{ rule: 'R-11' }]);
	});
});

describe('2: defaults', () => {
	test.each([
		['say_llm', { self_loop: true, wait_for_user_message: true, max_consecutive_tool_calls: 1 }],
		['worker_llm', { self_loop: false, wait_for_user_message: true }],
		[
			'workflow_run_evaluator',
			{
				self_loop: false,
				wait_for_user_message: false,
				default_error_message: null,
				input_runtime_variable_name: 'workflow_run_object',
			},
		],
		[
			'http_request',
			{
				method: 'GET',
				timeout: 30,
				response_format: 'json',
				body_content_type: 'application/json',
				result_runtime_variable_name: 'http_request_result',
			},
		],
		[
			'tool_node',
			{ tool_arguments: {}, result_runtime_variable_name: 'tool_result', preserve_argument_types: false },
		],
		['start_conversation', { is_outbound_call: true, polling_interval_seconds: 2 }],
		['workflow_run_fetch', { workflow_run_id: '{{workflow_run_id}}' }],
		['no_op', { output_runtime_variable_name: 'no_op_result', delay_seconds: 0 }],
		['athena_patients_update', { gender: 'Male', notes_action: 'append', timezone: 'America/New_York' }],
		['athena_appointments_create', { duration_in_minutes: 15 }],
		['super_node', { field_values: {}, reverse_edge_scope: 'all_interior_llm_nodes' }],
	])('%s', (type, defaults) => {
		expect(firstNode({ type })).toMatchObject(defaults);
		expect(build([{ type }]).faults).toEqual([]);
	});

	test('nothing is filled into what was read', () => {
		const raw = { node_configs: [{ type: 'say_llm' }], edge_configs: [] };
		expect(JSON.stringify(buildGraph(raw).graph.raw)).toBe(
			'{"node_configs":[{"type":"say_llm"}],"edge_configs":[]}',
		);
	});
});

describe('5.3: fallbacks', () => {
	test('an unknown node keeps its base fields, its type word and every key', () => {
		const node = firstNode({ type: 'teleport', logical_id: 't', name: 'T', is_start: true, speed: 9 });
		expect(node).toMatchObject({
			type: 'unknown',
			original_type: 'teleport',
			logical_id: 't',
			is_start: true,
			speed: 9,
			faults: [{ rule: 'R-08' }],
		});
	});

	test('a known node whose own field fails becomes one alone, with the findings attached', () => {
		const { graph } = build([
			{ type: 'http_request', logical_id: 'a', url: 5 },
			{ type: 'no_op', logical_id: 'b' },
		]);
		expect(graph.node_configs.map(({ type }) => type)).toEqual(['unknown', 'no_op']);
		expect(graph.node_configs[0]).toMatchObject({
			original_type: 'http_request',
			url: 5,
			faults: [{ rule: 'R-11', path: '$.node_configs[0].url' }],
		});
	});

	test('a failing base field, a null and a tuning word cost the node nothing', () => {
		const parts: JsonObject[] = [
			{ name: 5 },
			{ miscellaneous: null },
			{ global_node_config: { is_global: {} } },
			{ self_loop: null },
		];
		for (const part of parts) {
			const { graph, faults } = build([{ type: 'say_llm', ...part }]);
			expect(graph.node_configs[0]?.type).toBe('say_llm');
			expect(faults).toHaveLength(1);
		}
		const odd = {
			type: 'say_static',
			static_messages_config: { static_messages: ['a'], static_messages_selection_mode: 'shuffle' },
		};
		expect(firstNode(odd)).toMatchObject({
			type: 'say_static',
			static_messages_config: { static_messages: ['a'], static_messages_selection_mode: 'random' },
		});
	});

	test('an unknown or failing tool or model falls back alone and leaves the node typed', () => {
		const node = firstNode({
			type: 'say_llm',
			llms_config: { type: 'llm_group', llms: [{ type: 'new_llm', model: 'm' }, { type: 'openai_llm' }] },
			tools_config: {
				tools: [{ type: 'external_api', api_method: 'PATCH', name: 'p' }, { type: 'inline_python' }],
			},
		});
		expect(node).toMatchObject({
			type: 'say_llm',
			llms_config: {
				type: 'llm_group',
				llms: [{ type: 'unknown', original_type: 'new_llm', model: 'm' }, { type: 'openai_llm' }],
			},
			tools_config: {
				tools: [{ type: 'unknown', original_type: 'external_api', name: 'p' }, { type: 'inline_python' }],
			},
		});
	});

	test('Google credentials and operations of unknown type fall back too', () => {
		const node = firstNode({
			type: 'google_docs',
			credentials: { type: 'new' },
			operate_document: { type: 'google_docs_get_document' },
		});
		expect(node).toMatchObject({
			type: 'google_docs',
			credentials: { type: 'unknown', original_type: 'new' },
			operate_document: { return_full_model: false },
		});
	});

	test('edges: unknown types and failing fields are kept, drawn and never taken', () => {
		const { graph } = build(
			[],
			[
				{ type: 'magic', source_node_logical_id: 'a' },
				{ type: 'conditional', condition: 5 },
				{ type: 'direct', name: 5 },
			],
		);
		expect(graph.edge_configs.map(({ type }) => type)).toEqual(['unknown', 'unknown', 'direct']);
		expect(graph.edge_configs[0]).toMatchObject({ original_type: 'magic', source_node_logical_id: 'a' });
	});

	test('no document can write our fallback marks itself', () => {
		const { graph, faults } = build([
			{ type: 'tool_node', tool_config: { type: 'unknown', original_type: 'external_api' } },
		]);
		expect(graph.node_configs[0]).toMatchObject({
			tool_config: { type: 'unknown', original_type: 'unknown' },
		});
		expect(faults).toMatchObject([{ rule: 'R-07' }]);
	});

	test('loadGraph refuses what blocks an import', () => {
		expect(() => loadGraph({ node_configs: [1], edge_configs: [] })).toThrow('R-04');
		expect(loadGraph({ node_configs: [], edge_configs: [] }).node_configs).toEqual([]);
	});
});

describe('indexes', () => {
	const raw: JsonObject = {
		node_configs: [
			{ type: 'no_op', logical_id: 'a', is_start: true },
			{ type: 'no_op' },
			{ type: 'no_op', logical_id: 'node_at_1' },
			{
				type: 'say_llm',
				logical_id: 'g',
				global_node_config: { is_global: true, reverse_conditional_edge: { condition_freeform: 'back' } },
			},
		],
		edge_configs: [
			{
				type: 'direct',
				logical_id: 'e',
				source_node_logical_id: 'a',
				destination_node_logical_id: 'node_at_1',
			},
			{ type: 'direct', source_node_logical_id: 'a', destination_node_logical_id: 'g', disabled: true },
		],
	};
	const { graph } = buildGraph(raw);

	test('ids made from the position never collide', () => {
		expect([...graph.nodesById.keys()]).toEqual(['a', 'node_at_1', 'g', 'node_at_1_']);
		expect([...graph.edgesById.keys()]).toEqual(['e', 'edge_at_1']);
	});

	test('sources, globals, start and ways back', () => {
		expect(graph.edgesBySource.get('a')).toHaveLength(1);
		expect(graph.globalNodes.map(({ logical_id }) => logical_id)).toEqual(['g']);
		expect(graph.startNode?.logical_id).toBe('a');
		expect(graph.reverseEdges.get('g')).toMatchObject({
			globalNodeId: 'g',
			condition: { condition_freeform: 'back' },
		});
	});

	test('companion nodes are those that only companions reach', () => {
		const waiting = parseDocument(example<JsonObject>('companion-and-waiting')).graph;
		expect([...(waiting?.companionNodeIds ?? [])]).toEqual(['poll']);
	});
});

describe('2.13: derived variables and stored prompts', () => {
	test('placeholders become nested objects, defaults overwrite the top level', () => {
		const raw: JsonObject = {
			workflow_config: {
				default_prompt_prefix: '{{ name | upcase }} {{a.b.c}} {{items[2].x}}',
				miscellaneous: { default_dynamic_variables: { name: 'Ada' } },
			},
			node_configs: [{ type: 'no_op', note: '{{a.d}} {{not}closed}} {{}} [[run]]' }],
			edge_configs: [],
		};
		expect(dynamicVariablesOf(raw)).toEqual({
			name: 'Ada',
			a: { b: { c: '' }, d: '' },
			items: ['', '', { x: '' }],
		});
	});

	test('R4.9a: stored prompts are listed once, sorted', () => {
		expect(
			managedPromptsOf({ a: '<<<managed_prompt:b>>> <<<managed_prompt:a>>>', c: ['<<<managed_prompt:b>>>'] }),
		).toEqual(['a', 'b']);
	});
});

describe('schemas come from the validators', () => {
	const ajv = new Ajv2020({ strict: false });
	test.each(
		(['node', 'edge', 'tool', 'llm', 'part'] as SchemaFamily[]).flatMap((family) =>
			typesOf(family).map((type) => [family, type] as const),
		),
	)('%s %s compiles, and hides what no file holds', (family, type) => {
		const schema = schemaOf(family, type) as JsonObject;
		expect(() => ajv.compile(schema)).not.toThrow();
		expect(JSON.stringify(schema)).not.toMatch(/"unknown"|original_type|super_node_exit_origin/);
	});

	test('nodes of the examples fit their schema, and a broken one does not', () => {
		const nodes = example<{ node_configs: JsonObject[] }>('hydrated').node_configs;
		for (const node of nodes) {
			expect(ajv.validate(schemaOf('node', String(node.type)) as JsonObject, node)).toBe(true);
		}
		expect(
			ajv.validate(schemaOf('node', 'http_request') as JsonObject, { type: 'http_request', method: 'BREW' }),
		).toBe(false);
		expect(schemaOf('node', 'no_such')).toBeNull();
		expect(schemaOf('node', 'http_request')).toMatchObject({
			properties: { timeout: { default: 30 } },
			required: ['type'],
		});
	});
});

test('2.14: the table of models', () => {
	expect(clampedEffort('GPT-5.4-pro', 'low')).toBe('medium');
	expect(clampedEffort('gpt-5.4-pro', 'high')).toBe('high');
	expect(clampedEffort('gpt-5', 'low')).toBe('low');
	expect([fallbackMaxTokens('claude-opus-5'), fallbackMaxTokens('gpt-5')]).toEqual([8192, 4096]);
	expect([providerOfModel('gpt-4o'), providerOfModel('zai.glm-5'), providerOfModel('x')]).toEqual([
		'openai',
		'bedrock',
		null,
	]);
	const all = Object.values(MODELS).flat();
	expect(all.every((model) => providerOfModel(model) !== null)).toBe(true);
});

describe('for every document of part 1', () => {
	test('writing what was read gives what was read (5.3 rule 11), and reading it again finds the same', () => {
		fc.assert(
			fc.property(anyDocument, (document) => {
				const text = JSON.stringify(document);
				const parsed = parseDocument(text);
				expect(parsed.kind).not.toBe('unknown');
				expect(JSON.stringify(parsed.document)).toBe(text);
				const canonical = canonicalize(text);
				// Respelling is finished after one pass, and then loses and adds nothing.
				expect(canonicalize(canonical.text ?? '').text).toBe(canonical.text);
				const again = parseDocument(canonical.text ?? '');
				expect([again.kind, again.activeVersion, again.isBlocked]).toEqual([
					parsed.kind,
					parsed.activeVersion,
					parsed.isBlocked,
				]);
				expect(again.graph?.node_configs).toEqual(parsed.graph?.node_configs.map((node) => node));
			}),
			{ numRuns: 250 },
		);
	});

	test('a document in wire form comes out of the canonical form as it went in', () => {
		fc.assert(
			fc.property(anyDocument, (document) => {
				const { isChanged, document: canonical, faults } = canonicalize(document);
				if (!isChanged) expect(canonical).toBe(document);
				expect(isChanged).toBe(
					faults.some(
						({ rule }) => rule.startsWith('4') && JSON.stringify(canonical) !== JSON.stringify(document),
					),
				);
			}),
			{ numRuns: 250 },
		);
	});
});
