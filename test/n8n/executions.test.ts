/** What executions of a real n8n do and keep: an AI agent that calls a graph as its tool, secrets, patients' words. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openStation, type JsonObject, type Station } from '../../lib/index';
import { say, startWorld, type World } from './harness';

jest.setTimeout(300_000);

const KEY_OF_GRAPH = 'sk-graph-3f9a1c';
const KEY_OF_CREDENTIAL = 'sk-credential-77b2e0';
/** Said to the graph only, by nobody else. */
const WORDS = 'my knee is purple';

let world: World;
let modelCredential: string;
let agentModel: string;

beforeAll(async () => {
	world = await startWorld();
	modelCredential = (await world.client.putCredential({
		...{ id: '', name: 'Model with a known key', type: 'interactlyOpenAiApi' },
		data: { apiKey: KEY_OF_CREDENTIAL, baseUrl: `${world.model.url}/v1`, organizationId: '' },
	})) as string;
	agentModel = (await world.client.putCredential({
		...{ id: '', name: 'Model of the agent', type: 'openAiApi' },
		data: { apiKey: 'test', url: `${world.model.url}/v1` },
	})) as string;
}, 900_000);

afterAll(async () => {
	await world?.stop();
});

async function inStore<Result>(work: (station: Station) => Promise<Result>): Promise<Result> {
	const station = await openStation({ path: world.storePath });
	try {
		return await work(station);
	} finally {
		await station.close();
	}
}

async function install(workflow: { name: string; nodes: object[]; connections: object }) {
	// As the editor makes them; in the order of old an agent goes on before its tools have answered.
	const settings = { executionOrder: 'v1' };
	const installed = await world.client.putWorkflow({ settings, ...workflow } as typeof workflow);
	await world.client.activate(installed);
	return installed.id;
}

const chat = (webhookId: string) => ({
	...{ id: 'chat', name: 'Chat', type: '@n8n/n8n-nodes-langchain.chatTrigger', typeVersion: 1.3 },
	...{ position: [0, 0], webhookId },
	parameters: { public: true, mode: 'webhook', options: { responseMode: 'lastNode' } },
});

const exampleGraph = (name: string) =>
	JSON.parse(readFileSync(join(__dirname, `../../examples/${name}.json`), 'utf8')) as JsonObject;

describe('an AI agent with a graph as its tool', () => {
	const AGENT = 'You are the front desk. Use the tool for appointments.';

	beforeAll(async () => {
		// The agent's model calls the tool with what the user said, then passes on what the tool answered.
		world.model.prependFixture({
			match: { predicate: ({ messages }) => JSON.stringify(messages[0]).includes(AGENT) },
			response: ({ messages }) => {
				const last = messages.at(-1);
				const text = typeof last?.content === 'string' ? last.content : JSON.stringify(last?.content);
				if (last?.role === 'tool') {
					const [answer] = JSON.parse(text) as [{ output: string }];
					return { content: `The line says: ${answer.output}` };
				}
				return {
					toolCalls: [
						{ name: 'Appointments', arguments: JSON.stringify({ Message: text, sessionId: 'other' }) },
					],
				};
			},
		});
		await install({
			name: 'Front desk',
			nodes: [
				chat('front-desk'),
				{
					...{ id: 'agent', name: 'AI Agent', type: '@n8n/n8n-nodes-langchain.agent', typeVersion: 3.1 },
					position: [200, 0],
					parameters: { options: { systemMessage: AGENT } },
				},
				{
					...{ id: 'model', name: 'Model', type: '@n8n/n8n-nodes-langchain.lmChatOpenAi', typeVersion: 1.2 },
					position: [100, 200],
					parameters: { model: { __rl: true, mode: 'id', value: 'gpt-4o-mini' }, options: {} },
					credentials: { openAiApi: { id: agentModel, name: 'Model of the agent' } },
				},
				{
					...{ id: 'tool', name: 'Appointments', type: 'n8n-nodes-interactly.interactlyGraphTool' },
					...{ typeVersion: 1, position: [300, 200] },
					parameters: { graph: JSON.stringify(exampleGraph('appointment-line')) },
					credentials: { interactlyOpenAiApi: { id: modelCredential, name: 'Model with a known key' } },
				},
			],
			connections: {
				Chat: { main: [[{ node: 'AI Agent', type: 'main', index: 0 }]] },
				Model: { ai_languageModel: [[{ node: 'AI Agent', type: 'ai_languageModel', index: 0 }]] },
				Appointments: { ai_tool: [[{ node: 'AI Agent', type: 'ai_tool', index: 0 }]] },
			},
		});
	});

	it('calls the graph with each message of the chat, and the graph remembers where the talk stopped', async () => {
		const send = async (text: string, sessionId = 'desk-1') =>
			(await say(world, { webhookId: 'front-desk', sessionId, text })).output;
		expect(await send('Where are you?')).toMatch(/^The line says: Thank you for calling[^]*12 Elm Street/);
		expect(await send('I would like to book an appointment')).toMatch(/^The line says: Of course/);
		expect(await send('Hello', 'desk-2')).toMatch(/^The line says: Thank you for calling/);
		expect(await send('A sore throat, on Tuesday if possible')).toMatch(/sore throat, on Tuesday/);
		const { rows } = await inStore(({ store }) => store.listRuns({ limit: 10, offset: 0 }));
		expect(rows.map(({ sessionKey, turnCount }) => [sessionKey, turnCount]).sort()).toEqual([
			['desk-1/Appointments', 3],
			['desk-2/Appointments', 1],
		]);
	});
});

