/** Turns and entries: what counts as a turn, what a thread owes, and when a waiting node executes at once (2.1, 2.2). */

import type { WireEvent } from '../../lib/engine/contract';
import { loadGraph } from '../../lib/graph/build';
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
import { createWorld, turnInput, type Script, type World } from './world';

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

describe('what parks', () => {
	test('R2.8: defaults: both wait, a speaker loops, a worker does not; other types ignore the fields', () => {
		const { nodesById } = loadGraph(
			graphOf([
				{ type: 'say_llm', logical_id: 's' },
				{ type: 'worker_llm', logical_id: 'w' },
				{ type: 'workflow_run_evaluator', logical_id: 'e' },
			]),
		);
		expect(nodesById.get('s')).toMatchObject({ wait_for_user_message: true, self_loop: true });
		expect(nodesById.get('w')).toMatchObject({ wait_for_user_message: true, self_loop: false });
		expect(nodesById.get('e')).not.toHaveProperty('wait_for_user_message', true);
	});

	test('R2.8: a field that waits is ignored on types that cannot', async () => {
		const world = createWorld({
			graph: graphOf(
				[
					noop('A', { ...start, wait_for_user_message: true, self_loop: true }),
					line('B', 'b', { wait_for_user_message: true }),
				],
				[direct('A', 'B')],
			),
		});
		expect(await world.start()).toBe('W(A) →d S(B) END');
	});

	test('R2.9, R2.10: a waiting node parks silently on entry and never speaks first', async () => {
		const world = createWorld({
			graph: graphOf([noop('A', start), say('B', true, true)], [direct('A', 'B')]),
		});
		expect(await world.start()).toBe('W(A) →d P(B)');
		expect(world.requests).toEqual([]);
		expect(world.spoken()).toEqual([]);
	});

	test('R2.12, R2.15: without the flag a node executes on every entry', async () => {
		const world = createWorld({
			graph: graphOf(
				[say('A', false, false, start), worker('B', false, false), say('C', true, true)],
				[direct('A', 'B'), direct('B', 'C')],
			),
		});
		expect(await world.start()).toBe('S(A) →d W(B) →d P(C)');
	});
});

