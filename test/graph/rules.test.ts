/** Every rule of part 3 that a document can break: broken once, and not reported on a sound graph. */

import type { Json, JsonObject } from '../../lib/json';
import { buildGraph } from '../../lib/graph/build';
import { parseDocument } from '../../lib/graph/parse';
import { checkDocument, checkGraph, type CheckOptions } from '../../lib/graph/rules';
import { checkVariable } from '../../lib/graph/rules/variables';

const noOp = (logical_id: string, more: JsonObject = {}): JsonObject => ({
	type: 'no_op',
	logical_id,
	...more,
});
const start = noOp('start', { is_start: true });
const llm = (logical_id: string, more: JsonObject = {}): JsonObject => ({
	type: 'say_llm',
	logical_id,
	llms_config: { type: 'openai_llm' },
	...more,
});
const edge = (from: string, to: string, more: JsonObject = {}): JsonObject => ({
	type: 'direct',
	logical_id: `${from}_${to}`,
	source_node_logical_id: from,
	destination_node_logical_id: to,
	...more,
});
const when = (from: string, to: string, more: JsonObject = {}): JsonObject =>
	edge(from, to, { type: 'conditional', condition: { condition_expression: 'isPresent([[x]])' }, ...more });
const fork = (from: string, to: string, thread_id: Json = null): JsonObject =>
	edge(from, to, { companion_thread_config: { is_companion_thread: true, thread_id } });

interface Document {
	nodes?: Json[];
	edges?: Json[];
	config?: JsonObject;
	more?: JsonObject;
}

function faultsOf({ nodes = [], edges = [], config, more }: Document, options: CheckOptions = {}) {
	const raw = {
		workflow_config: config ?? null,
		node_configs: [start, ...nodes],
		edge_configs: edges,
		...more,
	};
	return checkGraph(buildGraph(raw).graph, options);
}

const apiTool = (more: JsonObject): JsonObject => ({
	type: 'external_api',
	name: 'api',
	api_endpoint: 'https://a.example/{id}',
	...more,
});
const toolNode = (tool: JsonObject, more: JsonObject = {}): Document => ({
	nodes: [{ type: 'tool_node', logical_id: 'tool', tool_config: tool, ...more }],
	edges: [edge('start', 'tool')],
});
const bound = (more: JsonObject): JsonObject => ({ argument_name: 'id', variable_path: 'id', ...more });
const mapped = (...targets: string[]): JsonObject => ({
	...apiTool({}),
	result_variable_mappings: targets.map((target_variable_name) => ({ target_variable_name })),
});
const python = (more: JsonObject): JsonObject => ({
	type: 'inline_python',
	name: 'p',
	code: 'def p(): pass',
	...more,
});
const loop = (more: JsonObject): Document => ({
	nodes: [noOp('poll', { self_loop_config: { enabled: true, max_retries: 3, ...more } }), noOp('end')],
	edges: [
		edge('start', 'poll'),
		when('poll', 'end', { condition: { condition_expression: 'isPresent([[self_loop_outcome]])' } }),
	],
});
const waiting = (config: JsonObject, more: JsonObject = {}, source: JsonObject = {}): Document => ({
	nodes: [llm('chat', source), noOp('tell'), noOp('poll')],
	edges: [
		edge('start', 'chat'),
		fork('start', 'poll', 'lab'),
		when('chat', 'tell', {
			evaluate_while_waiting_config: { enabled: true, trigger_node_logical_ids: ['poll'], ...config },
			...more,
		}),
	],
});
const forked = (thread: Json = 'lab', more: Json[] = []): Document => ({
	nodes: [noOp('main'), noOp('side')],
	edges: [edge('start', 'main'), fork('start', 'side', thread), ...more],
});
const superNode = (fields: Json[], values: JsonObject): Document => ({
	nodes: [
		{
			type: 'super_node',
			logical_id: 'sub',
			field_values: values,
			super_node_interface: { input_fields: fields },
		},
	],
	edges: [edge('start', 'sub')],
});
const field = (more: JsonObject): JsonObject => ({
	name: 'f',
	mappings: [{ target_type: 'runtime_variable', target_variable_name: 'v' }],
	...more,
});
const single = (node: JsonObject): Document => ({
	nodes: [node],
	edges: [edge('start', String(node.logical_id))],
});
const model = (config: JsonObject): Document => single(llm('chat', { llms_config: config }));

