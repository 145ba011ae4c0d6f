/** Super nodes become the graphs they stand for (R7.3): ids, ends, models, inputs, scopes. */

import type { Json, JsonObject } from '../../lib/json';
import { buildGraph } from '../../lib/graph/build';
import { expandSuperNodes, type ExpandOptions } from '../../lib/graph/expand';
import { globalNodesFor, interiorsEntered, workflowConfigFor } from '../../lib/graph/interior';

const say = (logical_id: string, more: JsonObject = {}): JsonObject => ({
	type: 'say_llm',
	logical_id,
	name: logical_id.toUpperCase(),
	...more,
});
const noOp = (logical_id: string, more: JsonObject = {}): JsonObject => ({
	type: 'no_op',
	logical_id,
	...more,
});
const edge = (from: string, to: string, more: JsonObject = {}): JsonObject => ({
	type: 'direct',
	logical_id: `${from}-${to}`,
	source_node_logical_id: from,
	destination_node_logical_id: to,
	...more,
});
const when = (from: string, to: string, more: JsonObject = {}): JsonObject =>
	edge(from, to, { type: 'conditional', condition: { condition_freeform: 'done' }, ...more });

/** hello asks, and ends in yes or no. */
const inner: JsonObject = {
	workflow_config: {
		name: 'Check',
		default_prompt_prefix: 'Be brief.',
		llms_config: { type: 'google_llm', model: 'gemini-2.5-flash' },
		miscellaneous: { default_dynamic_variables: { tone: 'calm' } },
	},
	node_configs: [
		say('hello', { is_start: true, main_response_config: { prompt: 'Ask [[hello.x]] and [[HELLO.y]]' } }),
		say('yes', { llms_config: { type: 'openai_llm' } }),
		noOp('no'),
	],
	edge_configs: [when('hello', 'yes'), when('hello', 'no')],
	runtime_variables: { tries: 0 },
};

const placeholder = (more: JsonObject = {}): JsonObject => ({
	type: 'super_node',
	logical_id: 'sub',
	name: 'Sub',
	encapsulated_workflow_config: inner,
	...more,
});
const outer = (more: JsonObject = {}, nodes: Json[] = []): JsonObject => ({
	workflow_config: {
		name: 'Outer',
		default_prompt_prefix: 'Outer prefix',
		llms_config: { type: 'anthropic_llm' },
	},
	node_configs: [noOp('start', { is_start: true }), placeholder(more), noOp('end'), ...nodes],
	edge_configs: [edge('start', 'sub'), when('sub', 'end')],
});

async function expand(raw: JsonObject, options?: ExpandOptions) {
	const { graph } = buildGraph(raw);
	const result = await expandSuperNodes(graph, options);
	return { ...result, source: graph };
}

const ids = (graph: { node_configs: readonly { logical_id: string | null }[] }) =>
	graph.node_configs.map(({ logical_id }) => logical_id);
const ends = (graph: {
	edge_configs: readonly {
		source_node_logical_id: string | null;
		destination_node_logical_id: string | null;
	}[];
}) => graph.edge_configs.map((one) => `${one.source_node_logical_id}>${one.destination_node_logical_id}`);

