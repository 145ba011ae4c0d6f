/** What is read of runs: the record, live events, the transcript, feedback; and runs nobody reads any more. */

import fc from 'fast-check';
import type { WireEvent } from '../../lib/engine/contract';
import { codeOf } from '../../lib/errors';
import type { JsonObject } from '../../lib/json';
import { chat, direct, graphOf, openRoom, short, talk, type Room } from './room';

let room: Room;
beforeEach(async () => (room = await openRoom()));
afterEach(() => room.close());

interface Pair {
	run_input: JsonObject & { workflow_run_id: string };
	run_output: { events: WireEvent[]; thread_to_node_outputs: Record<string, JsonObject[]> };
	iteration_end_state_miscellaneous: JsonObject | null;
	comments: JsonObject[];
	ratings: JsonObject[];
}
const pairsOf = (record: JsonObject) => record.input_output_pairs as unknown as Pair[];
const types = (events: readonly WireEvent[]) => events.map(({ type }) => type);

async function refusal(promise: Promise<unknown>) {
	return await promise.then(
		() => ['none', 0],
		(error: unknown) => [codeOf(error), (error as { status?: number }).status],
	);
}

describe('wire events', () => {
	test('R9.44: two static nodes and a direct edge, in the recorded order', async () => {
		const { events } = await room.turn({ source: short });
		expect(types(events)).toEqual([
			...['start_workflow', 'start_thread'],
			...['start_node_run', 'say_static', 'assistant_response', 'end_node_run', 'workflow_show_state'],
			...['direct_edge', 'workflow_navigation_message'],
			...['start_node_run', 'say_static', 'assistant_response', 'end_node_run', 'workflow_show_state'],
			...['end_thread', 'end_workflow_iteration', 'end_workflow'],
		]);
	});

	test.each(['step', 'turn'] as const)(
		'durability %s: those of the result, those shown live and those of the log are the same',
		async (durability) => {
			const runner = room.another({ durability });
			const live: WireEvent[] = [];
			const later: WireEvent[] = [];
			const onEvent = (event: WireEvent) => void live.push(structuredClone(event));
			const first = await runner.turn({ source: chat, onEvent });
			const results = [first];
			for (const message of ['one', 'two'])
				results.push(await runner.turn({ runId: first.runId, message, onEvent }));
			results.push(await runner.turn({ runId: first.runId, command: 'pause', onEvent }));
			results.push(await runner.turn({ runId: first.runId, command: 'stop', onEvent }));
			// Read only now: a result keeps what its turn began from, whatever came after.
			for (const { events } of results) later.push(...events);
			expect(later).toEqual(live);
			expect(await room.another().events(first.runId)).toEqual(live);
		},
	);

	test.each(['step', 'turn'] as const)(
		'R9.50: durability %s: the pair of an iteration holds what was told before it, and not the end of the run',
		async (durability) => {
			const live: WireEvent[] = [];
			const onEvent = (event: WireEvent) => void live.push(structuredClone(event));
			const result = await room.another({ durability }).turn({ source: short, onEvent });
			const later = await room.another().events(result.runId);
			expect(later).toEqual(live);
			expect(result.events).toEqual(live);
			const end = live.findIndex(({ type }) => type === 'end_workflow_iteration');
			const { run_output: output } = live[end]?.['run_input_output_pair'] as unknown as Pair;
			expect(output.events).toEqual(live.slice(0, end));
		},
	);

	test('are shown only once they are durable', async () => {
		const heads: number[] = [];
		const store = { ...room.store };
		let durable = 0;
		store.append = async (request) => {
			const result = await room.store.append(request);
			durable += 1;
			return result;
		};
		for (const durability of ['step', 'turn'] as const) {
			durable = 0;
			await room.another({ store, durability }).turn({ source: chat, onEvent: () => heads.push(durable) });
			expect(Math.min(...heads)).toBeGreaterThan(0);
		}
	});
});

