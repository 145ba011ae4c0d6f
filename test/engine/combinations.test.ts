/** Rules that meet: loops with judged exits, guardrails behind disabled nodes, ways back out of loops and super nodes. */

import { loadGraph } from '../../lib/graph/build';
import { expandSuperNodes } from '../../lib/graph/expand';
import type { JsonObject } from '../../lib/json';
import { direct, expression, freeform, graphOf, line, noop, say, start } from './graphs';
import { createWorld } from './world';

const loop = (more: JsonObject): JsonObject => ({ self_loop_config: { enabled: true, ...more } });
const poll = (more: JsonObject): JsonObject => ({
	type: 'http_request',
	logical_id: 'P',
	name: 'P',
	url: 'https://lab.example/',
	...start,
	...more,
});
const globalNode = (id: string, more: JsonObject = {}): JsonObject =>
	say(id, true, true, {
		global_node_config: {
			is_global: true,
			condition: { condition_freeform: `wants ${id}` },
			reverse_conditional_edge: { condition_freeform: 'is done' },
		},
		...more,
	});
const holds = () => ({ output: { justification: 'j', condition_met: true } });

describe('bounded loops', () => {
	test('R6.11, R6.9: after an expired attempt a freeform exit of a node without a model is judged once more', async () => {
		const world = createWorld({
			graph: graphOf(
				[poll(loop({ expiry_time: 5 })), line('B')],
				[freeform('P', 'B', 'The lab gave no answer.')],
			),
			http: {
				send: (request) =>
					new Promise((_resolve, reject) => {
						request.signal?.addEventListener('abort', () => reject(new Error('cut off')));
					}),
			},
			script: holds,
		});
		world.clock.jumps = true;
		expect(await world.start()).toBe('→c S(B) END');
		expect(world.requests).toHaveLength(1);
		expect(world.types()).toEqual(expect.arrayContaining(['node_expired', 'self_loop_exhausted']));
	});

	test('R6.13, R6.5: an attempt that throws is followed by the judgement of freeform exits, as any attempt', async () => {
		const world = createWorld({
			graph: graphOf([poll(loop({ max_retries: 5 })), line('B')], [freeform('P', 'B', 'It does not work.')]),
			http: {
				send: () => {
					throw new TypeError('a bug');
				},
			},
			script: holds,
		});
		expect(await world.start()).toBe('W(P) →c S(B) END');
		expect(world.warnings()).toEqual([expect.stringContaining('Attempt 1 of "P" failed')]);
		expect(world.requests).toHaveLength(1);
	});

	test('R3.51: an attempt that spoke without an exit ends the row of hops, so the next one has its exits again', async () => {
		const world = createWorld({
			graph: graphOf(
				[say('A', true, true, start), say('B', false, false, loop({ max_retries: 2 })), line('C')],
				[freeform('A', 'B'), freeform('B', 'C')],
				{ miscellaneous: { consecutive_conditional_edges_max_limit: '1' } },
			),
			script: (_request, call) => (call === 0 ? { pick: 'B' } : { text: 'still here' }),
		});
		await world.start();
		expect(await world.say('hi')).toBe('S(A) →c S(B) S(B) S(B) END');
		expect(world.requests.map((request) => request.tools.length)).toEqual([1, 0, 1, 1]);
	});

	test('R6.8: a new visit forgets the outcome under the name of its node too, whatever looped in between', async () => {
		const world = createWorld({
			graph: graphOf(
				[
					noop('A', { ...start, ...loop({ max_retries: 0 }) }),
					noop('B', loop({ max_retries: 0 })),
					say('chat', true, true),
				],
				[
					expression('A', 'B', "[[A.self_loop_outcome]] == 'max_retries'"),
					expression('B', 'chat', '[[no_op_result_success]] == true'),
					freeform('chat', 'A'),
				],
			),
			script: (request) => (request.tools.length > 0 ? { pick: 'A' } : { text: 'ok' }),
		});
		await world.start();
		const from = world.wire.length;
		await world.say('again');
		expect(world.types(from).filter((type) => type === 'self_loop_exhausted')).toHaveLength(1);
	});
});