describe('R7.3: expansion', () => {
	test('a graph without super nodes is handed back as it is', async () => {
		const { graph, source, faults } = await expand({ node_configs: [noOp('a')], edge_configs: [] });
		expect(graph).toBe(source);
		expect(faults).toEqual([]);
	});

	test('R7.3.1, R7.3.3: the placeholder gives way to its interior, ids are joined, names stay', async () => {
		const { graph, source, faults } = await expand(outer());
		expect(faults).toEqual([]);
		expect(ids(graph)).toEqual(['start', 'sub__hello', 'sub__yes', 'sub__no', 'end']);
		expect(graph.nodesById.get('sub__hello')?.name).toBe('HELLO');
		expect(graph.raw).toBe(source.raw);
	});

	test('R7.3.4, R7.3.5: edges enter at the start and leave from every terminal, stamped with their origin', async () => {
		const { graph } = await expand(outer());
		expect(ends(graph)).toEqual([
			'sub__hello>sub__yes',
			'sub__hello>sub__no',
			'start>sub__hello',
			'sub__yes>end',
			'sub__no>end',
		]);
		expect(graph.edge_configs.slice(-2).map((one) => one.super_node_exit_origin)).toEqual(['sub', 'sub']);
		expect(new Set(graph.edge_configs.map(({ logical_id }) => logical_id)).size).toBe(5);
		expect(graph.startNode?.logical_id).toBe('start');
	});

	test('R7.3.4: a placeholder that is the start hands this to its entry', async () => {
		const { graph } = await expand({ node_configs: [placeholder({ is_start: true })], edge_configs: [] });
		expect(graph.startNode?.logical_id).toBe('sub__hello');
	});

	test('references inside follow the new ids, names keep theirs', async () => {
		const { graph } = await expand(outer());
		expect(graph.nodesById.get('sub__hello')).toMatchObject({
			main_response_config: { prompt: 'Ask [[sub__hello.x]] and [[HELLO.y]]' },
		});
	});

	test('R7.3.2: without a snapshot the published workflow is asked for, at its version', async () => {
		const asked: Array<[string, number | null]> = [];
		const resolve = (id: string, version: number | null) => {
			asked.push([id, version]);
			return Promise.resolve({
				workflow: { _id: id, active_version_number: 0, workflow_config: inner },
			} as Json);
		};
		const more = {
			encapsulated_workflow_config: null,
			super_workflow_id: 'w',
			super_workflow_version_number: 4,
		};
		const { graph } = await expand(outer(more), { resolve });
		expect(asked).toEqual([['w', 4]]);
		expect(ids(graph)).toContain('sub__hello');
	});

	test('R7.3.13, R-79: a workflow that is gone is an error', async () => {
		const { faults } = await expand(outer({ encapsulated_workflow_config: null, super_workflow_id: 'w' }));
		expect(faults).toMatchObject([
			{ rule: 'R-79', severity: 'error', subject: 'Sub', path: '$.node_configs[1]' },
		]);
	});

	test('R7.3.3: circles are refused, also through the outer workflow', async () => {
		const self = {
			node_configs: [{ type: 'super_node', logical_id: 's', is_start: true, super_workflow_id: 'w' }],
			edge_configs: [],
		};
		const resolve = () => Promise.resolve(self as Json);
		const { faults } = await expand(outer({ encapsulated_workflow_config: null, super_workflow_id: 'w' }), {
			resolve,
		});
		expect(faults.map(({ message }) => message)).toEqual(['super node s: the workflow embeds itself']);
		const own = await expand(self, { resolve, workflowId: 'w' });
		expect(own.faults).toHaveLength(1);
	});

	test('R7.3.3: five levels pass, six do not', async () => {
		const nest = (depth: number): JsonObject =>
			depth === 0
				? { node_configs: [noOp('leaf', { is_start: true })] }
				: {
						node_configs: [
							{
								type: 'super_node',
								logical_id: 's',
								is_start: true,
								encapsulated_workflow_config: nest(depth - 1),
							},
						],
					};
		const five = await expand(nest(5));
		expect(five.faults).toEqual([]);
		expect(ids(five.graph)).toEqual(['s__s__s__s__s__leaf']);
		expect(five.graph.startNode?.logical_id).toBe('s__s__s__s__s__leaf');
		expect((await expand(nest(6))).faults[0]?.rule).toBe('R7.3.3');
	});

	test('an expansion never grows past the limit of nodes', async () => {
		expect((await expand(outer(), { maxNodes: 2 })).faults[0]?.rule).toBe('L-2');
	});

	test('an embedded workflow without a start is an error', async () => {
		const { faults } = await expand(
			outer({ encapsulated_workflow_config: { node_configs: [noOp('a')], edge_configs: [] } }),
		);
		expect(faults[0]?.rule).toBe('R-15');
	});

	test('a disabled placeholder stays', async () => {
		const { graph } = await expand(outer({ disabled: true }));
		expect(ids(graph)).toEqual(['start', 'sub', 'end']);
	});

	test('R7.3.5: companions and their threads are no ends of the interior', async () => {
		const graph = {
			node_configs: [noOp('in', { is_start: true }), noOp('main'), noOp('side')],
			edge_configs: [
				edge('in', 'main'),
				edge('in', 'side', { companion_thread_config: { is_companion_thread: true, thread_id: 'lab' } }),
			],
		};
		const { graph: expanded } = await expand(outer({ encapsulated_workflow_config: graph }));
		expect(expanded.interiors.get('sub')?.terminalNodeIds).toEqual(['sub__main']);
	});

	test('the same workflow embedded twice keeps its companion threads apart', async () => {
		const graph = {
			node_configs: [
				noOp('in', { is_start: true }),
				say('main', { main_response_config: { prompt: '[[thread_lab.x]]' } }),
				noOp('side'),
			],
			edge_configs: [
				edge('in', 'main'),
				edge('in', 'side', { companion_thread_config: { is_companion_thread: true, thread_id: 'lab' } }),
			],
		};
		const twin = placeholder({ logical_id: 'twin', encapsulated_workflow_config: graph });
		const { graph: expanded } = await expand(outer({ encapsulated_workflow_config: graph }, [twin]));
		const threads = expanded.edge_configs.flatMap((one) =>
			one.type === 'direct' ? (one.companion_thread_config?.thread_id ?? []) : [],
		);
		expect(threads).toEqual(['lab', 'twin_lab']);
		expect(expanded.nodesById.get('sub__main')).toMatchObject({
			main_response_config: { prompt: '[[thread_lab.x]]' },
		});
		expect(expanded.nodesById.get('twin__main')).toMatchObject({
			main_response_config: { prompt: '[[thread_twin_lab.x]]' },
		});
	});

	test('triggers and the escalation node that name a placeholder mean its ends and its entry', async () => {
		const raw = outer({}, [say('chat'), noOp('x')]);
		const config = raw.workflow_config as JsonObject;
		config.guardrail_strikes_config = { escalation_node_logical_id: 'sub' };
		(raw.edge_configs as Json[]).push(
			when('chat', 'x', {
				evaluate_while_waiting_config: { enabled: true, trigger_node_logical_ids: ['sub', 'x'] },
			}),
		);
		const { graph } = await expand(raw);
		expect(graph.edgesById.get('chat-x')).toMatchObject({
			evaluate_while_waiting_config: { trigger_node_logical_ids: ['sub__yes', 'sub__no', 'x'] },
		});
		expect(graph.workflow_config.guardrail_strikes_config?.escalation_node_logical_id).toBe('sub__hello');
	});
});

