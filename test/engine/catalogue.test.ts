/** The catalogue of events: every type that the engine emits, with exactly the fields of its row (9.1, 9.2). */

import type { WireEvent } from '../../lib/engine/contract';
import type { Json, JsonObject } from '../../lib/json';
import { direct, expression, fork, graphOf, line, noop, say, start } from './graphs';
import { background, globals, interventions, okServer, poll, services } from './scenes';
import { createWorld } from './world';

const common = [
	'type',
	'logical_id',
	'timestamp',
	'origin_thread_id',
	'thread_reference_id',
	'comments',
	'interrupted',
];
const node = ['origin_node_logical_id', 'origin_node_name', 'origin_node_run_id'];
const edge = [
	'edge_name',
	'edge_logical_id',
	'edge_run_id',
	'source_node_logical_id',
	'source_node_name',
	'destination_node_logical_id',
	'destination_node_name',
	'reason',
];
const llm = ['message', 'llm_usage_info'];
const usage = ['llm_token_usage', 'llm_latency_stats'];

/** Fields beside the common ones, by rule and type. Fields of ours are marked. */
const rows: ReadonlyArray<readonly [string, string, readonly string[]]> = [
	['R9.5', 'start_workflow', []],
	['R9.6', 'end_workflow', usage],
	['R9.7', 'end_workflow_iteration', ['iteration_number', 'run_input_output_pair', 'iteration_metrics']],
	// Ours: has_background_work tells a driver whether to pump.
	['R9.8', 'workflow_ready_for_input', ['active_companion_thread_ids', 'has_background_work']],
	['R9.9', 'workflow_error', ['error_message', 'stack_trace', ...usage]],
	['R9.10', 'workflow_warning', ['warning_message']],
	['R9.11', 'workflow_show_state', ['thread_id', 'runtime_variables', 'workflow_runtime_variables']],
	['R9.12', 'workflow_navigation_message', [...node, 'message']],
	['R9.13', 'start_thread', []],
	['R9.14', 'pause_thread', ['last_node_logical_id']],
	['R9.15', 'end_thread', ['last_node_logical_id']],
	[
		'R9.16',
		'companion_step_boundary',
		['companion_thread_id', 'attempts_completed', 'deadline_epoch', 'still_active'],
	],
	[
		'R9.17',
		'waiting_evaluation_boundary',
		['parked_node_logical_id', 'edges_evaluated', 'transitioned', 'still_waiting'],
	],
	['R9.18', 'start_node_run', [...node, 'run_input']],
	['R9.19', 'end_node_run', [...node, 'run_output']],
	['R9.20', 'user_messages', [...node, 'messages']],
	['R9.21', 'busy_wait_for_user_message', node],
	['R9.22', 'pause_event', node],
	['R9.23', 'force_transfer_to_node', [...node, 'destination_node_logical_id']],
	['R9.24', 'say_llm', [...node, ...llm]],
	['R9.25', 'worker_llm', [...node, ...llm]],
	['R9.27', 'condition_evaluator_llm', [...node, ...llm, 'destination_node_logical_id', 'is_condition_met']],
	['R9.28', 'discarded_main_llm', [...node, ...llm, 'reason']],
	['R9.29', 'say_static', [...node, 'message']],
	['R9.30', 'assistant_response', [...node, 'content', 'response_metadata', 'llm_usage_info']],
	['R9.31', 'direct_edge', edge],
	['R9.32', 'self_loop_edge', edge],
	['R9.33', 'self_loop_delay', [...edge, 'delay_seconds', 'attempt_number']],
	['R9.34', 'self_loop_exhausted', [...edge, 'outcome', 'total_attempts']],
	['R9.35', 'node_expired', [...node, 'attempt_number', 'reason']],
	// Ours: judged_by, where a model decided.
	['R9.36', 'conditional_edge', [...edge, 'args_filled', 'super_node_exit_origin', 'judged_by']],
	[
		'R9.37',
		'reverse_conditional_edge',
		[...edge, 'args_filled', 'super_node_exit_origin', 'global_node_logical_id', 'judged_by'],
	],
	[
		'R9.38',
		'waiting_condition_matched',
		[
			...edge,
			'condition_expression',
			'hydrated_condition_expression',
			'trigger_mode',
			'trigger_node_logical_id',
			'trigger_node_completion_count',
			'transitions_this_wait',
			'guardrail_redirected_from_logical_id',
		],
	],
	['R9.39', 'companion_edge', edge],
	['R9.40', 'guardrail_escalation_edge', [...edge, 'num_guardrail_nodes_entered']],
	['R9.41', 'start_conversation', [...node, 'conversation_status', 'conversation_id']],
	['R9.41', 'end_conversation', [...node, 'processed_transcript']],
	['R9.41', 'send_sms', [...node, 'status', 'sent_message', 'destination_phone_number']],
	['R9.41', 'http_request', [...node, 'curl_command', 'status_code', 'response_body', 'error']],
	// Ours: error, as http_request has it.
	['R9.41', 'athena', [...node, 'status_code', 'response_body', 'error']],
	['R9.42', 'workflow_debug_log', ['chat_history', 'debug_message']],
];

