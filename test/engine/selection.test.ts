/** Selection in whole runs: order, globals, reverse edges, guardrails, chains, messages (section 3). */

import { direct, expression, freeform, graphOf, line, noop, say, start } from './graphs';
import { createWorld, type Script } from './world';

const globalNode = (id: string, condition: object, more: object = {}) =>
	say(id, true, false, { global_node_config: { is_global: true, condition: condition as never, ...more } });

const lastUser = (request: Parameters<Script>[0]) =>
	request.messages.filter((message) => message.role === 'user').at(-1)?.content ?? '';

describe('globals and reverse edges', () => {
	const graph = graphOf(
		[
			say('A', true, true, start),
			globalNode(
				'SOS',
				{ condition_freeform: 'an emergency' },
				{
					reverse_conditional_edge: {
						condition_freeform: 'calm again',
						dynamic_messages_config: { dynamic_message_prompt: 'Reassure.' },
					},
				},
			),
		],
		[],
	);
	const script: Script = (request) => {
		const text = lastUser(request);
		if (request.tools.length > 0 && text === 'help')
			return request.tools.some((tool) => tool.name.includes('_SOS_'))
				? { pick: 'SOS' }
				: { text: 'call 911' };
		if (request.tools.length > 0 && text === 'calm')
			return request.tools.some((tool) => tool.name.startsWith('Destination_Node_A_'))
				? { pick: 'A', args: { dynamic_message: 'All is well.' } }
				: { text: 'ok' };
		return { text: 'ok' };
	};

	test('R3.38–R3.41: a global edge is taken from anywhere, and the reverse edge returns to the caller', async () => {
		const world = createWorld({ graph, script });
		await world.start();
		expect(await world.say('hi')).toBe('S(A) P(A)');
		expect(await world.say('help')).toBe('→g S(SOS) P(SOS)'.replace('→g', 'S(A) →g'));
		expect(world.state.threads['0']?.callers).toEqual({ SOS: 'A' });
		expect(await world.say('calm')).toBe('S(SOS) →r S(A) P(A)');
		expect(world.spoken()).toContain('All is well.');
		expect(world.state.threads['0']?.callers).toEqual({});
		const edge = world.wire.find((event) => event.type === 'conditional_edge');
		expect(edge).toMatchObject({ edge_logical_id: null, edge_name: 'SOS', reason: 'because' });
		expect(world.wire.find((event) => event.type === 'reverse_conditional_edge')).toMatchObject({
			global_node_logical_id: 'SOS',
		});
	});

	test('R3.54: the call after a reverse hop is made without tools', async () => {
		const world = createWorld({ graph, script });
		await world.start();
		await world.say('help');
		await world.say('calm');
		expect(world.requests.at(-1)?.tools).toEqual([]);
	});

	test('R3.26: an independently judged global throws the main answer away', async () => {
		const world = createWorld({
			graph: graphOf([
				say('A', true, true, start),
				globalNode(
					'SOS',
					{ condition_freeform: 'an emergency' },
					{ global_condition_edge_evaluation_method: 'independent_llm_evaluations' },
				),
			]),
			script: (request) =>
				request.output ? { output: { justification: 'said so', condition_met: true } } : { text: 'chatting' },
		});
		await world.start();
		expect(await world.say('help')).toBe('S(A) →g S(SOS) END'.replace('END', 'END'));
		expect(world.spoken()).toEqual(['chatting']);
		expect(world.wire.find((event) => event.type === 'discarded_main_llm')).toMatchObject({
			reason: 'global_condition_matched',
			origin_node_logical_id: 'A',
		});
		expect(world.wire.find((event) => event.type === 'condition_evaluator_llm')).toMatchObject({
			is_condition_met: true,
			destination_node_logical_id: 'SOS',
		});
	});
});

