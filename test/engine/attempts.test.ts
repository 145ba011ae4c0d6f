/** Bounded self-loops: attempts, delays, expiry, what ends them (section 6). */

import { expression, graphOf, line, start, worker } from './graphs';
import { lab, poll, labGraph } from './lab';
import { createWorld } from './world';

describe('bounded self-loops', () => {
	test('R6.2, R6.5, R6.8, R6.9: attempts are max_retries + 1, then the outcome opens an exit', async () => {
		const world = createWorld({
			graph: graphOf(
				[poll('P', { max_retries: 2 }), line('ok'), line('spent')].map((node, index) =>
					index === 0 ? { ...node, ...start } : node,
				),
				[
					expression('P', 'ok', "[[http_request_result.status]] == 'ready'"),
					expression('P', 'spent', "[[self_loop_outcome]] == 'max_retries'"),
				],
			),
			http: lab(99),
		});
		expect(await world.start()).toBe('W(P) W(P) W(P) →c S(spent) END');
		expect(world.types().filter((type) => type === 'self_loop_edge')).toHaveLength(2);
		expect(world.wire.find((event) => event.type === 'self_loop_exhausted')).toMatchObject({
			outcome: 'max_retries',
			total_attempts: 3,
		});
	});

	test('R6.6, R6.7: on the main thread the delay keeps the turn open', async () => {
		const world = createWorld({
			graph: graphOf(
				[{ ...poll('P', { max_retries: 5, time_between_retries: 10 }), ...start }, line('ok')],
				[expression('P', 'ok', "[[http_request_result.status]] == 'ready'")],
			),
			http: lab(2),
		});
		const turn = world.start();
		await world.clock.move(9_999);
		expect(world.state.openTurn).not.toBeNull();
		await world.clock.move(1);
		expect(await turn).toBe('W(P) W(P) →c S(ok) END');
		expect(world.wire.find((event) => event.type === 'self_loop_delay')).toMatchObject({
			delay_seconds: 10,
			attempt_number: 2,
		});
	});

	test('R6.11: expiry aborts the attempt in progress', async () => {
		const world = createWorld({
			graph: graphOf(
				[
					worker('P', false, false, { ...start, self_loop_config: { enabled: true, expiry_time: 5 } }),
					line('late'),
				],
				[expression('P', 'late', "[[self_loop_outcome]] == 'expiry_time'")],
			),
			script: () => ({ text: 'slow', delayMs: 60_000 }),
		});
		const turn = world.start();
		await world.clock.move(5_000);
		expect(await turn).toBe('→c S(late) END');
		expect(world.types()).toContain('node_expired');
	});

	test('R6.12: the deadline survives a restart', async () => {
		const world = createWorld({
			graph: labGraph({ expiry_time: 10, time_between_retries: 4 }),
			http: lab(99),
		});
		await world.start();
		await world.clock.move(4_000);
		await world.send({ type: 'pump' });
		world.crash();
		await world.clock.move(60_000);
		await world.send({ type: 'pump' });
		expect(world.state.threads['0_companion_lab']?.variables['self_loop_outcome']).toBe('expiry_time');
		expect(world.state.threads['0_companion_lab']?.status).toBe('ended');
	});
});
