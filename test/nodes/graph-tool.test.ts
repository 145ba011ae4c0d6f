/** The Interactly Graph node as a tool of an AI agent: whose conversation it continues, and what the agent gets back. */

import { LLMock } from '@copilotkit/aimock';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IDataObject, INode } from 'n8n-workflow';
import { getSchema } from 'n8n-core/dist/execution-engine/node-execution-context/utils/create-node-as-tool';
import { InteractlyGraph } from '../../nodes/InteractlyGraph/InteractlyGraph.node';
import { answer } from '../../scripts/demo/stand-in';
import { script, twinOf } from './agent';
import { cleanUp, execute, line, type Outcome } from './harness';

const { NodeHelpers } = require('n8n-workflow') as typeof import('n8n-workflow');

const CHAT = '@n8n/n8n-nodes-langchain.chatTrigger';

const graph = readFileSync(join(__dirname, '../../examples/appointment-line.json'), 'utf8');
const credentials = { interactlyOpenAiApi: { id: '1', name: 'x' } };

const server = new LLMock({ host: '127.0.0.1', port: 0 });
server.on({ predicate: () => true }, answer as Parameters<LLMock['on']>[1]);

beforeAll(() => server.start());
afterAll(async () => {
	await server.stop();
	await cleanUp();
});

interface Asked {
	calls: IDataObject[];
	parameters?: IDataObject;
	/** What the chat, or whatever starts the workflow, brought. */
	item?: IDataObject;
	start?: string;
	tool?: string;
	streaming?: boolean;
	onError?: INode['onError'];
}

async function ask({
	calls,
	parameters = {},
	item = { sessionId: 's', chatInput: 'from the chat' },
	start = CHAT,
	tool = 'Graph',
	streaming = false,
	onError,
}: Asked): Promise<Outcome> {
	Object.assign(script, { calls, tool });
	return execute({
		nodes: [
			{ name: 'Chat', type: start },
			{ name: 'Agent', type: 'test.agent' },
			{
				name: tool,
				type: 'n8n-nodes-interactly.interactlyGraphTool',
				parameters: { graph, ...parameters } as INode['parameters'],
				credentials,
				...(onError === undefined ? {} : { onError }),
			},
		],
		connections: {
			...line('Chat', 'Agent'),
			[tool]: { ai_tool: [[{ node: 'Agent', type: 'ai_tool', index: 0 }]] },
		},
		items: [item],
		credentials: { interactlyOpenAiApi: { apiKey: 'k', baseUrl: `${server.url}/v1` } },
		streaming,
	});
}

function answerOf(outcome: Outcome): IDataObject | undefined {
	const [item] = outcome.output('Agent');
	return (item?.json.answer as IDataObject[] | undefined)?.[0];
}

describe('the tool of an AI agent', () => {
	it('takes the message from the agent, and its conversation goes on with the next call', async () => {
		const lines = [
			['When are you open?', /^Thank you for calling[^]*8 am to 5 pm/],
			['I would like to book an appointment', /^Of course. What is the visit for/],
		] as const;
		for (const [index, [Message, reply]] of lines.entries()) {
			const outcome = await ask({ calls: [{ Message }] });
			expect(outcome.run.data.resultData.error).toBeUndefined();
			expect(answerOf(outcome)).toMatchObject({
				output: expect.stringMatching(reply),
				isCompleted: false,
				turnNumber: index + 1,
			});
		}
	});

	it('gives the agent the reply and where the conversation stands, and nothing of its inner life', async () => {
		const answer = answerOf(await ask({ calls: [{ Message: 'x' }], item: { sessionId: 'slim' } }));
		expect(Object.keys(answer ?? {}).sort()).toEqual([
			...['isCompleted', 'isWaitingForInput', 'output', 'runId', 'sessionId', 'status', 'turnNumber'],
		]);
	});

	it('keeps the conversations of two tools of one agent apart', async () => {
		const item = { sessionId: 'two tools' };
		const one = answerOf(await ask({ calls: [{ Message: 'x' }], item }));
		const other = answerOf(await ask({ calls: [{ Message: 'x' }], item, tool: 'Refills' }));
		expect([one?.sessionId, other?.sessionId]).toEqual(['two tools/Graph', 'two tools/Refills']);
		expect(one?.runId).not.toBe(other?.runId);
	});

	it('a session that the model names without being asked for one is not taken', async () => {
		const foreign = answerOf(await ask({ calls: [{ Message: 'x' }], item: { sessionId: 'victim' } }));
		const calls = [{ Message: 'Mallory', sessionId: 'victim', session: 'victim/Graph' }];
		const own = answerOf(await ask({ calls, item: { sessionId: 'attacker' } }));
		expect(own?.sessionId).toBe('attacker/Graph');
		expect(own?.runId).not.toBe(foreign?.runId);
	});

	it('without a chat, an empty session is refused with what to write', async () => {
		const outcome = await ask({
			calls: [{ Message: 'x' }],
			start: 'test.start',
			onError: 'continueRegularOutput',
		});
		expect(answerOf(outcome)).toMatchObject({
			error: expect.stringContaining('session ID is empty'),
			message: expect.stringContaining('.item.json'),
		});
		const named = { sessionId: "={{ $('Chat').item.json.phone }}" };
		const given = await ask({
			...{ calls: [{ Message: 'x' }], parameters: named, start: 'test.start', item: { phone: '+15550100' } },
		});
		expect(answerOf(given)).toMatchObject({ sessionId: '+15550100', turnNumber: 1 });
	});

	it('streams nothing itself: what the user reads is the agent’s', async () => {
		const { chunks, run } = await ask({
			calls: [{ Message: 'x' }],
			item: { sessionId: 'streams' },
			streaming: true,
		});
		expect(run.status).toBe('success');
		expect(chunks).toEqual([]);
	});

	it('asks the model for the message alone, and describes itself', () => {
		const twin = twinOf(new InteractlyGraph());
		const node: INode = {
			id: '1',
			name: 'Graph',
			type: 'n8n-nodes-interactly.interactlyGraphTool',
			typeVersion: 1,
			position: [0, 0],
			parameters: {},
		};
		const { properties } = twin.description;
		node.parameters =
			NodeHelpers.getNodeParameters(properties, {}, true, false, node, twin.description) ?? {};
		expect(Object.keys(getSchema(node).shape)).toEqual(['Message']);
		expect(NodeHelpers.getToolDescriptionForNode(node, twin)).toMatch(/what the user said/);
	});
});
