/** An aborted turn: nothing happens after it, nothing is lost, and the same turn can be finished later. */

import fc from 'fast-check';
import { saveState } from '../../lib/engine/engine';
import { echo, graphs, hashed } from './generated';
import { companion, direct, fork, graphOf, noop, say, start, worker } from './graphs';
import { createWorld, type Script } from './world';

const runs = (usual: number) => usual * Number(process.env['FUZZ_RUNS'] ?? 1);

/** Answers as `hashed` does, after a time that depends on the question. */
const slow: Script = async (request, call) => ({
	...(await hashed(request, call)),
	delayMs: 100 * (JSON.stringify(request.messages).length % 7),
});

describe('aborted turns', () => {
	test('R7.1.5: after the abort nothing is written or shown, and the turn can be taken up', async () => {
		await fc.assert(
			fc.asyncProperty(graphs, fc.nat(3_000), async (graph, afterMs) => {
				const world = createWorld({ graph, script: slow, http: echo });
				const controller = new AbortController();
				world.signal = controller.signal;
				const reason = new Error('the caller went away');
				const settled = world.start('hello').then(
					() => null,
					(error: unknown) => error,
				);
				await world.clock.move(afterMs);
				controller.abort(reason);
				const error = await settled;
				// A turn that was about to close closes; every other stays open.
				expect(error).toBe(world.state.openTurn === null ? null : reason);
				const [logged, shown] = [world.log.length, world.wire.length];
				await world.clock.move(600_000);
				expect([world.log.length, world.wire.length]).toEqual([logged, shown]);
				expect(JSON.parse(saveState(world.refold()))).toEqual(JSON.parse(saveState(world.state)));

				world.signal = null;
				world.clock.jumps = true;
				world.crash();
				await world.send({ type: 'recover' });
				expect(world.state.openTurn).toBeNull();
				expect(JSON.parse(saveState(world.refold()))).toEqual(JSON.parse(saveState(world.state)));
			}),
			{ numRuns: runs(150) },
		);
	});

	test('a fault in one thread stops the others before the run ends', async () => {
		const world = createWorld({
			graph: graphOf(
				[
					noop('e', start),
					{ type: 'mystery', logical_id: 'm', name: 'm' },
					worker('W', false, false),
					worker('V', false, false),
					say('later', true, true),
				],
				[direct('e', 'm'), fork('e', 'W', 'x'), companion('W', 'V'), direct('W', 'later')],
			),
			script: () => ({ text: 'slow', delayMs: 10_000 }),
		});
		await world.start();
		expect(world.state.status).toBe('failed');
		const shown = world.wire.length;
		await world.clock.move(60_000);
		expect(world.wire).toHaveLength(shown);
		expect(world.types().slice(-4)).toEqual([
			'end_thread',
			'end_thread',
			'end_workflow_iteration',
			'workflow_error',
		]);
	});

	test('a fault in a pump stops what it started beside it', async () => {
		const world = createWorld({
			graph: graphOf(
				[
					noop('e', start),
					say('chat', true, true),
					noop('n', { self_loop_config: { enabled: true, max_retries: 1, time_between_retries: 1 } }),
					noop('round'),
					worker('V', false, false),
				],
				[
					direct('e', 'chat'),
					fork('e', 'n', 'x'),
					direct('n', 'round'),
					direct('round', 'round'),
					companion('round', 'V'),
				],
				{ miscellaneous: { max_node_executions_per_turn: 1 } },
			),
			script: () => ({ text: 'slow', delayMs: 10_000 }),
		});
		await world.start();
		await world.clock.move(1_000);
		await world.send({ type: 'pump' });
		expect(world.state.status).toBe('aborted_looping_risk');
		const shown = world.wire.length;
		await world.clock.move(60_000);
		expect(world.wire).toHaveLength(shown);
		expect(world.types().at(-1)).toBe('workflow_error');
	});
});
