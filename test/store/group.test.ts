/** Group commit: who shares a transaction, and who need not wait for one. */

import { systemClock } from '../../lib/clock';
import { createGroup, type Transactor } from '../../lib/store/group';
import type { Work } from '../../lib/store/statement';

/** Notes the sizes of the transactions it is given. */
function recorder() {
	const sizes: number[] = [];
	let size = 0;
	const database: Transactor = {
		begin: () => void (size = 0),
		commit: () => void sizes.push(size),
		rollback: () => undefined,
		run: <Result>(work: Work<Result>) => {
			size += 1;
			return work.next([]).value as Result;
		},
		isBusy: () => false,
		explain: (error) => error as never,
	};
	return { sizes, group: createGroup(database, systemClock) };
}

/** A work of no statement. */
function* nothing(): Work<null> {
	return null;
}

const nextPass = () => new Promise<void>((resolve) => setImmediate(resolve));

test('works of several writers in one pass share a transaction, and so do those of the next passes', async () => {
	const { sizes, group } = recorder();
	const writer = async (lane: string) => {
		for (let step = 0; step < 5; step += 1) await group.write('write', nothing, lane);
	};
	await Promise.all(Array.from({ length: 50 }, (_, index) => writer(`run ${index}`)));
	expect(sizes.reduce((sum, size) => sum + size)).toBe(250);
	expect(sizes.length).toBeLessThanOrEqual(6);
});

test('a lone writer is not kept waiting for the next pass of the event loop', async () => {
	const { sizes, group } = recorder();
	let passes = 0;
	const counting = nextPass().then(() => (passes += 1));
	for (let step = 0; step < 10; step += 1) await group.write('write', nothing, 'run');
	expect([sizes.length, passes]).toEqual([10, 0]);
	await counting;
});

test('a lone writer lets everything else in the process have its turn now and then', async () => {
	const { group } = recorder();
	let isOver = false;
	let passes = 0;
	const count = async () => {
		while (!isOver) {
			await nextPass();
			passes += 1;
		}
	};
	const counting = count();
	for (let step = 0; step < 320; step += 1) await group.write('write', nothing, 'run');
	isOver = true;
	await counting;
	expect(passes).toBeGreaterThanOrEqual(9);
});

test('a work that names no writer waits for the others of its pass', async () => {
	const { sizes, group } = recorder();
	await Promise.all([group.write('write', nothing), group.write('write', nothing)]);
	expect(sizes).toEqual([2]);
});

test('what is still waiting is committed by a flush', async () => {
	const { sizes, group } = recorder();
	const written = [group.write('write', nothing), group.write('write', nothing, 'run')];
	await group.flush();
	expect(sizes.reduce((sum, size) => sum + size)).toBe(2);
	await Promise.all(written);
});
