/** Runs that go on after their turn: the Graph node that stays, and the Interactly Trigger that listens. */

import { LLMock } from '@copilotkit/aimock';
import type { IDataObject, INode } from 'n8n-workflow';
import { activate, type Activation, type Active } from './activate';
import { cleanUp, execute, line, type Execution } from './harness';
import { startLab, type Lab } from './lab';

let lab: Lab;
beforeEach(async () => {
	lab = await startLab(3);
});
afterEach(() => lab.close());
afterAll(cleanUp);

const hosts = { allowedPrivateHosts: '127.0.0.1' };

/** One item through the Graph node. */
function talk(
	item: IDataObject,
	options: IDataObject = {},
	more: Partial<Execution> = {},
	graph = lab.graph,
) {
	return execute({
		nodes: [
			{ name: 'Start', type: 'test.start' },
			{
				name: 'Graph',
				type: 'n8n-nodes-interactly.interactlyGraph',
				parameters: {
					graph: JSON.stringify(graph),
					options: { ...hosts, ...options },
				} as INode['parameters'],
			},
		],
		connections: line('Start', 'Graph'),
		items: [item],
		...more,
	});
}

function listen(parameters: IDataObject = {}, more: Partial<Activation> = {}) {
	return activate({
		parameters: { options: hosts, ...parameters } as Activation['parameters'],
		...more,
	});
}

async function until(holds: () => boolean): Promise<void> {
	for (let tick = 0; !holds(); tick += 1) {
		if (tick > 400) throw new Error('it did not come about within ten seconds');
		await new Promise((wake) => setTimeout(wake, 25));
	}
}

describe('option "Background Work" of the Graph node', () => {
	it('R5.21: by default the node does not wait; the run says that there is background work', async () => {
		const { output } = await talk({ sessionId: 'no-wait' });
		expect(output('Graph')[0]?.json).toMatchObject({
			output: 'I am asking the lab.',
			hasBackgroundWork: true,
			status: 'waiting_for_user_input',
		});
		expect(lab.calls).toBe(1);
	});

	it('R5.24: what is said while the node stays belongs to the reply, and it leaves when nothing is left', async () => {
		const { output } = await talk({ sessionId: 'stays' }, { backgroundSeconds: 60 });
		const [item] = output('Graph');
		expect(item?.json).toMatchObject({
			output: 'I am asking the lab.\n\nYour result is in.',
			status: 'completed',
			hasBackgroundWork: false,
			turnNumber: 1,
		});
		const nodes = (item?.json.path as IDataObject[]).map(({ nodeName }) => nodeName);
		expect(nodes).toEqual(['greet', 'tell']);
		expect(output('Graph', 1)).toHaveLength(1);
		expect(lab.calls).toBe(3);
	});

	it('leaves when the time has passed, with the turn as it is', async () => {
		lab.readyAt = 99;
		const { output } = await talk({ sessionId: 'short' }, { backgroundSeconds: 1.5 });
		expect(output('Graph')[0]?.json).toMatchObject({
			output: 'I am asking the lab.',
			hasBackgroundWork: true,
		});
		expect(lab.calls).toBe(2);
	});

	it('streams what is said meanwhile', async () => {
		const { chunks } = await talk({ sessionId: 'streams' }, { backgroundSeconds: 60 }, { streaming: true });
		expect(chunks.map(({ type }) => type)).toEqual(['begin', 'item', 'item', 'item', 'end']);
		expect(chunks.map(({ content }) => content ?? '').join('')).toBe(
			'I am asking the lab.\n\nYour result is in.',
		);
	});
});

