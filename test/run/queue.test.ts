/** The line of commands before a run: first come, first served. */

import { createQueue } from '../../lib/run/queue';

const settled = async () => {
	for (let step = 0; step < 10; step += 1) await Promise.resolve();
};

describe('the queue', () => {
	test('places of one key become ready one after another, in the order they were taken', async () => {
		const queue = createQueue();
		const order: number[] = [];
		const places = [0, 1, 2].map(() => queue.enter('run'));
		places.forEach((place, index) => void place.ready.then(() => order.push(index)));
		await settled();
		expect(order).toEqual([0]);
		places[0]?.leave();
		await settled();
		expect(order).toEqual([0, 1]);
		places[1]?.leave();
		await settled();
		expect(order).toEqual([0, 1, 2]);
	});

	test('whoever gives up waiting neither lets the next one pass early nor blocks it', async () => {
		const queue = createQueue();
		const [first, second, third] = [queue.enter('run'), queue.enter('run'), queue.enter('run')];
		let isReady = false;
		void third.ready.then(() => (isReady = true));
		second.leave();
		second.leave();
		await settled();
		expect(isReady).toBe(false);
		first.leave();
		await settled();
		expect(isReady).toBe(true);
	});

	test('keys do not wait for each other, and an empty line leaves nothing behind', async () => {
		const queue = createQueue();
		const places = [queue.enter('a'), queue.enter('b')];
		await Promise.all(places.map(({ ready }) => ready));
		expect(queue.size).toBe(2);
		let isIdle = false;
		void queue.whenIdle().then(() => (isIdle = true));
		places[0]?.leave();
		await settled();
		expect(isIdle).toBe(false);
		places[1]?.leave();
		await settled();
		expect(isIdle).toBe(true);
		expect(queue.size).toBe(0);
	});
});