/** Rule, severity at save, path of the first finding, the document. */
const BROKEN: Array<[string, 'error' | 'warning', string, Document]> = [
	[
		'R-03',
		'error',
		'$.node_configs[1].keys_to_retain',
		single({ type: 'field_extractor', logical_id: 'a', keys_to_retain: null }),
	],
	['R-03', 'error', '$.dynamic_variables', { more: { dynamic_variables: null } }],
	['R-03', 'error', '$.node_configs[1].miscellaneous', single(noOp('a', { miscellaneous: null }))],
	[
		'R-05',
		'error',
		'$.edge_configs[0].type',
		{ nodes: [noOp('a')], edges: [edge('start', 'a', { type: 'magic' })] },
	],
	[
		'R-06',
		'error',
		'$.workflow_config.tools_config.tools[0].type',
		{ config: { tools_config: { tools: [{ type: 'magic' }] } } },
	],
	['R-06', 'error', '$.workflow_config.llms_config.type', { config: { llms_config: { type: 'magic_llm' } } }],
	['R-07', 'warning', '$.node_configs[1].llms_config.type', model({ type: 'magic_llm' })],
	['R-08', 'warning', '$.node_configs[1].type', single({ type: 'magic', logical_id: 'a' })],
	['R-08', 'warning', '$.node_configs[1].type', single({ logical_id: 'a' })],
	['R-09', 'error', '$.node_configs[1].name', single(noOp('a', { name: 5 }))],
	[
		'R-10',
		'error',
		'$.node_configs[1].method',
		single({ type: 'http_request', logical_id: 'a', method: 'BREW' }),
	],
	[
		'R-10',
		'error',
		'$.workflow_config.access_config.access_level',
		{ config: { access_config: { access_level: 'everyone' } } },
	],
	['R-11', 'error', '$.node_configs[1].url', single({ type: 'http_request', logical_id: 'a', url: 5 })],
	['R-13', 'error', '$.node_configs[1].logical_id', { nodes: [noOp('start')] }],
	[
		'R-13',
		'error',
		'$.edge_configs[1].logical_id',
		{ nodes: [noOp('a')], edges: [when('start', 'a'), when('start', 'a')] },
	],
	['R-14', 'warning', '$.edge_configs[0].destination_node_logical_id', { edges: [edge('start', 'nowhere')] }],
	['R-16', 'error', '$.node_configs[1].is_start', { nodes: [noOp('b', { is_start: true })] }],
	['R-17', 'warning', '$.node_configs[1]', { nodes: [noOp('island')] }],
	[
		'R-18',
		'warning',
		'$.workflow_config.guardrail_strikes_config.escalation_node_logical_id',
		{ config: { guardrail_strikes_config: { escalation_node_logical_id: 'x' } } },
	],
	['R-20', 'error', '$.node_configs[1].self_loop_config', loop({ max_retries: null })],
	['R-21', 'error', '$.node_configs[1].self_loop_config.max_retries', loop({ max_retries: -1 })],
	['R-21', 'warning', '$.node_configs[1].self_loop_config.max_retries', loop({ max_retries: 101 })],
	['R-22', 'error', '$.node_configs[1].self_loop_config.expiry_time', loop({ expiry_time: 3601 })],
	[
		'R-23',
		'error',
		'$.node_configs[1].self_loop_config.time_between_retries',
		loop({ time_between_retries: 301 }),
	],
	[
		'R-24',
		'error',
		'$.node_configs[1].timeout',
		single({ type: 'http_request', logical_id: 'a', timeout: 301 }),
	],
	[
		'R-25',
		'error',
		'$.node_configs[1].llms_config.temperature',
		model({ type: 'openai_llm', temperature: 1.5 }),
	],
	[
		'R-26',
		'error',
		'$.edge_configs[2].evaluate_while_waiting_config.min_seconds_between_evaluations',
		waiting({ min_seconds_between_evaluations: -1 }),
	],
	[
		'R-27',
		'error',
		'$.edge_configs[2].evaluate_while_waiting_config.max_transitions_per_wait',
		waiting({ max_transitions_per_wait: 0 }),
	],
	['R-28', 'error', '$.workflow_config.voice_persona', { config: { voice_persona: 'x'.repeat(601) } }],
	[
		'R-29',
		'warning',
		'$.edge_configs[0].condition',
		{ nodes: [noOp('a')], edges: [when('start', 'a', { condition: { condition_freeform: ' ' } })] },
	],
	[
		'R-30',
		'warning',
		'$.edge_configs[0].condition',
		{
			nodes: [noOp('a')],
			edges: [when('start', 'a', { condition: { condition_freeform: 'x', condition_expression: 'y' } })],
		},
	],
	[
		'R-31',
		'warning',
		'$.edge_configs[0].condition',
		{
			nodes: [noOp('a')],
			edges: [
				when('start', 'a', {
					condition: {
						condition_freeform: 'x',
						static_messages_config: { static_messages: ['m'] },
						dynamic_messages_config: { dynamic_message_prompt: 'p' },
					},
				}),
			],
		},
	],
	[
		'R-32',
		'error',
		'$.edge_configs[0].condition.condition_expression',
		{
			nodes: [noOp('a')],
			edges: [when('start', 'a', { condition: { condition_expression: 'contains([[x]], 1)' } })],
		},
	],
	[
		'R-33',
		'warning',
		'$.node_configs[1].global_node_config.condition',
		single(llm('a', { global_node_config: { is_global: true } })),
	],
	[
		'R-34',
		'warning',
		'$.node_configs[1].llms_config',
		model({
			type: 'llm_group_with_backchannel',
			backchannel_static_responses: ['hm'],
			backchannel_llm_config: { type: 'llm_group' },
		}),
	],
	[
		'R-35',
		'warning',
		'$.node_configs[1].self_loop_config',
		single(noOp('a', { self_loop_config: { enabled: true, max_retries: 1 } })),
	],
	[
		'R-36',
		'warning',
		'$.node_configs[1]',
		single(llm('a', { main_response_config: { prompt: 'say [[thread_nobody.x]]' } })),
	],
	[
		'R-37',
		'error',
		'$.edge_configs[1]',
		{ nodes: [noOp('a'), noOp('b')], edges: [edge('start', 'a'), edge('start', 'b')] },
	],
	[
		'R-37',
		'error',
		'$.edge_configs[1]',
		{ nodes: [noOp('a'), noOp('b')], edges: [fork('start', 'a'), fork('start', 'b')] },
	],
	[
		'R-38',
		'error',
		'$.node_configs[2]',
		{
			nodes: [noOp('main'), { type: 'worker_llm', logical_id: 'side', llms_config: { type: 'openai_llm' } }],
			edges: [edge('start', 'main'), fork('start', 'side')],
		},
	],
	[
		'R-39',
		'error',
		'$.node_configs[2]',
		{
			nodes: [noOp('main'), noOp('side'), noOp('c'), noOp('d')],
			edges: [edge('start', 'main'), fork('start', 'side'), edge('side', 'c'), fork('side', 'd')],
		},
	],
	['R-40', 'error', '$.node_configs[2]', forked('lab', [edge('main', 'side')])],
	[
		'R-41',
		'warning',
		'$.edge_configs[0].companion_thread_config',
		{ nodes: [noOp('a')], edges: [fork('start', 'a')] },
	],
	['R-42', 'error', '$.node_configs[2]', forked('lab', [edge('side', 'side')])],
	['R-43', 'error', '$.edge_configs[1].companion_thread_config.thread_id', forked('a.b')],
	['R-43', 'error', '$.edge_configs[1].companion_thread_config.thread_id', forked('')],
	['R-44', 'error', '$.edge_configs[1].companion_thread_config.thread_id', forked('a_companion_b')],
	['R-45', 'error', '$.edge_configs[1].companion_thread_config.thread_id', forked('0')],
	[
		'R-46',
		'error',
		'$.edge_configs[2].companion_thread_config.thread_id',
		{
			nodes: [noOp('main'), noOp('a'), noOp('b')],
			edges: [edge('start', 'main'), fork('start', 'a', 't'), fork('start', 'b', 't')],
		},
	],
	['R-47', 'error', '$.edge_configs[2].condition', waiting({}, { condition: { condition_freeform: 'x' } })],
	[
		'R-48',
		'error',
		'$.edge_configs[2].condition.condition_freeform',
		waiting({}, { condition: { condition_freeform: 'x', condition_expression: 'isPresent([[x]])' } }),
	],
	[
		'R-49',
		'error',
		'$.edge_configs[2].evaluate_while_waiting_config.trigger_node_logical_ids',
		waiting({ trigger_node_logical_ids: [] }),
	],
	[
		'R-50',
		'error',
		'$.edge_configs[2].evaluate_while_waiting_config.trigger_node_logical_ids',
		waiting({ trigger_node_logical_ids: ['x'] }),
	],
	[
		'R-51',
		'error',
		'$.edge_configs[2].evaluate_while_waiting_config.trigger_node_logical_ids',
		waiting({ trigger_node_logical_ids: ['chat'] }),
	],
	[
		'R-52',
		'error',
		'$.edge_configs[2].evaluate_while_waiting_config.min_seconds_between_evaluations',
		waiting({ trigger_mode: 'on_every_background_tick', min_seconds_between_evaluations: 0 }),
	],
	[
		'R-53',
		'error',
		'$.edge_configs[1].evaluate_while_waiting_config',
		{
			nodes: [{ type: 'super_node', logical_id: 'sub' }, noOp('a')],
			edges: [
				edge('start', 'sub'),
				when('sub', 'a', {
					evaluate_while_waiting_config: { enabled: true, trigger_node_logical_ids: ['a'] },
				}),
			],
		},
	],
	[
		'R-54',
		'error',
		'$.edge_configs[2].evaluate_while_waiting_config',
		waiting({}, {}, { wait_for_user_message: false }),
	],
	[
		'R-55',
		'error',
		'$.edge_configs[0].evaluate_while_waiting_config',
		{
			nodes: [llm('chat', { is_start: false }), noOp('a'), noOp('b')],
			edges: [
				when('chat', 'a', {
					evaluate_while_waiting_config: { enabled: true, trigger_node_logical_ids: ['b'] },
				}),
				edge('chat', 'b'),
				edge('start', 'chat'),
			],
		},
	],
	[
		'R-56',
		'error',
		'$.node_configs[1].tool_config.variable_arguments[0]',
		toolNode(python({ variable_arguments: [bound({ argument_name: 'class' })] })),
	],
	[
		'R-56',
		'error',
		'$.node_configs[1].tool_config.variable_arguments[0]',
		toolNode(python({ variable_arguments: [bound({ argument_name: '1a' })] })),
	],
	[
		'R-57',
		'error',
		'$.node_configs[1].tool_config.variable_arguments[0]',
		toolNode(python({ variable_arguments: [bound({ variable_path: null })] })),
	],
	[
		'R-58',
		'error',
		'$.node_configs[1].tool_config.variable_arguments[0]',
		toolNode(python({ variable_arguments: [bound({ override_provided_value: false })] })),
	],
	[
		'R-59',
		'error',
		'$.node_configs[1].tool_config.variable_arguments[1]',
		toolNode(python({ variable_arguments: [bound({}), bound({})] })),
	],
	[
		'R-60',
		'error',
		'$.node_configs[1].tool_config.variable_arguments[0]',
		toolNode(apiTool({ variable_arguments: [bound({ argument_name: 'other' })] })),
	],
	[
		'R-61',
		'error',
		'$.node_configs[1].tool_config.variable_arguments[0]',
		toolNode({ type: 'knowledge_base', variable_arguments: [bound({})] }),
	],
	[
		'R-63',
		'error',
		'$.node_configs[1].tool_config.result_variable_mappings[0].target_variable_name',
		toolNode(mapped(' ')),
	],
	[
		'R-64',
		'error',
		'$.node_configs[1].tool_config.result_variable_mappings[0].target_variable_name',
		toolNode(mapped('_x')),
	],
	[
		'R-65',
		'error',
		'$.node_configs[1].tool_config.result_variable_mappings[0].target_variable_name',
		toolNode(mapped('a.b')),
	],
	[
		'R-66',
		'error',
		'$.node_configs[1].tool_config.result_variable_mappings[1].target_variable_name',
		toolNode(mapped('a', 'a')),
	],
	[
		'R-67',
		'error',
		'$.node_configs[1].tool_config.result_variable_mappings[0].target_variable_name',
		toolNode(mapped('tool_result_success')),
	],
	[
		'R-68',
		'error',
		'$.node_configs[1].tool_config.result_variable_mappings[0]',
		toolNode(mapped('mine_error'), { result_runtime_variable_name: 'mine' }),
	],
	[
		'R-69',
		'error',
		'$.node_configs[1].tool_config.result_as_media',
		toolNode({ ...mapped('a'), result_as_media: true }),
	],
	[
		'R-70',
		'error',
		'$.node_configs[1].tool_config.api_body',
		toolNode(apiTool({ api_body: '{"a": [[x]]}' })),
	],
	['R-71', 'error', '$.node_configs[1].tool_config.api_body', toolNode(apiTool({ api_body: '[1]' }))],
	['R-71', 'error', '$.node_configs[1].tool_config.api_body', toolNode(apiTool({ api_body: 5 }))],
	['R-73', 'warning', '$.node_configs[1].tool_config.code', toolNode(python({ code: 'x = "{{name}}"' }))],
	['R-74', 'error', '$.node_configs[1].field_values.f', superNode([field({})], {})],
	[
		'R-75',
		'error',
		'$.node_configs[1].super_node_interface.input_fields[0].mappings[0].target_variable_name',
		superNode([field({ mappings: [{ target_type: 'dynamic_variable' }] })], { f: 1 }),
	],
	[
		'R-75',
		'error',
		'$.node_configs[1].super_node_interface.input_fields[0].mappings[0].target_type',
		superNode([field({ mappings: [{}] })], { f: 1 }),
	],
	[
		'R-76',
		'error',
		'$.node_configs[1].field_values.f',
		superNode([field({ value_type: 'integer', max_value: 5 })], { f: 6 }),
	],
	[
		'R-76',
		'error',
		'$.node_configs[1].field_values.f',
		superNode([field({ value_type: 'string', max_length: 2 })], { f: 'abc' }),
	],
	[
		'R-76',
		'error',
		'$.node_configs[1].field_values.f',
		superNode([field({ value_type: 'enum', enum_values: ['a'] })], { f: 'b' }),
	],
	[
		'R-77',
		'error',
		'$.node_configs[1].super_node_interface.input_fields[0].enum_values',
		superNode([field({ value_type: 'enum' })], { f: 'a' }),
	],
	['R-78', 'warning', '$.node_configs[1].field_values.g', superNode([field({})], { f: 1, g: 2 })],
	[
		'R-86',
		'warning',
		'$.node_configs[1].llms_config',
		model({ type: 'anthropic_llm', model: 'claude-opus-5', temperature: 0.5 }),
	],
	[
		'R-86',
		'warning',
		'$.node_configs[1].llms_config',
		model({ type: 'google_llm', model: 'gemini-3.6-flash' }),
	],
	['R-86', 'warning', '$.node_configs[1].llms_config', model({ type: 'openai_llm', model: 'gpt-4o' })],
	[
		'R-86',
		'warning',
		'$.node_configs[1].llms_config',
		model({ type: 'custom_llm', model: 'GPT-5.4-Pro', reasoning_effort: 'low' }),
	],
	['R-87', 'warning', '$.node_configs[1].llms_config', model({ type: 'global_default_llm' })],
	[
		'R-88',
		'warning',
		'$.node_configs[1].attachable_llm_config_id',
		single(llm('a', { attachable_llm_config_id: 'gone' })),
	],
	['R-89', 'warning', '$', single(llm('a', { main_response_config: { prompt: '{{who.name}}' } }))],
	['R-90', 'warning', '$.node_configs[1].max_turns', single(llm('a', { max_turns: 0 }))],
	[
		'R-90',
		'warning',
		'$.node_configs[1].sms_provider',
		single({ type: 'send_sms', logical_id: 'a', sms_provider: ' ' }),
	],
	[
		'R3.3',
		'warning',
		'$.edge_configs[1]',
		{ nodes: [noOp('a'), noOp('b')], edges: [edge('start', 'a'), when('start', 'b')] },
	],
	[
		'R3.15',
		'warning',
		'$.edge_configs[0].condition.condition_freeform',
		{ nodes: [noOp('a')], edges: [when('start', 'a', { condition: { condition_freeform: 'x' } })] },
	],
	[
		'R5.18',
		'warning',
		'$.node_configs[2]',
		{
			nodes: [llm('chat'), { type: 'worker_llm', logical_id: 'w', llms_config: { type: 'openai_llm' } }],
			edges: [edge('start', 'chat'), edge('chat', 'w', { type: 'companion' })],
		},
	],
];

