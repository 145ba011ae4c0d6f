/** The Interactly n8n node: importing, listing, exporting and deleting workflows, versions and runs. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IDataObject, INode } from 'n8n-workflow';
import { attached, cleanUp, execute, line, type Outcome } from './harness';

const readGraph = (name: string) => readFileSync(join(__dirname, '../../examples', `${name}.json`), 'utf8');
const refill = readGraph('refill-line');
const bundle = JSON.stringify({
	versions: [
		{ version_number: 3, version_name: 'Before', workflow_config: JSON.parse(refill) as object },
		{
			version_number: 5,
			version_name: 'After',
			is_active: true,
			workflow_config: JSON.parse(readGraph('appointment-line')) as object,
		},
	],
	warnings: [],
});

afterAll(cleanUp);

function run(parameters: IDataObject, node: Partial<INode> = {}): Promise<Outcome> {
	return execute({
		nodes: [
			{ name: 'Start', type: 'test.start' },
			{
				name: 'Interactly',
				type: 'n8n-nodes-interactly.interactly',
				parameters: parameters as INode['parameters'],
				...node,
			},
		],
		connections: line('Start', 'Interactly'),
		items: [{}],
	});
}

async function items(parameters: IDataObject): Promise<IDataObject[]> {
	const { run: execution, output } = await run(parameters);
	const { error } = execution.data.resultData;
	if (error !== undefined) throw error;
	return output('Interactly').map(({ json }) => json);
}

const byId = (value: unknown) => ({ __rl: true, mode: 'id', value }) as IDataObject;

async function importDocument(document: string, more: IDataObject = {}): Promise<IDataObject> {
	const [item] = await items({ resource: 'workflow', operation: 'import', document, ...more });
	if (item === undefined) throw new Error('the import gave no item');
	return item;
}

describe('import', () => {
	it('stores an exported graph as a workflow with version 0', async () => {
		const item = await importDocument(refill);
		expect(item).toMatchObject({
			id: expect.stringMatching(/^workflow_/),
			name: 'Refill line',
			activeVersion: 0,
			versions: [{ number: 0, fileNumber: 0, isActive: true }],
			faults: [],
		});
	});

	it('takes all versions of a bundle, numbered anew, and activates the one the file marks', async () => {
		const item = await importDocument(bundle);
		expect(item).toMatchObject({
			activeVersion: 1,
			versions: [
				{ number: 0, fileNumber: 3, name: 'Before', isActive: false },
				{ number: 1, fileNumber: 5, name: 'After', isActive: true },
			],
		});
	});

	it('takes chosen versions, under another name', async () => {
		const item = await importDocument(bundle, {
			versions: 'chosen',
			versionNumbers: '3',
			importOptions: { name: 'Refills (trial)' },
		});
		expect(item).toMatchObject({
			name: 'Refills (trial)',
			activeVersion: 0,
			versions: [{ number: 0, fileNumber: 3, isActive: true }],
		});
	});

	it.each([
		[
			'a version that is not in the file',
			{ document: bundle, versions: 'chosen', versionNumbers: '4' },
			{ message: /no version 4/, description: /It holds 3, 5/ },
		],
		[
			'numbers that are none',
			{ document: bundle, versions: 'chosen', versionNumbers: 'all' },
			{ message: /"all" is not a list/, description: /such as 0, 3, 4/ },
		],
		['a text that is no JSON', { document: '{' }, { message: /one fault/, description: /R-00/ }],
		[
			'a node list that is no list',
			{ document: '{"node_configs":{},"edge_configs":null}' },
			{ message: /fault/, description: /\$\.node_configs[^]*R-02/ },
		],
	])('refuses %s, and stores nothing', async (_title, parameters, expected) => {
		const count = async () =>
			(await items({ resource: 'workflow', operation: 'getAll', returnAll: true })).length;
		const before = await count();
		const { run: execution } = await run({ resource: 'workflow', operation: 'import', ...parameters });
		expect(execution.data.resultData.error?.message).toMatch(expected.message);
		expect(execution.data.resultData.error?.description).toMatch(expected.description);
		expect(await count()).toBe(before);
	});

	it('reports faults that only matter later, and refuses them when asked', async () => {
		const graph = JSON.parse(refill) as { node_configs: Array<{ logical_id: string }> };
		Object.assign(graph.node_configs[1] ?? {}, { logical_id: graph.node_configs[2]?.logical_id });
		const document = JSON.stringify(graph);
		expect((await importDocument(document)).faults).toContainEqual(expect.objectContaining({ rule: 'R-13' }));
		const { run: execution } = await run({
			resource: 'workflow',
			operation: 'import',
			document,
			importOptions: { refuseFaults: true },
		});
		expect(execution.data.resultData.error?.description).toMatch(/R-13/);
	});
});

describe('workflows and versions', () => {
	it('lists by name, gets one with its graph, and exports what was imported', async () => {
		const { id } = await importDocument(refill, { importOptions: { name: 'Find me' } });
		const found = await items({
			resource: 'workflow',
			operation: 'getAll',
			returnAll: false,
			limit: 5,
			search: 'find ME',
		});
		expect(found.map((workflow) => workflow.id)).toEqual([id]);
		const [got] = await items({
			resource: 'workflow',
			operation: 'get',
			workflowId: byId(id),
			includeGraph: true,
		});
		expect(got?.graph).toEqual(JSON.parse(refill));
		const [exported] = await items({
			resource: 'workflow',
			operation: 'export',
			workflowId: byId(id),
			exportKind: 'active',
		});
		// Priorities travel in `miscellaneous` to the platform, and come back from there.
		const document = exported?.document as {
			edge_configs: Array<{ priority?: number; miscellaneous: object }>;
		};
		expect(document.edge_configs.some((edge) => 'priority' in edge)).toBe(false);
		expect(document.edge_configs.map((edge) => edge.miscellaneous)).toContainEqual({ priority: 1 });
	});

	it('exports all versions as a bundle that imports again to the same', async () => {
		const { id } = await importDocument(bundle);
		const [exported] = await items({
			resource: 'workflow',
			operation: 'export',
			workflowId: byId(id),
			exportKind: 'bundle',
		});
		const again = await importDocument(JSON.stringify(exported?.document));
		expect(again).toMatchObject({
			activeVersion: 1,
			versions: [
				{ number: 0, name: 'Before' },
				{ number: 1, name: 'After' },
			],
		});
	});

	it('exports chosen versions under another name, as data and as a file', async () => {
		const { id } = await importDocument(bundle);
		const [exported] = await items({
			resource: 'workflow',
			operation: 'export',
			workflowId: byId(id),
			exportKind: 'bundle',
			exportOptions: { versions: '0', activeVersion: '0', name: 'Renamed' },
		});
		const document = exported?.document as {
			versions: Array<{ workflow_config: { workflow_config: { name: string } } }>;
		};
		expect(document.versions.map((version) => version.workflow_config.workflow_config.name)).toEqual([
			'Renamed',
		]);
	});

	it('clones a workflow with all its versions', async () => {
		const { id } = await importDocument(bundle);
		const [clone] = await items({
			resource: 'workflow',
			operation: 'clone',
			workflowId: byId(id),
			cloneName: 'Copy',
		});
		expect(clone).toMatchObject({ name: 'Copy', activeVersion: 1 });
		expect(clone?.id).not.toBe(id);
		const versions = await items({
			resource: 'version',
			operation: 'getAll',
			workflowId: byId(String(clone?.id)),
			returnAll: true,
		});
		expect(versions.map((version) => version.name)).toEqual(['Before', 'After']);
	});

	it('adds a version, activates another, and deletes one that is not active', async () => {
		const { id } = await importDocument(refill);
		const workflowId = byId(id);
		const version = { resource: 'version', workflowId };
		const [created] = await items({
			...version,
			operation: 'create',
			document: readGraph('appointment-line'),
			versionName: 'Second',
			activate: true,
		});
		expect(created).toMatchObject({ number: 1, name: 'Second', isActive: true });
		const [activated] = await items({ ...version, operation: 'activate', versionNumber: 0 });
		expect(activated).toMatchObject({ id, activeVersion: 0 });
		const listed = await items({ ...version, operation: 'getAll' });
		expect(listed.map(({ number, isActive }) => [number, isActive])).toEqual([
			[0, true],
			[1, false],
		]);
		const { run: refused } = await run({ ...version, operation: 'delete', versionNumber: 0 });
		expect(refused.data.resultData.error?.message).toMatch(/active/);
		expect(await items({ ...version, operation: 'delete', versionNumber: 1 })).toEqual([
			{ deleted: true, workflowId: id, number: 1 },
		]);
	});

	it('deletes a workflow, and says so when it is not there any more', async () => {
		const { id } = await importDocument(refill);
		const remove = { resource: 'workflow', operation: 'delete', workflowId: byId(id) };
		expect(await items(remove)).toEqual([{ deleted: true, id }]);
		const { run: second } = await run(remove);
		expect(second.data.resultData.error).toMatchObject({
			message: expect.stringContaining(String(id)),
			description: expect.stringContaining('WORKFLOW_UNKNOWN'),
		});
	});
});

describe('runs', () => {
	it('lists conversations by session and status, and gets the record of one', async () => {
		const model = { invoke: async () => ({ content: 'Hello.' }), bindTools: () => model };
		attached.model = model;
		const talked = await execute({
			nodes: [
				{ name: 'Start', type: 'test.start' },
				{
					name: 'Graph',
					type: 'n8n-nodes-interactly.interactlyGraph',
					parameters: { graph: readGraph('appointment-line'), modelUse: 'all', providers: [] },
				},
				{ name: 'Model', type: 'test.model' },
			],
			connections: {
				...line('Start', 'Graph'),
				Model: { ai_languageModel: [[{ node: 'Graph', type: 'ai_languageModel', index: 0 }]] },
			},
			items: [{ sessionId: 'runs-1', chatInput: 'Hi' }],
		});
		const runId = talked.output('Graph')[0]?.json.runId;
		const list = (filters: IDataObject) =>
			items({ resource: 'run', operation: 'getAll', returnAll: true, filters });
		expect(await list({ sessionId: 'runs-1' })).toMatchObject([
			{ runId, turnCount: 1, status: 'waiting_for_user_input' },
		]);
		expect(await list({ sessionId: 'runs-1', statuses: ['completed'] })).toEqual([]);
		const [record] = await items({ resource: 'run', operation: 'get', runId: String(runId) });
		expect(record).toMatchObject({ workflow_run_id: runId, input_output_pairs: { length: 1 } });
	});

	it('names a run that is not there', async () => {
		const { run: execution } = await run({ resource: 'run', operation: 'get', runId: 'workflow_run_gone' });
		expect(execution.data.resultData.error?.message).toContain('workflow_run_gone');
	});
});
