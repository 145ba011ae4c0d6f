/** Companion threads, companion edges, waiting edges and bounded self-loops (sections 5 and 6). */

import type { Http } from '../../lib/http';
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
import { createWorld } from './world';

/** A poller that answers `pending` until the given call, then `ready`. */
function lab(readyAt: number): Http & { calls: number } {
	const http = {
		calls: 0,
		send: () => {
			http.calls += 1;
			const body = JSON.stringify({ status: http.calls >= readyAt ? 'ready' : 'pending' });
			return Promise.resolve({
				status: 200,
				headers: { 'content-type': 'application/json' },
				body: new TextEncoder().encode(body),
			});
		},
	};
	return http;
}

const poll = (id: string, loop: JsonObject): JsonObject => ({
	type: 'http_request',
	logical_id: id,
	name: id,
	url: 'https://lab.example/status',
	self_loop_config: { enabled: true, ...loop },
});

const labGraph = (loop: JsonObject, waiting: JsonObject = {}) =>
	graphOf(
		[
			noop('entry', start),
			say('chat', true, true),
			poll('poll', loop),
			noop('landed'),
			line('tell', 'Your result is in.'),
		],
		[
			direct('entry', 'chat'),
			fork('entry', 'poll', 'lab'),
			expression('poll', 'landed', "[[http_request_result.status]] == 'ready'"),
			expression('chat', 'tell', "[[thread_lab.http_request_result.status]] == 'ready'", {
				evaluate_while_waiting_config: {
					enabled: true,
					trigger_mode: 'on_node_completion',
					trigger_node_logical_ids: ['poll'],
					...waiting,
				},
			}),
		],
	);

