/** Edges that are judged while their node waits for the user (5.4). */

import type { WireEvent } from '../../lib/engine/contract';
import { companion, direct, expression, fork, graphOf, line, noop, say, start, worker } from './graphs';
import { lab, poll, labGraph } from './lab';
import { createWorld, turnInput, type World } from './world';

const of = (world: World, type: string): WireEvent[] => world.wire.filter((event) => event.type === type);

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

	test('R5.25: a message begins a new wait, a turn without one does not', async () => {
		const http = lab(99);
		const world = createWorld({
			graph: graphOf(
				[
					noop('entry', start),
					say('chat', true, true),
					poll('poll', { max_retries: 50, time_between_retries: 1 }),
					worker('tick', false, false, {
						structured_output_schema: { type: 'object', properties: { seen: { type: 'integer' } } },
					}),
				],
				[
					direct('entry', 'chat'),
					fork('entry', 'poll', 'lab'),
					expression('chat', 'tick', '[[thread_lab.http_request_result.calls]] > [[seen]]', {
						evaluate_while_waiting_config: {
							enabled: true,
							trigger_node_logical_ids: ['poll'],
							max_transitions_per_wait: 2,
						},
					}),
					direct('tick', 'chat'),
				],
			),
			http,
			script: (request) => (request.output ? { output: { seen: http.calls } } : { text: 'ok' }),
		});
		const fired = () => of(world, 'waiting_condition_matched').map((event) => event['transitions_this_wait']);
		const passes = async () => {
			for (let pass = 0; pass < 4; pass += 1) {
				await world.clock.move(1000);
				await world.send({ type: 'pump' });
			}
		};
		await world.start(undefined, { runtimeVariables: { seen: 0 } });
		await passes();
		expect(fired()).toEqual([1, 2]);
		await world.send({ type: 'turn', input: turnInput() });
		await passes();
		expect(fired()).toEqual([1, 2]);
		await world.say('hi');
		await passes();
		expect(fired()).toEqual([1, 2, 1, 2]);
	});

	test('R5.24: the same edge is evaluated after an execution as ever', async () => {
		const world = createWorld({
			graph: graphOf(
				[say('chat', true, true, start), line('tell')],
				[
					expression('chat', 'tell', '1 == 1', {
						evaluate_while_waiting_config: { enabled: true, trigger_node_logical_ids: ['chat'] },
					}),
				],
			),
		});
		expect(await world.start('hi')).toBe('S(chat) →c S(tell) END');
	});

	test('R5.25, R5.16: a worker beside a node is a trigger like any other', async () => {
		const world = createWorld({
			graph: graphOf(
				[line('e', 'hi', start), worker('W', false, false), say('chat', true, true), line('tell')],
				[
					direct('e', 'chat'),
					companion('e', 'W'),
					expression('chat', 'tell', '1 == 1', {
						evaluate_while_waiting_config: { enabled: true, trigger_node_logical_ids: ['W'] },
					}),
				],
			),
		});
		await world.start();
		expect(await world.send({ type: 'pump' })).toBe('→w S(tell) END');
	});

	test('R5.29, R5.33, R3.57: where only disabled nodes follow, the thread ends and no hop is told of', async () => {
		const world = createWorld({
			graph: graphOf(
				[noop('e', start), say('chat', true, true), noop('off', { disabled: true })],
				[
					direct('e', 'chat'),
					expression('chat', 'off', '1 == 1', {
						evaluate_while_waiting_config: { enabled: true, trigger_node_logical_ids: ['e'] },
					}),
				],
			),
		});
		await world.start();
		const from = world.wire.length;
		await world.send({ type: 'pump' });
		expect(world.types(from)).toEqual(['end_thread', 'waiting_evaluation_boundary', 'end_workflow']);
		expect(world.state.status).toBe('completed');
	});

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

	test('R5.25, R5.31: on every tick, as often as one wait allows', async () => {
		const world = createWorld({
			graph: graphOf(
				[say('chat', true, true, start), line('tick')],
				[
					expression('chat', 'tick', '1 == 1', {
						evaluate_while_waiting_config: {
							enabled: true,
							trigger_mode: 'on_every_background_tick',
							min_seconds_between_evaluations: 10,
							max_transitions_per_wait: 1,
						},
					}),
					direct('tick', 'chat'),
				],
			),
			script: () => ({ text: 'ok' }),
		});
		await world.start();
		expect(await world.send({ type: 'pump' })).toMatch(/^→w S\(tick\) →d/);
		await world.clock.move(60_000);
		expect(await world.send({ type: 'pump' })).toBe('');
	});
});
