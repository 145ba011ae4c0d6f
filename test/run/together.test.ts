/** Several messages at once: for one run, for one session, under one idempotency key, on several runners. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chat, openRoom, short, type Room, type RoomOptions } from './room';

const folder = mkdtempSync(join(tmpdir(), 'interactly-together-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let counted = 0;

let room: Room;
afterEach(() => room.close());

async function open(kind: string, options: RoomOptions = {}): Promise<void> {
	room = await openRoom({
		...options,
		...(kind === 'sqlite' ? { path: join(folder, `${(counted += 1)}.db`) } : {}),
	});
}

/** A model that answers when it is told to. */
function gate() {
	let open!: () => void;
	const opened = new Promise<void>((resolve) => (open = resolve));
	return { open, opened };
}

const soon = () => new Promise((resolve) => setTimeout(resolve, 5));

describe.each(['memory', 'sqlite'])('%s: one run', (kind) => {
	test('two messages at once become two turns in order, and neither is lost', async () => {
		await open(kind);
		const { runId } = await room.turn({ source: chat });
		const results = await Promise.all(
			['one', 'two', 'three', 'four'].map((message) => room.turn({ runId, message })),
		);
		expect(results.map(({ reply, turnNumber }) => [turnNumber, reply])).toEqual([
			[2, 'You said: one'],
			[3, 'You said: two'],
			[4, 'You said: three'],
			[5, 'You said: four'],
		]);
		expect(await room.runner.transcript(runId)).toBe(
			[
				'Assistant: Hello.',
				...['one', 'two', 'three', 'four'].flatMap((m) => [`User: ${m}`, `Assistant: You said: ${m}`]),
			].join('\n'),
		);
	});

	test('runs do not wait for each other', async () => {
		const slow = gate();
		await open(kind, {
			script: async ({ messages }) => {
				const text = messages.at(-1)?.content ?? '';
				if (text === 'slow') await slow.opened;
				return text;
			},
		});
		const [one, two] = [await room.turn({ source: chat }), await room.turn({ source: chat })];
		const waiting = room.turn({ runId: one.runId, message: 'slow' });
		expect(await room.turn({ runId: two.runId, message: 'fast' })).toMatchObject({ reply: 'fast' });
		slow.open();
		expect(await waiting).toMatchObject({ reply: 'slow' });
	});

	test('two runners on one store take turns', async () => {
		await open(kind, { realTime: true });
		const other = room.another();
		const { runId } = await room.turn({ source: chat });
		const results = await Promise.all(
			['a', 'b', 'c', 'd', 'e', 'f'].map((message, index) =>
				(index % 2 === 0 ? room.runner : other).turn({ runId, message }),
			),
		);
		expect(results.map(({ turnNumber }) => turnNumber).sort()).toEqual([2, 3, 4, 5, 6, 7]);
		const { input_output_pairs: pairs } = await room.runner.record(runId);
		expect(pairs).toHaveLength(7);
	});
});