const OPTIONS: CheckOptions = {
	checkExpression: (text) => (text.startsWith('contains') ? 'contains is not supported' : null),
	savedLlmIds: new Set(['saved']),
	knownVariables: new Set(['known']),
};

describe('part 3: what breaks a rule is reported with place, subject and advice', () => {
	test.each(BROKEN)('%s (%s) at %s', (rule, severity, path, document) => {
		const found = faultsOf(document, OPTIONS).filter((fault) => fault.rule === rule);
		expect(found[0]).toMatchObject({ rule, severity, path });
		expect(found[0]?.message).toMatch(/\S/);
		expect(found[0]?.advice).toMatch(/\.$/);
	});

	test('a sound graph with companions, waiting and tools breaks none', () => {
		const document = waiting({});
		const tools = { tools: [apiTool({ variable_arguments: [bound({})], api_body: '{"id": "{id}"}' })] };
		document.config = { tools_config: tools, llms_config: { type: 'openai_llm' } };
		expect(faultsOf(document, { purpose: 'run', ...OPTIONS })).toEqual([]);
		expect(faultsOf(loop({}), { purpose: 'run', ...OPTIONS })).toEqual([]);
		expect(faultsOf(forked(), { purpose: 'run', ...OPTIONS })).toEqual([]);
	});

	test.each(['R-14', 'R-29', 'R-32', 'R-47', 'R-48', 'R-50', 'R-52'])(
		'R3.58: %s does not look at disabled edges',
		(broken) => {
			const documents = BROKEN.flatMap(([rule, , , document]) => (rule === broken ? [document] : []));
			expect(documents).not.toEqual([]);
			for (const document of documents) {
				const edges = (document.edges ?? []).map((one) => ({ ...(one as JsonObject), disabled: true }));
				const found = faultsOf({ ...document, edges }, { ...OPTIONS, purpose: 'run' });
				expect(found.filter(({ rule }) => rule === broken)).toEqual([]);
			}
		},
	);

	test('all faults are found at once', () => {
		const rules = faultsOf({
			nodes: [noOp('start', { is_start: true }), noOp('x', { name: 1 })],
			edges: [edge('x', 'y')],
		}).map(({ rule }) => rule);
		expect(new Set(rules)).toEqual(new Set(['R-09', 'R-13', 'R-14', 'R-16', 'R-17']));
	});
});

