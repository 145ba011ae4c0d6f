/** What is told to those who watch a store: everything once, in order, whoever did it, also across restarts. */

import type { Runner } from '../../lib/run/contract';
import type { Happening } from '../../lib/run/happenings';
import { WATCH_SCOPE, type WatchOptions } from '../../lib/run/watch';
import { openLab, type Lab } from './lab';
import { graphOf, say } from './room';

/** Lets every promise settle without moving time. */
async function breathe(): Promise<void> {
	for (let tick = 0; tick < 20; tick += 1) await new Promise(setImmediate);
}

async function watch(lab: Lab, more: Partial<WatchOptions> & { runner?: Runner } = {}) {
	const { runner = lab.room.runner, ...options } = more;
	const told: Happening[] = [];
	const watching = await runner.watch({
		name: 'test',
		from: 'last',
		wants: () => true,
		onHappening: (happening) => void told.push(happening),
		...options,
	});
	return { told, stop: () => watching.stop() };
}

const texts = (told: readonly Happening[]) => told.map(({ result }) => result.reply);

describe('the watch of a store', () => {
	let lab: Lab;
	beforeEach(async () => {
		lab = await openLab({ readyAt: 3 });
	});
	afterEach(() => lab.close());

	test('a turn of this process is told as soon as it has ended, with what it did', async () => {
		const { told, stop } = await watch(lab);
		const { runId } = await lab.room.turn({ source: lab.quiet, sessionKey: 's', command: 'start' });
		const answered = await lab.room.turn({ runId, command: 'data', message: 'Hi' });
		await breathe();
		expect(told.map(({ kind }) => kind)).toEqual(['turn', 'turn']);
		expect(told[0]).toMatchObject({ parked: true, unattended: false, sessionKey: 's', reason: null });
		expect(told[1]?.result).toEqual({ ...answered, latencyMs: told[1]?.result.latencyMs });
		expect(new Set(told.map(({ id }) => id)).size).toBe(2);
		await stop();
	});

	test('what another process did is told at the next look', async () => {
		const { told, stop } = await watch(lab, { everyMs: 2_000 });
		await breathe();
		await lab.room.another().turn({ source: lab.quiet, command: 'start' });
		await breathe();
		expect(told).toHaveLength(0);
		await lab.pass(2_000);
		expect(told).toHaveLength(1);
		await stop();
	});

	test('R5.24: what background work said is marked as read by nobody; a pump that a caller asked for is not', async () => {
		const { told, stop } = await watch(lab);
		const { runId } = await lab.begin('s');
		await lab.pass(3_000);
		await lab.room.turn({ runId, command: 'pump' });
		await lab.pass(3_000);
		await lab.room.turn({ runId, command: 'pump', unattended: true });
		await breathe();
		expect(told.map(({ kind, unattended }) => [kind, unattended])).toEqual([
			['turn', false],
			['pump', false],
			['pump', true],
		]);
		expect(told[2]?.result).toMatchObject({ reply: 'Your result is in.', status: 'completed' });
		await stop();
	});

	test('a pause, a stop and the reaper are told with the reason', async () => {
		const { told, stop } = await watch(lab, { everyMs: 1e9 });
		const first = await lab.room.turn({ source: lab.quiet, command: 'start' });
		await lab.room.turn({ runId: first.runId, command: 'pause' });
		await lab.room.turn({ runId: first.runId, command: 'stop' });
		await lab.room.turn({ source: lab.quiet, command: 'start' });
		await lab.room.clock.move(25 * 60 * 60_000);
		await lab.room.runner.reap();
		await breathe();
		expect(told.map(({ kind, result }) => [kind, result.status])).toEqual([
			['turn', 'waiting_for_user_input'],
			['between', 'paused'],
			['between', 'cancelled'],
			['turn', 'waiting_for_user_input'],
			['between', 'failed'],
		]);
		expect(told[2]?.reason).toBe('stopped');
		expect(told[4]?.reason).toContain('did not move');
		await stop();
	});

	test('a restart goes on where it stopped: what happened meanwhile is told, and nothing twice', async () => {
		const before = await watch(lab);
		await lab.room.turn({ source: short('One.'), command: 'start' });
		await breathe();
		await before.stop();
		await lab.room.turn({ source: short('Two.'), command: 'start' });
		const after = await watch(lab, { runner: lab.room.another() });
		await breathe();
		expect(texts(before.told)).toEqual(['One.']);
		expect(texts(after.told)).toEqual(['Two.']);
		await after.stop();
		const third = await watch(lab, { from: 'now' });
		await breathe();
		expect(third.told).toHaveLength(0);
		await third.stop();
	});

	test('a first watch begins now, not with the history of the store', async () => {
		await lab.room.turn({ source: short('Old.'), command: 'start' });
		const { told, stop } = await watch(lab);
		await breathe();
		expect(told).toHaveLength(0);
		await stop();
	});

	test('the place is stored before something is told: a process killed while telling does not tell it again', async () => {
		const places: unknown[] = [];
		const { told, stop } = await watch(lab, {
			onHappening: async () =>
				void places.push(
					await lab.room.store.getSetting(WATCH_SCOPE, 'test'),
					await lab.room.store.lastPosition(),
				),
		});
		await lab.room.turn({ source: short('Once.'), command: 'start' });
		await breathe();
		expect(told).toHaveLength(0);
		expect(places).toEqual([{ position: places[1] }, places[1]]);
		await stop();
		const next = await watch(lab, { runner: lab.room.another() });
		await breathe();
		expect(next.told).toHaveLength(0);
		await next.stop();
	});

	test('a listener that fails does not keep the others or what follows', async () => {
		const other = await watch(lab, { name: 'other' });
		let calls = 0;
		const { stop } = await watch(lab, {
			onHappening: () => {
				calls += 1;
				throw new Error('no');
			},
		});
		await lab.room.turn({ source: short('One.'), command: 'start' });
		await lab.room.turn({ source: short('Two.'), command: 'start' });
		await breathe();
		expect(calls).toBe(2);
		expect(texts(other.told)).toEqual(['One.', 'Two.']);
		await stop();
		await other.stop();
	});

	describe('that tells at least once', () => {
		/** A listener whose promises a test settles, by the words that were said. */
		function taker() {
			const told: string[] = [];
			const waiting = new Map<string, { take(): void; refuse(error: Error): void }>();
			const onHappening = ({ result }: Happening) =>
				new Promise<void>((take, refuse) => {
					told.push(result.reply);
					waiting.set(result.reply, { take, refuse });
				});
			return { told, waiting, onHappening };
		}
		const talk = (text: string) => lab.room.turn({ source: short(text), command: 'start' });
		const delivery = 'atLeastOnce';

		test('what was not taken when the process ended is told again, what was taken is not', async () => {
			const before = taker();
			const { stop } = await watch(lab, { delivery, onHappening: before.onHappening });
			for (const text of ['One.', 'Two.', 'Three.']) await talk(text);
			await breathe();
			expect(before.told).toEqual(['One.', 'Two.', 'Three.']);
			before.waiting.get('One.')?.take();
			before.waiting.get('Three.')?.take();
			await breathe();
			await stop();
			const after = taker();
			const next = await watch(lab, { delivery, ...after, runner: lab.room.another() });
			await breathe();
			// Three was taken, but its place lies behind one that was not.
			expect(after.told).toEqual(['Two.', 'Three.']);
			for (const { take } of after.waiting.values()) take();
			await breathe();
			await next.stop();
			const third = await watch(lab, { delivery });
			await breathe();
			expect(third.told).toHaveLength(0);
			await third.stop();
		});

		test('what is taken only after the end of the watch moves no place of the next one', async () => {
			const before = taker();
			const { stop } = await watch(lab, { delivery, onHappening: before.onHappening });
			await talk('Late.');
			await breathe();
			const place = await lab.room.store.getSetting(WATCH_SCOPE, 'test');
			await stop();
			before.waiting.get('Late.')?.take();
			await breathe();
			expect(await lab.room.store.getSetting(WATCH_SCOPE, 'test')).toEqual(place);
		});

		test('what is refused is told again, ever more rarely, and given up after half a minute', async () => {
			let calls = 0;
			const onHappening = () => Promise.reject(new Error(`no ${(calls += 1)}`));
			const { stop } = await watch(lab, { delivery, onHappening });
			await talk('Refused.');
			await breathe();
			const seen = [calls];
			for (const pauseMs of [1_000, 2_000, 4_000, 8_000, 16_000, 60_000]) {
				await lab.pass(pauseMs);
				await breathe();
				seen.push(calls);
			}
			expect(seen).toEqual([1, 2, 3, 4, 5, 6, 6]);
			await stop();
			const next = await watch(lab, { delivery });
			await breathe();
			expect(next.told).toHaveLength(0);
			await next.stop();
		});

		test('the end of the watch does not wait for what is not taken', async () => {
			const { onHappening, told } = taker();
			const { stop } = await watch(lab, { delivery, onHappening });
			await talk('Open.');
			await breathe();
			await stop();
			expect(told).toEqual(['Open.']);
		});
	});

	test('a turn costs the same however long its run is: what was told is not read again', async () => {
		const { told, stop } = await watch(lab);
		const { runId } = await lab.room.turn({ source: lab.quiet, command: 'start' });
		const read = jest.spyOn(lab.room.store, 'readBatches');
		for (let turn = 0; turn < 5; turn += 1) {
			await lab.room.turn({ runId, command: 'data', message: `Message ${turn}` });
			await breathe();
		}
		expect(texts(told).slice(1)).toEqual([0, 1, 2, 3, 4].map((turn) => `You said: Message ${turn}`));
		expect(told.map(({ result }) => result.turnNumber)).toEqual([1, 2, 3, 4, 5, 6]);
		const firstRead = read.mock.calls.map(([, from]) => from);
		expect(firstRead.slice(1).every((from, index) => from > (firstRead[index] ?? 0))).toBe(true);
		await stop();
	});

	test('turns that closed together are told one by one, page by page', async () => {
		const { runId } = await lab.room.turn({ source: lab.quiet, command: 'start' });
		const { told, stop } = await watch(lab, { everyMs: 1e9 });
		const readWritten = lab.room.store.readWritten.bind(lab.room.store);
		jest.spyOn(lab.room.store, 'readWritten').mockImplementation((after) => readWritten(after, 1));
		const other = lab.room.another();
		for (const message of ['a', 'b', 'c']) await other.turn({ runId, command: 'data', message });
		await lab.room.turn({ runId, command: 'data', message: 'd' });
		await breathe();
		expect(texts(told)).toEqual(['a', 'b', 'c', 'd'].map((message) => `You said: ${message}`));
		await stop();
	});

	test('a store that fails while it is read is asked again, and then everything is told once', async () => {
		const { told, stop } = await watch(lab, { everyMs: 1_000 });
		const { runId } = await lab.room.turn({ source: lab.quiet, command: 'start' });
		await breathe();
		jest.spyOn(lab.room.store, 'putSetting').mockRejectedValueOnce(new Error('disk full'));
		await lab.room.turn({ runId, command: 'data', message: 'Hi' });
		await breathe();
		expect(told).toHaveLength(1);
		await lab.pass(1_000);
		expect(texts(told)).toEqual(['', 'You said: Hi']);
		await stop();
	});

	test('an idle watch reads one short list per look, and a run deleted meanwhile is passed over', async () => {
		const { told, stop } = await watch(lab, { everyMs: 2_000 });
		const { runId } = await lab.room.another().turn({ source: short('Gone.'), command: 'start' });
		await lab.room.store.deleteRun(runId);
		const read = jest.spyOn(lab.room.store, 'readWritten');
		const save = jest.spyOn(lab.room.store, 'putSetting');
		await lab.pass(10_000);
		expect(told).toHaveLength(0);
		expect(read.mock.calls.length).toBeLessThanOrEqual(6);
		expect(save.mock.calls.length).toBeLessThanOrEqual(1);
		await stop();
	});
});

function short(text: string) {
	return { type: 'document', document: graphOf([say('one', text)]) } as const;
}
