/** Turns that do not come to their end: aborted, out of time, stopped, paused, robbed of their lease, broken. */

import type { WireEvent } from '../../lib/engine/contract';
import { ConfigurationError, StoreError } from '../../lib/errors';
import { realEngine, type Engine } from '../../lib/run/engine-port';
import type { Store } from '../../lib/store/contract';
import { chat, direct, graphOf, openRoom, say, talk, type Room } from './room';

let room: Room;
afterEach(() => room.close());

/** A model that hangs until its call is aborted, as long as the message says so. */
async function openHanging(): Promise<void> {
	room = await openRoom({
		script: ({ messages, signal }) => {
			const text = messages.at(-1)?.content ?? '';
			if (!isHanging || text !== 'hang') return `You said: ${text}`;
			return new Promise((_resolve, reject) => {
				signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
			});
		},
	});
	isHanging = true;
}
let isHanging = true;

const soon = () => new Promise((resolve) => setTimeout(resolve, 10));

describe('aborted turns', () => {
	test('reject with the reason; the next message first finishes what they began, and its texts lead', async () => {
		await openHanging();
		const { runId } = await room.turn({ source: chat });
		const controller = new AbortController();
		const aborted = room.turn({ runId, message: 'hang', signal: controller.signal });
		await soon();
		controller.abort(new Error('The caller hung up.'));
		await expect(aborted).rejects.toThrow('The caller hung up.');
		isHanging = false;
		const next = await room.turn({ runId, message: 'again' });
		expect(next).toMatchObject({
			recovered: true,
			turnNumber: 3,
			reply: 'You said: hang\n\nYou said: again',
			status: 'waiting_for_user_input',
		});
		expect(next.events.filter(({ type }) => type === 'end_workflow_iteration')).toHaveLength(2);
		expect((await room.turn({ runId, message: 'on' })).recovered).toBe(false);
	});

	test('R9.50: the end of a turn that was broken off tells of all of it, also to those who follow it live', async () => {
		await openHanging();
		const { runId } = await room.turn({ source: chat });
		const hanging = room.turn({ runId, message: 'hang', timeoutMs: 1000 });
		await soon();
		await room.clock.move(1000);
		await hanging.catch(() => undefined);
		isHanging = false;
		const live: WireEvent[] = [];
		const { events } = await room.turn({
			runId,
			message: 'again',
			onEvent: (event) => void live.push(event),
		});
		const ends = (all: WireEvent[]) => all.filter(({ type }) => type === 'end_workflow_iteration');
		expect(ends(live)).toHaveLength(2);
		expect(ends(live)).toEqual(ends(events));
		expect(JSON.stringify(ends(live)[0])).toContain('"hang"');
	});

	test('the same delivery gets the answer it has not had yet', async () => {
		await openHanging();
		const { runId } = await room.turn({ source: chat });
		const request = { runId, message: 'hang', idempotencyKey: 'k' };
		const hanging = room.turn({ ...request, timeoutMs: 1000 });
		await soon();
		await room.clock.move(1000);
		await expect(hanging).rejects.toMatchObject({ code: 'TURN_TIME_SPENT' });
		isHanging = false;
		const again = await room.turn(request);
		expect(again).toMatchObject({ reply: 'You said: hang', recovered: true, repeated: false, turnNumber: 2 });
		expect(await room.turn(request)).toMatchObject({
			reply: 'You said: hang',
			repeated: true,
			turnNumber: 2,
		});
	});

	test('a turn out of time says so and can be repeated', async () => {
		await openHanging();
		const { runId } = await room.turn({ source: chat, timeoutMs: 5000 });
		const hanging = room.turn({ runId, message: 'hang', timeoutMs: 5000 });
		await soon();
		await room.clock.move(4999);
		await room.clock.move(1);
		await expect(hanging).rejects.toMatchObject({
			name: 'LimitError',
			code: 'TURN_TIME_SPENT',
			retryable: true,
			message: expect.stringContaining('5000 ms'),
		});
	});

	test('a signal that has aborted before leaves the run as it was', async () => {
		await openHanging();
		const { runId } = await room.turn({ source: chat });
		const head = (await room.store.findRun(runId))?.head;
		await expect(
			room.turn({ runId, message: 'x', signal: AbortSignal.abort(new Error('too late')) }),
		).rejects.toThrow('too late');
		expect((await room.store.findRun(runId))?.head).toBe(head);
		expect(await room.turn({ runId, message: 'y' })).toMatchObject({
			reply: 'You said: y',
			recovered: false,
		});
	});

	test('a first message broken off leaves a run that its session goes on with', async () => {
		await openHanging();
		const source = { type: 'document', document: graphOf([talk('talk')]) } as const;
		const hanging = room.turn({ sessionKey: 'anna', source, message: 'hang', timeoutMs: 10 });
		await soon();
		await room.clock.move(10);
		await expect(hanging).rejects.toMatchObject({ code: 'TURN_TIME_SPENT' });
		isHanging = false;
		expect(await room.turn({ sessionKey: 'anna', source, message: 'more' })).toMatchObject({
			reply: 'You said: hang\n\nYou said: more',
			recovered: true,
		});
	});

	test('a lack of the deployment is told and leaves no trace: the same message is answered once it is mended', async () => {
		let isMissing = true;
		room = await openRoom({
			script: () => {
				if (isMissing)
					throw new ConfigurationError('LLM_CREDENTIAL_MISSING', 'No key.', { advice: 'Attach one.' });
				return 'better';
			},
		});
		const { runId } = await room.turn({ source: chat });
		const row = await room.store.findRun(runId);
		const log = await room.store.readBatches(runId, 0);
		await expect(room.turn({ runId, message: 'x' })).rejects.toMatchObject({
			code: 'LLM_CREDENTIAL_MISSING',
		});
		expect(await room.store.findRun(runId)).toEqual({ ...row, updatedAt: expect.any(Number) as number });
		expect(await room.store.readBatches(runId, 0)).toEqual(log);
		isMissing = false;
		expect(await room.turn({ runId, message: 'x' })).toMatchObject({
			reply: 'better',
			recovered: false,
			turnNumber: 2,
		});
	});

	test('a conversation that could not begin for lack of a credential does not exist', async () => {
		let isMissing = true;
		room = await openRoom({
			script: () => {
				if (isMissing) throw new ConfigurationError('LLM_CREDENTIAL_MISSING', 'No key.');
				return 'better';
			},
		});
		await expect(room.turn({ sessionKey: 'anna', source: chat, message: 'x' })).rejects.toMatchObject({
			code: 'LLM_CREDENTIAL_MISSING',
		});
		expect(await room.store.findSession('anna')).toBeNull();
		expect((await room.store.listRuns({ limit: 10, offset: 0 })).total).toBe(0);
		isMissing = false;
		expect(await room.turn({ sessionKey: 'anna', source: chat, message: 'x' })).toMatchObject({
			reply: 'Hello.\n\nbetter',
			turnNumber: 1,
		});
	});
});

