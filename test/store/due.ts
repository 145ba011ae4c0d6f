/** What every store must do for background work and for those who watch: due runs, and batches as they came. */

import type { Store } from '../../lib/store/contract';
import { newRun, type HandClock, type Opened } from './conformance';

export function describeDue(name: string, open: () => Promise<Opened>): void {
	describe(`${name}: due runs and what was written`, () => {
		let store: Store;
		let clock: HandClock;
		beforeEach(async () => ({ store, clock } = await open()));
		afterEach(() => store.close());

		/** A run with one batch whose background work is due then. */
		async function parked(id: string, dueAt: number | null, workflowId: string | null = null) {
			const { lease } = await store.createRun(newRun(id, { workflowId }));
			await store.append({ lease, expectedHead: 0, data: id, patch: { dueAt }, release: true });
		}

		test('R5.21: runs are listed once their work is due, the longest due first, and only as many as asked', async () => {
			await parked('later', 300, 'w');
			await parked('never', null);
			await parked('soon', 100);
			await parked('next', 200, 'w');
			const [soon, next] = [
				{ runId: 'soon', dueAt: 100 },
				{ runId: 'next', dueAt: 200 },
			];
			expect(await store.listDue({ atMs: 99, limit: 9 })).toEqual([]);
			expect(await store.listDue({ atMs: 200, limit: 9 })).toEqual([soon, next]);
			expect(await store.listDue({ atMs: 300, limit: 2 })).toEqual([soon, next]);
			expect(await store.listDue({ atMs: 300, workflowId: 'w', limit: 9 })).toEqual([
				next,
				{ runId: 'later', dueAt: 300 },
			]);
			expect(await store.findRun('never')).toMatchObject({ dueAt: null });
		});

		test('the due time changes with an append or a release by the holder, and with nothing else', async () => {
			await parked('r', 100);
			const taken = await store.claim('r', 'a', 1000);
			if (taken === null) throw new Error('the run is free');
			expect(taken.run.dueAt).toBe(100);
			await store.append({ lease: taken.lease, expectedHead: 1, data: 'x', patch: { turnCount: 1 } });
			expect(await store.findRun('r')).toMatchObject({ dueAt: 100, turnCount: 1 });
			await store.release({ runId: 'r', owner: 'somebody else' }, { dueAt: 7 });
			expect(await store.findRun('r')).toMatchObject({ dueAt: 100 });
			await store.release(taken.lease, { dueAt: 500 });
			expect(await store.findRun('r')).toMatchObject({ dueAt: 500 });
			const again = await store.claim('r', 'b', 1000);
			if (again === null) throw new Error('the run is free');
			await store.append({ lease: again.lease, expectedHead: 2, data: 'y', patch: { dueAt: null } });
			expect(await store.listDue({ atMs: clock.now(), limit: 9 })).toEqual([]);
		});

		test('batches of all runs are read in the order they came, from any position on', async () => {
			expect(await store.lastPosition()).toBe(0);
			await parked('r1', null);
			const from = await store.lastPosition();
			await parked('r2', null);
			await parked('r3', null);
			const written = await store.readWritten(from, 9);
			expect(written.map(({ runId, number, data }) => ({ runId, number, data }))).toEqual([
				{ runId: 'r2', number: 0, data: 'r2' },
				{ runId: 'r3', number: 0, data: 'r3' },
			]);
			expect(await store.readWritten(from, 1)).toEqual(written.slice(0, 1));
			expect(written.at(-1)?.position).toBe(await store.lastPosition());
			expect(await store.readWritten(await store.lastPosition(), 9)).toEqual([]);
		});

		test('a position is never given out twice, also after the newest run is deleted', async () => {
			await parked('r1', null);
			await parked('r2', null);
			const from = await store.lastPosition();
			await store.deleteRun('r2');
			expect(await store.lastPosition()).toBe(from);
			await parked('r3', null);
			expect((await store.readWritten(from, 9)).map(({ runId }) => runId)).toEqual(['r3']);
			expect((await store.readWritten(0, 9)).map(({ data }) => data)).toEqual(['r1', 'r3']);
		});
	});
}
