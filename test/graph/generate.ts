/** Documents made up for property tests: real-shaped ones of every envelope, and hostile ones. */

import fc from 'fast-check';
import type { Json, JsonObject } from '../../lib/json';
import { typesOf } from '../../lib/graph/schema';

const word = fc.constantFrom('a', 'b', 'Greeter', 'node_1', 'x y', 'é', '😀', '');
const text = fc.oneof(word, fc.string({ maxLength: 20 }), fc.constant('Hi {{name}} and [[a.b]]'));
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });

const free = fc.dictionary(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>, {
	maxKeys: 3,
});
const prompt = fc.record({ prompt: optional(text) }, { requiredKeys: [] });
const model = fc.record(
	{
		type: fc.constantFrom(...typesOf('llm'), 'new_llm'),
		model: optional(text),
		temperature: optional(fc.double({ min: 0, max: 1, noNaN: true })),
		api_key: optional(text),
	},
	{ requiredKeys: ['type'] },
);
const tool = fc.record(
	{
		type: fc.constantFrom(...typesOf('tool'), 'new_tool'),
		name: optional(text),
		result_variable_mappings: fc.array(fc.record({ target_variable_name: text })),
		args_schema: optional(free),
	},
	{ requiredKeys: ['type'] },
);
const condition = fc.record(
	{ condition_freeform: optional(text), condition_expression: optional(text), args_schema: optional(free) },
	{ requiredKeys: [] },
);

const node = fc
	.record(
		{
			type: fc.constantFrom(...typesOf('node'), 'invented_node'),
			logical_id: optional(word),
			name: optional(text),
			is_start: fc.boolean(),
			disabled: fc.boolean(),
			miscellaneous: free,
			main_response_config: optional(prompt),
			llms_config: optional(model),
			tools_config: optional(fc.record({ tools: fc.array(tool, { maxLength: 2 }) })),
			tool_config: optional(tool),
			global_node_config: optional(
				fc.record({ is_global: fc.boolean(), condition: optional(condition) }, { requiredKeys: [] }),
			),
			self_loop_config: optional(
				fc.record({ enabled: fc.boolean(), max_retries: optional(fc.integer()) }, { requiredKeys: [] }),
			),
			future_field: fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>,
		},
		{ requiredKeys: ['type'] },
	)
	.map((value) => value as JsonObject);

const edge = fc
	.record(
		{
			type: fc.constantFrom('direct', 'conditional', 'companion', 'invented'),
			logical_id: optional(word),
			source_node_logical_id: optional(word),
			destination_node_logical_id: optional(word),
			condition: optional(condition),
			companion_thread_config: optional(
				fc.record({ is_companion_thread: fc.boolean(), thread_id: optional(word) }, { requiredKeys: [] }),
			),
			priority: optional(fc.integer()),
			future_field: fc.jsonValue({ maxDepth: 1 }) as fc.Arbitrary<Json>,
		},
		{ requiredKeys: ['type'] },
	)
	.map((value) => value as JsonObject);

/** A hydrated workflow in wire form. */
export const hydrated: fc.Arbitrary<JsonObject> = fc
	.record(
		{
			workflow_config: optional(
				fc.record(
					{ name: optional(text), llms_config: optional(model), miscellaneous: free, future_field: free },
					{ requiredKeys: [] },
				),
			),
			node_configs: fc.array(node, { maxLength: 6 }),
			edge_configs: fc.array(edge, { maxLength: 6 }),
			dynamic_variables: free,
			future_field: free,
		},
		{ requiredKeys: ['node_configs', 'edge_configs'] },
	)
	.map((value) => value as JsonObject);

const number = fc.nat({ max: 9 });

/** Any document of part 1. */
export const anyDocument = (fc.oneof as (...all: Array<fc.Arbitrary<unknown>>) => fc.Arbitrary<unknown>)(
	hydrated,
	hydrated.map((graph) => ({
		workflow: { _id: 'w', active_version_number: 0, workflow_config: graph },
		execution_url: '',
	})),
	fc.tuple(hydrated, number).map(([graph, version_number]) => ({
		version: { version_number, workflow_config: graph },
		parent_active_version: 1,
	})),
	fc.tuple(hydrated, hydrated).map(([one, two]) => ({
		versions: [
			{ version_number: 0, workflow_config: one },
			{ version_number: 1, config: two },
		],
		warnings: [],
	})),
	hydrated.map((graph) => ({ ...graph, versions: [{ version_number: 3, version_name: null }] })),
	hydrated.map((graph) => ({ bundle: { versions: [{ workflow_config: graph }] }, versions_to_import: [0] })),
	hydrated.map((graph) => ({ status: 'completed', workflow_config_fully_hydrated: graph })),
	hydrated.map((graph) => ({
		workflow_id: 'x',
		super_node_interface: { input_fields: [] },
		encapsulated_workflow_config: graph,
	})),
	node.map((value) => ({ node: { _id: 'n', node_config: value } })),
	edge.map((value) => ({ edge: { _id: 'e', edge_config: value } })),
	tool.map((value) => ({ tool: { _id: 't', tool_config: value } }) as unknown as Json),
	model.map((value) => ({ llm_config: { llm_config_id: 'l', config: value } }) as Json),
) as fc.Arbitrary<Json>;