describe('R9.49–R9.51: the record', () => {
	test('has a pair for each turn, with input, events and where every thread stood', async () => {
		const { runId } = await room.turn({ source: chat, runBy: 'tester' });
		await room.turn({ runId, message: 'one' });
		await room.turn({ runId, command: 'stop' });
		const record = await room.runner.record(runId);
		expect(record).toMatchObject({
			logical_id: runId,
			workflow_run_id: runId,
			workflow_id: null,
			status: 'cancelled',
			termination_source: 'stopped',
			run_by: 'tester',
			comments: [],
			source_workflow_run_id: null,
			checkpoint_source_turn_index: null,
			is_evaluation_run: false,
			evaluation_run_info: null,
			voice_conversation_id: null,
			workflow_config_fully_hydrated: chat.document,
			llm_token_usage: { total_input_tokens: 10, total_output_tokens: 5, total_tokens: 15, call_count: 1 },
		});
		const [first, second] = pairsOf(record);
		expect(pairsOf(record)).toHaveLength(2);
		expect(first?.run_input.workflow_run_id).toBe(runId);
		expect(types(first?.run_output.events ?? [])).toContain('workflow_ready_for_input');
		const [kept] = first?.run_output.events.filter(({ type }) => type === 'end_workflow_iteration') ?? [];
		expect(kept).toMatchObject({ iteration_number: 1, iteration_metrics: { nodes_executed_count: 1 } });
		// It is about the pair that it stands in.
		expect(kept).not.toHaveProperty('run_input_output_pair');
		expect(types(second?.run_output.events ?? []).slice(-2)).toEqual(['end_thread', 'end_workflow']);
		expect(first?.iteration_end_state_miscellaneous).toMatchObject({
			thread_id_to_nodes_history: { '0': ['hello'] },
			active_thread_ids: ['0'],
			guardrail_strikes: 0,
			node_completion_counts: { hello: 1 },
		});
		expect(second?.iteration_end_state_miscellaneous).toMatchObject({
			thread_id_to_nodes_history: { '0': ['hello', 'talk'] },
		});
	});

	test('R5.33: event ids are unique in a run', async () => {
		const { runId } = await room.turn({ source: chat });
		await room.turn({ runId, message: 'one' });
		const ids = (await room.runner.events(runId)).map(({ logical_id: id }) => id);
		expect(new Set(ids).size).toBe(ids.length);
	});

	test('R2.4: what a pump says is appended to the last pair', async () => {
		const loop = { self_loop_config: { enabled: true, max_retries: 3, time_between_retries: 5 } };
		const document = graphOf(
			[
				{ type: 'no_op', logical_id: 'start' },
				talk('talk'),
				{ type: 'no_op', logical_id: 'beside', ...loop },
			],
			[
				direct('start', 'talk'),
				{
					...direct('start', 'beside'),
					companion_thread_config: { is_companion_thread: true, thread_id: 'poll' },
				},
			],
		);
		const { runId, hasActiveCompanions, hasBackgroundWork } = await room.turn({
			source: { type: 'document', document },
		});
		expect([hasActiveCompanions, hasBackgroundWork]).toEqual([true, true]);
		const before = pairsOf(await room.runner.record(runId))[0]?.run_output.events.length ?? 0;
		await room.clock.move(6000);
		const pumped = await room.turn({ runId, command: 'pump' });
		expect(pumped.turnNumber).toBe(1);
		expect(types(pumped.events)).toContain('companion_step_boundary');
		const pairs = pairsOf(await room.runner.record(runId));
		expect(pairs).toHaveLength(1);
		expect(pairs[0]?.run_output.events.length).toBe(before + pumped.events.length);
		// R7.1.2: the turn executed it once, the pump once more.
		const outputs = pairs[0]?.run_output.thread_to_node_outputs['0_companion_poll'];
		expect(outputs?.map((output) => output['node_run_id'])).toEqual(['1', '2']);
		await room.turn({ runId, command: 'pause' });
		const [last] = pairsOf(await room.runner.record(runId));
		expect(last?.run_output.thread_to_node_outputs).toEqual(pairs[0]?.run_output.thread_to_node_outputs);
	});

	test('unknown runs have none', async () => {
		for (const read of ['record', 'events', 'transcript'] as const) {
			expect(await refusal(room.runner[read]('no'))).toEqual(['RUN_UNKNOWN', 404]);
		}
	});
});