describe('R1.14: a stop in mid-turn', () => {
	test('aborts the calls in flight; both callers learn that the run is cancelled', async () => {
		await openHanging();
		const { runId } = await room.turn({ sessionKey: 'anna', source: chat });
		const hanging = room.turn({ sessionKey: 'anna', message: 'hang' });
		await soon();
		const stopped = room.turn({ sessionKey: 'anna', command: 'stop' });
		expect(await hanging).toMatchObject({ status: 'cancelled', isCompleted: true, reply: '' });
		expect(await stopped).toMatchObject({ status: 'cancelled' });
		const types = (await room.runner.events(runId)).map(({ type }) => type);
		expect(types.at(-1)).toBe('end_workflow');
		expect(types).not.toContain('workflow_error');
		expect(await room.store.findRun(runId)).toMatchObject({ status: 'cancelled' });
		expect(room.requests[0]?.signal.aborted).toBe(true);
	});

	test('messages that waited behind the turn are refused', async () => {
		await openHanging();
		const { runId } = await room.turn({ source: chat });
		const hanging = room.turn({ runId, message: 'hang' });
		await soon();
		const waiting = room.turn({ runId, message: 'later' });
		await room.turn({ runId, command: 'stop' });
		await hanging;
		await expect(waiting).rejects.toMatchObject({ code: 'RUN_STATE_REFUSES', status: 409 });
	});

	test('a turn that a crash broke off is not finished first', async () => {
		await openHanging();
		const { runId } = await room.turn({ source: chat });
		const hanging = room.turn({ runId, message: 'hang', timeoutMs: 10 });
		await soon();
		await room.clock.move(10);
		await expect(hanging).rejects.toThrow();
		isHanging = false;
		const calls = room.requests.length;
		const shown: WireEvent[] = [];
		const onEvent = (event: WireEvent) => void shown.push(event);
		const stopped = await room.turn({ runId, command: 'stop', onEvent });
		expect(stopped).toMatchObject({ status: 'cancelled', recovered: false });
		expect(room.requests).toHaveLength(calls);
		// R9.50: its pair tells of all of it, as the record does.
		for (const events of [stopped.events, shown]) {
			const pair = events.find(({ type }) => type === 'end_workflow_iteration')?.['run_input_output_pair'];
			expect(pair).toMatchObject({
				run_input: {
					thread_to_node_inputs: { '0': { node_run_inputs: [{ messages: [{ content: 'hang' }] }] } },
				},
				run_output: { events: expect.arrayContaining([expect.objectContaining({ type: 'user_messages' })]) },
			});
		}
	});
});

