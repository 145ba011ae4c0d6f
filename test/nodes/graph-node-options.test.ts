/** Options of the Interactly Graph n8n node: the picture of a turn, estimated costs, and what a failed model becomes. */

import { LLMock } from '@copilotkit/aimock';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IDataObject, INode } from 'n8n-workflow';
import { answer } from '../../scripts/demo/stand-in';
import { cleanUp, execute, line, type Outcome } from './harness';

interface GraphFile extends IDataObject {
	workflow_config: IDataObject;
	node_configs: IDataObject[];
}

const appointment = JSON.parse(
	readFileSync(join(__dirname, '../../examples/appointment-line.json'), 'utf8'),
) as GraphFile;

/** The appointment line with another model behind all its nodes. */
function withModel(model: string): string {
	const nodes = appointment.node_configs.map((node) =>
		node.type === 'say_llm' ? { ...node, llms_config: { type: 'openai_llm', model } } : node,
	);
	return JSON.stringify({ ...appointment, node_configs: nodes });
}

const server = new LLMock({ host: '127.0.0.1', port: 0 });
server.on(
	{ userMessage: 'fail' },
	{ error: { message: 'No such parameter', type: 'invalid_request_error' }, status: 400 },
);
/** Either API of OpenAI counts under its own names. */
const TOKENS = {
	...{ prompt_tokens: 1000, completion_tokens: 200, total_tokens: 1200 },
	...{ input_tokens: 1000, output_tokens: 200 },
};
const counted = (request: Parameters<typeof answer>[0]) => ({
	...answer(request),
	usage: TOKENS,
});
server.on({ predicate: () => true }, counted as Parameters<LLMock['on']>[1]);

beforeAll(() => server.start());
afterAll(async () => {
	await server.stop();
	await cleanUp();
});

let sessions = 0;

/** One conversation, a message an item. */
function talk(
	texts: string[],
	options: IDataObject = {},
	graph = JSON.stringify(appointment),
): Promise<Outcome> {
	sessions += 1;
	return execute({
		nodes: [
			{ name: 'Start', type: 'test.start' },
			{
				name: 'Graph',
				type: 'n8n-nodes-interactly.interactlyGraph',
				parameters: { graph, options } as INode['parameters'],
				credentials: { interactlyOpenAiApi: { id: '1', name: 'x' } },
			},
		],
		connections: line('Start', 'Graph'),
		items: texts.map((chatInput) => ({ sessionId: `options-${sessions}`, chatInput })),
		credentials: { interactlyOpenAiApi: { apiKey: 'k', baseUrl: `${server.url}/v1` } },
	});
}

const hintsOf = ({ run }: Outcome) =>
	(run.data.resultData.runData.Graph?.[0]?.hints ?? []).map(({ message }) => message);

describe('Attach Picture', () => {
	it('is off by default', async () => {
		const { output } = await talk(['Hello']);
		expect(output('Graph')[0]).not.toHaveProperty('binary');
	});

	it('shows the way so far, which grows with the conversation', async () => {
		const outcome = await talk(['Hello', 'I want to book an appointment'], { attachPicture: true });
		const [first, second] = outcome.output('Graph').map(({ binary }) => binary ?? {});
		expect(first).toMatchObject({
			graph: { mimeType: 'image/png', fileName: 'appointment-line.png' },
			graph_svg: { mimeType: 'image/svg+xml', fileName: 'appointment-line.svg' },
		});
		const text = (key: string, files: typeof first) =>
			Buffer.from(files?.[key]?.data ?? '', 'base64').toString();
		expect(text('graph', first).slice(1, 4)).toBe('PNG');
		const [before, after] = [text('graph_svg', first), text('graph_svg', second)];
		const marked = (svg: string) => svg.split('#d9480f').length;
		expect(before).toContain('path of the run');
		expect(marked(after)).toBeGreaterThan(marked(before));
		expect(hintsOf(outcome)).toEqual([]);
	});
});

