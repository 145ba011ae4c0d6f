/** One bad value costs the value it stands for and nothing around it (5.3 rules 3 and 4). */

import { buildGraph } from '../../lib/graph/build';
import { expandSuperNodes } from '../../lib/graph/expand';
import { checkGraph } from '../../lib/graph/rules';
import type { Json, JsonObject } from '../../lib/json';

const build = (node: JsonObject, edges: Json[] = [], config: JsonObject = {}) =>
	buildGraph({
		workflow_config: config,
		node_configs: [{ logical_id: 'a', is_start: true, ...node }],
		edge_configs: edges,
	});

describe('workflow config', () => {
	test('5.3.4, 0.4: an MCP server without its address is left out, and every other setting stays', () => {
		const { graph, faults } = build({ type: 'no_op' }, [], {
			name: 'Line',
			llms_config: { type: 'openai_llm' },
			mcp_servers: [{ name: 5 }, { name: 'second', server_url: 'https://mcp.example' }],
		});
		expect(graph.workflow_config).toMatchObject({
			name: 'Line',
			llms_config: { type: 'openai_llm' },
			mcp_servers: [{ name: 'second' }],
		});
		expect(faults.map(({ rule, path }) => `${rule} ${path}`).sort()).toEqual([
			'R-11 $.workflow_config.mcp_servers[0].name',
			'R-11 $.workflow_config.mcp_servers[0].server_url',
		]);
	});

	test('R-03: a null in the place of a required key is told once', () => {
		const { graph, faults } = build({ type: 'no_op' }, [], {
			name: 'Line',
			mcp_servers: [{ server_url: null }],
		});
		expect(graph.workflow_config).toMatchObject({ name: 'Line', mcp_servers: [] });
		expect(faults.map(({ rule }) => rule)).toEqual(['R-03']);
	});

	test('R-09 is about nodes: wrong types in the workflow config and in edges are R-11', () => {
		const { faults } = build({ type: 'no_op', name: 5 }, [{ type: 'direct', name: 5 }], { name: 5 });
		expect(faults.map(({ rule, path }) => `${rule} ${path}`)).toEqual([
			'R-11 $.workflow_config.name',
			'R-09 $.node_configs[0].name',
			'R-11 $.edge_configs[0].name',
		]);
	});
});

describe('R-07: parts that are no objects', () => {
	test('4.3: a tool named by text alone is kept raw with a warning, and its node typed', () => {
		for (const node of [
			{ type: 'tool_node', tool_config: 'weather' },
			{ type: 'say_llm', tools_config: { tools: ['weather', { type: 'inline_python' }] } },
		] as JsonObject[]) {
			const { graph, faults } = build(node);
			expect(graph.node_configs[0]?.type).toBe(node.type);
			expect(faults).toMatchObject([{ rule: 'R-07', severity: 'warning' }]);
			expect(faults[0]?.advice).toContain('tool_id');
		}
	});

	test('R-11: a tool or model of another kind of value falls back alone', () => {
		const { graph, faults } = build({
			type: 'say_llm',
			llms_config: 'gpt-5',
			tools_config: { tools: [null, 3, { type: 'inline_python', name: 'x' }] },
		});
		expect(graph.node_configs[0]).toMatchObject({
			type: 'say_llm',
			llms_config: { type: 'unknown', original_type: null },
			tools_config: { tools: [{ type: 'unknown' }, { type: 'unknown' }, { type: 'inline_python' }] },
		});
		expect(new Set(faults.map(({ rule }) => rule))).toEqual(new Set(['R-11']));
	});
});

