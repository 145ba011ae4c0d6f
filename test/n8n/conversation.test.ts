/** Whole conversations through n8n's public chat: five turns, a crash between two of them, two messages at once. */

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename } from 'node:path';
import manifest from '../../package.json';
import { openStation, type JsonObject, type Station } from '../../lib/index';
import { LINES } from '../../scripts/demo/conversation';
import { unflatten } from '../../scripts/n8n/client';
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

let tested = 0;

/** What the editor's button "Test" says of such a credential. */
async function testCredential(type: string, data: object): Promise<{ status: string; message: string }> {
	const credential = { name: `Tested ${(tested += 1)}`, type, data };
	const id = (await world.client.putCredential({ id: '', ...credential })) as string;
	const answer = await world.client.post('/rest/credentials/test', { credentials: { id, ...credential } });
	return (answer as { data: { status: string; message: string } }).data;
}

/** A vendor's list of models: answers whoever sends the right header to the right path, and refuses others. */
async function startVendor(expected: { path: string; header: string; value: string }): Promise<Server> {
	const server = createServer((request, response) => {
		const isRight =
			request.url?.startsWith(expected.path) === true && request.headers[expected.header] === expected.value;
		response.writeHead(isRight ? 200 : 401, { 'content-type': 'application/json' });
		response.end(isRight ? '{"data":[],"models":[]}' : '{"error":{"message":"refused"}}');
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	return server;
}

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
	it('is in the catalogue of node types with all its nodes, and the graph also as a tool', async () => {
		const types = (await world.client.get('/types/nodes.json')) as Array<{ name: string }>;
		const names = manifest.n8n.nodes.map((path) =>
			basename(path, '.node.js').replace(/^./, (first) => first.toLowerCase()),
		);
		const expected = [...names, 'interactlyGraphTool'].map((name) => `n8n-nodes-interactly.${name}`);
		expect(types.map(({ name }) => name)).toEqual(expect.arrayContaining(expected));
	});

	it('tests its credentials: a model by a request, the store by opening it', async () => {
		const model = { apiKey: 'test', organizationId: '' };
		await expect(
			testCredential('interactlyOpenAiApi', { ...model, baseUrl: `${world.model.url}/v1` }),
		).resolves.toMatchObject({ status: 'OK' });
		await expect(
			testCredential('interactlyOpenAiApi', { ...model, baseUrl: 'http://127.0.0.1:9/v1' }),
		).resolves.toMatchObject({ status: 'Error' });
		await expect(
			testCredential('interactlyStoreApi', { path: `${world.userFolder}/other.sqlite` }),
		).resolves.toMatchObject({
			status: 'OK',
			message: expect.stringContaining('0 workflows'),
		});
		await expect(testCredential('interactlyStoreApi', { path: 'other.sqlite' })).resolves.toMatchObject({
			status: 'Error',
			message: expect.stringContaining('not an absolute path'),
		});
	});

	it.each([
		['interactlyAnthropicApi', 'baseUrl', { path: '/v1/models', header: 'x-api-key', value: 'good' }],
		['interactlyGoogleApi', 'baseUrl', { path: '/v1beta/models', header: 'x-goog-api-key', value: 'good' }],
		[
			'interactlyAzureOpenAiApi',
			'endpoint',
			{ path: '/openai/models?api-version=', header: 'api-key', value: 'good' },
		],
		['interactlyCustomApi', 'baseUrl', { path: '/models', header: 'authorization', value: 'Bearer good' }],
	])('tests %s by a request with its key: a wrong key is told', async (type, address, expected) => {
		const server = await startVendor(expected);
		try {
			const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
			const data = { [address]: url, apiVersion: '2024-10-21', defaultHeaders: '{}', verifyTls: true };
			expect(await testCredential(type, { ...data, apiKey: 'good' })).toMatchObject({ status: 'OK' });
			expect(await testCredential(type, { ...data, apiKey: 'bad' })).toMatchObject({ status: 'Error' });
		} finally {
			server.closeAllConnections();
			server.close();
		}
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

	it('design 3: a crash while the model is answering loses no message: the next turn finishes that one first', async () => {
		const webhookId = `${APPOINTMENT}-items`;
		const send = (text: string) => say(world, { webhookId, sessionId: 'crash-in-turn', text });
		await send('Hello');
		let letAnswer: () => void = () => undefined;
		const held = new Promise<void>((done) => (letAnswer = done));
		const wasAsked = new Promise<void>((done) => {
			world.model.prependFixture({
				match: { userMessage: 'slow question' },
				response: async () => {
					done();
					await held;
					return { content: 'Said to nobody.' };
				},
			});
		});
		const lost = send('A slow question').catch((error: unknown) => error);
		await wasAsked;
		await world.crashAndRestart();
		letAnswer();
		expect(String(await lost)).toContain('fetch failed');
		world.model.prependFixture({
			match: { userMessage: 'slow question' },
			response: { content: 'The slow answer.' },
		});
		const next = await send('When are you open?');
		expect(next).toMatchObject({ turnNumber: 3, recovered: true, status: 'waiting_for_user_input' });
		expect(next.output).toMatch(/^The slow answer\.[^]*8 am to 5 pm/);
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

describe('the other examples', () => {
	it('insurance questions over a webhook: the reply by "Turn", the record of an ended run by "Ended"', async () => {
		const { id } = await world.install('insurance-webhook');
		const send = async (text: string) => {
			const response = await fetch(`${world.client.url}/webhook/interactly-insurance`, {
				method: 'POST',
				headers: { 'content-type': 'application/json' },
				body: JSON.stringify({ from: '+15550100', text }),
			});
			return (await response.json()) as { reply: string; done: boolean };
		};
		expect(await send('Hello')).toMatchObject({ done: false });
		expect(await send('Do you take Aetna?')).toMatchObject({
			reply: expect.stringContaining('we accept Aetna'),
			done: false,
		});
		expect(await send('No, thank you')).toMatchObject({
			reply: expect.stringContaining('Goodbye'),
			done: true,
		});
		const filter = encodeURIComponent(JSON.stringify({ workflowId: id }));
		const list = (await world.client.get(`/rest/executions?limit=1&filter=${filter}`)) as {
			data: { results: Array<{ id: string }> };
		};
		const execution = (await world.client.get(`/rest/executions/${list.data.results[0]?.id}`)) as {
			data: { data: string };
		};
		const { resultData } = unflatten(execution.data.data) as {
			resultData: { runData: Record<string, Array<{ data: { main: Array<Array<{ json: JsonObject }>> } }>> };
		};
		const filed = resultData.runData['File the Record']?.[0]?.data.main[0]?.[0]?.json;
		expect(filed).toMatchObject({ status: 'completed', input_output_pairs: { length: 3 } });
	});

	it('refill line from the store: importing it with the Interactly node makes the chat answer', async () => {
		const importer = await world.install('import-graph', (example) => {
			example.nodes = example.nodes.map((node) =>
				node.name === 'Start'
					? {
							...node,
							type: 'n8n-nodes-base.webhook',
							parameters: { path: 'import', responseMode: 'lastNode', options: {} },
							webhookId: 'import',
						}
					: node,
			);
		});
		expect(importer.id).toBeTruthy();
		const imported = (await (await fetch(`${world.client.url}/webhook/import`)).json()) as JsonObject;
		expect(imported).toMatchObject({ name: 'Refill line', faults: [], activeVersion: 0 });
		await world.install('refill-chat', (example) => {
			for (const { parameters } of example.nodes) {
				if (parameters.workflowId !== undefined)
					parameters.workflowId = { __rl: true, mode: 'id', value: imported.id };
			}
		});
		const send = (text: string) => say(world, { webhookId: 'interactly-refill', sessionId: 'refill', text });
		expect((await send('Hi')).output).toContain('Which medicine');
		expect(await send('Lisinopril from Oak Pharmacy')).toMatchObject({
			status: 'completed',
			workflowId: imported.id,
			versionNumber: 0,
			output: expect.stringContaining('Lisinopril is on its way to Oak Pharmacy'),
		});
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
