/** What a parked thread remembers of conditions that did not hold, and what it forgets (R5.25–R5.29, R9.53). */

import type { JsonObject } from '../../lib/json';
import { decodeEvents, encodeEvents, nextDueAt } from '../../lib/engine/engine';
import { direct, expression, fork, graphOf, line, noop, say, start } from './graphs';
import { createWorld, turnInput, type World } from './world';

const tick = (more: JsonObject = {}): JsonObject => ({
	evaluate_while_waiting_config: {
		enabled: true,
		trigger_mode: 'on_every_background_tick',
		min_seconds_between_evaluations: 10,
		...more,
	},
});
const after = (trigger: string, more: JsonObject = {}): JsonObject => ({
	evaluate_while_waiting_config: { enabled: true, trigger_node_logical_ids: [trigger], ...more },
});
const judged = (world: World) =>
	world.wire
		.filter((event) => event.type === 'waiting_evaluation_boundary')
		.map((event) => event['edges_evaluated']);

/** `chat` waits; its edge asks for a value that only a message brings. */
const asking = (more: JsonObject) =>
	graphOf(
		[noop('early', start), say('chat', true, true), line('tell')],
		[direct('early', 'chat'), expression('chat', 'tell', "[[answer]] == 'yes'", more)],
	);

describe('R5.27: what was seen stays seen', () => {
	test('R5.27: a completion is judged once, and once only after a crash too', async () => {
		const world = createWorld({ graph: asking(after('early')) });
		await world.start();
		await world.send({ type: 'pump' });
		expect(judged(world)).toEqual([['e1']]);
		world.crash();
		expect(nextDueAt(world.graph, world.state)).toBeNull();
		// The condition holds now, but nothing has completed since it was judged.
		await world.say('yes', { runtimeVariables: { answer: 'no' } });
		world.state.threads['0']!.variables['answer'] = 'yes';
		expect(await world.send({ type: 'pump' })).toBe('');
		expect(judged(world)).toHaveLength(1);
	});

	test('R9.52: the memory is the fold of the log, through the codec', async () => {
		const world = createWorld({ graph: asking(after('early')) });
		await world.start();
		await world.send({ type: 'pump' });
		expect(world.refold()).toEqual(world.state);
		expect(world.state.threads['0']?.waiting['e1']).toMatchObject({ seen: { early: 1 }, transitions: 0 });
		expect(decodeEvents(encodeEvents(world.log, world.graph), world.graph)).toEqual(world.log);
	});

	test('R5.28, R5.29: an edge before the first true one is judged, one behind it stays armed', async () => {
		const world = createWorld({
			graph: graphOf(
				[noop('early', start), say('chat', true, true), line('B'), noop('C'), line('D')],
				[
					direct('early', 'chat'),
					expression('chat', 'B', '1 == 2', after('early')),
					expression('chat', 'C', '1 == 1', after('early')),
					expression('chat', 'D', '1 == 1', after('early')),
					direct('C', 'chat'),
				],
			),
		});
		await world.start();
		expect(await world.send({ type: 'pump' })).toMatch(/^→w W\(C\) →d/);
		expect(judged(world)).toEqual([['e1', 'e2']]);
		world.crash();
		expect(await world.send({ type: 'pump' })).toBe('→w S(D) END');
		expect(judged(world)).toEqual([['e1', 'e2'], ['e3']]);
	});

	test('R9.51: the end of a turn tells what the edges have seen, and when', async () => {
		const world = createWorld({ graph: asking(after('early')) });
		await world.start();
		const at = world.clock.now();
		await world.send({ type: 'pump' });
		await world.say('hi');
		const pair = world.wire.findLast((event) => event.type === 'end_workflow_iteration')?.[
			'run_input_output_pair'
		];
		expect((pair as JsonObject)['iteration_end_state_miscellaneous']).toMatchObject({
			thread_id_to_waiting_evaluations: {
				'0': { e1: { completion_counts: { early: 1 }, evaluated_epoch: at / 1000 } },
			},
		});
	});
});

