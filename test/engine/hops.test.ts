/** Hops in whole runs: when selection happens, what a hop emits, guards against chains, edges to nowhere (section 3). */

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

const global = (id: string, condition: JsonObject, more: JsonObject = {}, node: JsonObject = {}) =>
	say(id, true, false, { global_node_config: { is_global: true, condition, ...more }, ...node });

const route: Script = (request) => {
	const wanted = request.messages.filter((message) => message.role === 'user').at(-1)?.content ?? '';
	const exit = request.tools.findLast((tool) => tool.name.startsWith(`Destination_Node_${wanted}_`));
	return exit ? { pickTool: exit.name } : { text: 'hello' };
};

const strikesOf = (world: World) => world.state.strikes;

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

describe('chains', () => {
	/** A speaker that always leaves over an edge, as long as one is offered. */
	const eager: Script = (request) =>
		request.tools.length > 0 ? { pickTool: request.tools[0]?.name } : { text: 'enough' };

	test('R3.51: a message resets the row of hops', async () => {
		const world = createWorld({
			graph: graphOf(
				[say('A', true, true, start), say('B', true, true)],
				[freeform('A', 'B'), freeform('B', 'A')],
			),
			script: eager,
		});
		await world.start();
		for (let turn = 0; turn < 2; turn += 1) {
			await world.say('go');
			expect(world.state.threads['0']?.consecutive).toBe(0);
		}
		expect(world.spoken()).toEqual(['enough', 'enough']);
	});

	test('R3.51: direct hops leave the row as it is, and an answer without a hop ends it', async () => {
		const world = createWorld({
			graph: graphOf(
				[
					noop('A', start),
					noop('B'),
					worker('C', false, false),
					say('D', false, false),
					say('E', true, true),
				],
				[expression('A', 'B', '1 == 1'), direct('B', 'C'), direct('C', 'D'), direct('D', 'E')],
			),
		});
		await world.start();
		expect(world.state.threads['0']?.consecutive).toBe(0);
		const folded = world.log.findIndex((event) => event.type === 'hopped' && event.toNodeId === 'D');
		expect(folded).toBeGreaterThan(0);
	});

	test('R3.52: the limit can be set, and the forced call has no ordinary tools and no evaluations either', async () => {
		const tool = {
			type: 'external_api',
			logical_id: 't',
			name: 't',
			description: 't',
			endpoint: 'https://x.example/',
			method: 'GET',
		};
		const world = createWorld({
			graph: graphOf(
				[
					say('A', true, true, start),
					say('B', true, true, { tools_config: { tools: [tool] } }),
					global(
						'G',
						{ condition_freeform: 'g' },
						{ global_condition_edge_evaluation_method: 'independent_llm_evaluations' },
					),
				],
				[freeform('A', 'B'), freeform('B', 'A')],
				{ miscellaneous: { consecutive_conditional_edges_max_limit: '1' } },
			),
			script: (request) =>
				request.output ? { output: { justification: 'j', condition_met: false } } : eager(request, 0),
		});
		expect(await world.start('hi')).toBe('S(A) →c S(B) P(B)');
		expect(world.requests.at(-1)?.tools).toEqual([]);
		expect(world.requests.filter((request) => request.output)).toHaveLength(1);
	});

	test('R3.53: expressions are still read after a forced answer', async () => {
		const world = createWorld({
			graph: graphOf(
				[say('A', true, true, start), say('B', true, true), line('C')],
				[freeform('A', 'B'), freeform('B', 'A'), expression('B', 'C', '1 == 1')],
				{
					miscellaneous: { consecutive_conditional_edges_max_limit: 1 },
				},
			),
			script: eager,
		});
		expect(await world.start('hi')).toBe('S(A) →c S(B) →c S(C) END');
	});

	test('R3.55, R3.56: circles of expressions are stopped by the ceiling of executions alone', async () => {
		const world = createWorld({
			graph: graphOf(
				[noop('A', start), noop('B')],
				[expression('A', 'B', '1 == 1'), expression('B', 'A', '1 == 1')],
				{ miscellaneous: { max_node_executions_per_turn: '7' } },
			),
		});
		expect((await world.start()).match(/W/g)).toHaveLength(7);
		expect(world.state.status).toBe('aborted_looping_risk');
	});

	test('R3.56: attempts of a bounded loop do not count', async () => {
		const world = createWorld({
			graph: graphOf([noop('A', { ...start, self_loop_config: { enabled: true, max_retries: 9 } })], [], {
				miscellaneous: { max_node_executions_per_turn: 3 },
			}),
		});
		await world.start();
		expect(world.state.status).toBe('completed');
	});
});