describe('estimated cost', () => {
	const usageOf = ({ output }: Outcome) => output('Graph')[0]?.json.usage as IDataObject;

	it('is the tokens of each model times its list price', async () => {
		const usage = usageOf(await talk(['Hello'], {}, withModel('gpt-5-mini')));
		const counts = { calls: 1, promptTokens: 1000, completionTokens: 200, totalTokens: 1200 };
		expect(usage).toEqual({
			...counts,
			models: [{ provider: 'openai', model: 'gpt-5-mini', ...counts }],
			// 1,000 × 0.25 and 200 × 2 dollars a million.
			estimatedCost: { amount: 0.00065, currency: 'USD', modelsWithoutPrice: [] },
		});
	});

	it('is unknown for a model without a price, and known once the user gives one', async () => {
		const graph = withModel('house/Clinic-7B');
		expect(usageOf(await talk(['Hello'], {}, graph)).estimatedCost).toEqual({
			amount: null,
			currency: 'USD',
			modelsWithoutPrice: [expect.stringMatching(/clinic-7b/i)],
		});
		const modelPrices = JSON.stringify({ 'house/Clinic-7B': { input: 1000, output: 0 } });
		const usage = usageOf(await talk(['Hello'], { modelPrices }, graph));
		expect(usage.estimatedCost).toMatchObject({ amount: 1, modelsWithoutPrice: [] });
	});

	it('stands in the record of the finished run for all its turns', async () => {
		const { output } = await talk(['Hello', 'When are you open?', 'Goodbye'], {}, withModel('gpt-5-mini'));
		const amounts = output('Graph').map(
			({ json }) => ((json.usage as IDataObject).estimatedCost as { amount: number }).amount,
		);
		expect(amounts.filter((amount) => amount > 0).length).toBeGreaterThan(1);
		const [record] = output('Graph', 1);
		const cost = record?.json.estimatedCost as { amount: number };
		expect(cost.amount).toBeCloseTo(
			amounts.reduce((sum, amount) => sum + amount, 0),
			7,
		);
	});

	it.each([
		['a price below zero', '{"gpt-5":{"input":-1,"output":0}}', /gpt-5\.input/],
		['a price that is no object', '{"gpt-5":2}', /gpt-5/],
		['no object at all', '[1]', /Model Prices/],
	])('refuses %s before the turn begins', async (_title, modelPrices, place) => {
		const { run, output } = await talk(['Hello'], { modelPrices });
		const error = run.data.resultData.error;
		expect(error?.description).toMatch(place);
		expect(output('Graph')).toEqual([]);
	});
});

describe('On Model Failure', () => {
	it('R2.49: the node says its error message; the reason is a hint and a warning, once', async () => {
		const outcome = await talk(['fail']);
		expect(outcome.run.data.resultData.error).toBeUndefined();
		const [item] = outcome.output('Graph');
		expect(item?.json.messages).toContainEqual(expect.objectContaining({ type: 'error' }));
		expect(item?.json.warnings).toEqual([
			expect.stringMatching(/^The model of "Front desk" gave no answer: .*refused the request/),
		]);
		expect(hintsOf(outcome)).toEqual([
			expect.stringMatching(/"Front desk"[^]*refused the request[^]*Code: LLM_/),
		]);
	});

	it('fails the execution with the sentence and the advice of the provider, and the conversation goes on', async () => {
		const failed = await talk(['fail'], { onModelFailure: 'fail' });
		const error = failed.run.data.resultData.error;
		expect(error).toMatchObject({ name: 'NodeApiError', httpCode: '400', context: { itemIndex: 0 } });
		expect(error?.message).toMatch(/refused the request/);
		expect(error?.description).toMatch(/Front desk[^]*Code: LLM_/);
		sessions -= 1;
		const { output } = await talk(['When are you open?'], { onModelFailure: 'fail' });
		expect(output('Graph')[0]?.json).toMatchObject({
			turnNumber: 2,
			output: expect.stringContaining('8 am to 5 pm'),
			warnings: [],
		});
	});

	it('changes nothing in a turn whose models answer', async () => {
		const outcome = await talk(['Hello'], { onModelFailure: 'fail' });
		expect(outcome.output('Graph')[0]?.json).toMatchObject({
			status: 'waiting_for_user_input',
			warnings: [],
		});
		expect(hintsOf(outcome)).toEqual([]);
	});
});
