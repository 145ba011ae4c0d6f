/** Rules that only show when runs are stored: snapshots for all, responses, pumps and messages, what is kept. */

import type { JsonObject } from '../../lib/json';
import { buildRecord } from '../../lib/run/record';
import * as engine from '../../lib/engine/engine';
import type { Engine } from '../../lib/run/engine-port';
import type { RunRow } from '../../lib/store/contract';
import { graphOf as engineGraph, say as speaker, start } from '../engine/graphs';
import { createWorld } from '../engine/world';
import { openLab } from './lab';
import { chat, direct, graphOf, openRoom, say, short, talk, type Room } from './room';

let room: Room;
beforeEach(async () => (room = await openRoom()));
afterEach(() => room.close());

const refusal = (work: Promise<unknown>) =>
	work.then(
		() => 'accepted',
		(error: { code?: string; status?: number }) => `${error.code} ${error.status}`,
	);

describe('runs', () => {
	test('R1.30, R1.29: every run pins its graph, and any finished turn can be re-run from it', async () => {
		const { runId } = await room.turn({ source: chat });
		await room.turn({ runId, message: 'hi' });
		const record = await room.runner.record(runId);
		expect(record['workflow_config_fully_hydrated']).toMatchObject({ workflow_config: { name: 'Test' } });
		const turns = await room.runner.rerunnableTurns(runId);
		expect(turns.map((turn) => turn.isRerunnable)).toEqual([true, true]);
	});

	test('R1.33: what a turn answers', async () => {
		const waiting = await room.turn({ source: chat });
		expect(waiting).toMatchObject({
			runId: expect.stringMatching(/^workflow_run_/),
			status: 'waiting_for_user_input',
			turnNumber: 1,
			isWaitingForInput: true,
			isCompleted: false,
			error: null,
			hasActiveCompanions: false,
			hasBackgroundWork: false,
		});
		// next_input_hint of the REST answer: the payload of the event.
		expect(waiting.events.filter((event) => event.type === 'busy_wait_for_user_message')).toHaveLength(1);
		expect(await room.turn({ runId: waiting.runId, message: 'on' })).toMatchObject({ turnNumber: 2 });
	});

	test('R1.34: is_completed holds for each of the four terminal statuses', async () => {
		const ended = await room.turn({ source: short });
		const { runId } = await room.turn({ source: chat });
		const stopped = await room.turn({ runId, command: 'stop' });
		const failed = await room.turn({
			source: { type: 'document', document: graphOf([{ type: 'tool_node', logical_id: 't' }]) },
		});
		const circle = graphOf([say('a', 'A'), say('b', 'B')], [direct('a', 'b'), direct('b', 'a')]);
		const looped = await room.turn({ source: { type: 'document', document: circle } });
		expect([ended, stopped, failed, looped].map(({ status, isCompleted }) => [status, isCompleted])).toEqual([
			['completed', true],
			['cancelled', true],
			['failed', true],
			['aborted_looping_risk', true],
		]);
		expect(failed.error).toMatchObject({ code: 'TOOL_MISSING' });
		expect(looped.error?.advice).toContain('circle');
	});

	test('R1.8, R1.11: nothing moves a run that has ended', async () => {
		const { runId } = await room.turn({ source: short });
		const before = await room.runner.events(runId);
		for (const command of ['start', 'data', 'resume', 'pause'] as const) {
			expect(await refusal(room.turn({ runId, command, message: 'x' }))).toBe('RUN_STATE_REFUSES 409');
		}
		expect(await room.turn({ runId, command: 'stop' })).toMatchObject({ status: 'completed' });
		expect(await room.turn({ runId, command: 'pump' })).toMatchObject({ status: 'completed' });
		expect(await room.runner.events(runId)).toEqual(before);
	});

	test('R1.4: a bug before the first event ends nothing: the run has not begun, and the same bug is told', async () => {
		const broken: Engine = {
			...engine,
			advance: () => Promise.reject(new TypeError('a bug')),
		};
		const runner = room.another({ engine: broken });
		await expect(runner.turn({ source: chat, sessionKey: 's' })).rejects.toThrow('a bug');
		expect(await room.turn({ source: chat, sessionKey: 's' })).toMatchObject({
			reply: 'Hello.',
			turnNumber: 1,
		});
	});

	test('R9.59: deleting a workflow deletes its versions and its runs', async () => {
		await room.store.createWorkflow({
			id: 'w',
			name: 'W',
			description: null,
			document: JSON.stringify(chat.document),
		});
		const { runId } = await room.turn({ source: { type: 'stored', workflowId: 'w', version: 'active' } });
		await room.store.deleteWorkflow('w');
		expect(await refusal(room.another().record(runId))).toBe('RUN_UNKNOWN 404');
		expect(await room.store.getVersion('w', 0)).toBeNull();
	});
});

