/** Rules about values that reading lets through, and alarms that must not sound. */

import { checkDocument } from '../../lib/assemble/graph-source';
import type { Json, JsonObject } from '../../lib/json';
import { edge, group, hydrated, model, node, tool } from './full-export';

const found = (document: Json) =>
	checkDocument(document).faults.map(({ severity, rule, path }) => `${severity} ${rule} ${path}`);
const talking = (llms_config: JsonObject) => hydrated([node('say_llm', { is_start: true, llms_config })], []);

describe('R-10: words outside their lists', () => {
	test('use cases of Athena nodes, and the node stays what it is', () => {
		const use_cases = ['medication_refill', 'refills', 3];
		expect(found(hydrated([node('athena_patients_search', { is_start: true, use_cases })], []))).toEqual([
			'error R-10 $.node_configs[0].use_cases[1]',
			'error R-10 $.node_configs[0].use_cases[2]',
		]);
	});

	test('backends and thinking levels, in any case, blank and null as none', () => {
		const google = (more: JsonObject) => found(talking(group(model('google_llm', more))));
		expect(google({ backend: 'cloud', thinking_level: 'deep' })).toEqual([
			'error R-10 $.node_configs[0].llms_config.llms[0].backend',
			'error R-10 $.node_configs[0].llms_config.llms[0].thinking_level',
		]);
		expect(google({ backend: 'vertex', thinking_level: 'low' })).toEqual([]);
		expect(google({ backend: '', thinking_level: null })).toEqual([]);
		expect(found(talking(model('anthropic_llm', { backend: 'ai_studio' })))).toEqual([
			'error R-10 $.node_configs[0].llms_config.backend',
		]);
	});
});

describe('R-86: models reached through Vertex only', () => {
	const at = 'warning R-86 $.node_configs[0].llms_config';

	test('take no key and no region', () => {
		expect(found(talking(model('xai_llm', { api_key: 'k', vertex_location: 'us-east5' })))).toEqual([at, at]);
		expect(found(talking(model('glm_llm', { api_key: '', vertex_location: 'global' })))).toEqual([]);
	});

	test('a thinking level answers the zero budget that is the default', () => {
		const always = { model: 'gemini-3.6-flash', thinking_budget: 0 };
		expect(found(talking(model('google_llm', always)))).toEqual([at]);
		expect(found(talking(model('google_llm', { ...always, thinking_level: 'LOW' })))).toEqual([]);
	});
});

test('R-11: header values of tools and MCP servers are text', () => {
	const tools_config = {
		tools: [tool('external_api', { api_headers: { 'X-Tries': 3, Accept: 'text/plain' } })],
	};
	const mcp_servers = [{ server_url: 'https://mcp.example', api_headers: { Key: null } }];
	const document = hydrated([node('no_op', { is_start: true })], [], { tools_config, mcp_servers });
	expect(found(document)).toEqual([
		'error R-11 $.workflow_config.tools_config.tools[0].api_headers["X-Tries"]',
		'error R-11 $.workflow_config.mcp_servers[0].api_headers.Key',
	]);
});

test('R-70: the reason names the place in the body and never quotes it', () => {
	const api_body = '{"diagnosis": "flu",\n "note": }';
	const document = hydrated(
		[node('tool_node', { is_start: true, tool_config: tool('external_api', { api_body }) })],
		[],
	);
	const { faults } = checkDocument(document);
	expect(faults).toMatchObject([{ rule: 'R-70', path: '$.node_configs[0].tool_config.api_body' }]);
	expect(faults[0]?.message).toContain('line 2, column 10');
	expect(faults[0]?.message).not.toContain('flu');
});

test('R-03, R-11: a list of inputs that is none', () => {
	const inner = hydrated([node('no_op', { is_start: true })], []);
	const placeholder = (input_fields: Json) =>
		hydrated(
			[
				node('super_node', {
					is_start: true,
					super_node_interface: { input_fields },
					encapsulated_workflow_config: inner,
				}),
			],
			[],
		);
	const at = '$.node_configs[0].super_node_interface.input_fields';
	expect(found(placeholder(null))).toEqual([`error R-03 ${at}`]);
	expect(found(placeholder({}))).toEqual([`error R-11 ${at}`]);
	expect(found(placeholder([]))).toEqual([]);
});

test('R-76: the allowed values are told, long ones cut', () => {
	const long = 'x'.repeat(200);
	const enum_values = [long, ...Array.from({ length: 20 }, (_, index) => index)];
	const placeholder = node('super_node', {
		is_start: true,
		field_values: { f: 'other' },
		super_node_interface: { input_fields: [{ name: 'f', value_type: 'enum', enum_values }] },
		encapsulated_workflow_config: hydrated([node('no_op', { is_start: true })], []),
	});
	const { faults } = checkDocument(hydrated([placeholder], []));
	expect(faults).toMatchObject([{ rule: 'R-76', path: '$.node_configs[0].field_values.f' }]);
	expect(faults[0]?.message.length).toBeLessThan(200);
});

describe('R-36: threads of embedded graphs run in the same run', () => {
	const fork = {
		companion_thread_config: { is_companion_thread: true, thread_id: 'side', stop_with_main_thread: true },
	};
	const said = (id: string, thread: string, more: JsonObject = {}) =>
		node('say_static', {
			logical_id: id,
			static_messages_config: { static_messages: [`[[thread_${thread}.x]]`] },
			...more,
		});
	const start = node('no_op', { logical_id: 'a', is_start: true });

	test('the parent reads a thread that its super node declares, and the other way round', () => {
		const forked = hydrated(
			[start, node('no_op', { logical_id: 'b' }), said('c', 'side')],
			[edge('a', 'b', fork), edge('a', 'c')],
		);
		const embed = (graph: JsonObject) =>
			node('super_node', { logical_id: 's', encapsulated_workflow_config: graph });
		expect(
			found(hydrated([start, embed(forked), said('d', 'side')], [edge('a', 's'), edge('s', 'd')])),
		).toEqual([]);
		const reading = hydrated([said('x', 'side', { is_start: true })], []);
		const outer = hydrated(
			[start, node('no_op', { logical_id: 'b' }), embed(reading)],
			[edge('a', 'b', fork), edge('a', 's')],
		);
		expect(found(outer)).toEqual([]);
		const lost = hydrated(
			[start, embed(hydrated([said('x', 'gone', { is_start: true })], []))],
			[edge('a', 's')],
		);
		expect(found(lost)).toEqual([
			'warning R-36 $.node_configs[1].encapsulated_workflow_config.node_configs[0]',
		]);
	});
});