describe('guardrails', () => {
	test('R3.46, R3.47: the entry that reaches the limit is replaced by the escalation', async () => {
		const world = createWorld({
			graph: graphOf(
				[say('A', true, true, start), say('G', true, true, { is_guardrail_node: true }), line('Human')],
				[freeform('A', 'G', 'off topic'), freeform('G', 'A', 'back on topic')],
				{
					guardrail_strikes_config: {
						max_guardrail_nodes_before_escalation: 2,
						escalation_node_logical_id: 'Human',
					},
				},
			),
			script: (request) => {
				const wanted = lastUser(request) === 'weather' ? 'G' : 'A';
				return request.tools.some((tool) => tool.name.startsWith(`Destination_Node_${wanted}_`)) &&
					lastUser(request) !== 'hi'
					? { pick: wanted }
					: { text: 'ok' };
			},
		});
		await world.start();
		expect(await world.say('weather')).toBe('S(A) →c S(G) P(G)');
		expect(world.state.strikes).toBe(1);
		expect(await world.say('appointment')).toBe('S(G) →c S(A) P(A)');
		expect(await world.say('weather')).toBe('S(A) →c S(Human) END');
		expect(world.wire.find((event) => event.type === 'guardrail_escalation_edge')).toMatchObject({
			destination_node_logical_id: 'Human',
			num_guardrail_nodes_entered: 2,
		});
	});

	test('R3.48: without a node to escalate to, the message is said and the thread ends', async () => {
		const world = createWorld({
			graph: graphOf(
				[noop('A', start), say('G', false, false, { is_guardrail_node: true })],
				[direct('A', 'G')],
				{
					guardrail_strikes_config: {
						max_guardrail_nodes_before_escalation: 1,
						escalation_message: 'We end here, {{name}}.',
					},
					miscellaneous: { default_dynamic_variables: { name: 'Ada' } },
				},
			),
		});
		await world.start();
		expect(world.spoken()).toEqual(['We end here, Ada.']);
		expect(world.state.status).toBe('completed');
	});
});

describe('chains and messages', () => {
	test('R3.51, R3.52: after three conditional hops in a row the next call must answer in text', async () => {
		const world = createWorld({
			graph: graphOf(
				[
					say('A', true, true, start),
					say('B', true, true),
					say('C', true, true),
					say('D', true, true),
					say('E', true, true),
				],
				[freeform('A', 'B'), freeform('B', 'C'), freeform('C', 'D'), freeform('D', 'E')],
			),
			script: (request) => {
				const next = request.tools.find((tool) => /^Destination_Node_[B-E]_/.test(tool.name));
				return next ? { pick: next.name.split('_')[2] ?? '' } : { text: 'enough' };
			},
		});
		await world.start();
		expect(await world.say('go')).toBe('S(A) →c S(B) →c S(C) →c S(D) P(D)');
		expect(world.spoken()).toEqual(['enough']);
	});

	test('R3.9, R3.21, R3.22: arguments become variables and the static line is said before the destination', async () => {
		const world = createWorld({
			graph: graphOf(
				[say('A', true, true, start), line('B', 'severity [[severity]], [[A.severity]]')],
				[
					freeform('A', 'B', 'a symptom', {
						condition: {
							condition_freeform: 'a symptom',
							args_schema: { type: 'object', properties: { severity: { type: 'string' } } },
							static_messages_config: { static_messages: ['One moment.'] },
						},
					}),
				],
			),
			script: () => ({ pick: 'B', args: { severity: 'high' } }),
		});
		await world.start();
		await world.say('ouch');
		expect(world.spoken()).toEqual(['One moment.', 'severity high, high']);
		expect(world.wire.find((event) => event.type === 'conditional_edge')).toMatchObject({
			args_filled: { severity: 'high' },
		});
	});

	test('R3.2, R3.4: priority decides between expressions, and a direct edge beats both', async () => {
		const edges = [
			expression('A', 'B', '1 == 1', { priority: 2 }),
			expression('A', 'C', '1 == 1', { priority: 1 }),
		];
		const nodes = [noop('A', start), line('B'), line('C'), line('D')];
		expect(await createWorld({ graph: graphOf(nodes, edges) }).start()).toBe('W(A) →c S(C) END');
		expect(await createWorld({ graph: graphOf(nodes, [...edges, direct('A', 'D')]) }).start()).toBe(
			'W(A) →d S(D) END',
		);
	});

	test('R3.37a: an expression that cannot be parsed fails the run when it is reached', async () => {
		const world = createWorld({
			graph: graphOf([noop('A', start), line('B')], [expression('A', 'B', 'contains([[x]], 1)')]),
		});
		await world.start();
		expect(world.state.status).toBe('failed');
		expect(world.state.errorMessage).toContain('contains');
	});

	test('design 5: a reply with three freeform edges is one model call', async () => {
		const world = createWorld({
			graph: graphOf(
				[say('A', true, true, start), line('B'), line('C'), line('D')],
				[freeform('A', 'B'), freeform('A', 'C'), freeform('A', 'D')],
			),
		});
		await world.start();
		await world.say('hi');
		expect(world.requests).toHaveLength(1);
		expect(world.requests[0]?.tools).toHaveLength(3);
	});
});