describe('pumps and messages', () => {
	test('R5.32, R1.39: a message that arrives during a pump waits for it and goes where the thread then is', async () => {
		const lab = await openLab({ readyAt: 2 });
		const { runId } = await lab.begin('s');
		await lab.pass(3_000);
		const pump = lab.room.turn({ runId, command: 'pump' });
		const message = lab.room.turn({ runId, message: 'hello?' });
		// The pump brings the result, says so and ends the run: nobody is left to take the message.
		expect(await pump).toMatchObject({ status: 'completed', reply: 'Your result is in.' });
		expect(await refusal(message)).toBe('RUN_STATE_REFUSES 409');
		await lab.close();
	});

	test('R2.4, R5.20: a pump takes no message and makes no turn', async () => {
		const lab = await openLab({ readyAt: 9 });
		const { runId } = await lab.begin('s');
		await lab.pass(3_000);
		expect(await lab.room.turn({ runId, command: 'pump' })).toMatchObject({
			turnNumber: 1,
			status: 'waiting_for_user_input',
		});
		expect(((await lab.room.runner.record(runId))['input_output_pairs'] as JsonObject[]).length).toBe(1);
		await lab.close();
	});

	test('R1.12: a pump of a paused run does nothing', async () => {
		const lab = await openLab({ readyAt: 2 });
		const { runId } = await lab.begin('s');
		await lab.room.turn({ runId, command: 'pause' });
		await lab.pass(3_000);
		const calls = lab.http.calls;
		expect(await lab.room.turn({ runId, command: 'pump' })).toMatchObject({ status: 'paused' });
		expect(lab.http.calls).toBe(calls);
		await lab.close();
	});
});