describe('a global guardrail judged beside the answer', () => {
	/** The judge finds `G` true each time; its way back is open once it has been entered. */
	const guarded = (strikes: number) => {
		const config = {
			is_global: true,
			global_condition_edge_evaluation_method: 'independent_llm_evaluations',
			condition: {
				condition_freeform: 'is rude to {{who}}',
				args_schema: {
					type: 'object',
					properties: { level: { type: 'integer' }, tone: { type: 'string', enum: ['loud'] } },
					required: ['level', 'tone'],
				},
				dynamic_messages_config: { dynamic_message_prompt: 'calm them' },
			},
			reverse_conditional_edge: {
				condition_expression: '[[G.level]] != 3 AND [[level]] == 3',
				static_messages_config: { static_messages: ['Back after level [[A.level]].'] },
			},
		};
		return createWorld({
			graph: graphOf(
				[
					say('A', true, true, start),
					say('G', true, true, { is_guardrail_node: true, global_node_config: config }),
				],
				[],
				{
					guardrail_strikes_config: {
						max_guardrail_nodes_before_escalation: strikes,
						escalation_message: 'Goodbye {{who}}.',
					},
				},
			),
			script: (request) =>
				request.output
					? {
							output: {
								condition_met: true,
								justification: 'They shout.',
								level: 3,
								tone: 'low',
								dynamic_message: 'Calm, [[level]].',
							},
						}
					: { text: 'An answer.' },
		});
	};
	const ann = { dynamicVariables: { who: 'Ann' } };

	test('R3.20, R3.22, R3.26, R3.41, R3.54: thrown-away answer, valid arguments, both lines, forced answers, in this order', async () => {
		const world = guarded(5);
		await world.start();
		const from = world.wire.length;
		expect(await world.say('you!', ann)).toBe('S(A) →g S(G) →r S(A) P(A)');
		expect(world.types(from)).toEqual([
			'user_messages',
			'start_node_run',
			'condition_evaluator_llm',
			'say_llm',
			'workflow_warning',
			'discarded_main_llm',
			'end_node_run',
			'workflow_show_state',
			'conditional_edge',
			'workflow_navigation_message',
			'assistant_response',
			'start_node_run',
			'say_llm',
			'assistant_response',
			'end_node_run',
			'workflow_show_state',
			'reverse_conditional_edge',
			'workflow_navigation_message',
			'assistant_response',
			'start_node_run',
			'say_llm',
			'assistant_response',
			'end_node_run',
			'workflow_show_state',
			'self_loop_edge',
			'busy_wait_for_user_message',
			'end_workflow_iteration',
			'workflow_ready_for_input',
		]);
		expect(world.spoken(from)).toEqual([
			'Calm, [[level]].',
			'An answer.',
			'Back after level 3.',
			'An answer.',
		]);
		const edge = (type: string) => world.wire.find((event) => event.type === type);
		expect(edge('conditional_edge')).toMatchObject({
			edge_name: 'G',
			edge_logical_id: null,
			reason: 'They shout.',
			args_filled: { level: 3 },
			super_node_exit_origin: null,
		});
		expect(edge('reverse_conditional_edge')).toMatchObject({
			edge_name: 'G',
			edge_logical_id: null,
			reason: 'null != 3 AND 3 == 3',
			args_filled: {},
			global_node_logical_id: 'G',
		});
		expect(world.requests.map((request) => request.tools)).toEqual([[], [], [], []]);
	});

	test('R3.46, R3.48: the entry that reaches the number of strikes ends the talk instead', async () => {
		const world = guarded(2);
		await world.start();
		await world.say('you!', ann);
		const from = world.wire.length;
		expect(await world.say('you again!')).toBe('S(A) →g END');
		expect(world.spoken(from)).toEqual(['Calm, [[level]].', 'Goodbye Ann.']);
		const types = world.types(from);
		expect(types.filter((type) => type.endsWith('_edge'))).toEqual([
			'conditional_edge',
			'guardrail_escalation_edge',
		]);
		expect(world.wire.find((event) => event.type === 'guardrail_escalation_edge')).toMatchObject({
			destination_node_logical_id: null,
			num_guardrail_nodes_entered: 2,
		});
		expect(world.state.status).toBe('completed');
	});
});

describe('guardrails behind disabled nodes', () => {
	const off = { disabled: true };
	const guard = { is_guardrail_node: true };

	test('R3.44, R3.57: a hop counts as going to the node it ends at, past the disabled ones', async () => {
		const world = createWorld({
			graph: graphOf(
				[
					say('A', true, true, { ...start, ...guard }),
					noop('toGuard', off),
					say('G', true, true, guard),
					noop('toPlain', { ...off, ...guard }),
					say('N', true, true),
				],
				[freeform('A', 'toGuard'), direct('toGuard', 'G'), freeform('A', 'toPlain'), direct('toPlain', 'N')],
			),
		});
		await world.start('hi');
		expect(world.requests[0]?.tools.map((tool) => tool.name)).toEqual([
			expect.stringMatching(/^Destination_Node_toPlain_/),
		]);
	});

	test('R3.44, R3.57: a way through disabled nodes back to the same node stays open', async () => {
		const world = createWorld({
			graph: graphOf(
				[say('A', true, true, { ...start, ...guard }), noop('X', { ...off, ...guard })],
				[freeform('A', 'X'), direct('X', 'A')],
			),
		});
		await world.start('hi');
		expect(world.requests[0]?.tools).toHaveLength(1);
	});
});