describe.each(['memory', 'sqlite'])('%s: a run that memory knows', (kind) => {
	test('and that moved on elsewhere is read anew before a model is asked', async () => {
		const heard: string[][] = [];
		await open(kind, {
			realTime: true,
			script: ({ messages }) => {
				heard.push(messages.filter(({ role }) => role === 'user').map(({ content }) => content));
				return 'Yes.';
			},
		});
		const other = room.another();
		const { runId } = await room.turn({ source: chat });
		await room.turn({ runId, message: 'one' });
		await other.turn({ runId, message: 'two' });
		const third = await room.turn({ runId, message: 'three' });
		const { hasBackgroundWork } = await other.turn({ runId, message: 'four' });
		expect([third.turnNumber, hasBackgroundWork]).toEqual([4, false]);
		expect(heard).toEqual([
			['one'],
			['one', 'two'],
			['one', 'two', 'three'],
			['one', 'two', 'three', 'four'],
		]);
	});

	test('and that was deleted elsewhere is unknown, and a session begins anew', async () => {
		await open(kind, { realTime: true });
		const first = await room.turn({ source: chat, sessionKey: 's' });
		await room.turn({ sessionKey: 's', message: 'one' });
		await room.store.deleteRun(first.runId);
		const { runId } = first;
		await expect(room.turn({ runId, message: 'two' })).rejects.toMatchObject({ code: 'RUN_UNKNOWN' });
		const again = await room.turn({ source: chat, sessionKey: 's', message: 'three' });
		expect(again.runId).not.toBe(runId);
	});

	test('and that another holds is refused or waited for as any other', async () => {
		await open(kind, { realTime: true });
		const { runId } = await room.turn({ source: chat });
		await room.store.claim(runId, 'elsewhere', 60_000);
		const refused = room.turn({ runId, message: 'one', whenBusy: 'refuse' });
		await expect(refused).rejects.toMatchObject({ code: 'RUN_BUSY' });
		await room.store.release({ runId, owner: 'elsewhere' });
		expect(await room.turn({ runId, message: 'one' })).toMatchObject({ turnNumber: 2 });
		expect(await room.store.leaseOwner(runId)).toBeNull();
	});
});

describe('a busy run', () => {
	test('is waited for at most 30 seconds, then RUN_BUSY tells that nothing was taken', async () => {
		const slow = gate();
		await open('memory', { script: async () => (await slow.opened, 'done') });
		const { runId } = await room.turn({ source: chat });
		const first = room.turn({ runId, message: 'one' });
		await soon();
		const second = room.turn({ runId, message: 'two' }).catch((error: unknown) => error);
		await room.clock.move(30_000);
		expect(await second).toMatchObject({ code: 'RUN_BUSY', status: 409, retryable: true });
		slow.open();
		expect(await first).toMatchObject({ reply: 'done', turnNumber: 2 });
		expect(await room.turn({ runId, message: 'three' })).toMatchObject({ turnNumber: 3 });
	});

	test('R1.39: refuses at once when the caller does not wait', async () => {
		const slow = gate();
		await open('memory', { script: async () => (await slow.opened, 'done') });
		const { runId } = await room.turn({ source: chat });
		const first = room.turn({ runId, message: 'one' });
		await soon();
		const refused = room.turn({ runId, message: 'two', whenBusy: 'refuse' });
		await expect(refused).rejects.toMatchObject({ code: 'RUN_BUSY', status: 409 });
		const elsewhere = room.another().turn({ runId, message: 'two', whenBusy: 'refuse' });
		await expect(elsewhere).rejects.toMatchObject({ code: 'RUN_BUSY' });
		slow.open();
		await first;
	});

	test('a caller that goes away while waiting leaves the line', async () => {
		const slow = gate();
		await open('memory', {
			script: async ({ messages }) => (await slow.opened, messages.at(-1)?.content ?? ''),
		});
		const { runId } = await room.turn({ source: chat });
		const first = room.turn({ runId, message: 'one' });
		await soon();
		const gone = new AbortController();
		const second = room.turn({ runId, message: 'two', signal: gone.signal });
		const third = room.turn({ runId, message: 'three' });
		gone.abort(new Error('The caller went away.'));
		await expect(second).rejects.toThrow('The caller went away.');
		slow.open();
		expect((await first).reply).toBe('one');
		expect(await third).toMatchObject({ reply: 'three', turnNumber: 3 });
	});

	test('is renewed while a turn is long, so that no other process takes it', async () => {
		const slow = gate();
		await open('memory', { script: async () => (await slow.opened, 'done') });
		const { runId } = await room.turn({ source: chat });
		const first = room.turn({ runId, message: 'one' });
		await soon();
		await room.clock.move(300_000);
		expect(await room.store.claim(runId, 'somebody', 1000)).toBeNull();
		slow.open();
		expect(await first).toMatchObject({ reply: 'done' });
		expect(await room.store.claim(runId, 'somebody', 1000)).not.toBeNull();
	});
});

