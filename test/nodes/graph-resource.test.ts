/** The resource Graph of the Interactly n8n node: checking, drawing, comparing and formatting graphs. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IDataObject, INode, INodeExecutionData } from 'n8n-workflow';
import { attached, cleanUp, execute, line } from './harness';

const readGraph = (name: string) => readFileSync(join(__dirname, '../../examples', `${name}.json`), 'utf8');
const appointment = readGraph('appointment-line');

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

afterAll(cleanUp);

async function attempt(parameters: IDataObject) {
	const { run, output } = await execute({
		nodes: [
			{ name: 'Start', type: 'test.start' },
			{
				name: 'Interactly',
				type: 'n8n-nodes-interactly.interactly',
				parameters: { resource: 'graph', ...parameters } as INode['parameters'],
			},
		],
		connections: line('Start', 'Interactly'),
		items: [{}],
	});
	return { error: run.data.resultData.error, items: output('Interactly') };
}

async function results(parameters: IDataObject): Promise<INodeExecutionData[]> {
	const { error, items } = await attempt(parameters);
	if (error !== undefined) throw error;
	return items;
}

const rows = async (parameters: IDataObject) => (await results(parameters)).map(({ json }) => json);

/** Imports a graph and adds a second version; returns the workflow as the parameter wants it. */
async function stored(first: string, second: string) {
	const [workflow] = await rows({ resource: 'workflow', operation: 'import', document: first });
	const workflowId = { __rl: true, mode: 'id', value: workflow?.id } as IDataObject;
	await rows({ resource: 'version', operation: 'create', workflowId, document: second, activate: true });
	return workflowId;
}

/** The bytes of a file of an item. */
function bytesOf(item: INodeExecutionData | undefined, key: string): Buffer {
	return Buffer.from(item?.binary?.[key]?.data ?? '', 'base64');
}

describe('check', () => {
	const broken = changed(({ node_configs: nodes, edge_configs: edges }) => {
		Object.assign(nodes[1] ?? {}, { logical_id: nodes[2]?.logical_id });
		Object.assign(edges[3] ?? {}, { destination_node_logical_id: 'nowhere' });
	});

	it('reports nothing of a sound graph', async () => {
		expect(await rows({ operation: 'check', document: appointment })).toEqual([
			expect.objectContaining({ errors: 0, hasErrors: false, faults: [], kind: 'hydrated' }),
		]);
		expect(await rows({ operation: 'check', document: appointment, checkOutput: 'items' })).toEqual([]);
	});

	it('lists each fault with rule, place, subject, sentence and advice, as items and as a text', async () => {
		const items = await rows({ operation: 'check', document: broken, checkOutput: 'items' });
		expect(items).toContainEqual({
			rule: 'R-14',
			severity: 'warning',
			path: '$.edge_configs[3].destination_node_logical_id',
			subject: 'Nothing else',
			message: expect.stringContaining('nowhere'),
			advice: expect.stringMatching(/\S/),
		});
		const [report] = await rows({ operation: 'check', document: broken });
		expect(report).toMatchObject({
			hasErrors: true,
			errors: items.filter((row) => row.severity === 'error').length,
		});
		expect(report?.faults).toEqual(items);
		expect(report?.text).toMatch(/R-13[^]*R-14|R-14[^]*R-13/);
	});

	it('reads a stored version, the active one unless another is named', async () => {
		const workflowId = await stored(broken, appointment);
		const check = { operation: 'check', graphFrom: 'stored', workflowId };
		expect(await rows(check)).toMatchObject([{ errors: 0 }]);
		const [older] = await rows({ ...check, checkVersion: '0' });
		expect(older?.errors).toBeGreaterThan(0);
		expect((await attempt({ ...check, checkVersion: '7' })).error?.message).toMatch(/version 7/);
		expect((await attempt({ ...check, checkVersion: 'newest' })).error?.description).toMatch(/whole number/);
	});

	it('tells a text that is no JSON as a fault, and an empty field as an error', async () => {
		expect(await rows({ operation: 'check', document: '{' })).toMatchObject([
			{ hasErrors: true, faults: [{ rule: 'R-00' }] },
		]);
		expect((await attempt({ operation: 'check', document: '' })).error?.message).toMatch(/"Graph" is empty/);
	});
});

