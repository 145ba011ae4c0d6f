/** What every store must do for a writer that appends step after step under one lease. */

import type { Store } from '../../lib/store/contract';
import { newRun, refusal, type HandClock, type Opened } from './conformance';

export function describeSteps(name: string, open: () => Promise<Opened>): void {
	describe(`${name}: steps in the middle of a turn`, () => {
		let store: Store;
		let others: Store[];
		let clock: HandClock;
		let reopen: () => Promise<Store>;
		beforeEach(async () => {
			const opened = await open();
			({ store, clock } = opened);
			others = [];
			reopen = async () => {
				const other = opened.reopen === undefined ? store : await opened.reopen();
				if (other !== store) others.push(other);
				return other;
			};
		});
		afterEach(async () => {
			for (const each of [store, ...others]) await each.close();
		});

		/** A run whose turn has written `count` steps and goes on; other runs write between them. */
		async function inTurn(count: number) {
			const { lease, run } = await store.createRun(newRun('r'));
			const { lease: besideLease } = await store.createRun(newRun('beside', { owner: 'beside' }));
			let { tail } = run;
			for (let head = 0; head < count; head += 1) {
				({ tail } = await store.append({ lease, expectedHead: head, tail, data: `step ${head}` }));
				await store.append({ lease: besideLease, expectedHead: head, data: 'beside' });
			}
			return { lease, tail };
		}

		const steps = (count: number) => Array.from({ length: count }, (_, head) => `step ${head}`);
		const told = async (reader: Store, from = 0) =>
			(await reader.readBatches('r', from)).map(({ data }) => data);

		test('every reader sees every step at once', async () => {
			const { tail } = await inTurn(4);
			for (const reader of [store, await reopen()]) {
				expect(await told(reader)).toEqual(steps(4));
				expect(await told(reader, 2)).toEqual(['step 2', 'step 3']);
				expect(await reader.findRun('r')).toMatchObject({ head: 4, tail });
				const log = await reader.readLog('r');
				expect(log).toMatchObject({ run: { head: 4, tail } });
				expect(log?.batches).toHaveLength(4);
				const listed = (await reader.listRuns({ limit: 9, offset: 0 })).rows.find(({ id }) => id === 'r');
				expect(listed).toMatchObject({ head: 4, tail });
			}
		});

		test('who takes the run over once the lease has run out goes on at its true end', async () => {
			const { lease, tail } = await inTurn(3);
			clock.forward(1001);
			const other = await reopen();
			const taken = await other.claim('r', 'second', 1000);
			expect(taken?.run).toMatchObject({ head: 3, tail });
			const late = store.append({ lease, expectedHead: 3, tail, data: 'late' });
			expect(await refusal(late)).toBe('RUN_LEASE_LOST');
			const second = { runId: 'r', owner: 'second' };
			await other.append({ lease: second, expectedHead: 3, data: 'step 3', release: true });
			expect(await told(store)).toEqual(steps(4));
			expect(await store.leaseOwner('r')).toBeNull();
		});

		test('a lease given back without a word leaves every step', async () => {
			const { lease, tail } = await inTurn(3);
			await store.release(lease);
			const other = await reopen();
			expect((await other.claim('r', 'second', 1000))?.run).toMatchObject({ head: 3, tail });
			expect(await told(other)).toEqual(steps(3));
		});

		test('a step elsewhere than at the end is refused and writes nothing', async () => {
			const { lease, tail } = await inTurn(3);
			for (const expectedHead of [2, 4]) {
				expect(await refusal(store.append({ lease, expectedHead, tail, data: 'x' }))).toBe('RUN_LEASE_LOST');
			}
			const before = { key: tail.key, position: 1 };
			const stale = store.append({ lease, expectedHead: 3, tail: before, data: 'x' });
			expect(await refusal(stale)).toBe('RUN_LEASE_LOST');
			const { head } = await store.append({ lease, expectedHead: 3, tail, data: 'step 3' });
			expect(head).toBe(4);
			expect(await told(store)).toEqual(steps(4));
		});

		test('a refused attempt to create the same run, and a writer that knows no end, change nothing', async () => {
			const { lease, tail } = await inTurn(3);
			expect(await refusal(store.createRun(newRun('r', { owner: 'third' })))).toBe('RUN_EXISTS');
			const other = await reopen();
			for (const each of [store, other]) {
				expect(await refusal(each.append({ lease, expectedHead: 1, data: 'x' }))).toBe('RUN_LEASE_LOST');
			}
			await store.append({ lease, expectedHead: 3, tail, data: 'step 3', release: true });
			expect(await told(other)).toEqual(steps(4));
		});

		test('steps are taken back in the middle of a turn', async () => {
			const { lease } = await inTurn(4);
			await store.rewind(lease, 1, {});
			expect(await told(store)).toEqual(['step 0']);
			await store.append({ lease, expectedHead: 1, data: 'another', release: true });
			expect(await told(await reopen())).toEqual(['step 0', 'another']);
		});

		test('a run deleted in the middle of a turn leaves nothing, and its writer is refused', async () => {
			const { lease, tail } = await inTurn(3);
			await (await reopen()).deleteRun('r');
			expect(await refusal(store.append({ lease, expectedHead: 3, tail, data: 'x' }))).toBe('RUN_LEASE_LOST');
			const left = (await store.readWritten(0, 99)).map(({ data }) => data);
			expect(left).toEqual(['beside', 'beside', 'beside']);
		});

		test('a snapshot may stand at any step', async () => {
			await inTurn(3);
			await store.saveSnapshot('r', { head: 3, data: 'state' });
			expect((await store.readLog('r'))?.snapshot).toEqual({ head: 3, data: 'state' });
			await store.saveSnapshot('r', { head: 4, data: 'beyond' });
			expect((await store.readLog('r'))?.snapshot?.head).toBe(3);
		});

		test('steps of many runs at once stay apart and in order', async () => {
			const runs = await Promise.all(
				Array.from({ length: 9 }, (_, index) => store.createRun(newRun(`run ${index}`))),
			);
			for (let head = 0; head < 5; head += 1) {
				await Promise.all(
					runs.map(({ lease }) =>
						store.append({ lease, expectedHead: head, data: `${lease.runId} at ${head}` }),
					),
				);
			}
			const other = await reopen();
			for (const { lease } of runs) {
				expect((await other.readBatches(lease.runId, 0)).map(({ data }) => data)).toEqual(
					[0, 1, 2, 3, 4].map((head) => `${lease.runId} at ${head}`),
				);
			}
		});
	});
}