describe('companion threads', () => {
	test('R5.1, R5.13, R5.24: a forked poller defers, is pumped, and moves the parked thread when its result lands', async () => {
		const http = lab(3);
		const world = createWorld({ graph: labGraph({ max_retries: 8, time_between_retries: 3 }), http });
		expect(await world.start()).toBe('W(entry) →d P(chat) lab:W(poll)');
		expect(world.state.status).toBe('waiting_for_user_input');
		expect(Object.keys(world.state.threads)).toEqual(['0', '0_companion_lab']);
		expect(world.wire.at(-1)).toMatchObject({
			type: 'workflow_ready_for_input',
			active_companion_thread_ids: ['0_companion_lab'],
		});

		expect(await world.send({ type: 'pump' })).toBe('');
		await world.clock.move(3000);
		expect(await world.send({ type: 'pump' })).toBe('lab:W(poll)');
		await world.clock.move(3000);
		expect(await world.send({ type: 'pump' })).toBe(
			'lab:W(poll) lab:→c lab:W(landed) lab:END →w S(tell) END',
		);
		expect(world.state.status).toBe('completed');
		expect(world.spoken()).toEqual(['Your result is in.']);
		expect(world.types()).toContain('waiting_condition_matched');
		const matched = world.types().indexOf('waiting_condition_matched');
		expect(world.types()[matched + 1]).toBe('conditional_edge');
	});

	test('R5.23: nothing due, nothing written', async () => {
		const world = createWorld({ graph: labGraph({ max_retries: 8, time_between_retries: 3 }), http: lab(9) });
		await world.start();
		await world.send({ type: 'pump' });
		const events = world.log.length;
		await world.send({ type: 'pump' });
		expect(world.log).toHaveLength(events);
	});

	test('R5.10: an error in a companion ends that companion, not the run', async () => {
		const world = createWorld({
			graph: graphOf(
				[noop('entry', start), say('chat', true, true), { type: 'mystery', logical_id: 'm' }],
				[direct('entry', 'chat'), fork('entry', 'm', 'x')],
			),
		});
		await world.start();
		expect(world.state.threads['0_companion_x']?.status).toBe('ended');
		expect(world.state.status).toBe('waiting_for_user_input');
		expect(world.warnings()[0]).toContain('companion thread');
	});

	test('R5.10, R3.37a: a condition that cannot be read ends the companion, and the run in a main thread', async () => {
		const graph = (companionText: string, mainText: string) =>
			graphOf(
				[noop('entry', start), noop('w'), line('done'), noop('hub'), line('tell')],
				[
					direct('entry', 'hub'),
					fork('entry', 'w', 'x'),
					expression('w', 'done', companionText),
					expression('hub', 'tell', mainText),
				],
			);
		const beside = createWorld({ graph: graph('1 == (', '1 == 1') });
		await beside.start();
		expect(beside.spoken()).toEqual(['line of tell']);
		expect(beside.warnings()).toEqual([expect.stringContaining('0_companion_x')]);
		expect(beside.types().filter((type) => type === 'end_thread')).toHaveLength(2);
		expect(beside.state.status).toBe('completed');
		const ahead = createWorld({ graph: graph('1 == 1', '1 == (') });
		await ahead.start();
		expect(ahead.state.status).toBe('failed');
		expect(ahead.wire.at(-1)?.type).toBe('workflow_error');
	});

	test('R1.9 row 7, R1.28: with only companions left the run is running and refuses to end', async () => {
		const world = createWorld({
			graph: graphOf(
				[noop('entry', start), line('bye'), poll('poll', { max_retries: 1, time_between_retries: 5 })],
				[direct('entry', 'bye'), fork('entry', 'poll', 'x')],
			),
			http: lab(99),
		});
		await world.start();
		expect(world.state.status).toBe('running');
		await world.clock.move(5000);
		await world.send({ type: 'pump' });
		expect(world.state.status).toBe('completed');
		expect(world.wire.at(-1)?.type).toBe('end_workflow');
	});

	test('R5.6, R4.11: variables of a companion are its own and readable across threads', async () => {
		const world = createWorld({
			graph: graphOf(
				[
					noop('entry', start),
					line('tell', 'got [[thread_x.no_op_result_success]], [[no_op_result_success]]'),
					noop('work'),
				],
				[direct('entry', 'tell'), fork('entry', 'work', 'x')],
			),
		});
		await world.start();
		expect(world.state.threads['0_companion_x']?.variables['no_op_result_success']).toBe(true);
	});

	test('R5.8: forking an active named companion again is ignored with a warning', async () => {
		const world = createWorld({
			graph: graphOf(
				[
					say('again', true, true, start),
					noop('entry'),
					poll('poll', { max_retries: 3, time_between_retries: 60 }),
				],
				[freeform('again', 'entry', 'restart'), direct('entry', 'again'), fork('entry', 'poll', 'x')],
			),
			http: lab(99),
			script: (request) =>
				request.tools.length > 0 && request.messages.at(-1)?.content === 'go'
					? { pick: 'entry' }
					: { text: 'ok' },
		});
		await world.start();
		await world.say('go');
		await world.say('go');
		expect(world.warnings().some((text) => text.includes('still running'))).toBe(true);
	});
});

describe('companion edges', () => {
	test('R5.15–R5.17: the worker beside a speaker runs in the same turn and its fields decide the expression edge', async () => {
		const schema = { structured_output_schema: { type: 'object', properties: { dob: { type: 'string' } } } };
		const world = createWorld({
			graph: graphOf(
				[say('A', true, true, start), worker('X', false, false, schema), line('done', 'thanks')],
				[companion('A', 'X'), expression('A', 'done', 'isPresent([[dob]])')],
			),
			script: (request) => {
				if (!request.output) return { text: 'tell me more' };
				return {
					output: {
						dob: request.messages.some((message) => message.content.includes('1980')) ? '1980-01-01' : null,
					},
				};
			},
		});
		await world.start();
		expect(await world.say('hello')).toBe('W(X) S(A) P(A)');
		expect(await world.say('born 1980')).toBe('W(X) S(A) →c S(done) END');
		expect(world.types()).toContain('companion_edge');
	});

	test('R5.19: an error beside a node is a warning', async () => {
		const world = createWorld({
			graph: graphOf([line('A', 'hi', start), { type: 'mystery', logical_id: 'm' }], [companion('A', 'm')]),
		});
		await world.start();
		expect(world.state.status).toBe('completed');
		expect(world.warnings()).toHaveLength(1);
	});
});

