/** The history of a thread: whose it is, what enters it, and what models read of it (2.5). */

import { ProviderError } from '../../lib/errors';
import type { JsonObject } from '../../lib/json';
import { companion, direct, fork, freeform, graphOf, line, say, start, worker } from './graphs';
import { giving, history, offeredTool } from './tools';
import { createWorld, type Reply, type World } from './world';

const texts = (world: World, thread = '0') =>
	history(world, thread).map((message) => message.content || message.memo?.edgeType || '');
describe('whose history', () => {
	test('R2.28, R2.34: a companion starts with a copy, nothing is merged back, and no user message is added', async () => {
		const world = createWorld({
			graph: graphOf(
				[
					say('A', true, false, start),
					say('chat', true, true),
					say('side', false, false, {
						self_loop_config: { enabled: true, max_retries: 1, time_between_retries: 1 },
					}),
				],
				[direct('A', 'chat'), fork('A', 'side', 'x')],
			),
			script: (request) => ({
				text: request.messages[0]?.content.includes('You are side') ? 'beside' : 'main',
			}),
		});
		await world.start('hello');
		await world.say('more');
		await world.clock.move(1000);
		await world.send({ type: 'pump' });
		expect(texts(world)).toEqual(['hello', 'main', 'direct', 'more', 'main']);
		expect(texts(world, '0_companion_x')).toEqual(['hello', 'main', 'beside', 'beside']);
	});

	test('R2.35: a worker beside a node reads the message of the turn but not the new reply', async () => {
		const world = createWorld({
			graph: graphOf([say('A', true, true, start), worker('W', false, false)], [companion('A', 'W')]),
			script: (request) => ({
				text: request.messages[0]?.content.includes('You are A') ? 'the reply' : 'noted',
				delayMs: request.messages[0]?.content.includes('You are W') ? 5 : 0,
			}),
		});
		const turn = world.start('hello');
		await world.clock.move(5);
		await turn;
		const beside = world.requests.find((request) => request.messages[0]?.content.includes('You are W'));
		expect(beside?.messages.slice(1).map((message) => message.content)).toEqual(['hello']);
	});
});

