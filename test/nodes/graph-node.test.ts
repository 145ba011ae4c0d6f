/** The Interactly Graph n8n node in whole workflows: outputs, order, streaming, attached models, repeated deliveries. */

import { LLMock } from '@copilotkit/aimock';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IDataObject, INode } from 'n8n-workflow';
import { answer } from '../../scripts/demo/stand-in';
import { attached, cleanUp, execute, line, type Execution, type Outcome } from './harness';

const readGraph = (name: string) => readFileSync(join(__dirname, '../../examples', `${name}.json`), 'utf8');
const appointment = readGraph('appointment-line');

const server = new LLMock({ host: '127.0.0.1', port: 0 });
server.on({ predicate: () => true }, answer as Parameters<LLMock['on']>[1]);

beforeAll(() => server.start());
afterAll(async () => {
	await server.stop();
	await cleanUp();
});

const GRAPH_TYPE = 'n8n-nodes-interactly.interactlyGraph';

/** Start → Interactly Graph, with the OpenAI credential of the scripted server. */
function talk(
	items: IDataObject[],
	parameters: IDataObject = {},
	more: Partial<Execution> & { node?: Partial<INode> } = {},
): Promise<Outcome> {
	const { node, ...rest } = more;
	return execute({
		nodes: [
			{ name: 'Start', type: 'test.start' },
			{
				name: 'Graph',
				type: GRAPH_TYPE,
				parameters: { graph: appointment, ...parameters } as INode['parameters'],
				credentials: { interactlyOpenAiApi: { id: '1', name: 'x' } },
				...node,
			},
		],
		connections: line('Start', 'Graph'),
		items,
		credentials: { interactlyOpenAiApi: { apiKey: 'k', baseUrl: `${server.url}/v1` } },
		...rest,
	});
}

const said = (sessionId: string, ...texts: string[]) => texts.map((chatInput) => ({ sessionId, chatInput }));

describe('outputs', () => {
	it('fits a Chat Trigger without a change: the turn leaves by "Turn", and nothing by "Ended" while the run goes on', async () => {
		const { run, output } = await talk(said('s-outputs', 'When are you open?'));
		expect(run.data.resultData.error).toBeUndefined();
		const [item, ...others] = output('Graph');
		expect(others).toEqual([]);
		expect(item?.pairedItem).toEqual({ item: 0 });
		expect(item?.json).toMatchObject({
			output: expect.stringMatching(/^Thank you for calling Elm Street Clinic[^]*8 am to 5 pm/),
			sessionId: 's-outputs',
			turnNumber: 1,
			status: 'waiting_for_user_input',
			isWaitingForInput: true,
			isCompleted: false,
			currentNode: { id: 'node_front_desk', name: 'Front desk', type: 'say_llm' },
			messages: [
				{ type: 'static', nodeName: 'Greeting' },
				{ type: 'llm', nodeName: 'Front desk' },
			],
			usage: { calls: 1 },
		});
		expect(item?.json).not.toHaveProperty('error');
		expect(item?.json).not.toHaveProperty('events');
		expect(output('Graph', 1)).toEqual([]);
	});

	it('hands out the record of the finished run by "Ended" (R9.49)', async () => {
		const { output } = await talk(
			said('s-ended', 'Hello', 'I want to book an appointment', 'A headache, on Monday', 'yes'),
		);
		expect(output('Graph').map(({ json }) => json.status)).toEqual([
			...Array<string>(3).fill('waiting_for_user_input'),
			'completed',
		]);
		expect(output('Graph').map(({ pairedItem }) => pairedItem)).toEqual(
			[0, 1, 2, 3].map((item) => ({ item })),
		);
		const [record, ...others] = output('Graph', 1);
		expect(others).toEqual([]);
		expect(record).toMatchObject({
			pairedItem: { item: 3 },
			json: { status: 'completed', input_output_pairs: { length: 4 } },
		});
		expect(output('Graph').at(-1)?.json.variables).toMatchObject({
			visit_reason: 'headache',
			preferred_day: 'Monday',
		});
	});

	it('starts a new conversation when a message follows a finished one', async () => {
		const items = said('s-again', 'Hello', 'Goodbye', 'Hello');
		const { output } = await talk(items);
		const [first, second, third] = output('Graph').map(({ json }) => json);
		expect(second).toMatchObject({ status: 'completed', runId: first?.runId });
		expect(third).toMatchObject({ turnNumber: 1 });
		expect(third?.runId).not.toBe(first?.runId);
	});

	it('includes the events of the turn when asked (R9)', async () => {
		const { output } = await talk(said('s-events', 'Hello'), { options: { includeEvents: true } });
		const events = output('Graph')[0]?.json.events as IDataObject[];
		expect(events[0]).toMatchObject({ type: 'start_workflow' });
		expect(events.at(-1)).toMatchObject({ type: 'workflow_ready_for_input' });
	});

	it('fills dynamic variables from the fields and from JSON, the fields first (R4.21)', async () => {
		const { output } = await talk(said('s-variables', 'Where are you?'), {
			dynamicVariables: {
				assignments: [{ id: '1', name: 'clinic_name', value: 'Oak Clinic', type: 'string' }],
			},
			options: { dynamicVariablesJson: '{"clinic_name":"Other","address":"1 Oak Street"}' },
		});
		expect(output('Graph')[0]?.json.output).toMatch(/Oak Clinic[^]*1 Oak Street/);
	});

	it('answers a repeated delivery with the first answer, without a second turn', async () => {
		const parameters = { options: { idempotencyKey: '={{ $json.id }}' } };
		const items = [
			{ sessionId: 's-twice', chatInput: 'Hello', id: 'm1' },
			{ sessionId: 's-twice', chatInput: 'Hello', id: 'm1' },
			{ sessionId: 's-twice', chatInput: 'When are you open?', id: 'm2' },
		];
		const turns = (await talk(items, parameters)).output('Graph').map(({ json }) => json);
		expect(turns.map(({ turnNumber }) => turnNumber)).toEqual([1, 1, 2]);
		expect(turns.map(({ repeated }) => repeated)).toEqual([false, true, false]);
		expect(turns[1]?.output).toBe(turns[0]?.output);
	});

	it('takes the graph from an expression, as an object', async () => {
		const items = [
			{ sessionId: 's-object', chatInput: 'Hello', graph: JSON.parse(appointment) as IDataObject },
		];
		const { output } = await talk(items, { graph: '={{ $json.graph }}' });
		expect(output('Graph')[0]?.json.output).toContain('Elm Street Clinic');
	});
});