describe('draw', () => {
	it('gives a PNG to look at and an SVG to download, named after the workflow', async () => {
		const [item, ...others] = await results({ operation: 'draw', document: appointment });
		expect(others).toEqual([]);
		expect(item?.binary).toMatchObject({
			png: { mimeType: 'image/png', fileName: 'appointment-line.png', fileExtension: 'png' },
			svg: { mimeType: 'image/svg+xml', fileName: 'appointment-line.svg' },
		});
		expect(bytesOf(item, 'png').subarray(1, 4).toString()).toBe('PNG');
		const svg = bytesOf(item, 'svg').toString();
		expect(svg).toMatch(/^<svg[^]*Front desk[^]*<\/svg>\s*$/);
		expect(svg).toContain('always taken');
		expect(item?.json).toMatchObject({
			nodes: (JSON.parse(appointment) as GraphFile).node_configs.length,
			path: null,
		});
	});

	it.each([
		['png', ['png']],
		['svg', ['svg']],
	])('draws only %s when asked', async (format, keys) => {
		const [item] = await results({
			operation: 'draw',
			document: appointment,
			drawOptions: { format, legend: false },
		});
		expect(Object.keys(item?.binary ?? {})).toEqual(keys);
		if (format === 'svg') expect(bytesOf(item, 'svg').toString()).not.toContain('always taken');
	});

	it('draws the way of a run over its own graph, and over another version of it', async () => {
		const model = { invoke: async () => ({ content: 'Hello.' }), bindTools: () => model };
		attached.model = model;
		const talked = await execute({
			nodes: [
				{ name: 'Start', type: 'test.start' },
				{
					name: 'Graph',
					type: 'n8n-nodes-interactly.interactlyGraph',
					parameters: { graph: appointment, modelUse: 'all', providers: [] },
				},
				{ name: 'Model', type: 'test.model' },
			],
			connections: {
				...line('Start', 'Graph'),
				Model: { ai_languageModel: [[{ node: 'Graph', type: 'ai_languageModel', index: 0 }]] },
			},
			items: [{ sessionId: 'drawn', chatInput: 'Hi' }],
		});
		const runId = String(talked.output('Graph')[0]?.json.runId);
		const [own] = await results({ operation: 'draw', graphFrom: 'run', runId });
		expect(own?.json.path).toMatchObject([{ nodeName: 'Greeting' }, { nodeName: 'Front desk' }]);
		expect(own?.binary).toHaveProperty('png');
		const [plain] = await results({ operation: 'draw', document: appointment });
		const [over] = await results({
			operation: 'draw',
			document: appointment,
			drawOptions: { pathOfRun: runId },
		});
		expect(bytesOf(over, 'svg').toString()).toBe(bytesOf(own, 'svg').toString());
		expect(bytesOf(over, 'svg').toString()).not.toBe(bytesOf(plain, 'svg').toString());
		expect(bytesOf(over, 'svg').toString()).toContain('path of the run');
		const gone = await attempt({ operation: 'draw', graphFrom: 'run', runId: 'workflow_run_gone' });
		expect(gone.error?.message).toContain('workflow_run_gone');
	});

	it('names what cannot be drawn', async () => {
		const { error } = await attempt({ operation: 'draw', document: '{"a":1}' });
		expect(error?.message).toMatch(/no readable graph/);
		expect(error?.description).toMatch(/GRAPH_UNREADABLE/);
	});
});

