/** What bad input gets from the Interactly Graph node: one clear sentence, place and advice, and no half-made run. */

import { LLMock } from '@copilotkit/aimock';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IDataObject, INode } from 'n8n-workflow';
import { openStation } from '../../lib/index';
import { answer } from '../../scripts/demo/stand-in';
import { cleanUp, execute, line, storeFolder, type Outcome } from './harness';

const appointment = readFileSync(join(__dirname, '../../examples/appointment-line.json'), 'utf8');

interface GraphFile extends IDataObject {
	node_configs: IDataObject[];
	edge_configs: IDataObject[];
}

/** The appointment line after a change. */
function changed(change: (graph: GraphFile) => void): string {
	const graph = JSON.parse(appointment) as GraphFile;
	change(graph);
	return JSON.stringify(graph);
}

const server = new LLMock({ host: '127.0.0.1', port: 0 });
server.on(
	{ userMessage: 'fail' },
	{ error: { message: 'No such parameter', type: 'invalid_request_error' }, status: 400 },
);
server.on(
	{ userMessage: 'wrong key' },
	{ error: { message: 'The key is wrong', type: 'auth' }, status: 401 },
);
server.on({ predicate: () => true }, answer as Parameters<LLMock['on']>[1]);

beforeAll(() => server.start());
afterAll(async () => {
	await server.stop();
	await cleanUp();
});

interface Attempt {
	parameters?: IDataObject;
	item?: IDataObject;
	node?: Partial<INode>;
	store?: string;
	streaming?: boolean;
}

let sessions = 0;

function attempt({
	parameters = {},
	item = {},
	node = {},
	store,
	streaming = false,
}: Attempt): Promise<Outcome> {
	sessions += 1;
	return execute({
		nodes: [
			{ name: 'Start', type: 'test.start' },
			{
				name: 'Graph',
				type: 'n8n-nodes-interactly.interactlyGraph',
				parameters: { graph: appointment, ...parameters } as INode['parameters'],
				credentials: {
					interactlyOpenAiApi: { id: '1', name: 'x' },
					...(store === undefined ? {} : { interactlyStoreApi: { id: '2', name: 'y' } }),
				},
				...node,
			},
		],
		connections: line('Start', 'Graph'),
		items: [{ sessionId: `fault-${sessions}`, chatInput: 'Hello', ...item }],
		credentials: {
			interactlyOpenAiApi: { apiKey: 'k', baseUrl: `${server.url}/v1` },
			...(store === undefined ? {} : { interactlyStoreApi: { path: store } }),
		},
		streaming,
	});
}

async function runCount(): Promise<number> {
	const station = await openStation({ path: join(storeFolder, '.n8n/interactly/interactly.sqlite') });
	try {
		return (await station.store.listRuns({ limit: 1, offset: 0 })).total;
	} finally {
		await station.close();
	}
}

const noStart = changed(({ node_configs: nodes }) => nodes.forEach((node) => (node.is_start = false)));
const twoFaults = changed(({ node_configs: nodes }) => {
	Object.assign(nodes[1] ?? {}, { self_loop_config: { enabled: true } });
	Object.assign(nodes[3] ?? {}, { logical_id: 'node_visit_details' });
});

const withoutApology = changed(({ node_configs: nodes }) => {
	for (const node of nodes) if (node.type === 'say_llm') node.default_error_message = null;
});

const refused: Array<[string, Attempt, { message: RegExp; description: RegExp }]> = [
	[
		'no graph',
		{ parameters: { graph: '' } },
		{ message: /no graph/, description: /Paste the exported JSON/ },
	],
	[
		'no JSON',
		{ parameters: { graph: '{ "node_configs": [' } },
		{ message: /graph has one fault/, description: /R-00/ },
	],
	[
		'JSON that is no workflow',
		{ parameters: { graph: '{"a":1}' } },
		{ message: /graph has one fault/, description: /R-01/ },
	],
	[
		'no start node',
		{ parameters: { graph: noStart } },
		{ message: /graph has one fault/, description: /no start node[^]*R-15/ },
	],
	[
		'several faults at once',
		{ parameters: { graph: twoFaults } },
		{ message: /graph has 5 faults/, description: /R-13[^]*\$\.node_configs\[1\]\.self_loop_config[^]*R-20/ },
	],
	[
		'an empty session ID',
		{ item: { sessionId: '' } },
		{ message: /session ID is empty/, description: /Chat Trigger/ },
	],
	[
		'an unknown session, to be refused',
		{ parameters: { options: { whenSessionIsNew: 'refuse' } } },
		{ message: /no unfinished run/, description: /SESSION_UNKNOWN/ },
	],
	[
		'a message over 64 KiB',
		{ item: { chatInput: 'x'.repeat(65 * 1024) } },
		{ message: /64 KiB|65536|65,536/, description: /MESSAGE_TOO_LONG|TOO_LARGE/ },
	],
	[
		'a stored workflow that is not there',
		{ parameters: { source: 'stored', workflowId: { __rl: true, mode: 'id', value: 'gone' } } },
		{ message: /"gone"/, description: /WORKFLOW_UNKNOWN/ },
	],
	[
		'no stored workflow chosen',
		{ parameters: { source: 'stored', workflowId: { __rl: true, mode: 'id', value: '={{ "" }}' } } },
		{ message: /No workflow/, description: /import a graph first/ },
	],
	[
		'dynamic variables that are no object',
		{ parameters: { options: { dynamicVariablesJson: '[1]' } } },
		{ message: /not a JSON object/, description: /Dynamic Variables/ },
	],
	[
		'a relative store file',
		{ store: 'here.sqlite' },
		{ message: /not an absolute path/, description: /STORE_PATH_RELATIVE/ },
	],
	['a store file that is a folder', { store: '/' }, { message: /\S/, description: /STORE_/ }],
];