describe('guardrails in whole runs', () => {
	const guarded = (more: JsonObject = {}) => ({ is_guardrail_node: true, ...more });

	test('R3.44: no conditional hop between guardrails; direct edges and loops are free', async () => {
		const world = createWorld({
			graph: graphOf(
				[line('A', 'a', { ...start, ...guarded() }), line('B', 'b', guarded()), line('C', 'c', guarded())],
				[expression('A', 'B', '1 == 1'), direct('B', 'C')],
			),
		});
		expect(await world.start()).toBe('S(A) END');
		const open = createWorld({
			graph: graphOf(
				[line('A', 'a', { ...start, ...guarded() }), line('B', 'b', guarded())],
				[expression('A', 'B', '1 == 1')],
				{ miscellaneous: { no_hopping_between_guardrail_nodes: 'false' } },
			),
		});
		expect(await open.start()).toBe('S(A) →c S(B) END');
	});

	test('R3.45: a direct hop is a strike, one between guardrails is none, coming again is one again', async () => {
		const world = createWorld({
			graph: graphOf(
				[
					noop('A', start),
					line('G', 'g', guarded()),
					line('H', 'h', guarded()),
					noop('B'),
					line('I', 'i', guarded()),
				],
				[direct('A', 'G'), direct('G', 'H'), direct('H', 'B'), direct('B', 'I')],
			),
		});
		await world.start();
		expect(strikesOf(world)).toBe(2);
	});

	test('R3.47: the edge event comes before the escalation, for conditional hops only', async () => {
		const config = {
			guardrail_strikes_config: { max_guardrail_nodes_before_escalation: 1, escalation_node_logical_id: 'H' },
		};
		const run = async (edge: JsonObject) => {
			const world = createWorld({
				graph: graphOf([noop('A', start), line('G', 'g', guarded()), line('H')], [edge], config),
			});
			await world.start();
			return world.types().filter((type) => type.endsWith('_edge'));
		};
		expect(await run(expression('A', 'G', '1 == 1'))).toEqual([
			'conditional_edge',
			'guardrail_escalation_edge',
		]);
		expect(await run(direct('A', 'G'))).toEqual(['guardrail_escalation_edge']);
	});

	test('R3.49: strikes go on counting, and the escalation node does not escalate to itself', async () => {
		const world = createWorld({
			graph: graphOf(
				[noop('A', start), line('G', 'g', guarded()), noop('H'), line('I', 'i', guarded())],
				[direct('A', 'G'), direct('H', 'I')],
				{
					guardrail_strikes_config: {
						max_guardrail_nodes_before_escalation: 1,
						escalation_node_logical_id: 'H',
					},
				},
			),
		});
		expect(await world.start()).toBe('W(A) →d W(H) →d S(I) END');
		expect(strikesOf(world)).toBe(2);
	});

	test('R1.24, R3.48: an escalation without a node ends the thread; a companion is never escalated', async () => {
		const world = createWorld({
			graph: graphOf(
				[noop('A', start), say('chat', true, true), noop('n'), line('G', 'g', guarded())],
				[direct('A', 'chat'), fork('A', 'n', 'x'), direct('n', 'G')],
				{
					guardrail_strikes_config: { max_guardrail_nodes_before_escalation: 1 },
				},
			),
		});
		await world.start();
		expect(strikesOf(world)).toBe(0);
		expect(world.spoken()).toEqual(['g']);
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