describe('compare', () => {
	const renamed = changed(({ node_configs: nodes }) => {
		Object.assign(nodes[0] ?? {}, { name: 'Welcome' });
		nodes.push({ ...nodes[1], logical_id: 'node_more', name: 'One more', is_start: false });
	});

	it('tells two stored versions apart, as rows and as a text', async () => {
		const compare = {
			operation: 'diff',
			compare: 'versions',
			workflowId: await stored(appointment, renamed),
		};
		const [report, ...others] = await rows({ ...compare, olderVersion: '0' });
		expect(others).toEqual([]);
		expect(report).toMatchObject({
			isSame: false,
			summary: { nodes_added: 1, nodes_modified: 1, edges_added: 0 },
			text: expect.stringMatching(/name: "Greeting" → "Welcome"/),
		});
		const items = await rows({ ...compare, olderVersion: '0', diffOutput: 'items' });
		expect(items).toEqual(report?.changes);
		expect(items).toContainEqual({
			...{ of: 'node', id: 'node_greeting', name: 'Welcome', type: 'say_static' },
			...{ status: 'modified', field: 'name', before: 'Greeting', after: 'Welcome' },
		});
		expect(items).toContainEqual(expect.objectContaining({ of: 'node', id: 'node_more', status: 'added' }));
	});

	it('finds no difference in the same graph, and lists none', async () => {
		const same = { operation: 'diff', compare: 'documents', olderDocument: renamed, newerDocument: renamed };
		expect(await rows(same)).toMatchObject([{ isSame: true, text: 'No differences.\n', changes: [] }]);
		expect(await rows({ ...same, diffOutput: 'items' })).toEqual([]);
	});

	it('tells what an import would change, and of a changed key only that it changed', async () => {
		const keyed = (key: string) =>
			changed(({ node_configs: nodes }) =>
				Object.assign(nodes[1] ?? {}, { llms_config: { type: 'openai_llm', api_key: key } }),
			);
		const workflowId = await stored(appointment, keyed('sk-old-key'));
		const [report] = await rows({
			operation: 'diff',
			compare: 'stored',
			workflowId,
			newerDocument: keyed('sk-new-key'),
		});
		expect(report?.changes).toEqual([expect.objectContaining({ field: 'llms_config.api_key' })]);
		expect(JSON.stringify(report)).not.toMatch(/sk-(old|new)-key/);
	});
});

describe('format', () => {
	it('keeps a canonical document as it is, with its numbers as written in the file', async () => {
		const text = appointment.replace(/"priority": 1\b/, '"priority": 1.0');
		expect(text).not.toBe(appointment);
		const [item] = await results({ operation: 'format', document: text });
		expect(item?.json).toMatchObject({ document: JSON.parse(appointment) as object, respelled: [] });
		expect(bytesOf(item, 'file').toString()).toContain('"priority": 1.0');
		expect(item?.binary?.file).toMatchObject({
			fileName: 'appointment-line.json',
			mimeType: 'application/json',
		});
	});

	it('moves what this package adds to where the platform keeps it', async () => {
		const [item] = await results({ operation: 'format', document: appointment, form: 'platform' });
		const { edge_configs: edges } = item?.json.document as GraphFile;
		expect(edges.some((edge) => 'priority' in edge)).toBe(false);
		expect(edges.map((edge) => edge.miscellaneous)).toContainEqual({ priority: 1 });
	});

	it('takes the graph out of its envelope', async () => {
		const document = JSON.stringify({ workflow: { workflow_config: JSON.parse(appointment) as object } });
		const [item] = await results({ operation: 'format', document, graphOnly: true });
		expect(item?.json.document).toEqual(JSON.parse(appointment));
	});

	it('refuses what is no document of the format, with every fault', async () => {
		const { error } = await attempt({ operation: 'format', document: '{"a":1}' });
		expect(error?.message).toMatch(/Cannot format the document/);
		expect(error?.description).toMatch(/R-01/);
	});
});
