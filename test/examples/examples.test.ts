/** The examples: graphs without a fault, n8n workflows that hold them, and the conversations they are for. */

import { LLMock } from '@copilotkit/aimock';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openStation, parseDocument, type Station, type TurnResult } from '../../lib/index';
import { openStore } from '../../lib/store/open';
import { LINES } from '../../scripts/demo/conversation';
import { answer } from '../../scripts/demo/stand-in';

const folder = join(__dirname, '../../examples');
const read = (path: string) => readFileSync(join(folder, path), 'utf8');
const graphNames = readdirSync(folder).filter((name) => name.endsWith('.json'));
const workflowNames = readdirSync(join(folder, 'workflows'));

interface Workflow {
	nodes: Array<{ type: string; name: string; parameters: Record<string, unknown>; webhookId?: string }>;
	connections: Record<string, unknown>;
}

describe('example graphs', () => {
	it.each(graphNames)('%s has neither fault nor warning', async (name) => {
		const station = await openStation({ store: await openStore({ type: 'memory' }) });
		expect(station.examine(read(name))).toEqual([]);
		expect(parseDocument(read(name)).warnings).toEqual([]);
		await station.close();
	});
});

describe('example workflows of n8n', () => {
	const graphs = graphNames.map((name) => read(name).trim());

	it.each(workflowNames)(
		'%s holds its graph as the file has it, and names only nodes that it has',
		(name) => {
			const { nodes, connections } = JSON.parse(read(`workflows/${name}`)) as Workflow;
			const embedded = nodes.flatMap(({ parameters }) => parameters.graph ?? parameters.document ?? []);
			for (const text of embedded) expect(graphs).toContain(text);
			const names = nodes.map((node) => node.name);
			expect(names).toEqual(expect.arrayContaining(Object.keys(connections)));
		},
	);

	it('give every chat and webhook an address of its own', () => {
		const addresses = workflowNames.flatMap((name) => {
			const { nodes } = JSON.parse(read(`workflows/${name}`)) as Workflow;
			return nodes.flatMap(({ webhookId }) => webhookId ?? []);
		});
		expect(new Set(addresses).size).toBe(addresses.length);
		expect(addresses.length).toBeGreaterThan(1);
	});
});

describe('example conversations', () => {
	const server = new LLMock({ host: '127.0.0.1', port: 0 });
	server.on({ predicate: () => true }, answer as Parameters<LLMock['on']>[1]);
	let station: Station;

	beforeAll(async () => {
		await server.start();
		station = await openStation({ store: await openStore({ type: 'memory' }) });
	});
	afterAll(async () => {
		await station.close();
		await server.stop();
	});

	async function talk(graph: string, ...texts: string[]): Promise<TurnResult[]> {
		const access = { credentials: { openai: { apiKey: 'k', baseUrl: `${server.url}/v1` } } };
		const source = { type: 'document' as const, document: read(`${graph}.json`) };
		const results: TurnResult[] = [];
		for (const message of texts) {
			results.push(await station.turn({ source, sessionKey: `${graph} ${texts.join()}`, message }, access));
		}
		return results;
	}

	const edgesOf = (results: TurnResult[]) =>
		results.flatMap(({ path }) => path.flatMap(({ edgeName }) => edgeName ?? []));

	it('appointment line: books a visit in five turns, with one model call for each reply', async () => {
		const results = await talk('appointment-line', ...LINES.map(([text]) => text));
		LINES.forEach(([, words], index) =>
			words.forEach((word) => expect(results[index]?.reply).toContain(word)),
		);
		expect(edgesOf(results)).toEqual(['Wants a visit', 'Reason and day known', 'Caller agrees']);
		expect(results.at(-1)).toMatchObject({
			status: 'completed',
			variables: { visit_reason: 'sore throat', preferred_day: 'Tuesday' },
		});
		expect(results[1]?.usage.calls).toBe(1);
	});

	it('appointment line: an emergency leads out from everywhere', async () => {
		const results = await talk('appointment-line', 'Hello', 'I have chest pain');
		expect(results.at(-1)).toMatchObject({ status: 'completed', reply: expect.stringContaining('911') });
	});

	it('refill line: a worker reads the request, expressions decide, a controlled medicine goes to a nurse', async () => {
		const plain = await talk('refill-line', 'Hi', 'Metformin 500 mg', 'At Main Street Pharmacy');
		expect(plain.map(({ reply }) => reply)).toEqual([
			expect.stringContaining('Which medicine'),
			'Which pharmacy should fill it?',
			expect.stringContaining('Metformin 500 mg is on its way to Main Street Pharmacy'),
		]);
		expect(edgesOf(plain)).toEqual([
			'Something is missing',
			'Something is missing',
			'Medicine and pharmacy known',
		]);
		const controlled = await talk('refill-line', 'I need oxycodone from Oak Pharmacy');
		expect(controlled[0]).toMatchObject({ status: 'completed', reply: expect.stringContaining('nurse') });
	});

	it('insurance questions: freeform edges, one with an argument and one with a message of its own (R3.21, R3.22)', async () => {
		const results = await talk(
			'insurance-questions',
			'Hello',
			'Do you take Aetna?',
			'I have another question',
			'I got a bill',
			'No, that is all',
		);
		expect(results[1]?.reply).toContain('Yes, we accept Aetna.');
		expect(results[1]?.variables).toMatchObject({ plan_name: 'Aetna' });
		expect(results[3]?.reply).toMatch(/^Let me look at how that bill is settled\.[^]*555-0142/);
		expect(results[4]).toMatchObject({ status: 'completed', reply: expect.stringContaining('Goodbye') });
	});
});