describe.each(['memory', 'sqlite'])('%s: sessions', (kind) => {
	test('two first messages for one new session at once become one run with two turns in order', async () => {
		await open(kind);
		const results = await Promise.all(
			['one', 'two', 'three'].map((message) => room.turn({ sessionKey: 'anna', source: chat, message })),
		);
		expect(new Set(results.map(({ runId }) => runId)).size).toBe(1);
		expect(results.map(({ turnNumber }) => turnNumber)).toEqual([1, 2, 3]);
		expect(results[1]?.reply).toBe('You said: two');
		expect((await room.store.listRuns({ limit: 9, offset: 0 })).total).toBe(1);
	});

	test('also when the messages reach two processes', async () => {
		await open(kind, { realTime: true });
		const runners = [room.runner, room.another()];
		const results = await Promise.all(
			[0, 1, 2, 3].map((index) =>
				(runners[index % 2] ?? room.runner).turn({ sessionKey: 'anna', source: chat, message: `m${index}` }),
			),
		);
		expect(new Set(results.map((result) => result.runId)).size).toBe(1);
		expect(results.map((result) => result.turnNumber).sort()).toEqual([1, 2, 3, 4]);
	});

	test('a finished run gives its session to a new one; the old one stays readable', async () => {
		await open(kind);
		const first = await room.turn({ sessionKey: 'anna', source: short });
		const second = await room.turn({ sessionKey: 'anna', source: chat });
		expect(second.runId).not.toBe(first.runId);
		expect(second).toMatchObject({ turnNumber: 1, status: 'waiting_for_user_input' });
		expect((await room.store.findSession('anna'))?.id).toBe(second.runId);
		expect((await room.runner.record(first.runId)).status).toBe('completed');
		const { rows } = await room.store.listRuns({ sessionKey: 'anna', limit: 9, offset: 0 });
		expect(rows.map(({ id }) => id)).toEqual([second.runId, first.runId]);
	});

	test('a message that waited for the last turn of a run begins the next run', async () => {
		await open(kind);
		const results = await Promise.all([1, 2, 3].map(() => room.turn({ sessionKey: 'anna', source: short })));
		expect(results.map(({ status, turnNumber }) => [status, turnNumber])).toEqual([
			['completed', 1],
			['completed', 1],
			['completed', 1],
		]);
		expect(new Set(results.map(({ runId }) => runId)).size).toBe(3);
	});

	test('a session whose run was deleted, or taken over elsewhere, finds its way', async () => {
		await open(kind);
		const other = room.another();
		const first = await room.turn({ sessionKey: 'anna', source: chat });
		await room.store.deleteRun(first.runId);
		const second = await room.turn({ sessionKey: 'anna', source: chat });
		expect(second.runId).not.toBe(first.runId);
		await other.turn({ sessionKey: 'anna', command: 'stop' });
		const third = await other.turn({ sessionKey: 'anna', source: chat });
		expect(await room.turn({ sessionKey: 'anna', message: 'x' })).toMatchObject({
			runId: third.runId,
			turnNumber: 2,
		});
		expect(await room.turn({ sessionKey: 'anna', command: 'stop' })).toMatchObject({ runId: third.runId });
	});

	test('an unknown session can be refused instead of begun, a finished one too', async () => {
		await open(kind);
		const ask = () => room.turn({ sessionKey: 'anna', source: short, whenSessionIsNew: 'refuse' });
		await expect(ask()).rejects.toMatchObject({ code: 'SESSION_UNKNOWN', status: 404 });
		await room.turn({ sessionKey: 'anna', source: short });
		await expect(ask()).rejects.toMatchObject({ code: 'SESSION_UNKNOWN' });
		expect((await room.store.listRuns({ limit: 9, offset: 0 })).total).toBe(1);
	});

	test.each(['pause', 'resume', 'stop', 'pump'] as const)('%s never begins a session', async (command) => {
		await open(kind);
		const asked = room.turn({ sessionKey: 'anna', source: chat, command });
		await expect(asked).rejects.toMatchObject({ code: 'SESSION_UNKNOWN' });
		expect(await room.store.findSession('anna')).toBeNull();
	});
});