describe('operations on a conversation', () => {
	it('pauses, refuses messages meanwhile, resumes with one, and stops', async () => {
		await talk(said('s-pause', 'Hello'));
		const act = (operation: string, chatInput = '') => talk(said('s-pause', chatInput), { operation });
		expect((await act('pause')).output('Graph')[0]?.json.status).toBe('paused');
		expect((await talk(said('s-pause', 'Hello?'))).run.data.resultData.error?.message).toContain('paused');
		expect((await act('resume', 'When are you open?')).output('Graph')[0]?.json).toMatchObject({
			status: 'waiting_for_user_input',
			output: expect.stringContaining('8 am to 5 pm'),
		});
		const stopped = await act('stop');
		expect(stopped.output('Graph')[0]?.json).toMatchObject({ status: 'cancelled', isCompleted: true });
		expect(stopped.output('Graph', 1)).toHaveLength(1);
	});
});

describe('streaming to a chat', () => {
	it('sends every text once, in the order it is said, and the item still holds the whole reply', async () => {
		const { chunks, output } = await talk(said('s-stream', 'Hello'), {}, { streaming: true });
		expect(chunks[0]).toMatchObject({ type: 'begin' });
		expect(chunks.at(-1)).toMatchObject({ type: 'end' });
		const text = chunks
			.filter(({ type }) => type === 'item')
			.map(({ content }) => content)
			.join('');
		expect(text).toBe(output('Graph')[0]?.json.output);
		expect(chunks.length).toBeGreaterThan(4);
	});

	it('sends nothing when the option is off', async () => {
		const { chunks } = await talk(
			said('s-quiet', 'Hello'),
			{ options: { stream: false } },
			{ streaming: true },
		);
		expect(chunks).toEqual([]);
	});
});

describe('a model attached to the node', () => {
	const withModel = (sessionId: string, parameters: IDataObject) =>
		execute({
			nodes: [
				{ name: 'Start', type: 'test.start' },
				{
					name: 'Graph',
					type: GRAPH_TYPE,
					parameters: { graph: appointment, providers: [], ...parameters } as INode['parameters'],
				},
				{ name: 'Model', type: 'test.model' },
			],
			connections: {
				...line('Start', 'Graph'),
				Model: { ai_languageModel: [[{ node: 'Graph', type: 'ai_languageModel', index: 0 }]] },
			},
			items: said(sessionId, 'Hello'),
		});

	beforeEach(() => {
		const model = { invoke: async () => ({ content: 'I am the attached model.' }), bindTools: () => model };
		attached.model = model;
	});

	it.each(['default', 'all'])(
		'answers for nodes on the workflow default (setting "%s")',
		async (modelUse) => {
			const { output, run } = await withModel(`s-attached-${modelUse}`, { modelUse });
			expect(run.data.resultData.error).toBeUndefined();
			expect(output('Graph')[0]?.json.output).toContain('I am the attached model.');
		},
	);

	it('leaves a node with a model of its own alone, unless it is to answer for all', async () => {
		const graph = JSON.parse(appointment) as {
			node_configs: Array<{ logical_id: string; llms_config?: object; default_error_message?: null }>;
		};
		const desk = graph.node_configs.find((node) => node.logical_id === 'node_front_desk');
		Object.assign(desk ?? {}, { llms_config: { type: 'anthropic_llm' }, default_error_message: null });
		const text = JSON.stringify(graph);
		const own = await withModel('s-own', { graph: text, modelUse: 'default' });
		expect(own.run.data.resultData.error?.message).toContain('anthropic');
		const all = await withModel('s-own-all', { graph: text, modelUse: 'all' });
		expect(all.output('Graph')[0]?.json.output).toContain('I am the attached model.');
	});
});
