/** Entries: what parks, when a waiting node executes at once, and what follows an execution (2.2, 2.3). */

import { loadGraph } from '../../lib/graph/build';
import { direct, expression, fork, freeform, graphOf, line, noop, say, start, worker } from './graphs';
import { createWorld, turnInput, type Script } from './world';

/** Picks the exit to the node the user names, else speaks. */
const route: Script = (request) => {
	const wanted = request.messages.filter((message) => message.role === 'user').at(-1)?.content ?? '';
	const exit = request.tools.find((tool) => tool.name.startsWith(`Destination_Node_${wanted}_`));
	return exit ? { pickTool: exit.name } : { text: 'hello' };
};

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

test('R1.13: a turn or a resume without a message parks again, and says so', async () => {
	const world = createWorld({ graph: graphOf([say('A', true, true, start)]) });
	await world.start();
	expect(await world.send({ type: 'turn', input: turnInput() })).toBe('P(A)');
	await world.send({ type: 'pause' });
	expect(await world.send({ type: 'resume', input: turnInput() })).toBe('P(A)');
	expect(world.state.turnCount).toBe(3);
	expect(world.types().filter((type) => type === 'busy_wait_for_user_message')).toHaveLength(3);
});

test('R1.13: a thread that was paused between nodes goes on with what it had finished, a message beside it', async () => {
	const world = createWorld({
		graph: graphOf(
			[say('A', true, true, start), noop('slow', { delay_seconds: 2 }), say('B', true, true)],
			[direct('A', 'slow'), direct('slow', 'B')],
		),
	});
	const turn = world.start('hi');
	await world.clock.move(1000);
	world.pauseRequested = true;
	await world.clock.move(1000);
	expect(await turn).toBe('S(A) →d W(slow)');
	expect(world.types().slice(-3)).toEqual(['pause_event', 'pause_thread', 'end_workflow_iteration']);
	world.pauseRequested = false;
	expect(await world.send({ type: 'resume', input: turnInput('more') })).toBe('→d S(B) P(B)');
});

test('R1.26: after end_conversation even a reply that is owed is not given; silent nodes still execute', async () => {
	const world = createWorld({
		graph: graphOf(
			[
				{ type: 'end_conversation', logical_id: 'E', name: 'E', ...start },
				noop('n'),
				say('greets', false, false),
				say('asks', true, true),
			],
			[
				expression('E', 'n', 'isPresent([[raw_conversation_transcript]])'),
				direct('n', 'greets'),
				freeform('greets', 'asks'),
			],
		),
		script: (request) =>
			request.tools.length > 0 ? { text: 'goodbye', pick: 'asks' } : { text: 'never said' },
	});
	expect(await world.start('hi')).toBe('W(E) →c W(n) →d S(greets) →c END');
	expect(world.state.status).toBe('completed');
	expect(world.warnings()).toEqual([expect.stringContaining('"asks"')]);
	expect(world.spoken()).toEqual(['goodbye']);
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
