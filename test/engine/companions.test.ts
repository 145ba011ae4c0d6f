/** Companion threads and workers beside a node: ids, isolation, what waits for what, order (5.1, 5.2, 5.5). */

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
