/** Whole conversations through n8n's public chat: five turns, a crash between two of them, two messages at once. */

import { openStation, type JsonObject, type Station } from '../../lib/index';
import { LINES } from '../../scripts/demo/conversation';
import { answersWholeItem, say, startWorld, type World } from './harness';

const APPOINTMENT = 'interactly-appointment';

jest.setTimeout(300_000);

let world: World;

beforeAll(async () => {
	world = await startWorld();
}, 900_000);

afterAll(async () => {
	await world?.stop();
});

/** The store as another process sees it, while n8n has it open. */
async function inStore<Result>(read: (station: Station) => Promise<Result>): Promise<Result> {
	const station = await openStation({ path: world.storePath });
	try {
		return await read(station);
	} finally {
		await station.close();
	}
}

describe('the package in a real n8n', () => {
	it('is in the catalogue of node types with both nodes, and the graph also as a tool', async () => {
		const types = (await world.client.get('/types/nodes.json')) as Array<{ name: string }>;
		const ours = types.map(({ name }) => name).filter((name) => name.startsWith('n8n-nodes-interactly.'));
		expect(ours.sort()).toEqual([
			'n8n-nodes-interactly.interactly',
			'n8n-nodes-interactly.interactlyGraph',
			'n8n-nodes-interactly.interactlyGraphTool',
		]);
	});

	it('tests its credentials: a model by a request, the store by opening it', async () => {
		let count = 0;
		const test = async (type: string, data: object) => {
			const credential = { name: `Tested ${(count += 1)}`, type, data };
			const id = (await world.client.putCredential({ id: '', ...credential })) as string;
			const answer = await world.client.post('/rest/credentials/test', {
				credentials: { id, ...credential },
			});
			return (answer as { data: { status: string; message: string } }).data;
		};
		const model = { apiKey: 'test', organizationId: '' };
		await expect(
			test('interactlyOpenAiApi', { ...model, baseUrl: `${world.model.url}/v1` }),
		).resolves.toMatchObject({ status: 'OK' });
		await expect(
			test('interactlyOpenAiApi', { ...model, baseUrl: 'http://127.0.0.1:9/v1' }),
		).resolves.toMatchObject({ status: 'Error' });
		await expect(
			test('interactlyStoreApi', { path: `${world.userFolder}/other.sqlite` }),
		).resolves.toMatchObject({
			status: 'OK',
			message: expect.stringContaining('0 workflows'),
		});
		await expect(test('interactlyStoreApi', { path: 'other.sqlite' })).resolves.toMatchObject({
			status: 'Error',
			message: expect.stringContaining('not an absolute path'),
		});
	});
});

describe('a conversation of five turns', () => {
	it('R1.29: survives a crash of n8n between two turns: same run, nothing lost, nothing said twice', async () => {
		await world.install('appointment-chat', (example) => {
			example.name = 'Appointment line (whole items)';
			answersWholeItem(example);
			const [, chat] = example.nodes;
			if (chat !== undefined) chat.webhookId = `${APPOINTMENT}-items`;
		});
		const replies: Array<Record<string, unknown>> = [];
		for (const [index, [text]] of LINES.entries()) {
			if (index === 2) await world.crashAndRestart();
			replies.push(await say(world, { webhookId: `${APPOINTMENT}-items`, sessionId: 'five-turns', text }));
		}
		LINES.forEach(([, words], index) => {
			for (const word of words) expect(replies[index]?.output).toContain(word);
		});
		expect(new Set(replies.map(({ runId }) => runId)).size).toBe(1);
		expect(replies.map(({ turnNumber }) => turnNumber)).toEqual([1, 2, 3, 4, 5]);
		expect(replies.map(({ status }) => status)).toEqual([
			...Array<string>(4).fill('waiting_for_user_input'),
			'completed',
		]);
		const edges = replies.flatMap(({ path }) =>
			(path as Array<{ edgeName: string | null }>).map(({ edgeName }) => edgeName),
		);
		expect(edges.filter((name) => name !== null)).toEqual([
			'Wants a visit',
			'Reason and day known',
			'Caller agrees',
		]);

		const record = await inStore(async ({ store, runner }) => {
			const { rows } = await store.listRuns({ sessionKey: 'five-turns', limit: 10, offset: 0 });
			expect(rows).toHaveLength(1);
			return runner.record(String(replies[0]?.runId));
		});
		const spoken = spokenTexts(record);
		expect(spoken.filter((text) => text.startsWith('Thank you for calling'))).toHaveLength(2);
		expect(replies.map(({ output }) => output).join('\n\n')).toBe(spoken.join('\n\n'));
	});

	it('streams the reply to a chat in response mode "Streaming"', async () => {
		await world.install('appointment-chat');
		const texts: string[] = [];
		for (const [text] of LINES)
			texts.push(await world.client.chat({ webhookId: APPOINTMENT, sessionId: 'streamed', text }));
		LINES.forEach(([, words], index) => {
			for (const word of words) expect(texts[index]).toContain(word);
		});
	});

	it('R11: two messages of one session at once become two turns in order, and neither is lost', async () => {
		await world.install('appointment-chat', (example) => {
			example.name = 'Appointment line (at once)';
			answersWholeItem(example);
			const [, chat] = example.nodes;
			if (chat !== undefined) chat.webhookId = `${APPOINTMENT}-once`;
		});
		const send = (text: string) =>
			say(world, { webhookId: `${APPOINTMENT}-once`, sessionId: 'at-once', text });
		const answers = await Promise.all([send('When are you open?'), send('Where are you?')]);
		const byTurn = [...answers].sort((a, b) => Number(a.turnNumber) - Number(b.turnNumber));
		expect(byTurn.map(({ turnNumber }) => turnNumber)).toEqual([1, 2]);
		expect(new Set(answers.map(({ runId }) => runId)).size).toBe(1);
		expect(answers[0]?.output).toContain('8 am to 5 pm');
		expect(answers[1]?.output).toContain('12 Elm Street');
	});
});

/** Everything said to the user, in order, from the events of all turns (R9.30). */
function spokenTexts(record: JsonObject): string[] {
	const pairs = record.input_output_pairs as Array<{ run_output: { events: JsonObject[] } }>;
	return pairs
		.flatMap(({ run_output: output }) => output.events)
		.filter(({ type }) => type === 'assistant_response')
		.map(({ content }) => String(content));
}
