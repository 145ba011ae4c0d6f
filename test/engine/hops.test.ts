/** Hops in whole runs: when selection happens, what a hop emits, callers, disabled parts, edges to nowhere (section 3). */

import type { JsonObject } from '../../lib/json';
import { companion, direct, expression, fork, freeform, graphOf, line, noop, say, start } from './graphs';
import { createWorld, type Script } from './world';

const global = (id: string, condition: JsonObject, more: JsonObject = {}, node: JsonObject = {}) =>
	say(id, true, false, { global_node_config: { is_global: true, condition, ...more }, ...node });

const route: Script = (request) => {
	const wanted = request.messages.filter((message) => message.role === 'user').at(-1)?.content ?? '';
	const exit = request.tools.findLast((tool) => tool.name.startsWith(`Destination_Node_${wanted}_`));
	return exit ? { pickTool: exit.name } : { text: 'hello' };
};

describe('selection', () => {
	test('R3.1: it follows an execution and never a parking', async () => {
		const world = createWorld({
			graph: graphOf([say('A', true, true, start), line('B')], [expression('A', 'B', '1 == 1')]),
		});
		expect(await world.start()).toBe('P(A)');
		expect(await world.say('hi')).toBe('S(A) →c S(B) END');
	});

	test('R3.3: exits of a node with a direct edge are not offered to its model', async () => {
		const world = createWorld({
			graph: graphOf(
				[say('A', true, true, start), line('B'), line('C')],
				[freeform('A', 'B'), direct('A', 'C')],
			),
		});
		expect(await world.start('hi')).toBe('S(A) →d S(C) END');
		expect(world.requests[0]?.tools).toEqual([]);
	});

	test('R3.7: a direct edge is taken at once; waiting happens at its destination', async () => {
		const world = createWorld({
			graph: graphOf([say('A', true, true, start), say('B', true, true)], [direct('A', 'B')]),
		});
		expect(await world.start('hi')).toBe('S(A) →d P(B)');
	});

	test('R3.2, R3.28: a global condition beats a direct edge on every kind of node', async () => {
		const world = createWorld({
			graph: graphOf(
				[
					noop('A', start),
					line('B'),
					global('G', { condition_expression: '[[no_op_result_success]] == true' }),
				],
				[direct('A', 'B')],
			),
		});
		expect(await world.start()).toBe('W(A) →g P(G)');
	});

	test('R3.59: a no_op executes, emits its frame and writes', async () => {
		const world = createWorld({ graph: graphOf([noop('A', start)]) });
		expect(await world.start()).toBe('W(A) END');
		expect(world.types()).toEqual(
			expect.arrayContaining(['start_node_run', 'end_node_run', 'workflow_show_state']),
		);
		expect(world.state.threads['0']?.variables).toMatchObject({
			no_op_result: null,
			no_op_result_success: true,
		});
	});
});

describe('events of a hop', () => {
	const order = (edge: string) => [
		'end_node_run',
		'workflow_show_state',
		edge,
		'workflow_navigation_message',
		'start_node_run',
	];
	const cases: Array<[string, JsonObject, string]> = [
		['direct', direct('A', 'B'), 'direct_edge'],
		['conditional', expression('A', 'B', '1 == 1'), 'conditional_edge'],
	];

	test.each(cases)('R3.8: a %s hop', async (_kind, edge, type) => {
		const world = createWorld({ graph: graphOf([noop('A', start), noop('B')], [edge]) });
		await world.start();
		const from = world.types().indexOf('end_node_run');
		expect(world.types().slice(from, from + 5)).toEqual(order(type));
	});

	test('R3.8, R3.39, R3.41: a global and a reverse hop', async () => {
		const world = createWorld({
			graph: graphOf([
				say('A', true, true, start),
				global(
					'G',
					{ condition_freeform: 'g' },
					{ reverse_conditional_edge: { condition_freeform: 'back' } },
				),
			]),
			script: route,
		});
		await world.start();
		for (const [message, type] of [
			['G', 'conditional_edge'],
			['A', 'reverse_conditional_edge'],
		] as const) {
			const from = world.wire.length;
			await world.say(message);
			const types = world.types(from);
			const end = types.indexOf('end_node_run');
			expect(types.slice(end, end + 5)).toEqual(order(type));
		}
	});

	test('R3.24: text beside a picked edge is said before the message of the edge', async () => {
		const world = createWorld({
			graph: graphOf(
				[say('A', true, true, start), line('B', 'third')],
				[
					freeform('A', 'B', 'b', {
						condition: { condition_freeform: 'b', static_messages_config: { static_messages: ['second'] } },
					}),
				],
			),
			script: () => ({ text: 'first', pick: 'B' }),
		});
		await world.start('hi');
		expect(world.spoken()).toEqual(['first', 'second', 'third']);
	});
});

