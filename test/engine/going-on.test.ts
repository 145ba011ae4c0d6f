/** What a thread takes along: over a pause, and from work beside its node. */

import { companion, direct, expression, freeform, graphOf, noop, say, start, worker } from './graphs';
import { createWorld, turnInput, type World } from './world';

/** Pauses while the slow node works, and returns what the turn did until then. */
async function pauseAtSlow(world: World, message: string): Promise<string> {
	const turn = world.start(message);
	await world.clock.move(1000);
	world.pauseRequested = true;
	await world.clock.move(1000);
	world.pauseRequested = false;
	return turn;
}
const slow = noop('slow', { delay_seconds: 2 });

describe('R1.12, R1.13: a pause between nodes keeps all state', () => {
	test('R2.6: a message that nobody has answered is still to be answered after the resume', async () => {
		const world = createWorld({
			graph: graphOf(
				[worker('W', false, false, start), slow, say('A', true, true)],
				[direct('W', 'slow'), direct('slow', 'A')],
			),
		});
		expect(await pauseAtSlow(world, 'hi')).toBe('W(W) →d W(slow)');
		expect(await world.send({ type: 'resume', input: turnInput() })).toBe('→d S(A) P(A)');
		expect(world.state.status).toBe('waiting_for_user_input');
		expect(world.refold()).toEqual(world.state);
	});

	test('R2.6, R2.11: one that was answered is not answered again, and a conditional hop owes a reply', async () => {
		const graph = (edge: typeof direct) =>
			createWorld({
				graph: graphOf(
					[say('S', false, false, start), slow, say('A', true, true)],
					[direct('S', 'slow'), edge('slow', 'A')],
				),
			});
		const straight = graph(direct);
		expect(await pauseAtSlow(straight, 'hi')).toBe('S(S) →d W(slow)');
		expect(await straight.send({ type: 'resume', input: turnInput() })).toBe('→d P(A)');
		const turning = graph((from, to) => expression(from, to, '1 == 1'));
		expect(await pauseAtSlow(turning, 'hi')).toBe('S(S) →d W(slow)');
		expect(await turning.send({ type: 'resume', input: turnInput() })).toBe('→c S(A) P(A)');
	});

	test('R2.6: a thread that rested received nothing with a bare resume', async () => {
		const world = createWorld({ graph: graphOf([say('A', true, true, start)]) });
		await world.start('hi');
		await world.send({ type: 'pause' });
		expect(await world.send({ type: 'resume', input: turnInput() })).toBe('P(A)');
		expect(world.state.threads['0']).toMatchObject({ received: false, owed: false });
	});
});

describe('work beside a node', () => {
	test('R2.6, R5.16: words of a speaker beside the node are on its thread and clear what is owed', async () => {
		const world = createWorld({
			graph: graphOf(
				[
					worker('W', true, false, start),
					say('beside', false, false),
					say('A', true, true),
					say('B', true, true),
				],
				[
					companion('W', 'beside'),
					expression('W', 'A', '1 == 2'),
					expression('W', 'B', '1 == 2'),
					freeform('A', 'B'),
				],
			),
		});
		await world.start();
		expect(await world.say('hi')).toBe('S(beside) W(W) P(W)');
		expect(world.state.threads['0']?.owed).toBe(false);
	});

	test.each([0, 5])(
		'R1.26: an end of the conversation beside a node, after %i ms, closes the thread, which does not wait any more',
		async (delayMs) => {
			const world = createWorld({
				graph: graphOf(
					[
						say('A', true, true, start),
						{
							type: 'end_conversation',
							logical_id: 'E',
							name: 'E',
							process_transcript_prompt: 'Sum up.',
						},
					],
					[companion('A', 'E')],
				),
				script: ({ messages }) => ({
					text: 'ok',
					delayMs: messages[0]?.content.includes('You are A') ? 0 : delayMs,
				}),
			});
			await world.start();
			world.clock.jumps = true;
			await world.say('bye');
			expect(world.state.status).toBe('completed');
			expect(world.warnings()).toEqual([expect.stringContaining('the conversation was ended')]);
			expect(world.refold()).toEqual(world.state);
		},
	);
});
