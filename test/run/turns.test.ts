/** Turns of conversations through the whole of the run room, with the real engine. */

import { chat, openRoom, short, type Room } from './room';

let room: Room;
beforeEach(async () => (room = await openRoom()));
afterEach(() => room.close());

describe('turns', () => {
	test('a session goes from its first message to the last', async () => {
		const first = await room.turn({ sessionKey: 'anna', source: chat });
		expect(first).toMatchObject({
			turnNumber: 1,
			status: 'waiting_for_user_input',
			reply: 'Hello.',
			isWaitingForInput: true,
			isCompleted: false,
			error: null,
			repeated: false,
			recovered: false,
			currentNode: { id: 'talk', name: 'talk', type: 'say_llm' },
		});
		const second = await room.turn({ sessionKey: 'anna', message: 'Good morning' });
		expect(second).toMatchObject({
			runId: first.runId,
			turnNumber: 2,
			reply: 'You said: Good morning',
			usage: { calls: 1, promptTokens: 10, completionTokens: 5, totalTokens: 15 },
		});
		expect(second.messages).toEqual([
			{ text: 'You said: Good morning', type: 'llm', nodeId: 'talk', nodeName: 'talk', threadId: '0' },
		]);
		expect(await room.store.findRun(first.runId)).toMatchObject({
			status: 'waiting_for_user_input',
			turnCount: 2,
		});
	});

	test('whoever wants no wire events gets none, and nothing else changes', async () => {
		const plain = await room.turn({ sessionKey: 'a', source: chat, message: 'x' });
		const spare = await room.turn({ sessionKey: 'b', source: chat, message: 'x', wantsEvents: false });
		expect(plain.events.length).toBeGreaterThan(0);
		expect(spare.events).toEqual([]);
		expect(spare.reply).toBe(plain.reply);
		const types = async (runId: string) => (await room.runner.events(runId)).map((event) => event.type);
		expect(await types(spare.runId)).toEqual(await types(plain.runId));
	});

	test('a graph without a wait completes in its first turn', async () => {
		const result = await room.turn({ source: short });
		expect(result).toMatchObject({ status: 'completed', isCompleted: true, reply: 'First.\n\nSecond.' });
		expect(result.path).toEqual([
			{ nodeId: 'one', nodeName: 'one', edgeId: null, edgeName: null, reason: null },
			{ nodeId: 'two', nodeName: 'two', edgeId: 'one_to_two', edgeName: null, reason: null },
		]);
		expect(result.events.map(({ type }) => type)).toContain('end_workflow');
	});
});
