/** Bounded self-loops: attempts, exits, bounds, delays and what they leave behind (section 6). */

import type { JsonObject } from '../../lib/json';
import { direct, expression, fork, freeform, graphOf, line, noop, say, start, worker } from './graphs';
import { createWorld, type World } from './world';

const loop = (more: JsonObject): JsonObject => ({ self_loop_config: { enabled: true, ...more } });
const types = (world: World, wanted: string[]) => world.types().filter((type) => wanted.includes(type));
const outcome = (world: World) => world.state.threads['0']?.variables['self_loop_outcome'];

test('R6.1: the boolean self_loop parks, the bounded loop repeats; a node may have both', async () => {
	const world = createWorld({
		graph: graphOf([say('A', true, true, { ...start, ...loop({ max_retries: 1 }) })]),
	});
	await world.start();
	expect(await world.say('hi')).toBe('S(A) S(A) END');
});

describe('rounds', () => {
	test.each([
		[0, 1],
		[3, 4],
	])('R6.2, R6.4: max_retries %i makes %i attempts', async (max_retries, attempts) => {
		const world = createWorld({ graph: graphOf([noop('A', { ...start, ...loop({ max_retries }) })]) });
		await world.start();
		expect(types(world, ['start_node_run'])).toHaveLength(attempts);
		expect(world.wire.find((event) => event.type === 'self_loop_exhausted')).toMatchObject({
			total_attempts: attempts,
		});
	});

	test('R6.4, R6.5: an exit is looked for after every attempt, and success is none', async () => {
		let calls = 0;
		const world = createWorld({
			graph: graphOf(
				[
					{
						type: 'http_request',
						logical_id: 'P',
						name: 'P',
						url: 'https://lab.example/',
						...start,
						...loop({ max_retries: 9 }),
					},
					line('B'),
				],
				[expression('P', 'B', '[[http_request_result.n]] == 3')],
			),
			http: {
				send: () =>
					Promise.resolve({
						status: 200,
						headers: {},
						body: new TextEncoder().encode(JSON.stringify({ n: (calls += 1) })),
					}),
			},
		});
		expect(await world.start()).toBe('W(P) W(P) W(P) →c S(B) END');
		expect(world.types()).not.toContain('self_loop_exhausted');
		expect(outcome(world)).toBeUndefined();
	});

	test('R6.4: whichever bound comes first', async () => {
		const run = async (config: JsonObject) => {
			const world = createWorld({ graph: graphOf([noop('A', { ...start, ...loop(config) })]) });
			world.clock.jumps = true;
			await world.start();
			return outcome(world);
		};
		expect(await run({ max_retries: 2, expiry_time: 100, time_between_retries: 10 })).toBe('max_retries');
		expect(await run({ max_retries: 50, expiry_time: 100, time_between_retries: 10 })).toBe('expiry_time');
	});

	test('R6.6: self_loop_edge before each further attempt, self_loop_delay before a pause', async () => {
		const world = createWorld({
			graph: graphOf([noop('A', { ...start, ...loop({ max_retries: 2, time_between_retries: 4 }) })]),
		});
		world.clock.jumps = true;
		await world.start();
		expect(
			types(world, ['start_node_run', 'self_loop_delay', 'self_loop_edge', 'self_loop_exhausted']),
		).toEqual([
			'start_node_run',
			'self_loop_delay',
			'self_loop_edge',
			'start_node_run',
			'self_loop_delay',
			'self_loop_edge',
			'start_node_run',
			'self_loop_exhausted',
		]);
		expect(
			world.wire
				.filter((event) => event.type === 'self_loop_delay')
				.map((event) => [event['delay_seconds'], event['attempt_number']]),
		).toEqual([
			[4, 2],
			[4, 3],
		]);
	});

	test('R6.10, R3.15: a freeform exit of a node without a model costs a call an attempt', async () => {
		const world = createWorld({
			graph: graphOf(
				[noop('A', { ...start, ...loop({ max_retries: 9 }) }), line('B')],
				[freeform('A', 'B', 'enough')],
			),
			script: (_request, call) => ({ output: { justification: 'j', condition_met: call === 2 } }),
		});
		expect(await world.start()).toBe('W(A) W(A) W(A) →c S(B) END');
		expect(world.requests).toHaveLength(3);
	});

	test('R6.13: an attempt that throws counts as failed, and the loop goes on', async () => {
		const world = createWorld({
			graph: graphOf(
				[
					worker('A', false, false, { ...start, default_error_message: null, ...loop({ max_retries: 2 }) }),
					line('B'),
				],
				[expression('A', 'B', '[[found]] == 1')],
			),
			script: (_request, call) => {
				if (call < 2) throw new Error('a bug');
				return { output: { found: 1 } };
			},
		});
		expect(await world.start()).toContain('END');
		expect(types(world, ['start_node_run'])).toHaveLength(3);
		expect(world.state.status).toBe('completed');
		expect(world.warnings()).toHaveLength(2);
	});

	test('R6.13: the attempt that threw says so in the variables of its node', async () => {
		let calls = 0;
		const world = createWorld({
			graph: graphOf(
				[
					{
						type: 'http_request',
						logical_id: 'P',
						name: 'P',
						url: 'https://lab.example/',
						...start,
						...loop({ max_retries: 9 }),
					},
					line('B'),
				],
				[
					expression(
						'P',
						'B',
						"[[http_request_result_success]] == false AND [[http_request_result_error]] == 'a bug'",
					),
				],
			),
			http: {
				send: () => {
					calls += 1;
					throw new TypeError('a bug');
				},
			},
		});
		expect(await world.start()).toBe('W(P) →c S(B) END');
		expect(calls).toBe(1);
	});

	test('R6.14: state between attempts is the node’s own variable, unresolved before the first write', async () => {
		const urls: string[] = [];
		const world = createWorld({
			graph: graphOf(
				[
					{
						type: 'http_request',
						logical_id: 'P',
						name: 'P',
						url: 'https://lab.example/?page=[[http_request_result.next]]',
						...start,
						...loop({ max_retries: 2 }),
					},
				],
				[],
			),
			http: {
				send: (request) => {
					urls.push(request.url);
					return Promise.resolve({
						status: 200,
						headers: {},
						body: new TextEncoder().encode(JSON.stringify({ next: urls.length + 1 })),
					});
				},
			},
		});
		await world.start();
		expect(urls.map((url) => url.split('page=')[1])).toEqual(expect.arrayContaining(['2', '3']));
	});

	test('R6.16: an HTTP node is sent once, whatever it answers', async () => {
		let calls = 0;
		const world = createWorld({
			graph: graphOf([
				{ type: 'http_request', logical_id: 'P', name: 'P', url: 'https://lab.example/', ...start },
			]),
			http: {
				send: () => {
					calls += 1;
					return Promise.resolve({ status: 503, headers: {}, body: new Uint8Array() });
				},
			},
		});
		await world.start();
		expect(calls).toBe(1);
	});
});

