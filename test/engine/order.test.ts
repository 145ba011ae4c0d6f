/** What comes before what in the events of a run (5.5). */

import fc from 'fast-check';
import { commands, echo, graphs, hashed } from './generated';
import { createWorld, type World } from './world';

describe('R5.33: order', () => {
	/** The first broken guarantee, or null. */
	function broken(world: World): string | null {
		const ended = new Set<string>();
		const started = new Set<string>();
		let isOver = false;
		for (const [index, event] of world.wire.entries()) {
			const thread = event['origin_thread_id'] as string | null;
			if (isOver) return `${event.type} after the end of the run`;
			isOver = event.type === 'end_workflow' || event.type === 'workflow_error';
			if (event.type === 'waiting_condition_matched' && world.wire[index + 1]?.type !== 'conditional_edge')
				return 'no edge after a match';
			if (thread === null) continue;
			// A companion that is forked again begins anew.
			if (event.type === 'companion_edge' && thread !== '0') ended.delete(thread);
			if (event.type === 'start_thread') started.add(thread);
			else if (!started.has(thread) && event.type !== 'companion_edge')
				return `${event.type} before the start of ${thread}`;
			if (ended.has(thread)) return `${event.type} after the end of ${thread}`;
			if (event.type === 'end_thread') ended.add(thread);
		}
		return new Set(world.wire.map((event) => event.logical_id)).size === world.wire.length
			? null
			: 'an id twice';
	}

	test('R5.33: holds in generated runs with slow models, companions and workers beside nodes', async () => {
		await fc.assert(
			fc.asyncProperty(graphs, commands, fc.integer({ min: 0, max: 3 }), async (graph, list, slow) => {
				const world = createWorld({
					graph,
					http: echo,
					script: async (request) => ({
						...(await hashed(request, 0)),
						delayMs: slow * 40 * (JSON.stringify(request.messages).length % 3),
					}),
				});
				world.clock.jumps = true;
				await world.start('hello');
				for (const command of list) {
					const { status } = world.state;
					const takes =
						status === 'waiting_for_user_input'
							? command.type !== 'resume'
							: status === 'paused'
								? command.type === 'resume'
								: status === 'running' && command.type === 'pump';
					if (takes) await world.send(command);
				}
				expect(broken(world)).toBeNull();
			}),
			{ numRuns: 150 * Number(process.env['FUZZ_RUNS'] ?? 1) },
		);
	});
});
