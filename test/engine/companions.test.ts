/** Companion threads, workers beside a node, pumps: ids, isolation, steps, waiting edges, order (section 5). */

import fc from 'fast-check';
import type { WireEvent } from '../../lib/engine/contract';
import type { JsonObject } from '../../lib/json';
import { commands, echo, graphs, hashed } from './generated';
import {
	companion,
	direct,
	expression,
	fork,
	freeform,
	graphOf,
	line,
	noop,
	say,
	start,
	worker,
} from './graphs';
import { createWorld, type World } from './world';

const again = (more: JsonObject = {}): JsonObject => ({
	self_loop_config: { enabled: true, max_retries: 5, time_between_retries: 1, ...more },
});
const of = (world: World, type: string): WireEvent[] => world.wire.filter((event) => event.type === type);

describe('forks', () => {
	test('R5.1, R5.2, R5.11: forks fire in list order before the main hop; ids hold the parent and the authored id', async () => {
		const world = createWorld({
			graph: graphOf(
				[noop('e', start), noop('a'), noop('b'), noop('c'), say('chat', true, true)],
				[fork('e', 'a', 'one'), direct('e', 'chat'), fork('e', 'b', 'two'), fork('e', 'c')],
			),
		});
		await world.start();
		const ids = Object.keys(world.state.threads);
		expect(ids.slice(0, 3)).toEqual(['0', '0_companion_one', '0_companion_two']);
		expect(ids[3]).toMatch(/^0_companion_[0-9a-f-]{36}$/);
		const types = world.wire.filter((event) =>
			['companion_edge', 'start_thread', 'direct_edge'].includes(event.type),
		);
		expect(types.map((event) => [event.type, event['thread_reference_id']]).slice(0, 8)).toEqual([
			['start_thread', '0'],
			['companion_edge', 'one'],
			['start_thread', 'one'],
			['companion_edge', 'two'],
			['start_thread', 'two'],
			['companion_edge', expect.any(String)],
			['start_thread', expect.any(String)],
			['direct_edge', '0'],
		]);
	});

	test('R5.5, R2.6: a companion may speak; its words carry its thread and are no reply to the user', async () => {
		const world = createWorld({
			graph: graphOf(
				[noop('e', start), line('L', 'beside'), say('A', true, true)],
				[direct('e', 'A'), fork('e', 'L', 'x')],
			),
		});
		expect(await world.start('hi')).toContain('S(A)');
		expect(
			of(world, 'assistant_response')
				.map((event) => [event['content'], event['thread_reference_id']])
				.sort(),
		).toEqual([
			['beside', 'x'],
			['ok', '0'],
		]);
	});

	test('R5.7: global edges do not apply in companions', async () => {
		const world = createWorld({
			graph: graphOf(
				[
					noop('e', start),
					noop('n'),
					say('chat', true, true),
					say('G', false, false, {
						global_node_config: {
							is_global: true,
							condition: { condition_expression: 'isPresent([[side]])' },
						},
					}),
				],
				[direct('e', 'chat'), fork('e', 'n', 'x')],
			),
		});
		await world.start(undefined, { runtimeVariables: {} });
		expect(of(world, 'conditional_edge')).toEqual([]);
		expect(world.state.threads['0_companion_x']?.status).toBe('ended');
	});

	test('R5.8: a named companion that ended starts fresh when it is forked again', async () => {
		const world = createWorld({
			graph: graphOf(
				[say('A', true, true, start), noop('e'), noop('n')],
				[freeform('A', 'e'), direct('e', 'A'), fork('e', 'n', 'x')],
			),
			script: (request) =>
				request.tools.length > 0 && request.messages.at(-1)?.content === 'go'
					? { pick: 'e' }
					: { text: 'ok' },
		});
		await world.start();
		await world.say('go');
		await world.say('go');
		expect(world.warnings()).toEqual([]);
		expect(of(world, 'start_thread').filter((event) => event['thread_reference_id'] === 'x')).toHaveLength(2);
		expect(world.state.threads['0_companion_x']?.nodesHistory).toEqual(['n']);
	});

	test('R5.9, R1.28: a companion keeps the run alive until it ends', async () => {
		const world = createWorld({
			graph: graphOf(
				[noop('e', start), line('L'), noop('n', again({ max_retries: 2 }))],
				[direct('e', 'L'), fork('e', 'n', 'x')],
			),
		});
		await world.start();
		for (const status of ['running', 'completed']) {
			await world.clock.move(1000);
			await world.send({ type: 'pump' });
			expect(world.state.status).toBe(status);
		}
	});

	test('R5.12: a lone direct edge with the fork flag continues the thread', async () => {
		const world = createWorld({ graph: graphOf([noop('e', start), line('L')], [fork('e', 'L', 'x')]) });
		expect(await world.start()).toBe('W(e) →d S(L) END');
	});
});

