/** R1.11 cell by cell, as decisions and as answers to callers. */

import type { RunStatus } from '../../lib/engine/contract';
import { codeOf } from '../../lib/errors';
import { decide, type CommandName, type Decision } from '../../lib/run/commands';
import { chat, graphOf, openRoom, say, short, type Room } from './room';

const statuses: RunStatus[] = [
	'waiting_for_user_input',
	'running',
	'paused',
	'completed',
	'failed',
	'cancelled',
	'aborted_looping_risk',
];

const table: Record<CommandName, [Decision, Decision, Decision, Decision]> = {
	//        waiting    running    paused     terminal
	start: ['turn', 'refuse', 'refuse', 'refuse'],
	data: ['turn', 'refuse', 'refuse', 'refuse'],
	resume: ['turn', 'refuse', 'resume', 'refuse'],
	pause: ['pause', 'pause', 'nothing', 'refuse'],
	stop: ['stop', 'stop', 'stop', 'nothing'],
	pump: ['pump', 'pump', 'nothing', 'nothing'],
};

describe('R1.11: commands by state', () => {
	for (const [command, cells] of Object.entries(table)) {
		statuses.forEach((status, index) => {
			const expected = cells[Math.min(index, 3)];
			test(`${command} on a run that is ${status}: ${expected}`, () => {
				expect(decide(command as CommandName, status)).toBe(expected);
			});
		});
	}
});

describe('R1.11: commands as callers send them', () => {
	let room: Room;
	beforeEach(async () => (room = await openRoom()));
	afterEach(() => room.close());

	async function code(promise: Promise<unknown>): Promise<string> {
		return await promise.then(
			() => 'none',
			(error: unknown) => `${codeOf(error)} ${(error as { status?: number }).status}`,
		);
	}

	test.each(['data', 'resume', 'pause', 'stop', 'pump'] as const)(
		'%s without a run id is refused with 400',
		async (command) => {
			expect(await code(room.turn({ command, source: chat }))).toBe('RUN_ID_MISSING 400');
			expect((await room.store.listRuns({ limit: 9, offset: 0 })).total).toBe(0);
		},
	);

	test('start with the id of a waiting run is its next turn', async () => {
		const { runId } = await room.turn({ source: chat });
		expect(await room.turn({ runId, command: 'start', message: 'x' })).toMatchObject({
			runId,
			turnNumber: 2,
		});
		expect(await room.turn({ runId, command: 'data', message: 'y' })).toMatchObject({ turnNumber: 3 });
		expect(await room.turn({ runId, command: 'resume', message: 'z' })).toMatchObject({
			turnNumber: 4,
			reply: 'You said: z',
		});
	});

	test('a finished run takes nothing but stop, which changes nothing', async () => {
		const { runId } = await room.turn({ source: short });
		for (const command of ['start', 'data', 'resume', 'pause'] as const) {
			expect(await code(room.turn({ runId, command }))).toBe('RUN_STATE_REFUSES 409');
		}
		const head = (await room.store.findRun(runId))?.head;
		expect(await room.turn({ runId, command: 'stop' })).toMatchObject({ status: 'completed', reply: '' });
		expect(await room.turn({ runId, command: 'pump' })).toMatchObject({ status: 'completed' });
		expect((await room.store.findRun(runId))?.head).toBe(head);
	});

	test('R1.12, R1.13: a waiting run pauses, refuses messages, and goes on when it is resumed', async () => {
		const { runId } = await room.turn({ source: chat });
		expect(await room.turn({ runId, command: 'pause' })).toMatchObject({ status: 'paused' });
		expect(await code(room.turn({ runId, message: 'x' }))).toBe('RUN_STATE_REFUSES 409');
		expect(await room.turn({ runId, command: 'pause' })).toMatchObject({ status: 'paused' });
		expect(await room.turn({ runId, command: 'pump' })).toMatchObject({ status: 'paused' });
		expect(await room.turn({ runId, command: 'resume' })).toMatchObject({ status: 'waiting_for_user_input' });
		expect(await room.turn({ runId, message: 'x' })).toMatchObject({ reply: 'You said: x' });
	});

	test('R1.13: resume may carry a message', async () => {
		const { runId } = await room.turn({ source: chat });
		await room.turn({ runId, command: 'pause' });
		expect(await room.turn({ runId, command: 'resume', message: 'back' })).toMatchObject({
			status: 'waiting_for_user_input',
			reply: 'You said: back',
		});
	});

	test('R1.14: stop cancels a waiting or a paused run', async () => {
		const first = await room.turn({ source: chat });
		const stopped = await room.turn({ runId: first.runId, command: 'stop' });
		expect(stopped).toMatchObject({ status: 'cancelled', isCompleted: true });
		expect(stopped.events.map(({ type }) => type)).toEqual(['end_thread', 'end_workflow']);
		const second = await room.turn({ source: chat });
		await room.turn({ runId: second.runId, command: 'pause' });
		expect(await room.turn({ runId: second.runId, command: 'stop' })).toMatchObject({ status: 'cancelled' });
		expect(await room.store.findRun(second.runId)).toMatchObject({
			status: 'cancelled',
			facts: { terminationSource: 'stopped' },
		});
	});

	test('an unknown run is refused by its id', async () => {
		expect(await code(room.turn({ runId: 'no', message: 'x' }))).toBe('RUN_UNKNOWN 404');
	});

	test('a graph that only says something ends without a message', async () => {
		const document = graphOf([say('bye', 'Goodbye.')]);
		expect(await room.turn({ source: { type: 'document', document } })).toMatchObject({
			status: 'completed',
		});
	});
});
