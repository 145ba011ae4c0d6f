/** Companion threads: ids, isolation, forking again, what keeps a run alive (5.1). */

import type { WireEvent } from '../../lib/engine/contract';
import type { JsonObject } from '../../lib/json';
import { direct, expression, fork, freeform, graphOf, line, noop, say, start } from './graphs';
import { lab, poll } from './lab';
import { createWorld, type World } from './world';

const again = (more: JsonObject = {}): JsonObject => ({
	self_loop_config: { enabled: true, max_retries: 5, time_between_retries: 1, ...more },
});
const of = (world: World, type: string): WireEvent[] => world.wire.filter((event) => event.type === type);

describe('forks', () => {
	test('R5.1, R5.2, R5.11: forks fire in list order before the main hop; ids hold the parent and the authored id', async () => {
		const world = createWorld({
			graph: graphOf(
				[noop('e', start), noop('a'), noop('b'), noop('c'), say('chat', true, true)],
				[fork('e', 'a', 'one'), direct('e', 'chat'), fork('e', 'b', 'two'), fork('e', 'c')],
			),
		});
		await world.start();
		const ids = Object.keys(world.state.threads);
		expect(ids.slice(0, 3)).toEqual(['0', '0_companion_one', '0_companion_two']);
		expect(ids[3]).toMatch(/^0_companion_[0-9a-f-]{36}$/);
		const types = world.wire.filter((event) =>
			['companion_edge', 'start_thread', 'direct_edge'].includes(event.type),
		);
		expect(types.map((event) => [event.type, event['thread_reference_id']]).slice(0, 8)).toEqual([
			['start_thread', '0'],
			['companion_edge', 'one'],
			['start_thread', 'one'],
			['companion_edge', 'two'],
			['start_thread', 'two'],
			['companion_edge', expect.any(String)],
			['start_thread', expect.any(String)],
			['direct_edge', '0'],
		]);
	});

	test('R5.5, R2.6: a companion may speak; its words carry its thread and are no reply to the user', async () => {
		const world = createWorld({
			graph: graphOf(
				[noop('e', start), line('L', 'beside'), say('A', true, true)],
				[direct('e', 'A'), fork('e', 'L', 'x')],
			),
		});
		expect(await world.start('hi')).toContain('S(A)');
		expect(
			of(world, 'assistant_response')
				.map((event) => [event['content'], event['thread_reference_id']])
				.sort(),
		).toEqual([
			['beside', 'x'],
			['ok', '0'],
		]);
	});

	test('R5.7: global edges do not apply in companions', async () => {
		const world = createWorld({
			graph: graphOf(
				[
					noop('e', start),
					noop('n'),
					say('chat', true, true),
					say('G', false, false, {
						global_node_config: {
							is_global: true,
							condition: { condition_expression: 'isPresent([[side]])' },
						},
					}),
				],
				[direct('e', 'chat'), fork('e', 'n', 'x')],
			),
		});
		await world.start(undefined, { runtimeVariables: {} });
		expect(of(world, 'conditional_edge')).toEqual([]);
		expect(world.state.threads['0_companion_x']?.status).toBe('ended');
	});

	test('R5.8: a named companion that ended starts fresh when it is forked again', async () => {
		const world = createWorld({
			graph: graphOf(
				[say('A', true, true, start), noop('e'), noop('n')],
				[freeform('A', 'e'), direct('e', 'A'), fork('e', 'n', 'x')],
			),
			script: (request) =>
				request.tools.length > 0 && request.messages.at(-1)?.content === 'go'
					? { pick: 'e' }
					: { text: 'ok' },
		});
		await world.start();
		await world.say('go');
		await world.say('go');
		expect(world.warnings()).toEqual([]);
		expect(of(world, 'start_thread').filter((event) => event['thread_reference_id'] === 'x')).toHaveLength(2);
		expect(world.state.threads['0_companion_x']?.nodesHistory).toEqual(['n']);
	});

	test('R5.8: a companion without an authored id starts anew each time, beside the one that still runs', async () => {
		const world = createWorld({
			graph: graphOf(
				[say('A', true, true, start), noop('e'), noop('n', again({ time_between_retries: 60 }))],
				[freeform('A', 'e'), direct('e', 'A'), fork('e', 'n')],
			),
			script: (request) =>
				request.tools.length > 0 && request.messages.at(-1)?.content === 'go'
					? { pick: 'e' }
					: { text: 'ok' },
		});
		await world.start();
		await world.say('go');
		await world.say('go');
		const ids = Object.keys(world.state.threads);
		expect(new Set(ids).size).toBe(3);
		expect(ids.slice(1).every((id) => /^0_companion_[0-9a-f-]{36}$/.test(id))).toBe(true);
		expect(world.warnings()).toEqual([]);
	});

	test('R5.1, R3.57: forks fire although only disabled nodes follow the main edge', async () => {
		const world = createWorld({
			graph: graphOf(
				[noop('e', start), line('L'), noop('off', { disabled: true })],
				[direct('e', 'off'), fork('e', 'L', 'x')],
			),
		});
		await world.start();
		expect(world.spoken()).toEqual(['line of L']);
		expect(world.state.status).toBe('completed');
	});

	test('R5.1, R6.9: the forks of a bounded loop fire when its main edge is taken, and not over an exit', async () => {
		const looping = (condition: string) =>
			createWorld({
				graph: graphOf(
					[
						noop('e', { ...start, self_loop_config: { enabled: true, max_retries: 1 } }),
						line('L'),
						line('B'),
						line('C'),
					],
					[direct('e', 'B'), fork('e', 'L', 'x'), expression('e', 'C', condition)],
				),
			});
		const spent = looping('1 == 2');
		await spent.start();
		expect(of(spent, 'start_thread').map((event) => event['thread_reference_id'])).toEqual(['0', 'x']);
		const left = looping('1 == 1');
		expect(await left.start()).toBe('W(e) →c S(C) END');
	});

	test('R5.6, R2.34: a companion begins with the history of its parent and gives nothing back', async () => {
		const world = createWorld({
			graph: graphOf(
				[line('e', 'hello', start), say('n', false, false), say('chat', true, true)],
				[direct('e', 'chat'), fork('e', 'n', 'x')],
			),
			script: (request) => ({ text: request.messages[0]?.content.includes('You are n') ? 'aside' : 'ok' }),
		});
		await world.start(undefined, { runtimeVariables: { mine: 1 } });
		const [main, side] = [world.state.threads['0'], world.state.threads['0_companion_x']];
		expect(side?.history.map(({ content }) => content)).toEqual(['hello', 'aside']);
		expect(main?.history.map(({ content }) => content)).not.toContain('aside');
		expect([main?.variables['mine'], side?.variables['mine']]).toEqual([1, undefined]);
	});

	test('R5.9, R1.28: a companion keeps the run alive until it ends', async () => {
		const world = createWorld({
			graph: graphOf(
				[noop('e', start), line('L'), noop('n', again({ max_retries: 2 }))],
				[direct('e', 'L'), fork('e', 'n', 'x')],
			),
		});
		await world.start();
		for (const status of ['running', 'completed']) {
			await world.clock.move(1000);
			await world.send({ type: 'pump' });
			expect(world.state.status).toBe(status);
		}
	});

	test('R5.12: a lone direct edge with the fork flag continues the thread', async () => {
		const world = createWorld({ graph: graphOf([noop('e', start), line('L')], [fork('e', 'L', 'x')]) });
		expect(await world.start()).toBe('W(e) →d S(L) END');
	});
});

describe('companion threads', () => {
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