describe('R7.3.8, R7.3.9: models and prompts', () => {
	const llmOf = async (more: JsonObject, id: string, config: JsonObject = {}) => {
		const embedded = { ...inner, workflow_config: { ...(inner.workflow_config as JsonObject), ...config } };
		const { graph } = await expand(outer({ encapsulated_workflow_config: embedded, ...more }));
		const node = graph.nodesById.get(id) as unknown as {
			llms_config: { type: string } | null;
			attachable_llm_config_id: string | null;
		};
		return node.attachable_llm_config_id ?? node.llms_config?.type ?? 'workflow default';
	};

	test('default means the interior default, or the parent when that is none', async () => {
		expect(await llmOf({}, 'sub__hello')).toBe('google_llm');
		expect(await llmOf({}, 'sub__yes')).toBe('openai_llm');
		expect(await llmOf({}, 'sub__hello', { llms_config: { type: 'no_llm' } })).toBe('workflow default');
		expect(await llmOf({}, 'sub__hello', { attachable_llm_config_id: 'saved' })).toBe('saved');
	});

	test('an override replaces all models, or only those of nodes on the default', async () => {
		const all = { override_llm_config: true, llms_config: { type: 'bedrock_llm' } };
		expect(await llmOf(all, 'sub__hello')).toBe('bedrock_llm');
		expect(await llmOf(all, 'sub__yes')).toBe('bedrock_llm');
		const defaults = { ...all, override_only_workflow_default_nodes: true };
		expect(await llmOf(defaults, 'sub__hello')).toBe('bedrock_llm');
		expect(await llmOf(defaults, 'sub__yes')).toBe('openai_llm');
		expect(await llmOf({ ...all, attachable_llm_config_id: 'saved' }, 'sub__yes')).toBe('saved');
		expect(await llmOf({ ...all, override_llm_config: false }, 'sub__yes')).toBe('openai_llm');
	});

	test('interior nodes use the settings of their own workflow', async () => {
		const { graph } = await expand(outer());
		expect(workflowConfigFor(graph, 'sub__hello').default_prompt_prefix).toBe('Be brief.');
		expect(workflowConfigFor(graph, 'sub__hello').llms_config?.type).toBe('google_llm');
		expect(workflowConfigFor(graph, 'end').default_prompt_prefix).toBe('Outer prefix');
	});
});

