/** The second dialect (part 4): labels, capitals and misspelled keys become the wire form, losing nothing. */

import type { Json, JsonObject } from '../../lib/json';
import { buildGraph } from '../../lib/graph/build';
import { canonicalize } from '../../lib/graph/canonicalize';
import { toWire } from '../../lib/graph/dialect/wire';
import { parseDocument } from '../../lib/graph/parse';
import { platformForm } from '../../lib/graph/additions';

function wireNode(node: JsonObject): Json | undefined {
	const nodes = toWire({ node_configs: [node], edge_configs: [] }).value.node_configs;
	return Array.isArray(nodes) ? nodes[0] : undefined;
}

function wireEdge(edge: JsonObject, nodes: JsonObject[] = []): Json | undefined {
	const edges = toWire({ node_configs: nodes, edge_configs: [edge] }).value.edge_configs;
	return Array.isArray(edges) ? edges[0] : undefined;
}

const rulesOf = (raw: JsonObject) => toWire(raw).faults.map(({ rule }) => rule);

describe('4.2: types', () => {
	test.each([
		['SAY_LLM', 'say_llm'],
		['WORKER_LLM', 'worker_llm'],
		['SAY_STATIC', 'say_static'],
		['TOOL_NODE', 'tool_node'],
		['HTTP_REQUEST', 'http_request'],
		['SEND_SMS', 'send_sms'],
		['END_CONVERSATION', 'end_conversation'],
		['WORKFLOW_RUN_FETCH', 'workflow_run_fetch'],
		['WORKFLOW_RUN_EVALUATOR', 'workflow_run_evaluator'],
		['NO_OP', 'no_op'],
		['Say LLM', 'say_llm'],
		['llm', 'say_llm'],
		['rest_api', 'http_request'],
		['say_static_message', 'say_static'],
		['INVENTED', 'INVENTED'],
	])('node %s is %s', (found, wire) => {
		expect(wireNode({ type: found })).toEqual({ type: wire });
	});

	test.each([
		['Unconditional', 'direct'],
		['Direct edge', 'direct'],
		['UNCONDITIONAL', 'direct'],
		['default', 'direct'],
		['Conditional edge', 'conditional'],
		['Companion', 'companion'],
		['Parallel edge', 'companion'],
		['Companion / Parallel edge', 'companion'],
		['magic', 'magic'],
	])('edge %s is %s', (found, wire) => {
		expect(wireEdge({ type: found })).toEqual({ type: wire });
	});

	test.each([
		['inbuilt', 'inbuilt_function'],
		['inline Python', 'inline_python'],
		['external API', 'external_api'],
		['Knowledge Base', 'knowledge_base'],
		['rest_api', 'external_api'],
	])('tool %s is %s', (found, wire) => {
		expect(wireNode({ type: 'tool_node', tool_config: { type: found } })).toEqual({
			type: 'tool_node',
			tool_config: { type: wire },
		});
	});

	test('4.6: a misspelled type stays when a key of the object contradicts it', () => {
		expect(wireNode({ type: 'llm', url: 'https://a.example' })).toEqual({
			type: 'llm',
			url: 'https://a.example',
		});
		expect(wireNode({ type: 'rest_api', tools_config: null })).toEqual({
			type: 'rest_api',
			tools_config: null,
		});
	});

	test('4.5: a parallel edge names the alternative', () => {
		const { faults } = toWire({ node_configs: [], edge_configs: [{ type: 'Parallel edge' }] });
		expect(faults.find(({ rule }) => rule === '4.5')?.advice).toContain('companion_thread_config');
	});
});

