/** Full exports of the platform raise no alarm, and a null where none belongs does (0.3). */

import { checkDocument } from '../../lib/assemble/graph-source';
import { canonicalize } from '../../lib/graph/canonicalize';
import { parseDocument } from '../../lib/graph/parse';
import type { Json, JsonObject } from '../../lib/json';
import {
	backchannel,
	CONDITION,
	CONFIG,
	conditional,
	edge,
	everyNode,
	group,
	hydrated,
	model,
	MODELS,
	node,
	NODES,
	tool,
	TOOLS,
} from './full-export';

const faultsOf = (document: Json) =>
	checkDocument(document).faults.map(({ severity, rule, path }) => `${severity} ${rule} ${path}`);
const talking = (more: JsonObject) => hydrated([node('say_llm', { is_start: true, ...more })], []);

describe('0.3.2: every field written out, the unset ones as null', () => {
	test('one node of every type', () => {
		expect(faultsOf(everyNode())).toEqual([]);
	});

	test.each(Object.keys(MODELS))('model %s', (type) => {
		expect(faultsOf(talking({ llms_config: model(type) }))).toEqual([]);
	});

	test('groups of models', () => {
		expect(faultsOf(talking({ llms_config: group(model('openai_llm'), model('bedrock_llm')) }))).toEqual([]);
		expect(faultsOf(talking({ llms_config: backchannel() }))).toEqual([]);
		const both = backchannel({ backchannel_llm_config: group(model('google_llm')) });
		expect(faultsOf(hydrated(talking({}).node_configs as Json[], [], { llms_config: both }))).toEqual([]);
	});

	test.each(Object.keys(TOOLS))('tool %s, on a node and on the workflow', (type) => {
		const tools_config = { tools: [tool(type)] };
		expect(faultsOf(talking({ tools_config }))).toEqual([]);
		expect(faultsOf(hydrated(talking({}).node_configs as Json[], [], { tools_config }))).toEqual([]);
		expect(faultsOf(hydrated([node('tool_node', { is_start: true, tool_config: tool(type) })], []))).toEqual(
			[],
		);
	});

	test('two configs may share a logical id (0.5), as nodes that never set one do', () => {
		const nodes = [
			node('say_llm', { is_start: true }),
			node('worker_llm', { llms_config: model('openai_llm') }),
		];
		expect(faultsOf(hydrated(nodes, [conditional('say_llm', 'worker_llm')]))).toEqual([]);
	});

	test('global nodes, bounded loops, companions and conditions that wait', () => {
		const global_node_config = {
			is_global: true,
			condition: CONDITION,
			global_condition_edge_evaluation_method: null,
			reverse_conditional_edge: null,
		};
		const self_loop_config = {
			enabled: false,
			max_retries: null,
			expiry_time: null,
			time_between_retries: 0,
		};
		const nodes = [
			node('no_op', { is_start: true, self_loop_config }),
			node('say_llm'),
			node('http_request', { self_loop_config: { ...self_loop_config, enabled: true, max_retries: 2 } }),
			node('say_static', { global_node_config, is_guardrail_node: true }),
		];
		const waiting = {
			enabled: true,
			trigger_mode: 'on_node_completion',
			trigger_node_logical_ids: ['http_request'],
			min_seconds_between_evaluations: null,
			max_transitions_per_wait: 3,
		};
		const expression = {
			...CONDITION,
			condition_freeform: null,
			condition_expression: "[[thread_lab.x]] == 'y'",
		};
		const off = { ...waiting, enabled: false, trigger_node_logical_ids: [] };
		const edges = [
			edge('no_op', 'say_llm', { companion_thread_config: { is_companion_thread: false, thread_id: null } }),
			edge('no_op', 'http_request', {
				companion_thread_config: { is_companion_thread: true, thread_id: 'lab', stop_with_main_thread: true },
			}),
			{ ...conditional('say_llm', 'say_static', expression), evaluate_while_waiting_config: waiting },
			{ ...conditional('say_llm', 'no_op'), evaluate_while_waiting_config: off },
		];
		expect(faultsOf(hydrated(nodes, edges))).toEqual(['warning R-35 $.node_configs[2].self_loop_config']);
	});

	test('5.3.7: comes out of the canonical form equal to the letter', () => {
		const text = `${JSON.stringify(everyNode(), null, 2)}\n`;
		expect(canonicalize(text)).toMatchObject({ text, isChanged: false, faults: [] });
	});
});

describe('R-03: a null where none is legal is told, and costs nothing but its field', () => {
	const written = [...Object.entries(NODES)].flatMap(([type]) => {
		const whole = node(type);
		const keys = Object.keys(whole).filter((key) => typeof whole[key] === 'boolean' || isFilled(whole[key]));
		return keys.map((key) => [type, key] as const);
	});

	/** Lists and maps, none of which is null above unless the format allows it. */
	function isFilled(value: Json | undefined): boolean {
		return typeof value === 'object' && value !== null && !('type' in value);
	}

	test('the table is not empty', () => {
		expect(written.length).toBeGreaterThan(100);
	});

	test.each(written)('%s.%s', (type, key) => {
		const legal = key === 'slotfill_outreach' || key === 'reminders';
		const document = hydrated([node(type, { is_start: true, [key]: null })], []);
		expect(parseDocument(document).graph?.node_configs[0]?.type).toBe(type);
		const faults = faultsOf(document).filter((fault) => fault.includes('R-03'));
		expect(faults).toEqual(legal ? [] : [`error R-03 $.node_configs[0].${key}`]);
	});

	test.each(['nodes', 'edges', 'miscellaneous'])('workflow_config.%s', (key) => {
		const document = hydrated([node('no_op', { is_start: true })], [], { [key]: null });
		expect(faultsOf(document)).toEqual([`error R-03 $.workflow_config.${key}`]);
		expect(parseDocument(document).graph?.workflow_config.name).toBe(CONFIG.name);
	});
});
