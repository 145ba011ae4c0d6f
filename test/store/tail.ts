/** What every store must do for writers that know where a log ends: no lookup, no claim before the append. */

import type { Store } from '../../lib/store/contract';
import { newRun, refusal, type HandClock, type Opened } from './conformance';

export function describeTail(name: string, open: () => Promise<Opened>): void {
	describe(`${name}: tails, and appends that take the lease`, () => {
		let store: Store;
		let clock: HandClock;
		beforeEach(async () => ({ store, clock } = await open()));
		afterEach(() => store.close());

		const claimMs = 1000;
		const hold = (owner: string) => ({ runId: 'r', owner });

		/** A run with one batch that nobody holds. */
		async function resting() {
			const { run, lease } = await store.createRun(newRun('r'));
			const { tail } = await store.append({
				lease,
				expectedHead: 0,
				tail: run.tail,
				data: 'one',
				release: true,
			});
			return tail;
		}

		test('the tail that an append answers is the one the row has', async () => {
			const tail = await resting();
			expect((await store.findRun('r'))?.tail).toEqual(tail);
			const taken = await store.claim('r', 'a', claimMs);
			expect(taken?.run.tail).toEqual(tail);
			expect((await store.readLog('r'))?.run.tail).toEqual(tail);
		});

		test('an append may take a free lease, and then holds it', async () => {
			const tail = await resting();
			const next = await store.append({ lease: hold('a'), expectedHead: 1, tail, claimMs, data: 'two' });
			expect(await store.leaseOwner('r')).toBe('a');
			await store.append({
				lease: hold('a'),
				expectedHead: 2,
				tail: next.tail,
				data: 'three',
				release: true,
			});
			expect(await store.leaseOwner('r')).toBeNull();
			expect((await store.readBatches('r', 0)).map(({ data }) => data)).toEqual(['one', 'two', 'three']);
		});

		test('a lease that another holds is not taken before it has run out', async () => {
			const tail = await resting();
			await store.claim('r', 'a', claimMs);
			const taking = { lease: hold('b'), expectedHead: 1, tail, claimMs, data: 'two' };
			expect(await refusal(store.append(taking))).toBe('RUN_LEASE_LOST');
			expect(await store.findRun('r')).toMatchObject({ head: 1, tail });
			clock.forward(claimMs);
			expect(await store.append(taking)).toMatchObject({ head: 2 });
			expect(await refusal(store.append({ lease: hold('a'), expectedHead: 2, data: 'late' }))).toBe(
				'RUN_LEASE_LOST',
			);
		});

		test('a writer without a lease that does not take it writes nothing', async () => {
			const tail = await resting();
			const refused = store.append({ lease: hold('a'), expectedHead: 1, tail, data: 'two' });
			expect(await refusal(refused)).toBe('RUN_LEASE_LOST');
			expect(await store.readBatches('r', 0)).toHaveLength(1);
		});

		test('a log that went back and on again is not the log that was known', async () => {
			await resting();
			await store.claim('r', 'a', claimMs);
			const { tail: known } = await store.append({ lease: hold('a'), expectedHead: 1, data: 'two' });
			await store.rewind(hold('a'), 1, {});
			const { tail } = await store.append({
				lease: hold('a'),
				expectedHead: 1,
				data: 'another',
				release: true,
			});
			expect(tail).not.toEqual(known);
			const stale = { lease: hold('b'), expectedHead: 2, tail: known, claimMs, data: 'three' };
			expect(await refusal(store.append(stale))).toBe('RUN_LEASE_LOST');
			expect((await store.readBatches('r', 0)).map(({ data }) => data)).toEqual(['one', 'another']);
			expect((await store.readWritten(0, 9)).map(({ data }) => data)).toEqual(['one', 'another']);
		});

		test('an append to a deleted run is refused, and other runs are as they were', async () => {
			const tail = await resting();
			await store.deleteRun('r');
			const { lease } = await store.createRun(newRun('other'));
			const taking = { lease: hold('a'), expectedHead: 1, tail, claimMs, data: 'two' };
			expect(await refusal(store.append(taking))).toBe('RUN_LEASE_LOST');
			expect(await store.append({ lease, expectedHead: 0, data: 'x' })).toMatchObject({ head: 1 });
			expect(await store.readBatches('other', 0)).toEqual([{ number: 0, data: 'x' }]);
		});
	});
}