describe('entries', () => {
	test('R2.29: ids name what they are, and a response carries the id of its message', async () => {
		const world = createWorld({
			graph: graphOf([say('A', true, false, start), line('B')], [direct('A', 'B')]),
		});
		await world.start('hi');
		const spoken = world.wire.filter((event) => event.type === 'assistant_response');
		expect(spoken.every((event) => /^assistant_message_[0-9a-f-]{36}$/.test(event.logical_id))).toBe(true);
		const memo = world.wire.find((event) => event.type === 'workflow_navigation_message')?.[
			'message'
		] as JsonObject;
		expect(memo['id']).toMatch(/^nav_msg_[0-9a-f-]{36}$/);
		const shown = world.wire.find((event) => event.type === 'say_static');
		expect((shown?.['message'] as JsonObject)['id']).toBe(spoken[1]?.logical_id);
		for (const message of history(world))
			expect(message).toEqual(
				expect.objectContaining({
					id: expect.any(String),
					type: expect.any(String),
					content: expect.any(String),
				}),
			);
	});

	test('R2.30: tool calls and their results are kept for models, worker answers and evaluations are not', async () => {
		const world = createWorld({
			graph: graphOf(
				[
					say('A', true, true, { ...start, tools_config: { tools: [offeredTool('look')] } }),
					worker('W', false, false, {
						structured_output_schema: { type: 'object', properties: { mood: { type: 'string' } } },
					}),
					say('G', true, false, {
						global_node_config: {
							is_global: true,
							condition: { condition_freeform: 'g' },
							global_condition_edge_evaluation_method: 'independent_llm_evaluations',
						},
					}),
				],
				[companion('A', 'W')],
			),
			tools: giving('found'),
			script: (request): Reply => {
				if (request.output?.name === 'condition_judgement')
					return { output: { justification: 'no', condition_met: false } };
				if (request.output) return { output: { mood: 'secretly sad' } };
				return request.messages.at(-1)?.role === 'tool'
					? { text: 'it is here' }
					: { tools: [{ name: 'look', arguments: {} }] };
			},
		});
		await world.start('where');
		expect(history(world).map((message) => [message.type, message.content])).toEqual([
			['human', 'where'],
			['ai', ''],
			['tool', expect.stringContaining('found')],
			['ai', 'it is here'],
		]);
		expect(history(world)[1]?.toolCalls?.map((call) => call.name)).toEqual(['look']);
		expect(JSON.stringify(history(world))).not.toContain('secretly sad');
	});

	test('R2.30, R9.43: static, edge, filler, error and escalation texts are kept with their kind', async () => {
		const world = createWorld({
			graph: graphOf(
				[
					line('A', 'static', start),
					say('B', true, false, {
						tools_config: {
							tools: [{ ...offeredTool('look'), static_messages_config: { static_messages: ['looking'] } }],
						},
					}),
					say('C', true, false, { default_error_message: 'sorry' }),
					line('G', 'guard', { is_guardrail_node: true }),
				],
				[
					direct('A', 'B'),
					freeform('B', 'C', 'c', {
						condition: { condition_freeform: 'c', static_messages_config: { static_messages: ['on we go'] } },
					}),
					direct('C', 'G'),
				],
				{
					guardrail_strikes_config: {
						max_guardrail_nodes_before_escalation: 1,
						escalation_message: 'the end',
					},
				},
			),
			tools: giving('found'),
			script: (request) => {
				if (request.messages[0]?.content.includes('You are C'))
					return { fail: new ProviderError('LLM_UNAVAILABLE', 'gone') };
				return request.messages.at(-1)?.role === 'tool'
					? { text: 'spoken', pick: 'C' }
					: { tools: [{ name: 'look', arguments: {} }] };
			},
		});
		await world.start('hi');
		const kinds = ['static', 'tool_filler', 'llm', 'edge_static', 'error', 'escalation'];
		expect(history(world).flatMap((message) => message.messageType ?? [])).toEqual(kinds);
		const shown = world.wire.filter((event) => event.type === 'assistant_response');
		expect(shown.map((event) => (event['response_metadata'] as JsonObject)['message_type'])).toEqual(kinds);
	});

	test('R2.39: nothing of a long conversation is forgotten', async () => {
		const world = createWorld({
			graph: graphOf([say('A', true, true, start)]),
			script: (_request, call) => ({ text: `answer ${call}` }),
		});
		await world.start();
		for (let turn = 0; turn < 150; turn += 1) await world.say(`message ${turn}`);
		expect(history(world)).toHaveLength(300);
		expect(world.requests.at(-1)?.messages.map((message) => message.content)).toContain('message 0');
	});

	test('R2.41, R2.42: several messages are answered together, and a blank one counts', async () => {
		const world = createWorld({ graph: graphOf([say('A', true, true, start)]) });
		await world.start();
		await world.say('', { messages: { '0': [{ text: 'one' }, { text: 'two' }] } });
		expect(world.requests).toHaveLength(1);
		expect(world.requests[0]?.messages.slice(1).map((message) => message.content)).toEqual(['one', 'two']);
		expect(await world.say('  ')).toBe('S(A) P(A)');
		expect(texts(world)).toContain('  ');
	});

	test('R2.33: a worker reads the message of the turn, and may have no prompt', async () => {
		const world = createWorld({
			graph: graphOf([
				worker('W', true, true, {
					...start,
					main_response_config: { prompt: '' },
					structured_output_schema: {
						type: 'object',
						properties: { name: { type: 'string', description: 'Name of the caller.' } },
					},
				}),
			]),
			script: () => ({ output: { name: 'Ada' } }),
		});
		await world.start('I am Ada');
		expect(
			world.requests[0]?.messages
				.filter((message) => message.role === 'user')
				.map((message) => message.content),
		).toEqual(['I am Ada']);
		expect(world.requests[0]?.output?.schema).toMatchObject({
			properties: { name: { description: 'Name of the caller.' } },
		});
	});
});