describe.each(['memory', 'sqlite'])('%s: idempotency keys', (kind) => {
	/** What a caller sees, the mark of the repetition aside. */
	const seen = (result: object) => JSON.parse(JSON.stringify({ ...result, repeated: null })) as unknown;

	test('a repeated delivery gets the first answer, exactly, and changes nothing', async () => {
		await open(kind);
		const { runId } = await room.turn({ source: chat });
		const first = await room.turn({ runId, message: 'one', idempotencyKey: 'k1' });
		await room.turn({ runId, message: 'two', idempotencyKey: 'k2' });
		const head = (await room.store.findRun(runId))?.head;
		const again = await room.turn({ runId, message: 'one', idempotencyKey: 'k1' });
		expect(first.repeated).toBe(false);
		expect(again.repeated).toBe(true);
		expect(seen(again)).toEqual(seen(first));
		expect((await room.store.findRun(runId))?.head).toBe(head);
		expect(room.requests).toHaveLength(2);
	});

	test('also the one that began the run, with a session or without, and after the run has ended', async () => {
		await open(kind);
		for (const more of [{}, { sessionKey: 'anna' }]) {
			for (const source of [chat, short]) {
				const request = { ...more, source, idempotencyKey: `k ${source === chat}` };
				const first = await room.turn(request);
				const again = await room.turn(request);
				expect(again.repeated).toBe(true);
				expect(seen(again)).toEqual(seen(first));
				if (source === chat) await room.turn({ runId: first.runId, command: 'stop' });
				expect(seen(await room.turn(request))).toEqual(seen(first));
			}
		}
		expect((await room.store.listRuns({ limit: 99, offset: 0 })).total).toBe(4);
	});

	test('also when the session has gone on to another run', async () => {
		await open(kind);
		const first = await room.turn({ sessionKey: 'anna', source: short, idempotencyKey: 'k1' });
		await room.turn({ sessionKey: 'anna', source: short, idempotencyKey: 'k2' });
		const again = await room.turn({ sessionKey: 'anna', source: short, idempotencyKey: 'k1' });
		expect(again).toMatchObject({ runId: first.runId, repeated: true, reply: first.reply });
	});

	test('also when both deliveries come at once, on one runner or on two', async () => {
		await open(kind, { realTime: true });
		const runners = [room.runner, room.runner, room.another()];
		const results = await Promise.all(
			runners.map((runner) =>
				runner.turn({ sessionKey: 'anna', source: chat, message: 'x', idempotencyKey: 'k' }),
			),
		);
		expect(results.map(({ repeated }) => repeated).filter((repeated) => repeated)).toHaveLength(2);
		expect(new Set(results.map((result) => JSON.stringify(seen(result)))).size).toBe(1);
		const { input_output_pairs: pairs } = await room.runner.record(results[0]?.runId ?? '');
		expect(pairs).toHaveLength(1);
	});

	test('also after a restart', async () => {
		await open(kind);
		const { runId } = await room.turn({ source: chat });
		const first = await room.turn({ runId, message: 'one', idempotencyKey: 'k1' });
		const again = await room.another().turn({ runId, message: 'one', idempotencyKey: 'k1' });
		expect(seen(again)).toEqual(seen(first));
	});
});

test('a closed runner finishes what it began and takes nothing more', async () => {
	const slow = gate();
	await open('memory', { script: async () => (await slow.opened, 'done') });
	const { runId } = await room.turn({ source: chat });
	const turn = room.turn({ runId, message: 'x' });
	await soon();
	const closing = room.runner.close();
	await expect(room.turn({ runId, message: 'y' })).rejects.toMatchObject({ code: 'RUNNER_CLOSED' });
	slow.open();
	await closing;
	expect(await turn).toMatchObject({ reply: 'done' });
});