describe('R5.28: the debounce', () => {
	test('R5.28: a debounced edge that was judged in vain is as far after a crash', async () => {
		const world = createWorld({
			graph: graphOf(
				[
					noop('early', start),
					say('chat', true, true),
					noop('n', { self_loop_config: { enabled: true, max_retries: 9, time_between_retries: 1 } }),
					line('tell'),
				],
				[
					direct('early', 'chat'),
					fork('early', 'n', 'x'),
					expression(
						'chat',
						'tell',
						"[[answer]] == 'yes'",
						after('n', { min_seconds_between_evaluations: 10 }),
					),
				],
			),
		});
		await world.start();
		await world.send({ type: 'pump' });
		for (let pass = 0; pass < 9; pass += 1) {
			world.crash();
			await world.clock.move(1000);
			await world.send({ type: 'pump' });
		}
		expect(judged(world)).toHaveLength(1);
		world.crash();
		await world.clock.move(1000);
		await world.send({ type: 'pump' });
		expect(judged(world)).toHaveLength(2);
	});

	test('R5.28: a tick that was not written is known after a crash in the middle of the turn behind it', async () => {
		const world = createWorld({ graph: asking(tick()) });
		await world.start();
		await world.send({ type: 'pump' });
		await world.clock.move(4000);
		let appends = 0;
		world.onAppend = () => {
			if (appends++ > 0) throw new Error('crash');
		};
		await expect(world.say('hi')).rejects.toThrow('crash');
		world.onAppend = null;
		world.crash();
		await world.send({ type: 'recover' });
		await world.send({ type: 'pump' });
		expect(judged(world)).toHaveLength(1);
		await world.clock.move(6000);
		await world.send({ type: 'pump' });
		expect(judged(world)).toHaveLength(2);
	});

	test('R5.25, R9.53: a tick that changes nothing but the time is written nowhere', async () => {
		const world = createWorld({ graph: asking(tick()) });
		await world.start();
		const { length } = world.log;
		for (let pass = 0; pass < 3; pass += 1) {
			await world.send({ type: 'pump' });
			await world.send({ type: 'pump' });
			await world.clock.move(10_000);
		}
		expect(judged(world)).toHaveLength(3);
		expect(world.log).toHaveLength(length);
	});
});

describe('a line that was generated and not said', () => {
	const graph = graphOf(
		[
			noop('early', start),
			say('chat', true, true),
			noop('n', { self_loop_config: { enabled: true, max_retries: 9, time_between_retries: 5 } }),
			line('tell'),
		],
		[
			direct('early', 'chat'),
			fork('early', 'n', 'x'),
			expression('chat', 'tell', '[[isOpen]] == true', {
				condition: {
					condition_expression: '[[isOpen]] == true',
					dynamic_messages_config: { dynamic_message_prompt: 'Say that we are open.' },
				},
				...after('n'),
			}),
		],
	);

	test('R5.29: is dropped when its condition no longer holds after the crash', async () => {
		const world = createWorld({ graph, script: (_request, call) => ({ text: `line ${call}` }) });
		await world.start(undefined, { runtimeVariables: { isOpen: true } });
		world.onAppend = (events) => {
			const at = events.findIndex(({ type }) => type === 'waitingMatched');
			if (at < 0) return;
			world.log.push(...events.slice(0, at));
			throw new Error('crash');
		};
		await expect(world.send({ type: 'pump' })).rejects.toThrow('crash');
		world.onAppend = null;
		world.crash();
		const thread = () => world.state.threads['0']!;
		expect(Object.keys(thread().frame?.replies ?? {})).toHaveLength(1);
		thread().variables['isOpen'] = false;
		expect(await world.send({ type: 'recover' })).toBe('');
		expect(thread().frame).toBeNull();
		thread().variables['isOpen'] = true;
		await world.clock.move(5000);
		expect(await world.send({ type: 'pump' })).toBe('x:W(n) →w S(tell) END');
		expect(world.spoken()).toEqual(['line 1', 'line of tell']);
	});
});

describe('warnings of conditions that are judged while waiting', () => {
	const measuring = (more: JsonObject) =>
		graphOf(
			[noop('early', start), say('chat', true, true), line('tell')],
			[direct('early', 'chat'), expression('chat', 'tell', '[[thread_lab.attempts]] >= 3', more)],
		);

	test.each([
		['by completions', after('early')],
		['on every tick', tick()],
	])(
		'R3.34, R5.24: a value that has not landed yet is what the edge waits for, no warning (%s)',
		async (_how, more) => {
			const world = createWorld({ graph: measuring(more) });
			await world.start('hi');
			await world.send({ type: 'pump' });
			await world.say('and now?');
			await world.clock.move(10_000);
			await world.send({ type: 'pump' });
			expect(world.warnings()).toEqual([]);
		},
	);

	test('R3.34: without waiting evaluation it is told as ever', async () => {
		const world = createWorld({ graph: measuring({}) });
		await world.start('hi');
		expect(world.warnings()).toEqual([expect.stringContaining('have no order')]);
	});

	test('R3.35, R2.4: values without an order are told once a turn, its pumps included', async () => {
		const world = createWorld({
			graph: graphOf(
				[noop('early', start), say('chat', true, true), line('tell')],
				[direct('early', 'chat'), expression('chat', 'tell', '[[mood]] >= 3', tick())],
			),
		});
		await world.start(undefined, { runtimeVariables: { mood: 'calm' } });
		for (let pass = 0; pass < 3; pass += 1) {
			await world.send({ type: 'pump' });
			await world.clock.move(10_000);
		}
		expect(world.warnings()).toHaveLength(1);
		world.crash();
		await world.send({ type: 'pump' });
		expect(world.warnings()).toHaveLength(1);
		await world.send({ type: 'turn', input: turnInput('hi') });
		expect(world.warnings()).toHaveLength(2);
	});
});