describe('R9.55–R9.58: feedback', () => {
	const ines = { id: 'u1', firstName: 'Ines', lastName: 'Roy', email: 'ines@example.com' };
	const bo = { id: 'u2' };
	const turn = { type: 'turn', turn: 0 } as const;
	const run = { type: 'run' } as const;

	test('R9.55: is refused while the run is in progress', async () => {
		const { runId } = await room.turn({ source: chat });
		const asked = room.runner.giveFeedback(runId, { target: run, user: ines, comment: 'x' });
		await expect(asked).rejects.toMatchObject({
			code: 'RUN_IN_PROGRESS',
			status: 409,
			message: expect.stringContaining('still in progress'),
		});
		await room.turn({ runId, command: 'stop' });
		expect(
			(await room.runner.giveFeedback(runId, { target: run, user: ines, comment: 'x' })).comments,
		).toHaveLength(1);
	});

	test('R9.56: one rating a user and target; a new one replaces the old; it can be taken back', async () => {
		const { runId } = await room.turn({ source: short });
		await room.runner.giveFeedback(runId, { target: turn, user: ines, rating: 'up' });
		await room.runner.giveFeedback(runId, { target: turn, user: bo, rating: 'down' });
		const list = await room.runner.giveFeedback(runId, { target: turn, user: ines, rating: 'strong_up' });
		expect(list.ratings.map(({ value, createdBy }) => [createdBy, value])).toEqual([
			['u2', 'down'],
			['u1', 'strong_up'],
		]);
		expect(list.feedback_users).toEqual({ u1: ines, u2: bo });
		const left = await room.runner.removeFeedback(runId, { target: turn, user: ines, rating: null });
		expect(left.ratings.map(({ createdBy }) => createdBy)).toEqual(['u2']);
		expect(
			await refusal(room.runner.removeFeedback(runId, { target: turn, user: ines, rating: null })),
		).toEqual(['FEEDBACK_UNKNOWN', 404]);
		expect(
			await refusal(room.runner.giveFeedback(runId, { target: turn, user: bo, rating: 'great' as never })),
		).toEqual(['FEEDBACK_REFUSED', 422]);
	});

	test('R9.57: comments are trimmed, never blank, at most 5000 characters', async () => {
		const { runId } = await room.turn({ source: short });
		const give = (comment: string) => room.runner.giveFeedback(runId, { target: run, user: ines, comment });
		expect((await give('  Well done. ')).comments[0]).toMatchObject({
			content: 'Well done.',
			createdBy: 'u1',
		});
		expect(await refusal(give(' \n '))).toEqual(['FEEDBACK_REFUSED', 422]);
		expect(await refusal(give('x'.repeat(5001)))).toEqual(['FEEDBACK_REFUSED', 422]);
		const { comments } = await give('x'.repeat(5000));
		expect(comments).toHaveLength(2);
		// A character beyond the first plane is one, although it takes two units.
		expect((await give('😀'.repeat(5000))).comments).toHaveLength(3);
		expect(await refusal(give('😀'.repeat(5001)))).toEqual(['FEEDBACK_REFUSED', 422]);
		const [first] = comments;
		const left = await room.runner.removeFeedback(runId, {
			target: run,
			user: ines,
			commentId: String(first?.logical_id),
		});
		expect(left.comments).toHaveLength(2);
	});

	test('stands in the record at its target', async () => {
		const { runId, events } = await room.turn({ source: short });
		const spoken = events.find(({ type }) => type === 'assistant_response');
		const event = { type: 'event', eventId: spoken?.logical_id ?? '' } as const;
		await room.runner.giveFeedback(runId, { target: run, user: ines, comment: 'on the run' });
		await room.runner.giveFeedback(runId, { target: turn, user: ines, comment: 'on the turn' });
		await room.runner.giveFeedback(runId, { target: event, user: ines, comment: 'on the event' });
		await room.runner.giveFeedback(runId, { target: event, user: ines, rating: 'down' });
		const record = await room.another().record(runId);
		expect((record.comments as JsonObject[]).map(({ content }) => content)).toEqual(['on the run']);
		const [pair] = pairsOf(record);
		expect(pair?.comments.map(({ content }) => content)).toEqual(['on the turn']);
		const rated = pair?.run_output.events.find(({ logical_id: id }) => id === event.eventId);
		expect(rated).toMatchObject({ comments: [{ content: 'on the event' }], ratings: [{ value: 'down' }] });
		expect(record.feedback_users).toEqual({ u1: ines });
		expect(pairsOf(record)).toHaveLength(1);
	});

	test('on turns and events that do not exist is refused', async () => {
		const { runId } = await room.turn({ source: short });
		for (const target of [
			{ type: 'turn', turn: 1 },
			{ type: 'event', eventId: 'no' },
		] as const) {
			expect(await refusal(room.runner.giveFeedback(runId, { target, user: bo, rating: 'up' }))).toEqual([
				'FEEDBACK_TARGET_UNKNOWN',
				404,
			]);
		}
		expect(await refusal(room.runner.giveFeedback('no', { target: turn, user: bo, rating: 'up' }))).toEqual([
			'RUN_UNKNOWN',
			404,
		]);
	});

	test('R9.55: a run as a whole is commented, not rated: its record has no place for that', async () => {
		const { runId } = await room.turn({ source: short });
		const rated = room.runner.giveFeedback(runId, { target: run, user: bo, rating: 'up' });
		expect(await refusal(rated)).toEqual(['FEEDBACK_REFUSED', 422]);
	});
});

