/** Turns: what counts as one, in what order it passes, and what a thread owes (2.1). */

import type { WireEvent } from '../../lib/engine/contract';
import type { JsonObject } from '../../lib/json';
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
import { createWorld, type Script, type World } from './world';

const main = (world: World) => world.state.threads['0'];
const ends = (world: World): WireEvent[] =>
	world.wire.filter((event) => event.type === 'end_workflow_iteration');

/** Picks the exit to the node the user names, else speaks. */
const route: Script = (request) => {
	const wanted = request.messages.filter((message) => message.role === 'user').at(-1)?.content ?? '';
	const exit = request.tools.find((tool) => tool.name.startsWith(`Destination_Node_${wanted}_`));
	return exit ? { pickTool: exit.name } : { text: 'hello' };
};

describe('turns', () => {
	test('R2.1, R2.2: a turn ends when every main thread has settled; pairs count from 0, turns from 1', async () => {
		const world = createWorld({ graph: graphOf([say('A', true, true, start)]) });
		await world.start();
		await world.say('one');
		await world.say('two');
		expect(ends(world).map((event) => event['iteration_number'])).toEqual([1, 2, 3]);
		expect(world.state.turnCount).toBe(3);
		for (const event of ends(world))
			expect(event['run_input_output_pair']).toHaveProperty('run_output.events');
	});

	test('R2.3: workflow_invoke_count is the number of turns before this one, under both syntaxes', async () => {
		const world = createWorld({
			graph: graphOf(
				[
					say('A', true, true, start),
					line('B', '{{workflow_invoke_count}} [[workflow_invoke_count]]'),
					noop('C'),
				],
				[freeform('A', 'B'), direct('B', 'A')],
			),
			script: route,
		});
		await world.start('B');
		await world.say('B');
		expect([...new Set(world.spoken().filter((text) => /^\d/.test(text)))]).toEqual(['0 0', '1 1']);
	});

	test('R2.4: a pump counts as no turn and makes no pair', async () => {
		const world = createWorld({
			graph: graphOf(
				[
					noop('e', start),
					say('A', true, true),
					noop('n', { self_loop_config: { enabled: true, max_retries: 1, time_between_retries: 1 } }),
				],
				[direct('e', 'A'), fork('e', 'n', 'x')],
			),
		});
		await world.start();
		await world.clock.move(1000);
		expect(await world.send({ type: 'pump' })).toBe('x:W(n) x:END');
		expect(world.state.turnCount).toBe(1);
		expect(ends(world)).toHaveLength(1);
	});

	test('R2.5: message, flags, execution, edges, companions, end of iteration, ready', async () => {
		const world = createWorld({
			graph: graphOf(
				[say('A', true, false, start), say('B', true, true), noop('n')],
				[direct('A', 'B'), fork('A', 'n', 'x')],
			),
		});
		await world.start('hi');
		const order = [
			'user_messages',
			'start_node_run',
			'say_llm',
			'end_node_run',
			'companion_edge',
			'direct_edge',
			'busy_wait_for_user_message',
			'end_workflow_iteration',
			'workflow_ready_for_input',
		];
		const places = order.map((type) => world.types().indexOf(type));
		expect(places).toEqual([...places].sort((a, b) => a - b));
		expect(places.every((place) => place >= 0)).toBe(true);
		const companionsEnd = world.wire.findIndex(
			(event) => event.type === 'end_thread' && event['origin_thread_id'] === '0_companion_x',
		);
		expect(companionsEnd).toBeLessThan(world.types().indexOf('end_workflow_iteration'));
	});

	test('R2.7: a turn may pass without a word', async () => {
		const world = createWorld({ graph: graphOf([worker('W', true, true, start)]) });
		await world.start();
		expect(await world.say('hm')).toBe('W(W) P(W)');
		expect(world.spoken()).toEqual([]);
	});
});

describe('flags of R2.6', () => {
	const flags = (world: World) => [main(world)?.received, main(world)?.owed];

	test('R2.6: both are false without a message, both are set by one, and spoken text of a model clears owed', async () => {
		const world = createWorld({ graph: graphOf([say('A', true, true, start)]) });
		await world.start();
		expect(flags(world)).toEqual([false, false]);
		await world.say('hi');
		expect(flags(world)).toEqual([true, false]);
		const before = world.log.length;
		await world.say('again');
		expect(world.log.slice(before, before + 2).map((event) => event.type)).toEqual([
			'turnStarted',
			'messagesReceived',
		]);
	});

	/** A lab's companion is done while the user waits at A; its edge leads to B, and B's leads to C. */
	const whileWaiting = (more: JsonObject, edges: JsonObject[] = []): World =>
		createWorld({
			graph: graphOf(
				[
					noop('e', start),
					noop('lab', { self_loop_config: { enabled: true, max_retries: 1, time_between_retries: 1 } }),
					say('A', true, true),
					say('B', true, true, more),
					say('C', true, true),
				],
				[
					direct('e', 'A'),
					fork('e', 'lab', 'lab'),
					expression('A', 'B', "[[thread_lab.self_loop_outcome]] == 'max_retries'", {
						evaluate_while_waiting_config: { enabled: true, trigger_node_logical_ids: ['lab'] },
					}),
					...edges,
				],
			),
		});

	test('R2.6, R2.11: a pump receives nothing; what the last turn received is over', async () => {
		const world = whileWaiting({}, [expression('B', 'C', '1 == 1')]);
		await world.start('hi');
		await world.clock.move(1000);
		expect(await world.send({ type: 'pump' })).toMatch(/→w S\(B\) →c P\(C\)$/);
		expect(world.refold()).toEqual(world.state);
	});

	test('R2.51: an execution over a waiting edge answered no message and is no turn of the limit', async () => {
		const world = whileWaiting({ max_turns: 2 });
		await world.start('hi');
		await world.clock.move(1000);
		expect(await world.send({ type: 'pump' })).toMatch(/→w S\(B\) P\(B\)$/);
		expect(await world.say('one')).toBe('S(B) P(B)');
		expect(await world.say('two')).toBe('S(B) END');
	});

	/** Every kind of text but a model's own, on the way to a waiting node. */
	const quiet: Array<[string, JsonObject[], JsonObject[]]> = [
		['a static node', [line('X', 'static', start)], []],
		['a worker', [worker('X', false, false, start)], []],
		['a no_op', [noop('X', start)], []],
		[
			'a worker beside a node',
			[line('X', 'static', start), worker('Y', false, false)],
			[companion('X', 'Y')],
		],
	];
	test.each(quiet)('R2.6, R2.27: %s does not clear owed', async (_name, nodes, edges) => {
		const world = createWorld({
			graph: graphOf([...nodes, say('A', true, true)], [...edges, direct('X', 'A')]),
		});
		expect(await world.start('hi')).toMatch(/S\(A\) P\(A\)$/);
	});

	test('R2.6: the line of an edge does not clear owed', async () => {
		const world = createWorld({
			graph: graphOf(
				[noop('X', start), noop('Y'), say('A', true, true)],
				[
					expression('X', 'Y', '1 == 1', {
						condition: {
							condition_expression: '1 == 1',
							static_messages_config: { static_messages: ['a line'] },
						},
					}),
					direct('Y', 'A'),
				],
			),
		});
		expect(await world.start('hi')).toBe('W(X) →c W(Y) →d S(A) P(A)');
		expect(world.spoken()).toEqual(['a line', 'ok']);
	});
});