let events: WireEvent[] = [];
beforeAll(async () => {
	const worlds = [await background(), await globals(), await services(), ...(await interventions())];
	events = worlds.flatMap((world) => world.wire);
});

const of = (type: string) => events.filter((event) => event.type === type);

describe('fields', () => {
	test.each(rows)('%s: %s', (_rule, type, fields) => {
		const found = of(type);
		expect(found.length).toBeGreaterThan(0);
		const optional = new Set(['judged_by', 'llm_usage_info', 'error']);
		const wanted = [...common, ...fields].filter((field) => !optional.has(field)).sort();
		for (const event of found) {
			expect(
				Object.keys(event)
					.filter((field) => !optional.has(field))
					.sort(),
			).toEqual(wanted);
			if (!fields.includes('judged_by')) expect(event).not.toHaveProperty('judged_by');
		}
	});

	test('these scenarios show every type of the catalogue that exists so far, and no other', () => {
		const later = ['google_docs_create_document', 'google_docs_get_document', 'google_docs_update_document'];
		expect([...new Set(events.map((event) => event.type))].sort()).toEqual(
			[...new Set(rows.map(([, type]) => type))].sort(),
		);
		expect(rows.map(([, type]) => type)).not.toEqual(expect.arrayContaining(later));
	});

	test('R9.26: the base type "llm" is never emitted', () => {
		expect(of('llm')).toEqual([]);
	});

	test('R9.1: ids, times and threads; workflow-level events belong to no thread', () => {
		for (const event of events) {
			expect(String(event.logical_id)).toMatch(/^(event|assistant_message)_[0-9a-f-]{36}$/);
			expect(event.timestamp).toBeGreaterThan(1_700_000_000);
			expect(event.timestamp).toBeLessThan(10_000_000_000);
			expect(event['comments']).toEqual([]);
			expect(event['interrupted']).toBe(false);
		}
		for (const type of [
			'start_workflow',
			'end_workflow',
			'end_workflow_iteration',
			'workflow_ready_for_input',
			'workflow_error',
			'companion_step_boundary',
			'waiting_evaluation_boundary',
		]) {
			for (const event of of(type))
				expect([event['origin_thread_id'], event['thread_reference_id']]).toEqual([null, null]);
		}
		const beside = events.filter((event) => event['origin_thread_id'] === '0_companion_lab');
		expect(beside.length).toBeGreaterThan(5);
		expect(new Set(beside.map((event) => event['thread_reference_id']))).toEqual(new Set(['lab']));
		for (const event of of('workflow_show_state')) expect(event['thread_id']).toBe(event['origin_thread_id']);
	});

	test('R9.2, R9.39: edge events name both ends, the edge and its run', () => {
		const [forked] = of('companion_edge');
		expect(forked).toMatchObject({
			origin_thread_id: '0_companion_lab',
			edge_logical_id: 'e1',
			source_node_logical_id: 'entry',
			source_node_name: 'entry',
			destination_node_logical_id: 'poll',
			destination_node_name: 'poll',
		});
		const runs = events.flatMap((event) =>
			'edge_run_id' in event ? [`${String(event['edge_run_id'])}`] : [],
		);
		expect(runs.every((run) => /^\d+$/.test(run))).toBe(true);
	});

	test('R9.3: nothing specific stands under a key "data"', () => {
		for (const event of events) expect(event).not.toHaveProperty('data');
	});

	test('R9.4: message payloads have the nine keys', () => {
		const keys = [
			'additional_kwargs',
			'content',
			'id',
			'invalid_tool_calls',
			'name',
			'response_metadata',
			'tool_calls',
			'type',
			'usage_metadata',
		];
		const payloads = events
			.flatMap((event) => [event['message'], ...((event['messages'] as Json[] | undefined) ?? [])])
			.filter((each) => each !== undefined) as JsonObject[];
		expect(payloads.length).toBeGreaterThan(8);
		for (const payload of payloads) expect(Object.keys(payload).sort()).toEqual(keys);
	});

	test('R2.31: a navigation memo names both ends and the edge, and is an internal assistant message', () => {
		for (const event of of('workflow_navigation_message')) {
			const message = event['message'] as JsonObject;
			expect(message['type']).toBe('ai');
			expect(String(message['id'])).toMatch(/^nav_msg_/);
			expect(Object.keys(message['response_metadata'] as JsonObject).sort()).toEqual([
				'destination_node_id',
				'destination_node_name',
				'edge_logical_id',
				'edge_name',
				'edge_type',
				'navigation_message',
				'source_node_id',
				'source_node_name',
			]);
			expect(message['response_metadata']).toMatchObject({ navigation_message: 'true' });
			expect(String(message['content'])).toMatch(/^".+" handed over to ".+" over a .+\.$/);
		}
	});

	test('R4.14: the runtime shows its own variables in state events', () => {
		for (const event of of('workflow_show_state')) {
			const shared = event['workflow_runtime_variables'] as JsonObject;
			expect(shared['_input_dynamic_variables']).toEqual({});
			expect(shared['_evaluated_dynamic_variables']).toMatchObject({ year: 2026 });
		}
	});
});

