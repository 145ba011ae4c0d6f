/** Guards in whole runs: chains of hops, forced answers, ceilings, guardrails and strikes (3.5, 3.6). */

import type { JsonObject } from '../../lib/json';
import { direct, expression, fork, freeform, graphOf, line, noop, say, start, worker } from './graphs';
import { createWorld, type Script, type World } from './world';

const global = (id: string, condition: JsonObject, more: JsonObject = {}, node: JsonObject = {}) =>
	say(id, true, false, { global_node_config: { is_global: true, condition, ...more }, ...node });

const strikesOf = (world: World) => world.state.strikes;

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
