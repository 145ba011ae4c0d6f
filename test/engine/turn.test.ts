/** Turns: the worked examples of R2.18–R2.27, the matrix of R2.14, the order of events, and limits. */

import { direct, expression, freeform, graphOf, line, noop, say, start, worker } from './graphs';
import { createWorld, type Script } from './world';

const talk: Script = (request) => {
	const last = request.messages.filter((message) => message.role === 'user').at(-1)?.content ?? '';
	if (last === 'bye') return { pick: 'Bye' };
	if (last === 'my bill') return { pick: 'B' };
	return { text: 'hello there' };
};

describe('worked examples', () => {
	test('R2.18: a waiting, looping speaker parks until its exit is picked', async () => {
		const world = createWorld({
			graph: graphOf([say('A', true, true, start), line('Bye')], [freeform('A', 'Bye')]),
			script: (request) => (request.messages.at(-1)?.content === 'bye' ? { pick: 'Bye' } : { text: 'hi' }),
		});
		expect(await world.start()).toBe('P(A)');
		expect(world.state.status).toBe('waiting_for_user_input');
		expect(await world.say('hi')).toBe('S(A) P(A)');
		expect(await world.say('bye')).toBe('S(A) →c S(Bye) END');
		expect(world.state.status).toBe('completed');
		expect(world.spoken()).toEqual(['hi', 'line of Bye']);
	});

	test('R2.19: a direct edge after a reply waits at its destination', async () => {
		const world = createWorld({
			graph: graphOf([say('A', true, false, start), say('B', true, false)], [direct('A', 'B')]),
			script: talk,
		});
		expect(await world.start('I want to book')).toBe('S(A) →d P(B)');
		expect(await world.say('Tuesday')).toBe('S(B) END');
		expect(world.state.status).toBe('completed');
	});

	test('R2.20: the destination of a conditional edge replies in the same turn', async () => {
		const world = createWorld({
			graph: graphOf([say('A', true, false, start), say('B', true, true)], [freeform('A', 'B', 'billing')]),
			script: (request) =>
				request.tools.length > 0 && request.messages.at(-1)?.content === 'my bill'
					? { pick: 'B' }
					: { text: 'hi' },
		});
		expect(await world.start('hello')).toBe('S(A) P(A)');
		expect(await world.say('my bill')).toBe('S(A) →c S(B) P(B)');
	});

	test.each([
		[undefined, 'S(G) →d P(A)'],
		['hi', 'S(G) →d P(A)'],
	])('R2.21: a greeting that does not wait answers %p', async (message, trace) => {
		const world = createWorld({
			graph: graphOf([say('G', false, false, start), say('A', true, true)], [direct('G', 'A')]),
			script: talk,
		});
		expect(await world.start(message)).toBe(trace);
	});

	test('R2.23: a waiting worker extracts until its expression holds', async () => {
		const schema = {
			structured_output_schema: {
				type: 'object',
				properties: { name: { type: 'string' }, complaint: { type: 'string' } },
			},
		};
		const world = createWorld({
			graph: graphOf(
				[
					say('G', false, false, start),
					worker('W', true, true, schema),
					say('Sum', true, false),
					line('End'),
				],
				[direct('G', 'W'), expression('W', 'Sum', 'isNonEmpty([[complaint]])'), direct('Sum', 'End')],
			),
			script: (request) => {
				if (!request.output) return { text: 'speaking' };
				const complained = request.messages.some((message) => message.content === 'migraine');
				return { output: { name: 'Jane Doe', complaint: complained ? 'migraine' : null } };
			},
		});
		expect(await world.start()).toBe('S(G) →d P(W)');
		expect(await world.say('Jane Doe')).toBe('W(W) P(W)');
		expect(await world.say('migraine')).toBe('W(W) →c S(Sum) →d S(End) END');
		expect(world.state.status).toBe('completed');
	});

	test.each([
		[true, undefined, 'P(W)'],
		[true, 'hi', 'W(W) →d S(A) P(A)'],
		[false, undefined, 'W(W) →d P(A)'],
		[false, 'hi', 'W(W) →d S(A) P(A)'],
	])('R2.24, R2.25: a worker with wait %p started with %p', async (wait, message, trace) => {
		const world = createWorld({
			graph: graphOf([worker('W', wait, false, start), say('A', true, true)], [direct('W', 'A')]),
			script: talk,
		});
		expect(await world.start(message)).toBe(trace);
	});

	test.each([
		[undefined, 'S(Hi) →d P(A)'],
		['q', 'S(Hi) →d S(A) P(A)'],
	])('R2.27: static speech does not answer %p', async (message, trace) => {
		const world = createWorld({
			graph: graphOf([line('Hi', 'Welcome', start), say('A', true, true)], [direct('Hi', 'A')]),
			script: talk,
		});
		expect(await world.start(message)).toBe(trace);
	});
});

