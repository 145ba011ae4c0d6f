/** Workers beside a node: when they run, on what, and who waits for them (5.2). */

import type { WireEvent } from '../../lib/engine/contract';
import type { ModelRequest } from '../../lib/llm/contract';
import { companion, direct, expression, fork, graphOf, line, noop, say, start, worker } from './graphs';
import { createWorld, type Reply, type World } from './world';

const of = (world: World, type: string): WireEvent[] => world.wire.filter((event) => event.type === type);

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

	const dob = { structured_output_schema: { type: 'object', properties: { dob: { type: 'string' } } } };
	const slowly = (request: ModelRequest): Reply =>
		request.output ? { output: { dob: '1980' }, delayMs: 1000 } : { text: 'ok' };

	test('R5.17, R3.28: a global condition reads what the worker wrote', async () => {
		const world = createWorld({
			graph: graphOf(
				[
					say('A', true, true, start),
					worker('W', false, false, dob),
					line('G', 'thanks', {
						global_node_config: {
							is_global: true,
							condition: { condition_expression: 'isPresent([[dob]])' },
						},
					}),
				],
				[companion('A', 'W')],
			),
			script: slowly,
		});
		const turn = world.start('hi');
		await world.clock.move(1000);
		expect(await turn).toBe('S(A) W(W) →g S(G) END');
		expect(world.warnings()).toEqual([]);
	});

	test('R5.17, R6.5: an exit of a bounded loop reads what the worker wrote, a direct edge behind it or not', async () => {
		const world = createWorld({
			graph: graphOf(
				[
					noop('A', { ...start, self_loop_config: { enabled: true, max_retries: 3 } }),
					worker('W', false, false, dob),
					line('B'),
					line('C'),
				],
				[companion('A', 'W'), direct('A', 'B'), expression('A', 'C', 'isPresent([[dob]])')],
			),
			script: slowly,
		});
		const turn = world.start();
		await world.clock.move(1000);
		expect(await turn).toBe('W(A) W(W) →c S(C) END');
	});

	test('R5.15: every attempt of a bounded loop brings the worker with it', async () => {
		const world = createWorld({
			graph: graphOf(
				[
					noop('A', { ...start, self_loop_config: { enabled: true, max_retries: 2 } }),
					worker('W', false, false),
				],
				[companion('A', 'W')],
			),
		});
		await world.start();
		expect(of(world, 'companion_edge')).toHaveLength(3);
		expect(world.state.completions).toMatchObject({ A: 3, W: 3 });
	});

	test('R5.16, R5.19: beside a node of a companion thread, too, and its error is a warning there', async () => {
		const world = createWorld({
			graph: graphOf(
				[
					noop('e', start),
					say('chat', true, true),
					noop('n'),
					worker('W', false, false, dob),
					{ type: 'mystery', logical_id: 'm' },
					line('L', 'born [[dob]]'),
				],
				[
					direct('e', 'chat'),
					fork('e', 'n', 'x'),
					companion('n', 'W'),
					companion('n', 'm'),
					expression('n', 'L', 'isPresent([[dob]])'),
				],
			),
			script: slowly,
		});
		const turn = world.start();
		await world.clock.move(1000);
		await turn;
		expect(
			of(world, 'assistant_response').map((event) => [event['content'], event['thread_reference_id']]),
		).toEqual([['born 1980', 'x']]);
		const beside = of(world, 'companion_edge').filter(
			(event) => event['destination_node_logical_id'] !== 'n',
		);
		expect(beside.map((event) => event['thread_reference_id'])).toEqual(['x', 'x']);
		expect(world.state.threads['0']?.variables['dob']).toBeUndefined();
		expect(world.warnings()).toEqual([expect.stringContaining('working beside another node')]);
		expect(world.state.status).toBe('waiting_for_user_input');
	});

	test('R5.18: a worker beside a node never waits, though the field says so', async () => {
		const world = createWorld({
			graph: graphOf([line('A', 'a', start), worker('W', true, true)], [companion('A', 'W')]),
		});
		expect(await world.start()).toMatch(/W\(W\)/);
		expect(world.state.status).toBe('completed');
	});
});

describe('companion edges', () => {
	test('R5.15–R5.17: the worker beside a speaker runs in the same turn and its fields decide the expression edge', async () => {
		const schema = { structured_output_schema: { type: 'object', properties: { dob: { type: 'string' } } } };
		const world = createWorld({
			graph: graphOf(
				[say('A', true, true, start), worker('X', false, false, schema), line('done', 'thanks')],
				[companion('A', 'X'), expression('A', 'done', 'isPresent([[dob]])')],
			),
			script: (request) => {
				if (!request.output) return { text: 'tell me more' };
				return {
					output: {
						dob: request.messages.some((message) => message.content.includes('1980')) ? '1980-01-01' : null,
					},
				};
			},
		});
		await world.start();
		expect(await world.say('hello')).toBe('W(X) S(A) P(A)');
		expect(await world.say('born 1980')).toBe('W(X) S(A) →c S(done) END');
		expect(world.types()).toContain('companion_edge');
	});

	test('R5.19: an error beside a node is a warning', async () => {
		const world = createWorld({
			graph: graphOf([line('A', 'hi', start), { type: 'mystery', logical_id: 'm' }], [companion('A', 'm')]),
		});
		await world.start();
		expect(world.state.status).toBe('completed');
		expect(world.warnings()).toHaveLength(1);
	});
});