/** A model call that ends only by being aborted. */
const hang = (signal: AbortSignal) =>
	new Promise<string>((_resolve, reject) => {
		signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
	});

describe('R1.31, R1.32: the reaper', () => {
	const minute = 60_000;

	test('fails a waiting run after 24 hours and no earlier; paused and finished ones stay', async () => {
		const waiting = await room.turn({ sessionKey: 'anna', source: chat });
		const paused = await room.turn({ source: chat });
		await room.turn({ runId: paused.runId, command: 'pause' });
		const done = await room.turn({ source: short });
		await room.clock.move(24 * 60 * minute);
		expect(await room.runner.reap()).toEqual([]);
		await room.clock.move(1);
		expect(await room.runner.reap()).toEqual([waiting.runId]);
		expect(await room.runner.reap()).toEqual([]);
		expect(await room.runner.record(waiting.runId)).toMatchObject({
			status: 'failed',
			termination_source: 'stale_run_reaper',
		});
		expect((await room.store.findRun(paused.runId))?.status).toBe('paused');
		expect((await room.store.findRun(done.runId))?.status).toBe('completed');
		expect((await room.turn({ sessionKey: 'anna', source: chat })).runId).not.toBe(waiting.runId);
	});

	test('a message or a pump resets the timer', async () => {
		const one = await room.turn({ source: chat });
		const two = await room.turn({ source: chat });
		await room.clock.move(23 * 60 * minute);
		await room.turn({ runId: one.runId, message: 'x' });
		await room.turn({ runId: two.runId, command: 'pump' });
		await room.clock.move(2 * 60 * minute);
		expect(await room.runner.reap()).toEqual([]);
	});

	test('a turn that broke off is failed after 15 minutes, one that is at work never', async () => {
		let isHanging = true;
		await room.close();
		room = await openRoom({ script: ({ signal }) => (isHanging ? hang(signal) : 'ok') });
		const source = {
			type: 'document',
			document: graphOf([talk('talk', { wait_for_user_message: false })]),
		} as const;
		const { runId } = await room.turn({ source: chat });
		const atWork = new AbortController();
		const working = room.turn({ runId, message: 'x', signal: atWork.signal });
		const left = room.turn({ sessionKey: 's', source, timeoutMs: minute }).catch(codeOf);
		await new Promise((resolve) => setTimeout(resolve, 10));
		await room.clock.move(minute);
		expect(await left).toBe('TURN_TIME_SPENT');
		await room.clock.move(15 * minute + 1);
		const brokenOff = (await room.store.findSession('s'))?.id;
		expect(await room.runner.reap()).toEqual([brokenOff]);
		isHanging = false;
		atWork.abort(new Error('enough'));
		await expect(working).rejects.toThrow('enough');
	});
});