describe('4.3: fields', () => {
	const provider = (label: string) => wireNode({ type: 'SAY_LLM', 'LLM Provider': label });
	test.each([
		['Azure OpenAI', 'azure_openai_llm', 'azure_openai'],
		['OpenAI', 'openai_llm', 'openai'],
		['Google', 'google_llm', 'google'],
		['Anthropic', 'anthropic_llm', 'anthropic'],
		['AWS Bedrock', 'bedrock_llm', 'bedrock'],
		['Custom', 'custom_llm', 'custom'],
	])('provider %s', (label, type, wire) => {
		expect(provider(label)).toEqual({ type: 'say_llm', llms_config: { type, provider: wire } });
	});

	const CASES: Array<[string, JsonObject, JsonObject]> = [
		[
			'system prompt',
			{ type: 'SAY_LLM', 'System Prompt': 'Hi' },
			{ type: 'say_llm', main_response_config: { prompt: 'Hi' } },
		],
		[
			'snake_case labels',
			{ type: 'say_llm', system_prompt: 'Hi', max_turns: 2 },
			{ type: 'say_llm', main_response_config: { prompt: 'Hi' }, max_turns: 2 },
		],
		[
			'model settings',
			{
				type: 'say_llm',
				llm_provider: 'OpenAI',
				Model: 'gpt-5',
				Temperature: 0.1,
				'Max Tokens': 9,
				'Max Turns': 3,
			},
			{
				type: 'say_llm',
				llms_config: {
					type: 'openai_llm',
					provider: 'openai',
					model: 'gpt-5',
					temperature: 0.1,
					max_tokens: 9,
				},
				max_turns: 3,
			},
		],
		[
			'a known model alone',
			{ type: 'say_llm', Model: 'claude-sonnet-4-6' },
			{
				type: 'say_llm',
				llms_config: { type: 'anthropic_llm', provider: 'anthropic', model: 'claude-sonnet-4-6' },
			},
		],
		[
			'output schema as text',
			{ type: 'worker_llm', 'Output Schema': '{"type":"object"}' },
			{ type: 'worker_llm', structured_output_schema: { type: 'object' } },
		],
		[
			'output schema that is no JSON stays',
			{ type: 'worker_llm', 'Output Schema': '{x' },
			{ type: 'worker_llm', 'Output Schema': '{x' },
		],
		[
			'tools',
			{ type: 'say_llm', Tools: [{ type: 'external API' }, 'call_forward'] },
			{
				type: 'say_llm',
				tools_config: {
					tools: [{ type: 'external_api' }, { type: 'inbuilt_function', tool_id: 'call_forward' }],
				},
			},
		],
		[
			'an unknown tool stays',
			{ type: 'say_llm', Tools: ['weather'] },
			{ type: 'say_llm', Tools: ['weather'] },
		],
		[
			'http',
			{ type: 'HTTP_REQUEST', URL: 'u', Method: 'GET', Headers: [{ key: 'A', value: 'b' }], Body: { a: 1 } },
			{ type: 'http_request', url: 'u', method: 'GET', headers: { A: 'b' }, body_parameters: '{"a":1}' },
		],
		[
			'a body that is text is not formatted again',
			{ type: 'http_request', Body: '{ "a":1 }' },
			{ type: 'http_request', body_parameters: '{ "a":1 }' },
		],
		[
			'response mapping',
			{ type: 'http_request', 'Response Mapping': { v: 'a.b' } },
			{ type: 'http_request', response_mapping: [{ target_variable_name: 'v', result_path: 'a.b' }] },
		],
		[
			'sms',
			{ type: 'SEND_SMS', To: '+1', Message: 'm', Provider: 'p' },
			{ type: 'send_sms', destination_phone_number: '+1', message: 'm', sms_provider: 'p' },
		],
		[
			'tool node',
			{
				type: 'TOOL_NODE',
				Tool: { type: 'inline Python' },
				'Input Mapping': [{ variable: 'v', field: 'f' }],
				'Output Mapping': { x: 'y' },
			},
			{
				type: 'tool_node',
				tool_config: {
					type: 'inline_python',
					result_variable_mappings: [{ target_variable_name: 'x', result_path: 'y' }],
				},
				tool_arguments: { f: '[[v]]' },
			},
		],
		[
			'output mapping before the tool',
			{ type: 'tool_node', output_mapping: { x: 'y' }, tool: { type: 'inline_python' } },
			{
				type: 'tool_node',
				tool_config: {
					type: 'inline_python',
					result_variable_mappings: [{ target_variable_name: 'x', result_path: 'y' }],
				},
			},
		],
		[
			'an unknown tool reference stays',
			{ type: 'tool_node', tool: 'weather' },
			{ type: 'tool_node', tool: 'weather' },
		],
		[
			'one message',
			{ type: 'SAY_STATIC', Message: 'm' },
			{ type: 'say_static', static_messages_config: { static_messages: ['m'] } },
		],
		[
			'messages and mode',
			{ type: 'say_static', 'Message(s)': ['a', 'b'], 'Selection Mode': 'Random' },
			{
				type: 'say_static',
				static_messages_config: { static_messages: ['a', 'b'], static_messages_selection_mode: 'random' },
			},
		],
		[
			'a message label means nothing on an LLM node',
			{ type: 'say_llm', message: 'm', to: 'x' },
			{ type: 'say_llm', message: 'm', to: 'x' },
		],
		[
			'unknown keys stay',
			{ type: 'say_llm', 'Voice Color': 'blue' },
			{ type: 'say_llm', 'Voice Color': 'blue' },
		],
	];
	test.each(CASES)('%s', (_title, found, wire) => {
		expect(wireNode(found)).toEqual(wire);
	});

	test('edges: ends, condition as plain words, priority', () => {
		const found = { type: 'Conditional', Source: 'a', Target: 'b', Condition: 'x == 1', Priority: 2 };
		expect(wireEdge(found)).toEqual({
			type: 'conditional',
			source_node_logical_id: 'a',
			destination_node_logical_id: 'b',
			condition: { condition_freeform: 'x == 1' },
			priority: 2,
		});
	});

	test('nodes without an id take their name, when edges use it', () => {
		const document = {
			node_configs: [
				{ type: 'NO_OP', Name: 'Hello' },
				{ type: 'NO_OP', Name: 'Twin' },
				{ type: 'NO_OP', Name: 'Twin' },
			],
			edge_configs: [{ type: 'direct', Source: 'Hello', Target: 'Twin' }],
		};
		const { graph } = buildGraph(document);
		expect(graph.node_configs.map(({ logical_id }) => logical_id)).toEqual([
			'Hello',
			'node_at_1',
			'node_at_2',
		]);
		expect(graph.edge_configs[0]).toMatchObject({
			source_node_logical_id: 'Hello',
			destination_node_logical_id: 'Twin',
		});
	});

	test('ends given by a name that only one node has are resolved', () => {
		const nodes: JsonObject[] = [
			{ type: 'no_op', logical_id: 'n1', name: 'Hello' },
			{ type: 'no_op', logical_id: 'n2', Name: 'Bye' },
		];
		expect(wireEdge({ type: 'direct', source: 'Hello', target: 'Bye' }, nodes)).toEqual({
			type: 'direct',
			source_node_logical_id: 'n1',
			destination_node_logical_id: 'n2',
		});
	});
});