describe('after the bound', () => {
	test('R6.9: exits once more with the variable set, then the direct edge, then the end', async () => {
		const run = (edges: JsonObject[]) =>
			createWorld({
				graph: graphOf([noop('A', { ...start, ...loop({ max_retries: 1 }) }), line('B'), line('C')], edges),
			}).start();
		expect(await run([direct('A', 'C'), expression('A', 'B', 'isPresent([[self_loop_outcome]])')])).toBe(
			'W(A) W(A) →c S(B) END',
		);
		expect(await run([direct('A', 'C'), expression('A', 'B', '1 == 2')])).toBe('W(A) W(A) →d S(C) END');
		expect(await run([])).toBe('W(A) W(A) END');
	});

	test('R6.8: the outcome of one visit is forgotten when the next one begins', async () => {
		const world = createWorld({
			graph: graphOf(
				[
					noop('A', { ...start, ...loop({ max_retries: 0 }) }),
					say('chat', true, true),
					line('B', '[[self_loop_outcome]]'),
				],
				[
					expression('A', 'B', "[[self_loop_outcome]] == 'max_retries'"),
					direct('B', 'chat'),
					freeform('chat', 'A'),
				],
			),
			script: (request) =>
				request.messages.at(-1)?.content === 'again' && request.tools.length > 0
					? { pick: 'A' }
					: { text: 'ok' },
		});
		await world.start();
		await world.say('again');
		const writes = world.log.flatMap((event) =>
			event.type === 'wrote' && 'self_loop_outcome' in event.values
				? [event.values['self_loop_outcome']]
				: [],
		);
		expect(writes).toEqual(['max_retries', null, 'max_retries']);
	});
});

test('R6.7, R5.13: a delay keeps a turn open on the main thread and defers a companion', async () => {
	const config = loop({ max_retries: 1, time_between_retries: 5 });
	const main = createWorld({ graph: graphOf([noop('A', { ...start, ...config })]) });
	const turn = main.start();
	await main.clock.move(4_999);
	expect(main.state.openTurn).not.toBeNull();
	await main.clock.move(1);
	await turn;

	const beside = createWorld({
		graph: graphOf(
			[noop('e', start), say('chat', true, true), noop('A', config)],
			[direct('e', 'chat'), fork('e', 'A', 'x')],
		),
	});
	await beside.start();
	expect(beside.state.threads['0_companion_x']?.status).toBe('deferred');
	expect(beside.state.openTurn).toBeNull();
});