describe('the Interactly Trigger', () => {
	it('R5.24: moves a parked run and starts the workflow with what it said on its own, once', async () => {
		const { emitted, keys, close } = await listen();
		await talk({ sessionId: 'alone' });
		await until(() => emitted.length > 0);
		await close();
		expect(emitted).toHaveLength(1);
		expect(emitted[0]?.[0]?.json).toMatchObject({
			event: 'said',
			sessionId: 'alone',
			workflowId: null,
			reply: 'Your result is in.',
			messages: [{ text: 'Your result is in.', nodeName: 'tell', threadId: '0' }],
			status: 'completed',
			turnNumber: 1,
		});
		expect(emitted[0]?.[0]?.json).not.toHaveProperty('events');
		expect(keys[0]).toContain(String(emitted[0]?.[0]?.json.runId));
		expect(lab.calls).toBe(3);
	});

	it('without background work it only listens: nothing moves', async () => {
		const { emitted, close } = await listen({ runsBackground: false });
		await talk({ sessionId: 'left alone' });
		await new Promise((wake) => setTimeout(wake, 1_500));
		await close();
		expect(emitted).toHaveLength(0);
		expect(lab.calls).toBe(1);
	});

	it('what the Graph node stayed for is in its reply, so it is not said on its own as well', async () => {
		const { emitted, close } = await listen({ runsBackground: false, events: ['said', 'ended'] });
		await talk({ sessionId: 'not twice' }, { backgroundSeconds: 60 });
		await until(() => emitted.length > 0);
		await close();
		expect(emitted.flat().map(({ json }) => json.event)).toEqual(['ended']);
	});

	it('tells turns, waits, failures and ends, one item each, with the reason', async () => {
		const events = ['turn', 'waits', 'ended', 'failed'];
		const { emitted, close } = await listen({ runsBackground: false, events });
		await talk({ sessionId: 'all' });
		await execute({
			nodes: [
				{ name: 'Start', type: 'test.start' },
				{
					name: 'Graph',
					type: 'n8n-nodes-interactly.interactlyGraph',
					parameters: { operation: 'stop' },
				},
			],
			connections: line('Start', 'Graph'),
			items: [{ sessionId: 'all' }],
		});
		const broken = {
			...lab.graph,
			node_configs: [{ type: 'mystery', logical_id: 'm', is_start: true }],
			edge_configs: [],
		};
		await talk({ sessionId: 'fails' }, {}, {}, broken);
		await until(() => emitted.length >= 3);
		await close();
		const items = emitted.flat().map(({ json }) => json);
		expect(items.map(({ event, sessionId, status }) => [event, sessionId, status])).toEqual([
			['turn', 'all', 'waiting_for_user_input'],
			['waits', 'all', 'waiting_for_user_input'],
			['ended', 'all', 'cancelled'],
			['turn', 'fails', 'failed'],
			['failed', 'fails', 'failed'],
		]);
		expect(items[2]?.reason).toBe('stopped');
		expect(items[4]?.reason).toEqual(expect.stringContaining('mystery'));
		expect(new Set(items.map(({ eventId }) => eventId)).size).toBe(items.length);
	});

	it('a run that cannot go on is shown as one failed execution, says what to do, and goes on once it can', async () => {
		const server = new LLMock({ host: '127.0.0.1', port: 0 });
		server.on({ predicate: () => true }, { content: 'The model tells the result.' });
		await server.start();
		// Runs of other tests share the store.
		const of = (emitted: Active['emitted']) =>
			emitted.flat().filter(({ json }) => json.sessionId === 'lacking');
		const nodes = (lab.graph.node_configs as IDataObject[]).map((node) =>
			node.logical_id === 'tell'
				? {
						...node,
						type: 'say_llm',
						main_response_config: { prompt: 'Tell it.' },
						llms_config: { type: 'openai_llm' },
					}
				: node,
		);
		const lacking = await listen({ providers: ['openai'] });
		await talk({ sessionId: 'lacking' }, {}, {}, { ...lab.graph, node_configs: nodes });
		await until(() => lacking.failures.length > 0);
		await new Promise((wake) => setTimeout(wake, 1_500));
		await lacking.close();
		expect(lacking.failures).toHaveLength(1);
		expect(lacking.failures[0]).toMatchObject({
			description: expect.stringContaining('LLM_CREDENTIAL_MISSING'),
		});
		expect(of(lacking.emitted)).toEqual([]);
		const credentials = { interactlyOpenAiApi: { apiKey: 'k', baseUrl: `${server.url}/v1` } };
		const { emitted, close } = await listen({ providers: ['openai'] }, { credentials, activation: 'update' });
		await until(() => of(emitted).length > 0).finally(close);
		await server.stop();
		expect(of(emitted)[0]?.json).toMatchObject({
			reply: 'The model tells the result.',
		});
	});

	it('"Runs Of" one workflow passes the others over', async () => {
		const scope = { scope: 'workflow', workflowId: { __rl: true, mode: 'id', value: 'workflow_of_nobody' } };
		const { emitted, close } = await listen({ ...scope, events: ['turn', 'said'] });
		await talk({ sessionId: 'other graph' });
		await new Promise((wake) => setTimeout(wake, 1_500));
		await close();
		expect(emitted).toHaveLength(0);
		expect(lab.calls).toBe(1);
	});

	it('a test in the editor waits for the next event and takes nothing from the active workflow', async () => {
		const settings = { runsBackground: false, events: ['turn'], options: { includeEvents: true } };
		const active = await listen(settings);
		const test = await listen(settings, { activation: 'manual' });
		await talk({ sessionId: 'both' });
		await until(() => active.emitted.length > 0 && test.emitted.length > 0);
		await active.close();
		await test.close();
		expect(test.emitted[0]?.[0]?.json.events).toEqual(
			expect.arrayContaining([expect.objectContaining({ type: 'assistant_response' })]),
		);
	});

	it('refuses to start when nothing is chosen, or no workflow, and says what to do', async () => {
		await expect(listen({ runsBackground: false, events: [] })).rejects.toMatchObject({
			message: expect.stringContaining('nothing to do'),
			description: expect.stringContaining('Choose an event'),
		});
		await expect(listen({ scope: 'workflow', workflowId: '' })).rejects.toMatchObject({
			message: expect.stringContaining('No workflow'),
		});
	});
});