describe('the matrix of R2.14', () => {
	test.each([
		[true, true, false, 'S(A) P(A)', 'waiting_for_user_input'],
		[true, false, true, 'S(A) P(A)', 'waiting_for_user_input'],
		[true, false, false, 'S(A) END', 'completed'],
		[false, false, true, 'S(A) END', 'completed'],
	])('R2.14, R2.16: wait %p, loop %p, an exit %p', async (wait, loop, hasExit, trace, status) => {
		const world = createWorld({
			graph: graphOf([say('A', wait, loop, start), line('B')], hasExit ? [freeform('A', 'B')] : []),
			script: () => ({ text: 'hm' }),
		});
		expect(await world.start('hi')).toBe(trace);
		expect(world.state.status).toBe(status);
		expect(world.types().includes('self_loop_edge')).toBe(wait && loop);
	});
});

describe('events', () => {
	test('R9.44: two static nodes give the recorded order, with the run and thread starts in front', async () => {
		const world = createWorld({
			graph: graphOf([line('A', 'one', start), line('B', 'two')], [direct('A', 'B')]),
		});
		await world.start();
		expect(world.types()).toEqual([
			'start_workflow',
			'start_thread',
			'start_node_run',
			'say_static',
			'assistant_response',
			'end_node_run',
			'workflow_show_state',
			'direct_edge',
			'workflow_navigation_message',
			'start_node_run',
			'say_static',
			'assistant_response',
			'end_node_run',
			'workflow_show_state',
			'end_thread',
			'end_workflow_iteration',
			'end_workflow',
		]);
		expect(new Set(world.wire.map((event) => event.logical_id)).size).toBe(world.wire.length - 0);
	});

	test('R9.45: a parked speaking turn', async () => {
		const world = createWorld({
			graph: graphOf([say('A', true, true, start)]),
			script: () => ({ text: 'One. Two.' }),
		});
		await world.start();
		const from = world.wire.length;
		await world.say('hi');
		expect(world.types(from)).toEqual([
			'user_messages',
			'start_node_run',
			'say_llm',
			'assistant_response',
			'assistant_response',
			'end_node_run',
			'workflow_show_state',
			'self_loop_edge',
			'busy_wait_for_user_message',
			'end_workflow_iteration',
			'workflow_ready_for_input',
		]);
		expect(world.spoken(from)).toEqual(['One.', 'Two.']);
	});

	test('R9.47, R9.48: metrics count nodes and calls, usage adds up', async () => {
		const world = createWorld({ graph: graphOf([say('A', true, true, start)]) });
		await world.start('hi');
		const end = world.wire.find((event) => event.type === 'end_workflow_iteration');
		expect(end?.['iteration_metrics']).toMatchObject({
			nodes_executed_count: 1,
			llm_call_count: 1,
			tool_call_count: 0,
		});
		expect(world.state.totals).toMatchObject([{ model: 'scripted', calls: 1, totalTokens: 15 }]);
	});
});

describe('limits', () => {
	test('R3.56: a circle of nodes that never waits is stopped', async () => {
		const world = createWorld({
			graph: graphOf([noop('A', start), noop('B')], [direct('A', 'B'), direct('B', 'A')]),
		});
		await world.start();
		expect(world.state.status).toBe('aborted_looping_risk');
		expect(world.state.terminationSource).toBe('looping_risk');
		expect(world.wire.at(-1)?.type).toBe('workflow_error');
	});

	test('R3.57: disabled nodes are passed over their direct edge', async () => {
		const world = createWorld({
			graph: graphOf(
				[noop('A', start), noop('B', { disabled: true }), line('C')],
				[direct('A', 'B'), direct('B', 'C')],
			),
		});
		expect(await world.start()).toBe('W(A) →d S(C) END');
	});

	test('R2.51: Max Turns sets the variable, gives expressions a last chance, then ends', async () => {
		const world = createWorld({
			graph: graphOf(
				[say('A', true, true, { ...start, max_turns: 2 }), line('B')],
				[expression('A', 'B', '[[max_turns_reached]] == true')],
			),
		});
		await world.start();
		expect(await world.say('one')).toBe('S(A) P(A)');
		expect(await world.say('two')).toBe('S(A) →c S(B) END');
	});

	test('R2.51: the limit holds for a node that does not wait as well', async () => {
		const world = createWorld({
			graph: graphOf(
				[say('A', false, false, { ...start, max_turns: 1 }), line('B')],
				[expression('A', 'B', '[[max_turns_reached]] == true')],
			),
		});
		expect(await world.start('hi')).toBe('S(A) →c S(B) END');
		const silent = createWorld({ graph: world.graph });
		expect(await silent.start()).toBe('S(A) END');
	});

	test('R1.26: after end_conversation edges are followed but waiting nodes end the thread', async () => {
		const world = createWorld({
			graph: graphOf(
				[{ type: 'end_conversation', logical_id: 'E', name: 'E', ...start }, line('B'), say('C', true, true)],
				[direct('E', 'B'), direct('B', 'C')],
			),
		});
		expect(await world.start()).toBe('W(E) →d S(B) →d END');
		expect(world.state.status).toBe('completed');
		expect(world.warnings()).toHaveLength(1);
	});
});
