/** Bounded self-loops that run out of time, in an attempt or between two (R6.11, R6.12). */

import type { JsonObject } from '../../lib/json';
import { expression, graphOf, line, noop, start, worker } from './graphs';
import { createWorld, type World } from './world';

const loop = (more: JsonObject): JsonObject => ({ self_loop_config: { enabled: true, ...more } });
const types = (world: World, wanted: string[]) => world.types().filter((type) => wanted.includes(type));
const outcome = (world: World) => world.state.threads['0']?.variables['self_loop_outcome'];

describe('expiry', () => {
	const slow = (config: JsonObject, edges: JsonObject[] = []) =>
		createWorld({
			graph: graphOf([worker('P', false, false, { ...start, ...loop(config) }), line('late')], edges),
			script: () => ({ text: 'slow', delayMs: 60_000 }),
		});

	test('R6.11: an aborted attempt counts, its answer is dropped, and the outcome is expiry even in the last attempt', async () => {
		const world = slow({ max_retries: 0, expiry_time: 5 }, [
			expression('P', 'late', "[[self_loop_outcome]] == 'expiry_time'"),
		]);
		const turn = world.start();
		await world.clock.move(5_000);
		expect(await turn).toBe('→c S(late) END');
		expect(types(world, ['node_expired', 'self_loop_exhausted', 'worker_llm', 'end_node_run'])).toEqual([
			'node_expired',
			'self_loop_exhausted',
			'end_node_run',
		]);
		expect(world.wire.find((event) => event.type === 'self_loop_exhausted')).toMatchObject({
			outcome: 'expiry_time',
			total_attempts: 1,
		});
		await world.clock.move(60_000);
		expect(world.types().at(-1)).toBe('end_workflow');
	});

	test('R6.11: between the abort and the outcome no exit is looked at', async () => {
		const world = slow({ expiry_time: 5 }, [expression('P', 'late', 'isAbsent([[self_loop_outcome]])')]);
		const turn = world.start();
		await world.clock.move(5_000);
		expect(await turn).toBe('END');
	});

	test('R6.11, R6.12: a delay is cut at the deadline, which is fixed when the first attempt starts', async () => {
		const world = createWorld({
			graph: graphOf([noop('A', { ...start, ...loop({ expiry_time: 7, time_between_retries: 5 }) })]),
		});
		const turn = world.start();
		await world.clock.move(5_000);
		expect(types(world, ['start_node_run'])).toHaveLength(2);
		await world.clock.move(1_999);
		expect(world.types()).not.toContain('self_loop_exhausted');
		await world.clock.move(1);
		await turn;
		expect(outcome(world)).toBe('expiry_time');
	});
});