describe('purposes', () => {
	test('R-15: a graph without a start is refused to run and only advised about before', () => {
		const { graph } = buildGraph({ node_configs: [noOp('a')], edge_configs: [] });
		const severity = (purpose: 'import' | 'save' | 'run') =>
			checkGraph(graph, { purpose }).find(({ rule }) => rule === 'R-15')?.severity;
		expect([severity('import'), severity('save'), severity('run')]).toEqual(['warning', 'warning', 'error']);
	});

	test('R-05, R-06, R-16, R-32: forgiven on import, refused at save', () => {
		for (const [rule, , , document] of BROKEN.filter(([rule]) =>
			['R-05', 'R-06', 'R-16', 'R-32'].includes(rule),
		)) {
			const fault = faultsOf(document, { ...OPTIONS, purpose: 'import' }).find((one) => one.rule === rule);
			expect(fault?.severity).toBe('warning');
		}
	});

	test('R-01 to R-90: paths follow the place of the graph in its document', () => {
		const { graph } = buildGraph(
			{ node_configs: [noOp('a', { name: 5 })], edge_configs: [] },
			'$.bundle.versions[2].workflow_config',
		);
		for (const { path } of checkGraph(graph))
			expect(path).toMatch(/^\$\.bundle\.versions\[2\]\.workflow_config/);
		for (const { path } of checkGraph(graph, { path: '$.x' })) expect(path).toMatch(/^\$\.x/);
	});
});