describe('snapshots and memory', () => {
	test('deleting every snapshot changes nothing', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.array(fc.oneof(fc.string({ maxLength: 20 }), fc.constantFrom('!snapshot', '!forget', '!pause')), {
					maxLength: 12,
				}),
				async (steps) => {
					const withSnapshots = await play(steps, true);
					const without = await play(steps, false);
					expect(withSnapshots).toEqual(without);
				},
			),
			{ numRuns: 25 },
		);
	});

	/** Plays the steps on a runner that forgets; snapshots are taken or deleted where the steps say so. */
	async function play(steps: string[], keepsSnapshots: boolean): Promise<unknown> {
		const own = await openRoom({ memory: { maxRuns: 0 } });
		try {
			const { runId } = await own.turn({ source: chat, idempotencyKey: 'fixed' });
			const replies: string[] = [];
			for (const [index, step] of steps.entries()) {
				if (step === '!snapshot') {
					for (let more = 0; more < 20; more += 1) await own.turn({ runId, message: `fill ${more}` });
					if (!keepsSnapshots) await own.store.deleteSnapshots(runId);
				} else if (step === '!pause') {
					await own.turn({ runId, command: 'pause' });
					await own.turn({ runId, command: 'resume' });
				} else replies.push((await own.turn({ runId, message: step, idempotencyKey: `${index}` })).reply);
			}
			const { logical_id: _id, ...record } = await own.runner.record(runId);
			return { replies, record, history: own.requests.at(-1)?.messages };
		} finally {
			await own.close();
		}
	}

	test('are written seldom: the tail since the last is at most half of the log', async () => {
		const saved = jest.spyOn(room.store, 'saveSnapshot');
		const { runId } = await room.turn({ source: chat });
		for (let turn = 0; turn < 200; turn += 1) await room.turn({ runId, message: `${turn}` });
		await room.runner.close();
		expect(saved.mock.calls.length).toBeGreaterThan(1);
		expect(saved.mock.calls.length).toBeLessThan(6);
		const log = await room.store.readLog(runId);
		expect(log?.batches.length).toBeLessThan((log?.run.head ?? 0) * 0.6);
		expect(await room.another().turn({ runId, message: 'last' })).toMatchObject({ turnNumber: 202 });
		expect(room.requests.at(-1)?.messages).toHaveLength(room.requests[200]?.messages.length ?? 0);
	});

	test('one written by another version is passed over', async () => {
		const { runId } = await room.turn({ source: chat });
		await room.turn({ runId, message: 'one' });
		const head = (await room.store.findRun(runId))?.head ?? 0;
		await room.store.saveSnapshot(runId, { head, data: '0\n{"of":"another version"}' });
		expect(await room.another().turn({ runId, message: 'two' })).toMatchObject({
			turnNumber: 3,
			reply: 'You said: two',
		});
	});

	test('a run that is not in memory goes on from disk', async () => {
		const reads = jest.spyOn(room.store, 'readLog');
		const runner = room.another({ memory: { maxRuns: 2 } });
		const ids: string[] = [];
		for (let index = 0; index < 4; index += 1) ids.push((await runner.turn({ source: chat })).runId);
		expect(reads).toHaveBeenCalledTimes(0);
		await runner.turn({ runId: ids[3] ?? '', message: 'x' });
		expect(reads).toHaveBeenCalledTimes(0);
		expect(await runner.turn({ runId: ids[0] ?? '', message: 'y' })).toMatchObject({
			reply: 'You said: y',
			turnNumber: 2,
		});
		expect(reads).toHaveBeenCalledTimes(1);
	});
});