describe('workers beside a node', () => {
	test('R5.14, R5.15, R5.16: on every execution, once, at the same moment, on the source’s thread, going nowhere', async () => {
		const world = createWorld({
			graph: graphOf(
				[
					say('A', true, true, start),
					worker('W', false, false, {
						structured_output_schema: { type: 'object', properties: { dob: { type: 'string' } } },
					}),
					line('L'),
				],
				[companion('A', 'W'), direct('W', 'L')],
			),
			script: (request) => (request.output ? { output: { dob: '1980' } } : { text: 'ok' }),
		});
		await world.start();
		for (const message of ['a', 'b']) expect(await world.say(message)).toBe('W(W) S(A) P(A)');
		expect(world.state.threads['0']?.variables['dob']).toBe('1980');
		expect(world.spoken()).toEqual(['ok', 'ok']);
		const starts = of(world, 'start_node_run').map((event) => [
			event['origin_node_name'],
			event['timestamp'],
			event['origin_thread_id'],
		]);
		expect(starts[1]).toEqual(['W', starts[0]?.[1], '0']);
	});

	test('R5.15: when the source comes again before its worker is done, the worker still runs once for each', async () => {
		const world = createWorld({
			graph: graphOf(
				[noop('A', start), noop('B'), worker('W', false, false), line('C')],
				[
					companion('A', 'W'),
					direct('A', 'B'),
					expression('B', 'C', '[[w]] == 1'),
					expression('B', 'A', '1 == 1'),
				],
				{
					miscellaneous: { max_node_executions_per_turn: 7 },
				},
			),
			script: () => ({ text: 'slow', delayMs: 1000 }),
		});
		world.clock.jumps = true;
		await world.start();
		const count = (type: string, node: string) =>
			of(world, type).filter((event) => event['origin_node_name'] === node).length;
		expect(count('start_node_run', 'W')).toBe(count('start_node_run', 'A'));
		expect(count('end_node_run', 'W')).toBeGreaterThanOrEqual(count('end_node_run', 'A') - 1);
	});

	test('R5.17: with a direct edge nothing waits but the end of the turn', async () => {
		const world = createWorld({
			graph: graphOf(
				[say('A', true, true, start), worker('W', false, false), line('B', 'said at once')],
				[companion('A', 'W'), direct('A', 'B')],
			),
			script: (request) =>
				request.messages[0]?.content.includes('You are W')
					? { text: 'slow', delayMs: 60_000 }
					: { text: 'fast' },
		});
		const turn = world.start('hi');
		await world.clock.move(0);
		expect(world.spoken()).toEqual(['fast', 'said at once']);
		expect(world.state.openTurn).not.toBeNull();
		await world.clock.move(60_000);
		await turn;
		expect(world.types().slice(-3)).toEqual(['end_thread', 'end_workflow_iteration', 'end_workflow']);
	});

	test('R5.17: expression edges wait 30 s, then go on with old values and a warning', async () => {
		const world = createWorld({
			graph: graphOf(
				[say('A', true, true, start), worker('W', false, false), line('B')],
				[companion('A', 'W'), expression('A', 'B', 'isAbsent([[dob]])')],
			),
			script: (request) =>
				request.messages[0]?.content.includes('You are W')
					? { text: 'slow', delayMs: 45_000 }
					: { text: 'fast' },
		});
		const turn = world.start('hi');
		await world.clock.move(29_999);
		expect(of(world, 'conditional_edge')).toEqual([]);
		await world.clock.move(1);
		expect(of(world, 'conditional_edge')).toHaveLength(1);
		await world.clock.move(15_000);
		await turn;
		expect(world.warnings()).toEqual([expect.stringContaining('30 s')]);
	});

	test('R5.18: a worker beside a node never waits, though the field says so', async () => {
		const world = createWorld({
			graph: graphOf([line('A', 'a', start), worker('W', true, true)], [companion('A', 'W')]),
		});
		expect(await world.start()).toMatch(/W\(W\)/);
		expect(world.state.status).toBe('completed');
	});
});

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
			['0_companion_two', expect.any(Number), false],
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

	test('R5.25, R5.31: on every tick, as often as one wait allows', async () => {
		const world = createWorld({
			graph: graphOf(
				[say('chat', true, true, start), line('tick')],
				[
					expression('chat', 'tick', '1 == 1', {
						evaluate_while_waiting_config: {
							enabled: true,
							trigger_mode: 'on_every_background_tick',
							min_seconds_between_evaluations: 10,
							max_transitions_per_wait: 1,
						},
					}),
					direct('tick', 'chat'),
				],
			),
			script: () => ({ text: 'ok' }),
		});
		await world.start();
		expect(await world.send({ type: 'pump' })).toMatch(/^→w S\(tick\) →d/);
		await world.clock.move(60_000);
		expect(await world.send({ type: 'pump' })).toBe('');
	});
});