describe('4.1: normalizing', () => {
	test('the wire name wins over a label that differs, and the label stays', () => {
		const { value, faults } = toWire({
			node_configs: [{ type: 'http_request', url: 'a', URL: 'b' }],
			edge_configs: [],
		});
		expect(value).toEqual({ node_configs: [{ type: 'http_request', url: 'a', URL: 'b' }], edge_configs: [] });
		expect(faults[0]?.message).toContain('url counts');
	});

	test('an equal label goes away, and keys keep their place', () => {
		expect(
			JSON.stringify(wireNode({ Type: 'NO_OP', Name: 'x', note: 'n', NOTE: 'n', 'Logical-Id': 'i' })),
		).toBe('{"type":"no_op","name":"x","note":"n","logical_id":"i"}');
	});

	test('4.6: other spellings', () => {
		expect(wireNode({ node_type: 'no_op', config: { note: 'n', name: 'x' }, name: 'y' })).toEqual({
			type: 'no_op',
			note: 'n',
			config: { name: 'x' },
			name: 'y',
		});
		expect(wireNode({ type: 'say_llm', llms_config: { provider: 'google', model: 'm' } })).toEqual({
			type: 'say_llm',
			llms_config: { type: 'google_llm', provider: 'google', model: 'm' },
		});
		expect(wireNode({ type: 'say_llm', llms_config: { provider: 'default_provider' } })).toEqual({
			type: 'say_llm',
			llms_config: { type: 'global_default_llm', provider: 'default_provider' },
		});
		expect(wireNode({ type: 'say_llm', prompt_config: { prompt: 'p' } })).toEqual({
			type: 'say_llm',
			main_response_config: { prompt: 'p' },
		});
		expect(wireNode({ type: 'say_llm', prompt: 'p' })).toEqual({
			type: 'say_llm',
			main_response_config: { prompt: 'p' },
		});
		expect(wireNode({ type: 'say_llm', llms_config: { named_llm_config_id: 'u' } })).toEqual({
			type: 'say_llm',
			attachable_llm_config_id: 'u',
		});
		expect(
			wireNode({ type: 'say_llm', llms_config: { type: 'custom_llm', okta_auth: { integration_id: 'i' } } }),
		).toEqual({
			type: 'say_llm',
			llms_config: { type: 'custom_llm', integration_auth: { integration_id: 'i' } },
		});
	});

	test('4.6: a model known by its name only is warned about', () => {
		expect(
			rulesOf({ node_configs: [{ type: 'say_llm', llms_config: { named_llm_config_name: 'x' } }] }),
		).toEqual(['4.6']);
	});

	test('4.6: super-node interfaces as one guide spells them', () => {
		const row = { name: 'f', type: 'string', map_to: 'dynamic_variable:x' };
		expect(wireNode({ type: 'super_node', super_node_interface: { field_values: [row] } })).toEqual({
			type: 'super_node',
			super_node_interface: {
				input_fields: [
					{
						name: 'f',
						value_type: 'string',
						mappings: [{ target_type: 'dynamic_variable', target_variable_name: 'x' }],
					},
				],
			},
		});
		expect(
			wireNode({
				type: 'super_node',
				super_node_interface: { input_fields: [{ name: 'f', field_mappings: [] }] },
			}),
		).toEqual({
			type: 'super_node',
			super_node_interface: { input_fields: [{ name: 'f', mappings: [] }] },
		});
	});

	test('4.6: access levels, run threads and message roles', () => {
		expect(
			toWire({ workflow_config: { access_config: { access_level: 'public' } }, node_configs: [] }).value
				.workflow_config,
		).toEqual({ access_config: { access_level: 'team' } });
		const input = {
			thread_to_node_inputs: {
				thread_0: { node_run_inputs: [{ messages: [{ type: 'user', content: 'x' }] }] },
			},
		};
		expect(canonicalize(input).document).toEqual({
			thread_to_node_inputs: { '0': { node_run_inputs: [{ messages: [{ type: 'human', content: 'x' }] }] } },
		});
		expect(
			canonicalize({ status: 'In Progress', workflow_config_fully_hydrated: { node_configs: [] } }).document,
		).toMatchObject({ status: 'running' });
	});

	test('embedded graphs are respelled too, and the input is never touched', () => {
		const inner = { node_configs: [{ type: 'NO_OP' }], edge_configs: [] };
		const document = {
			node_configs: [{ type: 'super_node', encapsulated_workflow_config: { workflow_config: inner } }],
			edge_configs: [],
		};
		const before = structuredClone(document);
		expect(JSON.stringify(toWire(document).value)).toContain('"no_op"');
		expect(document).toEqual(before);
	});

	test('respelling is finished after one pass', () => {
		const document = {
			node_configs: [{ Type: 'SAY_LLM', 'LLM Provider': 'Google', Model: 'm', Tools: ['x', 'call_forward'] }],
			edge_configs: [{ type: 'Parallel', source: 'a' }],
		};
		const once = toWire(document).value;
		expect(toWire(once).value).toEqual(once);
	});
});