describe('R-90: our additions are advice', () => {
	const edge = {
		type: 'conditional',
		logical_id: 'e',
		source_node_logical_id: 'a',
		destination_node_logical_id: 'a',
		condition: { condition_freeform: 'x' },
	};

	test.each([1.5, 'high', true, [], {}])(
		'a priority of %j counts as none, and the edge stays',
		(priority) => {
			const { graph, faults } = build({ type: 'no_op' }, [{ ...edge, priority }]);
			expect(graph.edge_configs[0]).toMatchObject({ type: 'conditional', priority: null });
			expect(faults).toMatchObject([
				{ rule: 'R-90', severity: 'warning', path: '$.edge_configs[0].priority' },
			]);
		},
	);

	test('the same with a bad value in miscellaneous, and with the additions of nodes', () => {
		const { graph } = build({ type: 'no_op' }, [{ ...edge, miscellaneous: { priority: 'first' } }]);
		expect(graph.edge_configs[0]).toMatchObject({ type: 'conditional', priority: null });
		expect(build({ type: 'say_llm', max_turns: 'few' }).graph.node_configs[0]).toMatchObject({
			type: 'say_llm',
			max_turns: null,
		});
		expect(build({ type: 'send_sms', sms_provider: 4 }).graph.node_configs[0]).toMatchObject({
			type: 'send_sms',
			sms_provider: null,
		});
	});

	test('bounds are advised about and never refused', () => {
		const { graph } = build({ type: 'say_llm', max_turns: 0, llms_config: { type: 'openai_llm' } });
		expect(checkGraph(graph)).toMatchObject([{ rule: 'R-90', severity: 'warning' }]);
	});

	test('R-11: a response mapping that cannot be read is left out, and the request stays', () => {
		const { graph, faults } = build({
			type: 'http_request',
			response_mapping: [{ result_path: 'x' }, { target_variable_name: 'y' }],
		});
		expect(graph.node_configs[0]).toMatchObject({
			type: 'http_request',
			response_mapping: [{ target_variable_name: 'y' }],
		});
		expect(faults).toMatchObject([{ rule: 'R-11' }]);
	});
});

test('0.3.5: numbers are read from decimal digits, not from other notations', () => {
	const versions = ['3', ' 4 ', '3.0', '0x10', '1e2', ''].map(
		(version_number) => build({ type: 'no_op', version_number }).graph.node_configs[0]?.version_number,
	);
	expect(versions).toEqual([3, 4, 3, 0, 100, 0]);
});

describe('5.3: what only makes one object unreadable stops no run', () => {
	const future: JsonObject = {
		workflow_config: {
			name: 5,
			llms_config: { type: 'future_llm' },
			tools_config: { tools: [{ type: 'future_tool' }] },
			mcp_servers: [{ name: 'no address' }],
		},
		node_configs: [
			{ type: 'no_op', logical_id: 'a', is_start: true, name: 5, disabled: null },
			{ type: 'http_request', logical_id: 'b', method: 'QUERY', timeout: 'long' },
			{ type: 'teleport', logical_id: 'c' },
			{ type: 'athena_patients_search', logical_id: 'd', use_cases: ['future_case'] },
		],
		edge_configs: [
			{ type: 'direct', logical_id: 'e', source_node_logical_id: 'a', destination_node_logical_id: 'b' },
			{ type: 'magic', logical_id: 'f', source_node_logical_id: 'b', destination_node_logical_id: 'c' },
			{ logical_id: 'g', source_node_logical_id: 'b', destination_node_logical_id: 'd' },
		],
	};
	const severities = (purpose: 'save' | 'run') =>
		new Set(checkGraph(buildGraph(future).graph, { purpose }).map(({ severity }) => severity));

	test('R-03, R-05, R-06, R-09, R-10, R-11: told at a run, refused at save', () => {
		expect(severities('run')).toEqual(new Set(['warning']));
		expect(severities('save')).toEqual(new Set(['warning', 'error']));
	});

	test('the same inside of a super node, and a fault that an input brings in ends the run (R7.3.10)', async () => {
		const embedded = (fields: JsonObject) => ({
			node_configs: [
				{
					type: 'super_node',
					logical_id: 's',
					is_start: true,
					encapsulated_workflow_config: future,
					...fields,
				},
			],
			edge_configs: [],
		});
		const errors = async (fields: JsonObject) =>
			(await expandSuperNodes(buildGraph(embedded(fields)).graph)).faults
				.filter(({ severity }) => severity === 'error')
				.map(({ rule, path }) => `${rule} ${path}`);
		expect(await errors({})).toEqual([]);
		const mappings = [
			{
				target_type: 'node_config_field',
				target_node_or_edge_logical_id: 'a',
				target_field_path: 'note',
			},
		];
		const super_node_interface = { input_fields: [{ name: 'f', mappings }] };
		expect(await errors({ super_node_interface, field_values: { f: 5 } })).toEqual([
			'R-11 $.node_configs[0].encapsulated_workflow_config.node_configs[0].note',
		]);
	});
});