describe('a super node is one node towards the outside', () => {
	const asking = graphOf(
		[say('ask', true, true, start), noop('check'), say('more', true, true)],
		[freeform('ask', 'check', 'gave a date'), direct('check', 'ask'), freeform('ask', 'more', 'wants more')],
	);
	const superNode = (more: JsonObject): JsonObject => ({
		type: 'super_node',
		logical_id: 'S',
		name: 'S',
		encapsulated_workflow_config: asking,
		...more,
	});
	const expanded = async (graph: JsonObject) => (await expandSuperNodes(loadGraph(graph))).graph;

	test('R3.38: its global condition leads nobody from inside it back to its start', async () => {
		const condition = { condition_freeform: 'wants S' };
		const world = createWorld({
			graph: await expanded(
				graphOf([
					say('A', true, true, start),
					superNode({ global_node_config: { is_global: true, condition } }),
				]),
			),
			script: (_request, call) =>
				call === 0 ? { pick: 'ask' } : call === 1 ? { pick: 'more' } : { text: 'ok' },
		});
		await world.start();
		expect(await world.say('S, please')).toBe('S(A) →g S(S__ask) →c S(S__more) P(S__more)');
		expect(world.requests[2]?.tools).toEqual([]);
	});

	test('R3.45: a loop inside a guardrail is no strike, and R3.44 holds for every node in it', async () => {
		const guard = { is_guardrail_node: true };
		const world = createWorld({
			graph: await expanded(
				graphOf(
					[
						say('A', true, true, start),
						superNode(guard),
						say('G', true, true, {
							...guard,
							global_node_config: { is_global: true, condition: { condition_freeform: 'is rude' } },
						}),
					],
					[freeform('A', 'S')],
				),
			),
			script: (request, call) => {
				if (call === 0) return { pick: 'ask' };
				return request.messages.at(-1)?.content === 'a date' ? { pick: 'check' } : { text: 'ok' };
			},
		});
		await world.start();
		await world.say('hi');
		expect(await world.say('a date')).toBe('S(S__ask) →c W(S__check) →d S(S__ask) P(S__ask)');
		expect(world.state.strikes).toBe(1);
		expect(world.refold().strikes).toBe(1);
		expect(world.requests[0]?.tools.map((tool) => tool.description.slice(0, 7))).toEqual([
			'is rude',
			'to S\n\nC',
		]);
		expect(world.requests[1]?.tools.map((tool) => tool.description.slice(0, 7))).toEqual([
			'gave a ',
			'wants m',
		]);
	});
});

describe('the memory of the caller', () => {
	test('R3.40: a hop of a global node to itself leaves its caller known', async () => {
		const world = createWorld({
			graph: graphOf([say('A', true, true, start), globalNode('G')], [freeform('G', 'G', 'asks again')]),
			script: (request, call) => {
				if (call === 0) return { pick: 'G' };
				const itself = request.tools.find((tool) => tool.description.startsWith('asks again'));
				return call === 1 ? { pickTool: itself?.name ?? '' } : call === 3 ? { pick: 'A' } : { text: 'ok' };
			},
		});
		await world.start();
		expect(await world.say('help')).toBe('S(A) →g S(G) →c S(G) P(G)');
		expect(await world.say('thanks')).toBe('S(G) →r S(A) P(A)');
	});

	test('R3.40, R3.43: a loop inside a global super node leads back to the caller outside', async () => {
		const inner = graphOf(
			[say('ask', true, true, start), noop('check')],
			[freeform('ask', 'check', 'gave a date'), direct('check', 'ask')],
		);
		const expanded = await expandSuperNodes(
			loadGraph(
				graphOf([
					say('A', true, true, start),
					{
						type: 'super_node',
						logical_id: 'S',
						name: 'S',
						encapsulated_workflow_config: inner,
						global_node_config: {
							is_global: true,
							condition: { condition_freeform: 'wants S' },
							reverse_conditional_edge: { condition_freeform: 'is done' },
						},
					},
				]),
			),
		);
		const world = createWorld({
			graph: expanded.graph,
			script: (_request, call) => {
				if (call === 0) return { pick: 'ask' };
				return call === 1 ? { pick: 'check' } : call === 3 ? { pick: 'A' } : { text: 'ok' };
			},
		});
		await world.start();
		expect(await world.say('help')).toBe('S(A) →g S(S__ask) →c W(S__check) →d S(S__ask) P(S__ask)');
		expect(await world.say('thanks')).toBe('S(S__ask) →r S(A) P(A)');
	});
});
