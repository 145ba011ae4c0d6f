/** The nine statuses of a run: which way leads where, and where a turn, a pump or a command leaves a run. */

import type { RunStatus } from '../../lib/engine/contract';
import { fold } from '../../lib/engine/engine';
import { createState } from '../../lib/engine/state';
import { changeStatus, isTerminal, RUN_STATUSES } from '../../lib/engine/status';
import type { JsonObject } from '../../lib/json';
import { direct, expression, fork, graphOf, line, noop, say, start } from './graphs';
import { createWorld, turnInput, type World } from './world';

const pausedThreads = (world: World) =>
	world.wire.flatMap((event) => (event.type === 'pause_thread' ? [event.origin_thread_id] : []));
const terminal: RunStatus[] = ['completed', 'failed', 'cancelled', 'aborted_looping_risk'];

test('R1.1, R1.2: there are nine statuses, and "pending" is none of them', () => {
	expect([...RUN_STATUSES].sort()).toEqual(
		['not_started', 'started', 'running', 'waiting_for_user_input', 'paused', ...terminal].sort(),
	);
});

describe('the table of R1.7', () => {
	/** The rows of the table by their first and last column; the reaper's "any active" is written out. */
	const rows: ReadonlyArray<readonly [RunStatus, RunStatus]> = [
		['not_started', 'started'],
		['started', 'running'],
		['running', 'waiting_for_user_input'],
		['waiting_for_user_input', 'running'],
		['running', 'paused'],
		['waiting_for_user_input', 'paused'],
		['paused', 'running'],
		['started', 'cancelled'],
		['running', 'cancelled'],
		['waiting_for_user_input', 'cancelled'],
		['paused', 'cancelled'],
		['running', 'completed'],
		['started', 'failed'],
		['running', 'failed'],
		['waiting_for_user_input', 'failed'],
		['running', 'aborted_looping_risk'],
		['not_started', 'cancelled'],
	];
	const pairs = RUN_STATUSES.flatMap((from) =>
		RUN_STATUSES.filter((to) => to !== from).map((to) => [from, to] as const),
	);

	test.each(pairs)('R1.7, R1.8: from %s to %s', (from, to) => {
		const run = { runId: 'r', status: from };
		const isAllowed = rows.some((row) => row[0] === from && row[1] === to);
		if (isAllowed) changeStatus(run, to);
		else expect(() => changeStatus(run, to)).toThrow(`cannot go from ${from} to ${to}`);
		expect(run.status).toBe(isAllowed ? to : from);
	});

	test.each(terminal)('R1.8: an event that would move a %s run throws', (status) => {
		const { graph } = createWorld({ graph: graphOf([noop('A', start)]) });
		const state = { ...createState(), runId: 'r', status };
		const begin = {
			type: 'turnStarted',
			at: 0,
			kind: 'turn',
			dynamicVariables: {},
			runtimeVariables: {},
			overrides: {},
			idempotencyKey: null,
		} as const;
		expect(() => fold(state, begin, graph)).toThrow('R1.7');
		expect(isTerminal(status)).toBe(true);
	});
});

/** Statuses the run went through, each once in a row, read from the log. */
function statusesOf(world: World): RunStatus[] {
	const state = createState();
	const seen: RunStatus[] = [];
	for (const event of world.log) {
		fold(state, event, world.graph);
		if (seen.at(-1) !== state.status) seen.push(state.status);
	}
	return seen;
}

const chat = graphOf([say('A', true, true, start)]);
const poll = (id: string, loop: JsonObject): JsonObject => ({
	type: 'http_request',
	logical_id: id,
	name: id,
	url: 'https://lab.example/',
	self_loop_config: { enabled: true, ...loop },
});