describe('entries of R2.11', () => {
	const answered = say('answers', true, false, start);

	test.each([
		[undefined, 'P(A)'],
		['hi', 'S(A) P(A)'],
	])('R2.11: at the start of a run with message %p', async (message, trace) => {
		expect(await createWorld({ graph: graphOf([say('A', true, true, start)]) }).start(message)).toBe(trace);
	});

	test.each([
		[undefined, 'P(A)'],
		['hi', 'S(A) P(A)'],
	])('R2.11, R1.17: by a start override with message %p', async (message, trace) => {
		const world = createWorld({ graph: graphOf([noop('X', start), say('A', true, true)]) });
		const input = turnInput(message);
		const begin = {
			runId: 'r',
			workflowId: null,
			versionNumber: null,
			versionName: null,
			seed: 's',
			runBy: null,
			welcomeMessage: null,
			startNodeId: 'A',
			provided: {},
			miscellaneous: {},
			source: null,
		};
		expect(await world.send({ type: 'turn', input, begin })).toBe(trace);
		expect(world.types().slice(0, 3)).toEqual(['start_workflow', 'start_thread', 'force_transfer_to_node']);
	});

	test('R2.11: over a direct edge only while the message is unanswered', async () => {
		const silent = graphOf([noop('X', start), say('A', true, true)], [direct('X', 'A')]);
		expect(await createWorld({ graph: silent }).start('hi')).toBe('W(X) →d S(A) P(A)');
		expect(await createWorld({ graph: silent }).start()).toBe('W(X) →d P(A)');
		const spoken = graphOf([answered, say('A', true, true)], [direct('answers', 'A')]);
		expect(await createWorld({ graph: spoken }).start('hi')).toBe('S(answers) →d P(A)');
	});

	test('R2.11, R2.13: over a conditional edge at once, answered or not; without a message it parks', async () => {
		const speaking = createWorld({
			graph: graphOf([answered, say('A', true, true)], [freeform('answers', 'A')]),
			script: (request) => (request.tools.length > 0 ? { text: 'one moment', pick: 'A' } : { text: 'here' }),
		});
		expect(await speaking.start('hi')).toBe('S(answers) →c S(A) P(A)');
		expect(speaking.spoken()).toEqual(['one moment', 'here']);
		const unasked = createWorld({
			graph: graphOf([noop('X', start), say('A', true, true)], [expression('X', 'A', '1 == 1')]),
		});
		expect(await unasked.start()).toBe('W(X) →c P(A)');
	});

	test('R2.11: over a global and a reverse edge as over a conditional one', async () => {
		const world = createWorld({
			graph: graphOf([
				say('A', true, true, start),
				say('G', true, true, {
					global_node_config: {
						is_global: true,
						condition: { condition_freeform: 'g' },
						reverse_conditional_edge: { condition_freeform: 'back' },
					},
				}),
			]),
			script: route,
		});
		await world.start();
		expect(await world.say('G')).toBe('S(A) →g S(G) P(G)');
		expect(await world.say('A')).toBe('S(G) →r S(A) P(A)');
	});

	test('R2.11: after a conditional hop, silent nodes and a direct edge: as the conditional hop', async () => {
		const world = createWorld({
			graph: graphOf(
				[answered, noop('X'), say('A', true, true)],
				[freeform('answers', 'X'), direct('X', 'A')],
			),
			script: (request) => (request.tools.length > 0 ? { text: 'one moment', pick: 'X' } : { text: 'here' }),
		});
		expect(await world.start('hi')).toBe('S(answers) →c W(X) →d S(A) P(A)');
	});

	test('R2.11, R5.24: over a waiting edge always', async () => {
		const world = createWorld({
			graph: graphOf(
				[noop('e', start), say('chat', true, true), noop('n'), say('A', true, true)],
				[
					direct('e', 'chat'),
					fork('e', 'n', 'x'),
					expression('chat', 'A', '[[thread_x.no_op_result_success]] == true', {
						evaluate_while_waiting_config: { enabled: true, trigger_node_logical_ids: ['n'] },
					}),
				],
			),
		});
		await world.start();
		expect(await world.send({ type: 'pump' })).toBe('→w S(A) P(A)');
	});

	test('R2.11: its own self_loop always parks, though the message may be unanswered', async () => {
		const world = createWorld({ graph: graphOf([worker('W', true, true, start)]) });
		expect(await world.start('hi')).toBe('W(W) P(W)');
	});

	test('R2.11, R6.15: a bounded retry never parks; only the first attempt needs a message, and every attempt speaks', async () => {
		const world = createWorld({
			graph: graphOf([
				say('A', true, false, { ...start, self_loop_config: { enabled: true, max_retries: 2 } }),
			]),
		});
		expect(await world.start()).toBe('P(A)');
		expect(await world.say('hi')).toBe('S(A) S(A) S(A) END');
		expect(world.spoken()).toEqual(['ok', 'ok', 'ok']);
	});
});

test('R2.17: parking for an exit that is left emits no self_loop_edge', async () => {
	const world = createWorld({
		graph: graphOf([say('A', true, false, start), line('B')], [freeform('A', 'B')]),
	});
	expect(await world.start('hi')).toBe('S(A) P(A)');
	expect(world.types()).not.toContain('self_loop_edge');
	expect(world.types()).toContain('busy_wait_for_user_message');
});

describe('the matrix for workers', () => {
	test.each([
		[true, true, false, 'W(A) P(A)'],
		[true, false, true, 'W(A) P(A)'],
		[true, false, false, 'W(A) END'],
		[false, false, true, 'W(A) END'],
	])('R2.15: wait %p, loop %p, an exit %p', async (wait, loop, hasExit, trace) => {
		const world = createWorld({
			graph: graphOf(
				[worker('A', wait, loop, start), line('B')],
				hasExit ? [expression('A', 'B', '1 == 2')] : [],
			),
		});
		expect(await world.start('hi')).toBe(trace);
	});

	test('R2.16: a usable way back keeps the thread alive, other globals do not', async () => {
		const nodes = [
			say('A', true, true, start),
			say('G', true, false, {
				global_node_config: {
					is_global: true,
					condition: { condition_freeform: 'g' },
					reverse_conditional_edge: { condition_freeform: 'back' },
				},
			}),
			say('H', true, false, {
				global_node_config: { is_global: true, condition: { condition_freeform: 'h' } },
			}),
		];
		const world = createWorld({ graph: graphOf(nodes), script: route });
		await world.start();
		expect(await world.say('G')).toBe('S(A) →g S(G) P(G)');
		expect(await world.say('H')).toBe('S(G) →g S(H) END');
	});
});