describe('R5.33: order', () => {
	/** The first broken guarantee, or null. */
	function broken(world: World): string | null {
		const ended = new Set<string>();
		const started = new Set<string>();
		let isOver = false;
		for (const [index, event] of world.wire.entries()) {
			const thread = event['origin_thread_id'] as string | null;
			if (isOver) return `${event.type} after the end of the run`;
			isOver = event.type === 'end_workflow' || event.type === 'workflow_error';
			if (event.type === 'waiting_condition_matched' && world.wire[index + 1]?.type !== 'conditional_edge')
				return 'no edge after a match';
			if (thread === null) continue;
			// A companion that is forked again begins anew.
			if (event.type === 'companion_edge' && thread !== '0') ended.delete(thread);
			if (event.type === 'start_thread') started.add(thread);
			else if (!started.has(thread) && event.type !== 'companion_edge')
				return `${event.type} before the start of ${thread}`;
			if (ended.has(thread)) return `${event.type} after the end of ${thread}`;
			if (event.type === 'end_thread') ended.add(thread);
		}
		return new Set(world.wire.map((event) => event.logical_id)).size === world.wire.length
			? null
			: 'an id twice';
	}

	test('R5.33: holds in generated runs with slow models, companions and workers beside nodes', async () => {
		await fc.assert(
			fc.asyncProperty(graphs, commands, fc.integer({ min: 0, max: 3 }), async (graph, list, slow) => {
				const world = createWorld({
					graph,
					http: echo,
					script: async (request) => ({
						...(await hashed(request, 0)),
						delayMs: slow * 40 * (JSON.stringify(request.messages).length % 3),
					}),
				});
				world.clock.jumps = true;
				await world.start('hello');
				for (const command of list) {
					const { status } = world.state;
					const takes =
						status === 'waiting_for_user_input'
							? command.type !== 'resume'
							: status === 'paused'
								? command.type === 'resume'
								: status === 'running' && command.type === 'pump';
					if (takes) await world.send(command);
				}
				expect(broken(world)).toBeNull();
			}),
			{ numRuns: 150 * Number(process.env['FUZZ_RUNS'] ?? 1) },
		);
	});
});