describe('what n8n stores of executions', () => {
	/** Everything n8n has in its database and log of executions of this workflow, by part. */
	function storedOf(workflowId: string) {
		const database = new DatabaseSync(join(world.userFolder, '.n8n', 'database.sqlite'), { readOnly: true });
		try {
			const rows = database
				.prepare(
					'select e.status, d.data, d.workflowData from execution_entity e join execution_data d on d.executionId = e.id where e.workflowId = ? order by e.id',
				)
				.all(workflowId) as Array<{ status: string; data: string; workflowData: string }>;
			// What was said to a chat, n8n's own trigger notes as "input_chat".
			const metadata = JSON.stringify(
				database.prepare("select * from execution_metadata where key <> 'input_chat'").all(),
			);
			return { rows, metadata, log: readFileSync(world.server.logFile, 'utf8') };
		} finally {
			database.close();
		}
	}

	/** A graph of the store whose second node calls a model with a key of its own. */
	async function importGraph(name: string): Promise<string> {
		const document = {
			workflow_config: { name },
			node_configs: [
				{
					...{ type: 'say_static', logical_id: 'greet', name: 'greet', is_start: true },
					static_messages_config: { static_messages: ['What is it about?'] },
				},
				{
					...{ type: 'say_llm', logical_id: 'talk', name: 'talk' },
					main_response_config: { prompt: `Talk: ${name}` },
					llms_config: { type: 'openai_llm', config: {}, api_key: KEY_OF_GRAPH },
				},
			],
			edge_configs: [
				{
					...{ logical_id: 'e', source_node_logical_id: 'greet', destination_node_logical_id: 'talk' },
					type: 'direct',
				},
			],
		};
		return (await inStore((station) => station.importWorkflow({ document }))).workflow.id;
	}

	async function installTalk(name: string, options: object = {}): Promise<string> {
		const stored = await importGraph(name);
		return install({
			name,
			nodes: [
				chat(name),
				{
					...{ id: 'graph', name: 'Graph', type: 'n8n-nodes-interactly.interactlyGraph', typeVersion: 1 },
					position: [200, 0],
					parameters: {
						source: 'stored',
						workflowId: { __rl: true, mode: 'id', value: stored },
						options,
					},
					credentials: { interactlyOpenAiApi: { id: modelCredential, name: 'Model with a known key' } },
				},
			],
			connections: { Chat: { main: [[{ node: 'Graph', type: 'main', index: 0 }]] } },
		});
	}

	it('no key, of a credential or of a stored graph, is in what n8n stores of a good execution, nor in its log', async () => {
		const id = await installTalk('quiet success', { includeEvents: true });
		world.model.prependFixture({
			match: { predicate: ({ messages }) => JSON.stringify(messages).includes('Talk: quiet success') },
			response: { content: 'I see.' },
		});
		await say(world, { webhookId: 'quiet success', sessionId: 'quiet', text: 'Hello' });
		const reply = await say(world, { webhookId: 'quiet success', sessionId: 'quiet', text: WORDS });
		expect(reply.output).toBe('I see.');
		const { rows, metadata, log } = storedOf(id);
		expect(rows.map(({ status }) => status)).toEqual(['success', 'success']);
		const stored = JSON.stringify(rows) + metadata + log;
		expect(stored).not.toContain(KEY_OF_CREDENTIAL);
		expect(stored).not.toContain(KEY_OF_GRAPH);
		expect(metadata + log).not.toContain(WORDS);
	});

	it('a failure tells neither the key nor the words that the model server repeats in its refusal', async () => {
		const id = await installTalk('loud failure', { onModelFailure: 'fail' });
		world.model.prependFixture({
			match: { predicate: ({ messages }) => JSON.stringify(messages).includes('Talk: loud failure') },
			response: {
				error: {
					message: `Key ${KEY_OF_CREDENTIAL} and ${KEY_OF_GRAPH} may not say "${WORDS}"`,
					type: 'invalid_request_error',
				},
				status: 400,
			},
		});
		await expect(
			say(world, { webhookId: 'loud failure', sessionId: 'loud', text: WORDS }).then(() =>
				say(world, { webhookId: 'loud failure', sessionId: 'loud', text: WORDS }),
			),
		).rejects.toThrow(/the chat answered 500/);
		const { rows, metadata, log } = storedOf(id);
		const failed = rows.filter(({ status }) => status === 'error');
		expect(JSON.stringify(failed)).toContain('LLM_REQUEST_REFUSED');
		const stored = JSON.stringify(rows) + metadata + log;
		expect(stored).not.toContain(KEY_OF_CREDENTIAL);
		expect(stored).not.toContain(KEY_OF_GRAPH);
		// The chat's own item holds what was said; the error beside it must not.
		const table = JSON.parse(failed[0]?.data ?? '[]') as unknown[];
		const texts = table.filter((value): value is string => typeof value === 'string');
		expect(texts.filter((text) => text.includes(WORDS) && text !== WORDS)).toEqual([]);
		expect(log).not.toContain(WORDS);
	});
});