describe('R1.12: a pause in mid-turn', () => {
	test('lets the node in progress finish and stops before the next; resume goes on there', async () => {
		let finish!: () => void;
		const finished = new Promise<void>((resolve) => (finish = resolve));
		room = await openRoom({ script: async () => (await finished, 'from the model') });
		const document = graphOf(
			[talk('first', { wait_for_user_message: false, self_loop: false }), say('second', 'Second.')],
			[direct('first', 'second')],
		);
		const begun = room.turn({ sessionKey: 'anna', source: { type: 'document', document } });
		await soon();
		const paused = room.turn({ sessionKey: 'anna', command: 'pause' });
		await soon();
		finish();
		expect(await begun).toMatchObject({ status: 'paused', reply: 'from the model' });
		expect(await paused).toMatchObject({ status: 'paused' });
		expect(await room.turn({ sessionKey: 'anna', command: 'resume' })).toMatchObject({
			status: 'completed',
			reply: 'Second.',
		});
	});
});

describe('leases and stores that fail in mid-turn', () => {
	test('a turn whose lease was taken over writes nothing more and says so', async () => {
		await openHanging();
		const { runId } = await room.turn({ source: chat });
		const hanging = room.turn({ runId, message: 'hang' });
		await soon();
		const head = (await room.store.findRun(runId))?.head ?? 0;
		const renewals = jest.spyOn(room.store, 'renew').mockResolvedValue(true);
		await room.clock.move(30_000);
		const thief = await room.store.claim(runId, 'thief', 60_000);
		expect(thief).not.toBeNull();
		renewals.mockRestore();
		await room.clock.move(10_000);
		await expect(hanging).rejects.toMatchObject({ code: 'RUN_LEASE_LOST', retryable: true });
		expect((await room.store.findRun(runId))?.head).toBe(head);
		await room.store.release({ runId, owner: 'thief' });
		isHanging = false;
		expect(await room.turn({ runId, message: 'on' })).toMatchObject({
			recovered: true,
			reply: 'You said: hang\n\nYou said: on',
		});
	});

	test('a full store fails the turn; when there is space the run goes on', async () => {
		room = await openRoom();
		let isFull = false;
		const store: Store = {
			...room.store,
			append: async (request) => {
				if (isFull) throw new StoreError('STORE_FULL', 'No space.', { retryable: true });
				return await room.store.append(request);
			},
		};
		const runner = room.another({ store });
		const { runId } = await runner.turn({ source: chat });
		isFull = true;
		await expect(runner.turn({ runId, message: 'one' })).rejects.toMatchObject({ code: 'STORE_FULL' });
		isFull = false;
		expect(await runner.turn({ runId, message: 'two' })).toMatchObject({
			reply: 'You said: two',
			turnNumber: 2,
		});
	});
});

describe('R1.4: the safety net', () => {
	test('a bug that unwinds the engine ends the run as failed, with what was durable', async () => {
		let breaks = false;
		const engine: Engine = {
			...realEngine,
			advance: async (request) => {
				if (breaks && request.command.type === 'turn') {
					await request.journal.append(
						[
							{
								type: 'turnStarted',
								at: 1,
								kind: 'turn',
								dynamicVariables: {},
								runtimeVariables: {},
								overrides: {},
								idempotencyKey: null,
							},
						],
						true,
					);
					throw new TypeError('undefined is not a function');
				}
				await realEngine.advance(request);
			},
		};
		room = await openRoom({ engine });
		const { runId } = await room.turn({ source: chat });
		breaks = true;
		const broken = await room.turn({ runId, message: 'x' });
		expect(broken).toMatchObject({
			status: 'failed',
			isCompleted: true,
			error: { code: 'FINALLY_SAFETY_NET', message: 'undefined is not a function' },
		});
		expect(await room.runner.record(runId)).toMatchObject({
			status: 'failed',
			termination_source: 'finally_safety_net',
		});
		expect(await room.store.findRun(runId)).toMatchObject({ status: 'failed' });
		expect(await room.store.claim(runId, 'next', 1)).not.toBeNull();
	});
});