describe('4.4: additions', () => {
	const node = { type: 'say_llm', logical_id: 'a', max_turns: 3 };
	const edge = { type: 'conditional', logical_id: 'e', priority: 10, miscellaneous: {} };

	test('the platform form keeps them in miscellaneous, and they are read from there', () => {
		const moved = platformForm({ node_configs: [node], edge_configs: [edge] });
		expect(moved).toEqual({
			node_configs: [{ type: 'say_llm', logical_id: 'a', miscellaneous: { max_turns: 3 } }],
			edge_configs: [{ type: 'conditional', logical_id: 'e', miscellaneous: { priority: 10 } }],
		});
		const { graph } = buildGraph(moved);
		expect(graph.node_configs[0]).toMatchObject({ max_turns: 3 });
		expect(graph.edge_configs[0]).toMatchObject({ priority: 10 });
	});

	test('the value at its own place wins', () => {
		const { graph } = buildGraph({
			node_configs: [{ ...node, miscellaneous: { max_turns: 9 } }],
			edge_configs: [],
		});
		expect(graph.node_configs[0]).toMatchObject({ max_turns: 3 });
	});
});

test('the whole seed dialect runs through the door', () => {
	const { graph, faults } = parseDocument({
		workflow_config: { Name: 'Line' },
		node_configs: [
			{
				type: 'SAY_LLM',
				Name: 'Hello',
				logical_id: 'h',
				is_start: 'yes',
				'LLM Provider': 'OpenAI',
				Model: 'gpt-5',
				'System Prompt': 'Hi',
			},
		],
		edge_configs: [
			{ type: 'Conditional edge', Source: 'Hello', Target: 'Hello', Condition: 'The caller is done' },
		],
	});
	expect(faults).toEqual([]);
	expect(graph?.startNode).toMatchObject({ type: 'say_llm', name: 'Hello', is_start: true });
	expect(graph?.edgesBySource.get('h')).toMatchObject([
		{ type: 'conditional', condition: { condition_freeform: 'The caller is done' } },
	]);
});