describe('refusals', () => {
	it.each(refused)(
		'%s: one sentence, with what to do, and no run is made',
		async (_title, tried, expected) => {
			const before = await runCount();
			const { run } = await attempt(tried);
			const error = run.data.resultData.error;
			expect(error?.name).toBe('NodeOperationError');
			expect(error?.message).toMatch(expected.message);
			expect(error?.message).toMatch(/^[^\n]*[.!]$/);
			expect(error?.description).toMatch(expected.description);
			expect(error).toMatchObject({ context: { itemIndex: 0 } });
			expect(await runCount()).toBe(before);
		},
	);

	it('an edge to nowhere is refused with its place', async () => {
		const graph = changed(({ edge_configs: edges }) =>
			Object.assign(edges[3] ?? {}, { destination_node_logical_id: 'nowhere' }),
		);
		const { run } = await attempt({ parameters: { graph } });
		const error = run.data.resultData.error;
		expect(error?.message).toMatch(/graph has one fault/);
		expect(error?.description).toMatch(/edge_configs\[3\][^]*"nowhere" does not exist[^]*R-14/);
	});

	it('the editor shows the description as HTML: one line each for advice and code', async () => {
		const { run } = await attempt({ parameters: { graph: '' } });
		expect(run.data.resultData.error?.description).toMatch(/^Paste [^\n]*<br>[^\n]*Code: GRAPH_MISSING$/);
	});

	it('a streaming chat, which shows the description alone, gets the sentence too and no HTML', async () => {
		const { run, chunks } = await attempt({ parameters: { graph: '' }, streaming: true });
		const [shown] = chunks.filter((chunk) => chunk.type === 'error');
		expect(shown?.content).toMatch(/no graph[^]*\n\nPaste [^]*\n\nCode: GRAPH_MISSING$/);
		expect(shown?.content).not.toContain('<');
		expect(run.data.resultData.error?.message).toMatch(/no graph/);
	});
});

describe('failures of a turn', () => {
	it('no credential: names the provider, and the conversation can go on once there is one', async () => {
		const { run } = await attempt({ parameters: { providers: [] }, node: { credentials: {} } });
		const error = run.data.resultData.error;
		expect(error?.message).toMatch(/openai/);
		expect(error?.description).toMatch(/credential/i);
	});

	it('a model that refuses a request: the graph says its own apology (R2.49) and the run goes on', async () => {
		const { output } = await attempt({ item: { chatInput: 'fail' } });
		expect(output('Graph')[0]?.json).toMatchObject({ status: 'waiting_for_user_input' });
		expect(output('Graph')[0]?.json.messages).toContainEqual(expect.objectContaining({ type: 'error' }));
	});

	it('the same in a node without an apology (R2.50): the sentence of the provider, with run and node', async () => {
		const { run } = await attempt({ parameters: { graph: withoutApology }, item: { chatInput: 'fail' } });
		const error = run.data.resultData.error;
		expect(error?.message).toMatch(/refused the request/);
		expect(error?.description).toMatch(/Front desk/);
	});

	it('a key that is refused leaves the run as it was, and the same message is answered once the key is right', async () => {
		const item = { sessionId: 'wrong-key', chatInput: 'wrong key' };
		const { run } = await attempt({ item });
		expect(run.data.resultData.error?.message).toMatch(/refused the credential/);
		expect(run.data.resultData.error?.description).toMatch(/Check the key/);
		server.prependFixture({
			match: { userMessage: 'wrong key' },
			response: { content: 'The key is right now.' },
		});
		const { output } = await attempt({ item: { ...item, chatInput: 'When are you open?' } });
		expect(output('Graph')[0]?.json).toMatchObject({
			recovered: false,
			output: expect.stringContaining('8 am to 5 pm'),
		});
	});
});

describe('continue on fail', () => {
	it('"Continue" hands the failed item on by "Turn", with code, place and advice', async () => {
		const { output, run } = await attempt({
			parameters: { graph: '' },
			node: { onError: 'continueRegularOutput' },
		});
		expect(run.data.resultData.error).toBeUndefined();
		expect(output('Graph')[0]).toMatchObject({
			json: {
				error: expect.stringContaining('no graph'),
				code: 'GRAPH_MISSING',
				place: 'Graph',
				advice: expect.any(String),
			},
			pairedItem: { item: 0 },
		});
	});

	it('"Continue (using error output)" sends it to the error output alone', async () => {
		const { output } = await attempt({ parameters: { graph: '' }, node: { onError: 'continueErrorOutput' } });
		expect(output('Graph', 0)).toEqual([]);
		expect(output('Graph', 1)).toEqual([]);
		expect(output('Graph', 2)[0]?.json).toMatchObject({
			error: expect.stringContaining('no graph'),
			message: expect.stringMatching(/^Paste [^<]*Code: GRAPH_MISSING$/),
			sessionId: expect.any(String),
		});
	});
});