describe('bounded self-loops', () => {
	test('R6.2, R6.5, R6.8, R6.9: attempts are max_retries + 1, then the outcome opens an exit', async () => {
		const world = createWorld({
			graph: graphOf(
				[poll('P', { max_retries: 2 }), line('ok'), line('spent')].map((node, index) =>
					index === 0 ? { ...node, ...start } : node,
				),
				[
					expression('P', 'ok', "[[http_request_result.status]] == 'ready'"),
					expression('P', 'spent', "[[self_loop_outcome]] == 'max_retries'"),
				],
			),
			http: lab(99),
		});
		expect(await world.start()).toBe('W(P) W(P) W(P) →c S(spent) END');
		expect(world.types().filter((type) => type === 'self_loop_edge')).toHaveLength(2);
		expect(world.wire.find((event) => event.type === 'self_loop_exhausted')).toMatchObject({
			outcome: 'max_retries',
			total_attempts: 3,
		});
	});

	test('R6.6, R6.7: on the main thread the delay keeps the turn open', async () => {
		const world = createWorld({
			graph: graphOf(
				[{ ...poll('P', { max_retries: 5, time_between_retries: 10 }), ...start }, line('ok')],
				[expression('P', 'ok', "[[http_request_result.status]] == 'ready'")],
			),
			http: lab(2),
		});
		const turn = world.start();
		await world.clock.move(9_999);
		expect(world.state.openTurn).not.toBeNull();
		await world.clock.move(1);
		expect(await turn).toBe('W(P) W(P) →c S(ok) END');
		expect(world.wire.find((event) => event.type === 'self_loop_delay')).toMatchObject({
			delay_seconds: 10,
			attempt_number: 2,
		});
	});

	test('R6.11: expiry aborts the attempt in progress', async () => {
		const world = createWorld({
			graph: graphOf(
				[
					worker('P', false, false, { ...start, self_loop_config: { enabled: true, expiry_time: 5 } }),
					line('late'),
				],
				[expression('P', 'late', "[[self_loop_outcome]] == 'expiry_time'")],
			),
			script: () => ({ text: 'slow', delayMs: 60_000 }),
		});
		const turn = world.start();
		await world.clock.move(5_000);
		expect(await turn).toBe('→c S(late) END');
		expect(world.types()).toContain('node_expired');
	});

	test('R6.12: the deadline survives a restart', async () => {
		const world = createWorld({
			graph: labGraph({ expiry_time: 10, time_between_retries: 4 }),
			http: lab(99),
		});
		await world.start();
		await world.clock.move(4_000);
		await world.send({ type: 'pump' });
		world.crash();
		await world.clock.move(60_000);
		await world.send({ type: 'pump' });
		expect(world.state.threads['0_companion_lab']?.variables['self_loop_outcome']).toBe('expiry_time');
		expect(world.state.threads['0_companion_lab']?.status).toBe('ended');
	});
});

describe('evaluate while waiting', () => {
	test('R5.25, R5.31: an edge fires at most max_transitions_per_wait times until a message arrives', async () => {
		const world = createWorld({
			graph: graphOf(
				[
					noop('entry', start),
					say('chat', true, true),
					poll('poll', { max_retries: 50, time_between_retries: 1 }),
					line('tick'),
				],
				[
					direct('entry', 'chat'),
					fork('entry', 'poll', 'lab'),
					expression('chat', 'tick', 'isPresent([[thread_lab.http_request_result]])', {
						evaluate_while_waiting_config: {
							enabled: true,
							trigger_node_logical_ids: ['poll'],
							max_transitions_per_wait: 2,
						},
					}),
					direct('tick', 'chat'),
				],
			),
			http: lab(99),
		});
		await world.start();
		for (let pass = 0; pass < 5; pass += 1) {
			await world.clock.move(1000);
			await world.send({ type: 'pump' });
		}
		expect(world.types().filter((type) => type === 'waiting_condition_matched')).toHaveLength(2);
	});

	test('R5.28: a debounce keeps an armed edge from being judged too often', async () => {
		const http = lab(2);
		const world = createWorld({
			graph: labGraph({ max_retries: 20, time_between_retries: 1 }, { min_seconds_between_evaluations: 10 }),
			http,
		});
		await world.start();
		await world.send({ type: 'pump' });
		await world.clock.move(1000);
		await world.send({ type: 'pump' });
		expect(world.state.status).toBe('waiting_for_user_input');
		await world.clock.move(9000);
		expect(await world.send({ type: 'pump' })).toContain('→w S(tell)');
	});
});