describe('R7.3.7, R3.43: globals and ways back', () => {
	const global = (more: JsonObject = {}): JsonObject => ({
		global_node_config: { is_global: true, condition: { condition_freeform: 'help' }, ...more },
	});
	const withGlobal = { ...inner, node_configs: [...(inner.node_configs as Json[]), say('inside', global())] };
	const names = (nodes: readonly { logical_id: string | null }[]) =>
		nodes.map(({ logical_id }) => logical_id);

	test('globals inside are reachable from inside only, outer ones from everywhere', async () => {
		const { graph } = await expand(
			outer({ encapsulated_workflow_config: withGlobal }, [say('everywhere', global())]),
		);
		expect(names(globalNodesFor(graph, 'end'))).toEqual(['everywhere']);
		expect(names(globalNodesFor(graph, 'sub__hello'))).toEqual(['sub__inside', 'everywhere']);
	});

	test('a global placeholder makes its entry global for the parent', async () => {
		const { graph } = await expand(outer(global()));
		expect(names(globalNodesFor(graph, 'end'))).toEqual(['sub__hello']);
		expect(names(graph.globalNodes)).toEqual(['sub__hello']);
	});

	test.each([
		[null, ['sub__hello', 'sub__yes']],
		['all_interior_llm_nodes', ['sub__hello', 'sub__yes']],
		['terminal_nodes', ['sub__yes']],
	])('the way back with scope %s is offered by %j', async (reverse_edge_scope, expected) => {
		const { graph } = await expand(
			outer({ ...global({ reverse_conditional_edge: { condition_freeform: 'back' } }), reverse_edge_scope }),
		);
		expect([...graph.reverseEdges.keys()].sort()).toEqual(expected);
		for (const back of graph.reverseEdges.values()) {
			expect(back).toMatchObject({ globalNodeId: 'sub__hello', condition: { condition_freeform: 'back' } });
		}
	});
});