describe('the caller memory', () => {
	test('R3.40: nested globals keep one caller each; a drawn edge records its source as well', async () => {
		const world = createWorld({
			graph: graphOf(
				[
					say('A', true, true, start),
					global(
						'G',
						{ condition_freeform: 'g' },
						{ reverse_conditional_edge: { condition_freeform: 'back' } },
					),
					global(
						'H',
						{ condition_freeform: 'h' },
						{ reverse_conditional_edge: { condition_freeform: 'back' } },
					),
					say('B', true, true),
				],
				[freeform('B', 'H')],
			),
			script: route,
		});
		await world.start();
		await world.say('G');
		await world.say('H');
		expect(world.state.threads['0']?.callers).toEqual({ G: 'A', H: 'G' });
		expect(await world.say('G')).toBe('S(H) →r S(G) P(G)');
		expect(world.state.threads['0']?.callers).toEqual({ G: 'A' });
		const iteration = world.wire.findLast((event) => event.type === 'end_workflow_iteration');
		expect(iteration?.['run_input_output_pair']).toMatchObject({
			iteration_end_state_miscellaneous: { thread_id_to_global_node_previous_node: { '0': { G: 'A' } } },
		});

		const drawn = createWorld({
			graph: graphOf(
				[say('B', true, true, start), global('H', { condition_freeform: 'h' })],
				[freeform('B', 'H')],
			),
			script: route,
		});
		await drawn.start('H');
		expect(drawn.state.threads['0']?.callers).toEqual({ H: 'B' });
	});

	test('R3.42: a global node that is the start has no way back', async () => {
		const world = createWorld({
			graph: graphOf([
				global(
					'G',
					{ condition_freeform: 'g' },
					{ reverse_conditional_edge: { condition_freeform: 'back' } },
					start,
				),
			]),
		});
		expect(await world.start('hi')).toBe('S(G) END');
		expect(world.requests[0]?.tools).toEqual([]);
	});
});

describe('disabled parts and edges to nowhere', () => {
	test('R3.57: a disabled node leaves no trace; without a way on the thread ends; more than 100 in a row are a loop', async () => {
		const off = { disabled: true };
		const world = createWorld({
			graph: graphOf(
				[noop('A', start), noop('B', off), noop('n'), noop('C')],
				[direct('A', 'B'), fork('B', 'n', 'x'), direct('B', 'C')],
			),
		});
		expect(await world.start()).toBe('W(A) →d W(C) END');
		expect(Object.keys(world.state.threads)).toEqual(['0']);
		expect(JSON.stringify(world.wire.filter((event) => event.type === 'start_node_run'))).not.toContain(
			'"B"',
		);
		const dead = createWorld({ graph: graphOf([noop('A', start), noop('B', off)], [direct('A', 'B')]) });
		expect(await dead.start()).toBe('W(A) END');
		const ids = Array.from({ length: 102 }, (_, index) => `n${index}`);
		const long = createWorld({
			graph: graphOf(
				[noop('A', start), ...ids.map((id) => noop(id, off))],
				[direct('A', 'n0'), ...ids.slice(1).map((id, index) => direct(`n${index}`, id))],
			),
		});
		await long.start();
		expect(long.state.status).toBe('aborted_looping_risk');
	});

	test('R3.58: a disabled edge is absent', async () => {
		const world = createWorld({
			graph: graphOf(
				[noop('A', start), line('B'), line('C')],
				[direct('A', 'B', { disabled: true }), expression('A', 'C', '1 == 1')],
			),
		});
		expect(await world.start()).toBe('W(A) →c S(C) END');
	});

	test.each([
		['direct', direct('A', 'gone')],
		['companion', companion('A', 'gone')],
		['conditional', expression('A', 'gone', '1 == 1')],
	])('R3.60: a %s edge to a node that does not exist is ignored with a warning', async (_type, edge) => {
		const world = createWorld({ graph: graphOf([noop('A', start)], [edge]) });
		expect(await world.start()).toBe('W(A) END');
		expect(world.state.status).toBe('completed');
		expect(world.warnings()).toHaveLength(1);
	});
});

test('R1.16: of several start nodes the first in the list is taken, with a warning', async () => {
	const world = createWorld({ graph: graphOf([line('A', 'a', start), line('B', 'b', start)]) });
	expect(await world.start()).toBe('S(A) END');
	expect(world.warnings()).toEqual([expect.stringContaining('"A"')]);
});