describe('where a run stands', () => {
	test('R1.23: a run is started before it runs, and what it begins with comes in this order', async () => {
		const world = createWorld({ graph: chat });
		await world.start('hi');
		expect(statusesOf(world)).toEqual(['started', 'running', 'waiting_for_user_input']);
		expect(world.log.slice(0, 4).map((event) => event.type)).toEqual([
			'runStarted',
			'turnStarted',
			'threadStarted',
			'messagesReceived',
		]);
	});

	test('R1.9 row 1, R1.3, R9.9: an error ends the run as failed by execution_error', async () => {
		const world = createWorld({
			graph: graphOf([{ type: 'mystery', logical_id: 'm', name: 'm', ...start }]),
		});
		await world.start();
		expect([world.state.status, world.state.terminationSource]).toEqual(['failed', 'execution_error']);
		expect(world.types().at(-1)).toBe('workflow_error');
	});

	test('R1.9 row 2, R1.3: the loop protection has a status and a source of its own, in a turn and in a pump', async () => {
		const circle = graphOf(
			[noop('entry', start), say('chat', true, true), noop('again'), noop('round')],
			[
				direct('entry', 'chat'),
				fork('entry', 'again', 'x'),
				direct('again', 'round'),
				direct('round', 'again'),
			],
		);
		const world = createWorld({ graph: circle });
		await world.start();
		expect([world.state.status, world.state.terminationSource]).toEqual([
			'aborted_looping_risk',
			'looping_risk',
		]);

		const later = createWorld({
			graph: graphOf(
				[
					noop('entry', start),
					say('chat', true, true),
					noop('wait', { self_loop_config: { enabled: true, max_retries: 1, time_between_retries: 5 } }),
					noop('round'),
				],
				[
					direct('entry', 'chat'),
					fork('entry', 'wait', 'x'),
					direct('wait', 'round'),
					direct('round', 'round'),
				],
			),
		});
		await later.start();
		expect(later.state.status).toBe('waiting_for_user_input');
		for (let pass = 0; pass < 2; pass += 1) {
			await later.clock.move(5000);
			await later.send({ type: 'pump' });
		}
		expect(later.state.status).toBe('aborted_looping_risk');
		expect(later.types().at(-1)).toBe('workflow_error');
	});

	test('R1.9 row 3, R1.3, R1.14: a stop ends every thread and the run, without an error event', async () => {
		const world = createWorld({
			graph: graphOf(
				[
					noop('entry', start),
					say('chat', true, true),
					poll('p', { max_retries: 3, time_between_retries: 9 }),
				],
				[direct('entry', 'chat'), fork('entry', 'p', 'x')],
			),
			http: { send: () => Promise.resolve({ status: 200, headers: {}, body: new Uint8Array() }) },
		});
		await world.start();
		const from = world.wire.length;
		await world.send({ type: 'stop' });
		expect([world.state.status, world.state.terminationSource]).toEqual(['cancelled', 'stopped']);
		expect(world.types(from)).toEqual(['end_thread', 'end_thread', 'end_workflow']);
	});

	test('R1.9 row 4, R1.3, R1.25, R1.27: a run completes when its last thread ends, without end_conversation', async () => {
		const world = createWorld({ graph: graphOf([line('A', 'one', start), line('B')], [direct('A', 'B')]) });
		await world.start();
		expect([world.state.status, world.state.terminationSource]).toEqual(['completed', null]);
		expect(world.types().at(-1)).toBe('end_workflow');
	});

	test('R1.9 rows 5 and 6, R1.12: a pause that only a companion honours pauses the run; resume lets it go on', async () => {
		const world = createWorld({
			graph: graphOf(
				[noop('entry', start), say('chat', true, true), noop('slow', { delay_seconds: 2 }), noop('after')],
				[direct('entry', 'chat'), fork('entry', 'slow', 'x'), direct('slow', 'after')],
			),
		});
		const turn = world.start();
		await world.clock.move(1000);
		world.pauseRequested = true;
		await world.clock.move(1000);
		await turn;
		expect(world.state.status).toBe('paused');
		expect(pausedThreads(world)).toEqual(['0_companion_x', '0']);
		expect(await world.send({ type: 'pump' })).toBe('');
		world.pauseRequested = false;
		expect(await world.send({ type: 'resume', input: turnInput() })).toBe('P(chat) x:→d x:W(after) x:END');
		expect(world.state.status).toBe('waiting_for_user_input');
		expect(statusesOf(world)).toEqual(['started', 'running', 'paused', 'running', 'waiting_for_user_input']);
	});

	test('R1.12: a pause tells of every thread that it freezes, of companions between two attempts too', async () => {
		for (const node of [say('talk', true, true), line('talk')]) {
			const world = createWorld({
				graph: graphOf(
					[noop('entry', start), node, poll('p', { max_retries: 1, time_between_retries: 5 })],
					[direct('entry', 'talk'), fork('entry', 'p', 'x')],
				),
				http: { send: () => Promise.resolve({ status: 200, headers: {}, body: new Uint8Array() }) },
			});
			await world.start();
			const isWaiting = world.state.status === 'waiting_for_user_input';
			const from = world.wire.length;
			await world.send({ type: 'pause' });
			expect(world.state.status).toBe('paused');
			expect(pausedThreads(world)).toEqual(isWaiting ? ['0', '0_companion_x'] : ['0_companion_x']);
			expect(world.types(from).slice(-2)).toEqual(['pause_event', 'pause_thread']);
			await world.clock.move(5000);
			expect(await world.send({ type: 'pump' })).toBe('');
			world.crash();
			expect(await world.send({ type: 'resume', input: turnInput() })).toBe(isWaiting ? 'P(talk)' : '');
			expect(await world.send({ type: 'pump' })).toBe('x:W(p) x:END');
			expect(world.state.status).toBe(isWaiting ? 'waiting_for_user_input' : 'completed');
		}
	});

	test('R1.9 row 7: with only companions left a run is running until they end', async () => {
		const world = createWorld({
			graph: graphOf(
				[noop('entry', start), line('bye'), poll('p', { max_retries: 1, time_between_retries: 5 })],
				[direct('entry', 'bye'), fork('entry', 'p', 'x')],
			),
			http: { send: () => Promise.resolve({ status: 200, headers: {}, body: new Uint8Array() }) },
		});
		await world.start();
		expect(world.state.status).toBe('running');
		expect(world.types()).not.toContain('end_workflow');
		await world.clock.move(5000);
		await world.send({ type: 'pump' });
		expect(statusesOf(world)).toEqual(['started', 'running', 'completed']);
	});

	test('R1.7, R5.29: a waiting edge that matches in a pump sets the run going, and it ends', async () => {
		const world = createWorld({
			graph: graphOf(
				[
					noop('entry', start),
					say('chat', true, true),
					poll('p', { max_retries: 5, time_between_retries: 1 }),
					line('tell'),
				],
				[
					direct('entry', 'chat'),
					fork('entry', 'p', 'x'),
					expression('p', 'p2', '1 == 2'),
					expression('chat', 'tell', '[[thread_x.http_request_result_status_code]] == 200', {
						evaluate_while_waiting_config: { enabled: true, trigger_node_logical_ids: ['p'] },
					}),
				],
			),
			http: { send: () => Promise.resolve({ status: 200, headers: {}, body: new Uint8Array() }) },
		});
		await world.start();
		await world.send({ type: 'pump' });
		expect(statusesOf(world)).toEqual(['started', 'running', 'waiting_for_user_input', 'running']);
		const matched = world.log.findIndex((event) => event.type === 'waitingMatched');
		const state = createState();
		for (const event of world.log.slice(0, matched + 1)) fold(state, event, world.graph);
		expect(state.status).toBe('running');
	});
});

test('R1.24: a thread ends for each of the five causes, and says so once', async () => {
	const spent = graphOf([noop('A', { ...start, self_loop_config: { enabled: true, max_retries: 1 } })]);
	const guarded = graphOf(
		[noop('A', start), say('G', false, false, { is_guardrail_node: true })],
		[direct('A', 'G')],
		{
			guardrail_strikes_config: { max_guardrail_nodes_before_escalation: 1 },
		},
	);
	const causes: Array<[JsonObject, string]> = [
		[graphOf([line('A', 'x', start)]), 'completed'],
		[graphOf([{ type: 'end_conversation', logical_id: 'E', name: 'E', ...start }]), 'completed'],
		[spent, 'completed'],
		[guarded, 'completed'],
		[graphOf([{ type: 'mystery', logical_id: 'm', ...start }]), 'failed'],
	];
	for (const [graph, status] of causes) {
		const world = createWorld({ graph });
		await world.start();
		expect(world.state.status).toBe(status);
		expect(world.types().filter((type) => type === 'end_thread')).toHaveLength(1);
	}
});
