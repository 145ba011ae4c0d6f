/** Pumps: steps of companions, and edges that are judged while a thread waits (5.3, 5.4). */

import { ProviderError } from '../../lib/errors';
import type { WireEvent } from '../../lib/engine/contract';
import type { JsonObject } from '../../lib/json';
import { direct, expression, fork, graphOf, line, noop, say, start } from './graphs';
import { createWorld, type World } from './world';

const again = (more: JsonObject = {}): JsonObject => ({
	self_loop_config: { enabled: true, max_retries: 5, time_between_retries: 1, ...more },
});
const of = (world: World, type: string): WireEvent[] => world.wire.filter((event) => event.type === type);

describe('pumps', () => {
	test('R5.20, R5.22: due companions in fork order, each to its next deferral or end, then the waiting edges', async () => {
		const world = createWorld({
			graph: graphOf(
				[
					noop('e', start),
					noop('a', again()),
					noop('b', again({ max_retries: 1 })),
					line('after', 'b is done'),
					say('chat', true, true),
					line('tell'),
				],
				[
					direct('e', 'chat'),
					fork('e', 'a', 'one'),
					fork('e', 'b', 'two'),
					direct('b', 'after'),
					expression('chat', 'tell', "[[thread_two.self_loop_outcome]] == 'max_retries'", {
						evaluate_while_waiting_config: { enabled: true, trigger_node_logical_ids: ['after'] },
					}),
				],
			),
		});
		await world.start();
		const from = world.wire.length;
		await world.clock.move(1000);
		expect(await world.send({ type: 'pump' })).toBe(
			'one:W(a) two:W(b) two:→d two:S(after) two:END →w S(tell) END',
		);
		const boundaries = world.wire.slice(from).filter((event) => event.type === 'companion_step_boundary');
		expect(
			boundaries.map((event) => [
				event['companion_thread_id'],
				event['attempts_completed'],
				event['still_active'],
			]),
		).toEqual([
			['0_companion_one', 2, true],
			['0_companion_two', 2, false],
		]);
	});

	test('R5.22: the boundary tells of the loop that the companion came to stand in', async () => {
		const world = createWorld({
			graph: graphOf(
				[
					noop('e', start),
					noop('a', again({ max_retries: 1 })),
					noop('b', again({ max_retries: 3, expiry_time: 60 })),
					say('chat', true, true),
				],
				[direct('e', 'chat'), fork('e', 'a', 'x'), direct('a', 'b')],
			),
		});
		await world.start();
		await world.clock.move(1000);
		const nowMs = world.clock.now();
		expect(await world.send({ type: 'pump' })).toBe('x:W(a) x:→d x:W(b)');
		expect(of(world, 'companion_step_boundary')).toMatchObject([
			{ attempts_completed: 1, deadline_epoch: nowMs / 1000 + 60, still_active: true },
		]);
	});

	test('R5.23: background work is an active companion or an armed edge; companions alone are the older half', async () => {
		const world = createWorld({
			graph: graphOf(
				[noop('e', start), noop('a', again()), say('chat', true, true)],
				[direct('e', 'chat'), fork('e', 'a', 'one')],
			),
		});
		await world.start();
		expect(of(world, 'workflow_ready_for_input')[0]).toMatchObject({
			active_companion_thread_ids: ['0_companion_one'],
			has_background_work: true,
		});
	});

	test('R5.27: completions before the parking arm the edge, parking itself does not', async () => {
		const graph = (trigger: string) =>
			graphOf(
				[noop('early', start), say('chat', true, true), line('tell'), noop('other')],
				[
					direct('early', 'chat'),
					expression('chat', 'tell', '1 == 1', {
						evaluate_while_waiting_config: { enabled: true, trigger_node_logical_ids: [trigger] },
					}),
				],
			);
		const armed = createWorld({ graph: graph('early') });
		await armed.start();
		expect(await armed.send({ type: 'pump' })).toBe('→w S(tell) END');
		const idle = createWorld({ graph: graph('other') });
		await idle.start();
		expect(await idle.send({ type: 'pump' })).toBe('');
	});

	test('R5.28: of several armed edges the first true one in edge order is taken', async () => {
		const waits = { evaluate_while_waiting_config: { enabled: true, trigger_node_logical_ids: ['e'] } };
		const world = createWorld({
			graph: graphOf(
				[noop('e', start), say('chat', true, true), line('B'), line('C'), line('D')],
				[
					direct('e', 'chat'),
					expression('chat', 'B', '1 == 2', { ...waits, priority: 1 }),
					expression('chat', 'D', '1 == 1', { ...waits, priority: 3 }),
					expression('chat', 'C', '1 == 1', { ...waits, priority: 2 }),
				],
			),
		});
		await world.start();
		expect(await world.send({ type: 'pump' })).toBe('→w S(C) END');
	});

	test('R3.22, R7.8.3: the line of a waiting edge is said, in sequence where the edge says so', async () => {
		const world = createWorld({
			graph: graphOf(
				[noop('e', start), say('chat', true, true), line('tick')],
				[
					direct('e', 'chat'),
					expression('chat', 'tick', '1 == 1', {
						condition: {
							condition_expression: '1 == 1',
							static_messages_config: {
								static_messages: ['one', 'two', 'three'],
								static_messages_selection_mode: 'sequence',
							},
						},
						evaluate_while_waiting_config: { enabled: true, trigger_node_logical_ids: ['tick', 'e'] },
					}),
					direct('tick', 'e'),
				],
			),
		});
		await world.start();
		for (let pass = 0; pass < 3; pass += 1) await world.send({ type: 'pump' });
		const lines = world.spoken().filter((text) => /^(one|two|three)$/.test(text));
		expect(lines.slice(0, 4)).toEqual(['one', 'two', 'three', 'three']);
		const matched = world.types().indexOf('waiting_condition_matched');
		expect(world.types()[matched + 1]).toBe('conditional_edge');
	});

	describe('a line to generate', () => {
		const tellGraph = graphOf(
			[noop('e', start), say('chat', true, true), line('tell')],
			[
				direct('e', 'chat'),
				expression('chat', 'tell', '1 == 1', {
					condition: {
						condition_expression: '1 == 1',
						dynamic_messages_config: { dynamic_message_prompt: 'Say that the result is in.' },
					},
					evaluate_while_waiting_config: { enabled: true, trigger_node_logical_ids: ['e'] },
				}),
			],
		);

		test('R3.22, R5.29, R5.33: it is generated before the match, and said right after the hop', async () => {
			const world = createWorld({ graph: tellGraph, script: () => ({ text: 'It is in.' }) });
			await world.start();
			const from = world.wire.length;
			expect(await world.send({ type: 'pump' })).toBe('→w S(tell) END');
			expect(world.spoken(from)).toEqual(['It is in.', 'line of tell']);
			expect(world.types(from).slice(0, 5)).toEqual([
				'say_llm',
				'waiting_condition_matched',
				'conditional_edge',
				'workflow_navigation_message',
				'assistant_response',
			]);
			expect(world.wire[from]).toMatchObject({ origin_node_logical_id: 'chat', origin_thread_id: '0' });
			const said = of(world, 'assistant_response')[0];
			expect(said?.['response_metadata']).toEqual({ message_type: 'edge_dynamic' });
			expect(JSON.stringify(world.requests[0]?.messages)).toContain('Say that the result is in.');
			expect(of(world, 'end_workflow')[0]).toMatchObject({ llm_token_usage: { call_count: 1 } });
			expect(world.refold()).toEqual(world.state);
		});

		test('R9.52, R5.29: after a crash the recorded line is said, the model is not asked again', async () => {
			const world = createWorld({ graph: tellGraph, script: (_request, call) => ({ text: `line ${call}` }) });
			await world.start();
			// The journal loses everything from the match on.
			world.onAppend = (events) => {
				const at = events.findIndex(({ type }) => type === 'waitingMatched');
				if (at < 0) return;
				world.log.push(...events.slice(0, at));
				throw new Error('crash');
			};
			await expect(world.send({ type: 'pump' })).rejects.toThrow('crash');
			world.onAppend = null;
			world.crash();
			const from = world.wire.length;
			expect(await world.send({ type: 'recover' })).toBe('→w S(tell) END');
			expect(world.spoken(from)).toEqual(['line 0', 'line of tell']);
			expect(world.requests).toHaveLength(1);
		});

		test('R3.22: a line that cannot be generated is told of, and the edge is taken without it', async () => {
			const world = createWorld({
				graph: tellGraph,
				script: () => ({ fail: new ProviderError('LLM_OVERLOADED', 'The model is overloaded.') }),
			});
			await world.start();
			expect(await world.send({ type: 'pump' })).toBe('→w S(tell) END');
			expect(world.spoken()).toEqual(['line of tell']);
			expect(world.warnings()).toEqual([expect.stringContaining('could not be generated')]);
		});
	});

	test('R5.30, R9.38: guardrails hold for waiting edges, and the event names who was replaced', async () => {
		const world = createWorld({
			graph: graphOf(
				[noop('e', start), say('chat', true, true), line('G', 'g', { is_guardrail_node: true }), line('H')],
				[
					direct('e', 'chat'),
					expression('chat', 'G', '1 == 1', {
						evaluate_while_waiting_config: { enabled: true, trigger_node_logical_ids: ['e'] },
					}),
				],
				{
					guardrail_strikes_config: {
						max_guardrail_nodes_before_escalation: 1,
						escalation_node_logical_id: 'H',
					},
				},
			),
		});
		await world.start();
		expect(await world.send({ type: 'pump' })).toBe('→w S(H) END');
		expect(of(world, 'waiting_condition_matched')[0]).toMatchObject({
			guardrail_redirected_from_logical_id: 'G',
			transitions_this_wait: 1,
			trigger_node_logical_id: 'e',
			trigger_node_completion_count: 1,
		});
	});

	test.each([
		['a guardrail behind a disabled node', true, '→w S(H) END', 'X'],
		['a node behind a disabled guardrail', false, '→w S(N) END', null],
	])('R5.30, R3.57: %s counts as what it is', async (_what, toGuardrail, trace, redirectedFrom) => {
		const world = createWorld({
			graph: graphOf(
				[
					noop('e', start),
					say('chat', true, true),
					noop('X', { disabled: true, is_guardrail_node: !toGuardrail }),
					line('N', 'n', { is_guardrail_node: toGuardrail }),
					line('H'),
				],
				[
					direct('e', 'chat'),
					expression('chat', 'X', '1 == 1', {
						evaluate_while_waiting_config: { enabled: true, trigger_node_logical_ids: ['e'] },
					}),
					direct('X', 'N'),
				],
				{
					guardrail_strikes_config: {
						max_guardrail_nodes_before_escalation: 1,
						escalation_node_logical_id: 'H',
					},
				},
			),
		});
		await world.start();
		expect(await world.send({ type: 'pump' })).toBe(trace);
		const [matched] = of(world, 'waiting_condition_matched');
		expect(matched?.['guardrail_redirected_from_logical_id']).toBe(redirectedFrom);
	});
});