describe('moments', () => {
	test('R9.46: bookkeeping, ready and finished are three events: one a turn, one when parked, one at the end', async () => {
		const world = createWorld({
			graph: graphOf(
				[say('A', true, true, start), line('B')],
				[expression('A', 'B', '[[workflow_invoke_count]] == 2')],
			),
		});
		for (const [turn, closing] of [
			[() => world.start(), ['end_workflow_iteration', 'workflow_ready_for_input']],
			[() => world.say('one'), ['end_workflow_iteration', 'workflow_ready_for_input']],
			[() => world.say('two'), ['end_workflow_iteration', 'end_workflow']],
		] as const) {
			const from = world.wire.length;
			await turn();
			expect(world.types(from).filter((type) => /^(end_workflow|workflow_ready)/.test(type))).toEqual(
				closing,
			);
		}
	});

	test('R9.17, R9.53, R5.29: without a match only the boundary is shown, and no record keeps it', async () => {
		const world = createWorld({
			graph: graphOf(
				[noop('entry', start), say('chat', true, true), { ...poll, self_loop_config: null }, line('tell')],
				[
					direct('entry', 'chat'),
					fork('entry', 'poll', 'lab'),
					expression('chat', 'tell', '[[thread_lab.http_request_result_status_code]] == 500', {
						evaluate_while_waiting_config: { enabled: true, trigger_node_logical_ids: ['poll'] },
					}),
				],
			),
			http: okServer,
		});
		await world.start();
		const [shown, logged] = [world.wire.length, world.log.length];
		await world.send({ type: 'pump' });
		// What the edge has seen is kept, and is nothing to tell.
		expect(world.log.slice(logged).map((event) => event.type)).toEqual(['waitingSeen']);
		expect(world.wire.slice(shown)).toEqual([
			expect.objectContaining({
				type: 'waiting_evaluation_boundary',
				parked_node_logical_id: 'chat',
				edges_evaluated: ['e2'],
				transitioned: false,
				still_waiting: true,
			}),
		]);
		await world.say('hello');
		expect(new Set(world.wire.map((event) => event.logical_id)).size).toBe(world.wire.length);
	});
});