const hostileKey = fc.constantFrom(
	'__proto__',
	'constructor',
	'prototype',
	'toString',
	'hasOwnProperty',
	'node_configs',
	'edge_configs',
	'workflow_config',
	'workflow',
	'version',
	'versions',
	'config',
	'type',
	'node_type',
	'logical_id',
	'name',
	'Name',
	'llms_config',
	'LLM Provider',
	'Model',
	'tools_config',
	'tools',
	'tool_config',
	'llms',
	'main_llm_config',
	'condition',
	'condition_string',
	'companion_thread_config',
	'thread_id',
	'evaluate_while_waiting_config',
	'trigger_node_logical_ids',
	'self_loop_config',
	'global_node_config',
	'is_global',
	'super_node_interface',
	'input_fields',
	'mappings',
	'field_values',
	'encapsulated_workflow_config',
	'miscellaneous',
	'default_dynamic_variables',
	'headers',
	'api_headers',
	'api_body',
	'variable_arguments',
	'result_variable_mappings',
	'response_mapping',
	'Input Mapping',
	'output_mapping',
	'tool',
	'structured_output_schema',
	'args_schema',
	'original_type',
	'faults',
	'source',
	'Target',
	'source_node_logical_id',
	'destination_node_logical_id',
	'bundle',
	'items',
	'total',
	'access_config',
	'static_messages_config',
);
const hostileText = fc.constantFrom(
	'say_llm',
	'SAY_LLM',
	'direct',
	'Unconditional',
	'conditional',
	'companion',
	'super_node',
	'tool_node',
	'http_request',
	'say_static',
	'unknown',
	'llm',
	'rest_api',
	'openai_llm',
	'llm_group',
	'llm_group_with_backchannel',
	'external_api',
	'inline_python',
	'a',
	'b',
	'',
	' ',
	'__proto__',
	'constructor',
	'\ud800',
	'\u0000',
	'{{',
	'}}',
	'{{{{a}}}}',
	'[[thread_x.y]]',
	'{{a[99999999].b}}',
	'{a}{',
	'NaN',
	'1e400',
	'true',
	'9007199254740993',
	'(a+)+$',
);
const hostileLeaf: fc.Arbitrary<Json> = fc.oneof(
	{ weight: 6, arbitrary: hostileText },
	fc.constantFrom<Json>(null, true, false, 0, -0, 1.5, -1, 1e308, 9007199254740993, 5),
);
const { tree } = fc.letrec<{ tree: Json }>((tie) => ({
	tree: fc.oneof(
		{ maxDepth: 6, withCrossShrink: true },
		hostileLeaf,
		fc.array(tie('tree'), { maxLength: 4 }),
		fc
			.array(fc.tuple(hostileKey, tie('tree')), { maxLength: 7 })
			.map((entries) => Object.fromEntries(entries) as Json),
	),
}));

/** Trees of keys and words that mean something here, put where they do not belong. */
export const hostileTree: fc.Arbitrary<Json> = tree;

/** Hostile nodes and edges in a graph, so that they get past the door. */
export const hostileGraph: fc.Arbitrary<JsonObject> = fc
	.tuple(fc.array(tree, { maxLength: 5 }), fc.array(tree, { maxLength: 5 }), tree)
	.map(([nodes, edges, config]) => ({
		workflow_config: config,
		node_configs: nodes.map((one, index) => dressed(one, index === 0 ? 'say_llm' : 'tool_node')),
		edge_configs: edges.map((one) => dressed(one, 'conditional')),
	}));

function dressed(value: Json, type: string): Json {
	if (typeof value !== 'object' || value === null || Array.isArray(value)) return { type, name: value };
	return 'type' in value ? value : { type, ...value };
}