describe('R7.3.10, R7.3.11: inputs', () => {
	const withField = (field: JsonObject, values: JsonObject) =>
		outer({ super_node_interface: { input_fields: [{ name: 'f', ...field }] }, field_values: values });
	const to = (target_type: string, more: JsonObject) => ({ mappings: [{ target_type, ...more }] });

	test('config fields are set at expansion', async () => {
		const prompt = to('node_config_field', {
			target_node_or_edge_logical_id: 'hello',
			target_field_path: 'main_response_config.prompt',
		});
		const { graph, source } = await expand(withField(prompt, { f: 'New' }));
		expect(graph.nodesById.get('sub__hello')).toMatchObject({ main_response_config: { prompt: 'New' } });
		expect(JSON.stringify(source.raw)).not.toContain('[[sub__');
		const condition = to('edge_config_field', {
			target_node_or_edge_logical_id: 'hello-yes',
			target_field_path: 'condition.condition_freeform',
		});
		expect(
			(await expand(withField(condition, { f: 'agrees' }))).graph.edgesById.get('sub__hello-yes'),
		).toMatchObject({ condition: { condition_freeform: 'agrees' } });
		const prefix = to('workflow_config_field', { target_field_path: 'default_prompt_prefix' });
		expect(
			workflowConfigFor((await expand(withField(prefix, { f: 'P' }))).graph, 'sub__yes')
				.default_prompt_prefix,
		).toBe('P');
	});

	test('variables wait for entry, after the initial values of the interior', async () => {
		const field = {
			mappings: [
				{ target_type: 'dynamic_variable', target_variable_name: 'd' },
				{ target_type: 'runtime_variable', target_variable_name: 'r' },
			],
		};
		const { graph } = await expand(withField(field, { f: '{{name}}' }));
		expect(graph.interiors.get('sub')?.entryWrites).toEqual([
			{ scope: 'runtime', name: 'tries', value: 0 },
			{ scope: 'dynamic', name: 'd', value: '{{name}}' },
			{ scope: 'runtime', name: 'r', value: '{{name}}' },
		]);
		expect(graph.interiors.get('sub')?.defaults).toEqual({ tone: 'calm' });
	});

	test('defaults, required values, shapes and targets', async () => {
		const target = to('runtime_variable', { target_variable_name: 'r' });
		const writes = async (field: JsonObject, values: JsonObject) =>
			(await expand(withField(field, values))).graph.interiors.get('sub')?.entryWrites.slice(1);
		expect(await writes({ ...target, required: false, default_value: 3 }, {})).toEqual([
			{ scope: 'runtime', name: 'r', value: 3 },
		]);
		expect(await writes({ ...target, required: false }, {})).toEqual([]);
		const rules = async (field: JsonObject, values: JsonObject) =>
			(await expand(withField(field, values))).faults.map(({ rule }) => rule);
		expect(await rules(target, {})).toEqual(['R-74']);
		expect(await rules({ ...target, value_type: 'integer' }, { f: 'x' })).toEqual(['R-76']);
		const lost = to('node_config_field', {
			target_node_or_edge_logical_id: 'gone',
			target_field_path: 'name',
		});
		expect(await rules(lost, { f: 1 })).toEqual(['R-75']);
		for (const target_field_path of ['type', 'logical_id', 'name.x', 'a..b', '']) {
			const path = to('node_config_field', { target_node_or_edge_logical_id: 'hello', target_field_path });
			expect(await rules(path, { f: 1 })).toEqual(['R-75']);
		}
	});

	test('no input reaches a prototype', async () => {
		for (const target_field_path of ['__proto__.polluted', 'constructor.prototype.polluted']) {
			const path = to('node_config_field', { target_node_or_edge_logical_id: 'hello', target_field_path });
			await expand(withField(path, { f: 'yes' }));
		}
		expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
	});
});

test('entering: a hop into nested interiors enters them from the outside in', async () => {
	const middle = {
		node_configs: [
			{ type: 'super_node', logical_id: 'deep', is_start: true, encapsulated_workflow_config: inner },
			noOp('after'),
		],
		edge_configs: [edge('deep', 'after')],
	};
	const { graph } = await expand(outer({ encapsulated_workflow_config: middle }));
	const entered = (from: string | null, to: string) => interiorsEntered(graph, from, to).map(({ id }) => id);
	expect(graph.interiors.get('sub')?.entryNodeId).toBe('sub__deep__hello');
	expect(entered('start', 'sub__deep__hello')).toEqual(['sub', 'sub__deep']);
	expect(entered('sub__after', 'sub__deep__hello')).toEqual(['sub__deep']);
	expect(entered('sub__deep__hello', 'sub__deep__yes')).toEqual([]);
	expect(entered('sub__deep__yes', 'sub__after')).toEqual([]);
	expect(ends(graph)).toContain('sub__deep__no>sub__after');
});