describe('single rules in detail', () => {
	test('R-60: slots are found as str.format finds them', () => {
		const uses = (api_endpoint: string, argument_name: string) =>
			!faultsOf(toolNode(apiTool({ api_endpoint, variable_arguments: [bound({ argument_name })] }))).some(
				({ rule }) => rule === 'R-60',
			);
		expect(uses('/{a.b}/{c[0]}', 'a')).toBe(true);
		expect(uses('/{a.b}/{c[0]}', 'c')).toBe(true);
		expect(uses('/{{a}}', 'a')).toBe(false);
		expect(uses('/{a}/{', 'a')).toBe(false);
		expect(uses('/{a:{width}}', 'width')).toBe(true);
		expect(uses('/x', 'a')).toBe(false);
	});

	test('R-60: only values of maps are searched, and a bare reference is not judged', () => {
		const rules = (tool: JsonObject) =>
			faultsOf(toolNode({ type: 'external_api', variable_arguments: [bound({})], ...tool })).map(
				({ rule }) => rule,
			);
		expect(rules({ api_headers: { X: '{id}' } })).not.toContain('R-60');
		expect(rules({ api_headers: { '{id}': 'x' } })).toContain('R-60');
		expect(rules({ tool_id: 'saved' })).not.toContain('R-60');
	});

	test('R-67: the result name itself is a legal target, and null means tool_result', () => {
		expect(faultsOf(toolNode(mapped('tool_result')))).toEqual([]);
		const tool = { ...mapped('tool_result_error'), result_runtime_variable_name: null };
		expect(faultsOf(toolNode(tool)).map(({ rule }) => rule)).toEqual(['R-67']);
	});

	test('R-70: placeholders inside quotes are JSON, a blank body is none', () => {
		expect(faultsOf(toolNode(apiTool({ api_body: '{"a": "[[x]]"}' })))).toEqual([]);
		expect(faultsOf(toolNode(apiTool({ api_body: '  ' })))).toEqual([]);
	});

	test('R-76: a value with placeholders is judged when the run knows it', () => {
		expect(faultsOf(superNode([field({ value_type: 'integer' })], { f: '[[count]]' }))).toEqual([]);
	});

	test('3.7: nothing is checked while the evaluation is off', () => {
		const document = waiting({ enabled: false, trigger_node_logical_ids: [] });
		expect(faultsOf(document).filter(({ rule }) => rule >= 'R-47' && rule <= 'R-55')).toEqual([]);
	});

	test('R-35: a loop with a direct exit leads somewhere (R6.9)', () => {
		const document = {
			nodes: [noOp('a', { self_loop_config: { enabled: true, max_retries: 1 } }), noOp('b')],
			edges: [edge('start', 'a'), edge('a', 'b')],
		};
		expect(faultsOf(document)).toEqual([]);
	});

	test('disabled edges fork nothing', () => {
		const document = {
			nodes: [noOp('a'), noOp('b')],
			edges: [edge('start', 'a'), edge('start', 'b', { disabled: true })],
		};
		expect(faultsOf(document).map(({ rule }) => rule)).toEqual(['R-17']);
	});

	test('5.4: graphs embedded in super nodes are checked in their place', () => {
		const inner = { node_configs: [noOp('x', { is_start: true }), noOp('x')], edge_configs: [] };
		const found = faultsOf(
			single({ type: 'super_node', logical_id: 's', encapsulated_workflow_config: inner }),
		).find(({ rule }) => rule === 'R-13');
		expect(found?.path).toBe('$.node_configs[1].encapsulated_workflow_config.node_configs[1].logical_id');
	});

	test('R-80, R-81: names of global variables', () => {
		expect(checkVariable({ name: 'clinic_name' })).toEqual([]);
		expect(checkVariable({ name: '1x' })[0]?.rule).toBe('R-80');
		expect(checkVariable({ name: 'now' })[0]?.rule).toBe('R-81');
		expect(checkVariable({ name: 'x', description: 'd'.repeat(1025) })[0]?.rule).toBe('R-80');
	});

	test('R-62: a registered tool says which arguments it has', () => {
		const document = toolNode({
			type: 'inbuilt_function',
			tool_id: 'call_forward',
			variable_arguments: [bound({})],
		});
		expect(faultsOf(document).map(({ rule }) => rule)).toEqual([]);
		expect(faultsOf(document, { argumentsOf: () => ['number'] }).map(({ rule }) => rule)).toEqual(['R-62']);
	});

	test('no message quotes a secret', () => {
		const secret = 'sk-live-1234567890';
		const document = single(
			llm('a', { llms_config: { type: 'openai_llm', api_key: { nested: secret }, temperature: 9 } }),
		);
		expect(JSON.stringify(faultsOf(document))).not.toContain(secret);
	});

	test('1.8: standalone nodes, edges, tools and models are judged by what can be said of them alone', () => {
		const rules = (document: JsonObject) =>
			checkDocument(parseDocument(document)).map(({ rule, path }) => `${rule} ${path}`);
		expect(rules({ tool: { tool_config: mapped('_x') } })).toEqual([
			'R-64 $.tool.tool_config.result_variable_mappings[0].target_variable_name',
		]);
		expect(rules({ node: { node_config: { type: 'http_request', timeout: 999 } } })).toEqual([
			'R-24 $.node.node_config.timeout',
		]);
		expect(rules({ edge: { edge_config: { type: 'conditional' } } })).toEqual([
			'R-29 $.edge.edge_config.condition',
		]);
		expect(
			rules({ llm_config: { llm_config_id: 'x', config: { type: 'openai_llm', temperature: 2 } } }),
		).toEqual(['R-25 $.llm_config.config.temperature']);
		expect(rules({ variable: { name: 'now' } })).toEqual(['R-81 $.variable.name']);
		expect(rules({ command: 'start', thread_to_node_inputs: {} })).toEqual(['R-19 $.thread_to_node_inputs']);
	});
});