describe('what is kept', () => {
	test('R9.53: token pieces are shown and not kept, rating names are kept and no scores', async () => {
		const tokens: string[] = [];
		const { runId } = await room.turn({ source: short, onToken: (text) => void tokens.push(text) });
		await room.runner.giveFeedback(runId, {
			target: { type: 'turn', turn: 0 },
			user: { id: 'u' },
			rating: 'strong_up',
		});
		const events = await room.runner.events(runId);
		expect(events.map((event) => event.type)).not.toContain('token');
		const record = JSON.stringify(await room.runner.record(runId));
		expect(record).toContain('strong_up');
		expect(record).not.toMatch(/"score"/);
	});

	test('R9.53, R2.43: an interrupted piece stays in the record and is marked there', async () => {
		const world = createWorld({
			graph: engineGraph([speaker('A', true, true, start)]),
			script: () => ({ text: 'First part. Second part.' }),
		});
		await world.start('hi');
		const second = world.wire.filter((event) => event.type === 'assistant_response')[1];
		await world.say('wait', { interruptedEventIds: [String(second?.logical_id)] });
		const row = {
			id: 'r',
			facts: {},
			status: 'running',
			workflowId: null,
			versionNumber: null,
		} as unknown as RunRow;
		const record = buildRecord({ engine, row, graph: world.graph, events: world.log, globals: {} });
		const spoken = (record['input_output_pairs'] as Array<{ run_output: { events: JsonObject[] } }>)
			.flatMap((pair) => pair.run_output.events)
			.filter((event) => event['type'] === 'assistant_response');
		expect(spoken.map((event) => [event['content'], event['interrupted']])).toEqual([
			['First part.', false],
			['Second part.', true],
			['First part.', false],
			['Second part.', false],
		]);
	});

	test('R9.50, R9.51: the pair of the event and of the record say the same, and what they say stands', async () => {
		const lab = await openLab({ readyAt: 9 });
		const first = await lab.begin('s');
		await lab.room.turn({ runId: first.runId, message: 'hi', runtimeVariables: { x: 1 } });
		const pairs = (await lab.room.runner.record(first.runId))['input_output_pairs'] as JsonObject[];
		const told = (await lab.room.runner.events(first.runId)).filter(
			(event) => event.type === 'end_workflow_iteration',
		);
		expect(
			told.map(
				(event) => (event['run_input_output_pair'] as JsonObject)['iteration_end_state_miscellaneous'],
			),
		).toEqual(pairs.map((pair) => pair['iteration_end_state_miscellaneous']));
		const end = pairs[1]?.['iteration_end_state_miscellaneous'] as JsonObject;
		expect(Object.keys(end).sort()).toEqual([
			'active_thread_ids',
			'companion_thread_id_to_nodes_history',
			'guardrail_strikes',
			'node_completion_counts',
			'thread_id_to_answered_turns_in_visit',
			'thread_id_to_consecutive_conditional_edges',
			'thread_id_to_global_node_previous_node',
			'thread_id_to_nodes_history',
			'thread_id_to_runtime_variables',
			'thread_id_to_self_loop',
			'thread_id_to_waiting_evaluations',
			'thread_id_to_waiting_transitions',
			'workflow_runtime_variables',
		]);
		expect(end).toMatchObject({
			active_thread_ids: ['0', '0_companion_lab'],
			thread_id_to_nodes_history: { '0': ['entry', 'chat'] },
			companion_thread_id_to_nodes_history: { '0_companion_lab': ['poll'] },
			thread_id_to_runtime_variables: { '0': { x: 1 } },
			thread_id_to_self_loop: { '0_companion_lab': { attempts: 1 } },
		});
		await lab.close();
	});

	test('R9.54: a log with events of a later release is read as far as it is known', () => {
		const world = createWorld({ graph: engineGraph([speaker('A', true, true, start)]) });
		const [known] = engine.decodeEvents('[5, [32, 1]]', world.graph);
		expect(known).toMatchObject({ type: 'turnEnded' });
		expect(engine.decodeEvents('[5, [999, 1, "x"], [32, 1]]', world.graph)).toHaveLength(1);
	});
});

describe('re-runs', () => {
	test('R10.6: companions are restored for reading and never continued', async () => {
		const lab = await openLab({ readyAt: 9 });
		const { runId } = await lab.begin('s');
		const { result } = await lab.room.runner.rerun({ runId, turnIndex: 0 });
		expect(result).toMatchObject({ status: 'waiting_for_user_input', hasActiveCompanions: false });
		const calls = lab.http.calls;
		await lab.pass(6_000);
		await lab.room.turn({ runId: result.runId, command: 'pump' });
		expect(lab.http.calls).toBe(calls);
		await lab.close();
	});

	test('R10.11: a re-run is a run like any other: it is listed, reaped and has a record', async () => {
		const { runId } = await room.turn({ source: { type: 'document', document: graphOf([talk('talk')]) } });
		const { result } = await room.runner.rerun({ runId, turnIndex: 0 });
		const { rows } = await room.store.listRuns({ limit: 10, offset: 0 });
		expect(rows.map((row) => row.id).sort()).toEqual([runId, result.runId].sort());
		await room.clock.move(25 * 60 * 60_000);
		expect((await room.runner.reap()).sort()).toEqual([runId, result.runId].sort());
	});
});
