/** What a turn tells of its model calls: tokens per model, and every request that failed. */

import { ProviderError } from '../../lib/errors';
import { chat, direct, graphOf, openRoom, say, talk, type Room } from './room';

let room: Room;
afterEach(() => room.close());

const failure = (message = 'model "x" is overloaded: 529') =>
	new ProviderError('LLM_OVERLOADED', message, { status: 529, advice: 'Try again in a minute.' });

describe('usage', () => {
	test('R9.48: calls and tokens in all and per model', async () => {
		room = await openRoom();
		const counts = { calls: 1, promptTokens: 10, completionTokens: 5, totalTokens: 15 };
		const first = await room.turn({ sessionKey: 's', source: chat });
		expect(first.usage).toEqual({
			calls: 0,
			promptTokens: 0,
			completionTokens: 0,
			totalTokens: 0,
			models: [],
		});
		expect((await room.turn({ sessionKey: 's', message: 'Hi' })).usage).toEqual({
			...counts,
			models: [{ provider: 'openai', model: 'scripted', ...counts }],
		});
	});

	test('R9.48: calls of a request that failed count', async () => {
		const paid = {
			...{ provider: 'anthropic', model: 'paid', namedConfigId: null, namedConfigName: null },
			...{ latencyMs: 1, won: false, usedUserKey: false },
			usage: { promptTokens: 7, completionTokens: 0, totalTokens: 7, estimated: false },
		};
		room = await openRoom({
			script: () => Promise.reject(Object.assign(failure(), { calls: [paid, paid] })),
		});
		await room.turn({ sessionKey: 's', source: chat });
		const { usage } = await room.turn({ sessionKey: 's', message: 'Hi' });
		expect(usage).toMatchObject({ calls: 2, promptTokens: 14, models: [{ model: 'paid', calls: 2 }] });
	});
});

describe('failed requests', () => {
	test('R2.49: the apology is said; the failure and its reason are in the result, once', async () => {
		room = await openRoom({ script: () => Promise.reject(failure()) });
		await room.turn({ sessionKey: 's', source: chat });
		const result = await room.turn({ sessionKey: 's', message: 'Hi', idempotencyKey: 'k' });
		expect(result).toMatchObject({ error: null, status: 'waiting_for_user_input' });
		expect(result.modelFailures).toEqual([
			{
				...{ nodeId: 'talk', nodeName: 'talk', threadId: '0', code: 'LLM_OVERLOADED', httpStatus: 529 },
				...{ message: 'model "x" is overloaded: 529', advice: 'Try again in a minute.' },
			},
		]);
		expect(result.warnings).toEqual(['The model of "talk" gave no answer: model "x" is overloaded: 529']);
		const repeated = await room.turn({ sessionKey: 's', message: 'Hi', idempotencyKey: 'k' });
		expect(repeated).toMatchObject({ repeated: true, modelFailures: result.modelFailures });
	});

	test('R2.50: the warning of a worker tells its failure, and is not told twice', async () => {
		const worker = {
			...{ type: 'worker_llm', logical_id: 'work', name: 'work', wait_for_user_message: false },
			...{ main_response_config: { prompt: 'Work.' }, llms_config: { type: 'openai_llm' } },
		};
		const graph = graphOf(
			[say('hello', 'Hello.'), worker, talk('talk')],
			[direct('hello', 'work'), direct('work', 'talk')],
		);
		room = await openRoom({ script: () => Promise.reject(failure()) });
		const result = await room.turn({ sessionKey: 's', source: { type: 'document', document: graph } });
		expect(result.modelFailures).toMatchObject([{ nodeId: 'work', httpStatus: 529 }]);
		expect(result.warnings).toEqual([expect.stringContaining('overloaded: 529')]);
	});

	test('a turn without a failure tells of none', async () => {
		room = await openRoom();
		expect(await room.turn({ sessionKey: 's', source: chat })).toMatchObject({
			modelFailures: [],
			warnings: [],
		});
	});
});

test('where a run has been is told over all its turns', async () => {
	room = await openRoom();
	const { runId } = await room.turn({ sessionKey: 's', source: chat });
	await room.turn({ sessionKey: 's', message: 'Hi' });
	const { path, graph } = await room.runner.journey(runId);
	expect(path.map(({ nodeId, edgeId }) => [nodeId, edgeId])).toEqual([
		['hello', null],
		['talk', 'hello_to_talk'],
	]);
	expect([...graph.nodesById.keys()]).toEqual(['hello', 'talk']);
	await expect(room.runner.journey('gone')).rejects.toMatchObject({ code: 'RUN_UNKNOWN' });
});
