/** Runs n8n workflows in this process on n8n-core, with our node classes and small stand-ins for n8n's own. */

import 'reflect-metadata';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionLifecycleHooks as Hooks } from 'n8n-core';
import type {
	IConnections,
	IDataObject,
	IExecuteFunctions,
	INode,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
	IRun,
	ISupplyDataFunctions,
	IWorkflowExecuteAdditionalData,
	StructuredChunk,
} from 'n8n-workflow';
import { agentExecute, twinOf } from './agent';

/** n8n-core reads these when it is loaded, so the two requires below come after. */
const userFolder = mkdtempSync(join(tmpdir(), 'interactly-nodes-'));
process.env.N8N_USER_FOLDER = userFolder;
process.env.N8N_ENCRYPTION_KEY = 'test';

const { NodeHelpers, Workflow, createRunExecutionData } =
	require('n8n-workflow') as typeof import('n8n-workflow');
const { ExecutionLifecycleHooks, WorkflowExecute } = require('n8n-core') as typeof import('n8n-core');
const { InteractlyGraph } =
	require('../../nodes/InteractlyGraph/InteractlyGraph.node') as typeof import('../../nodes/InteractlyGraph/InteractlyGraph.node');
const { InteractlyTrigger } =
	require('../../nodes/InteractlyTrigger/InteractlyTrigger.node') as typeof import('../../nodes/InteractlyTrigger/InteractlyTrigger.node');
const { Interactly } =
	require('../../nodes/Interactly/Interactly.node') as typeof import('../../nodes/Interactly/Interactly.node');
const host = require('../../nodes/host') as typeof import('../../nodes/host');

export const storeFolder = userFolder;

/** A node type of a few lines: what n8n's trigger, no-op and model nodes are to these tests. */
function standIn(patch: Partial<INodeTypeDescription>, methods: Partial<INodeType>): INodeType {
	const description: INodeTypeDescription = {
		displayName: 'Stand-in',
		name: 'standIn',
		group: ['transform'],
		version: 1,
		description: '',
		defaults: { name: 'Stand-in' },
		inputs: ['main'],
		outputs: ['main'],
		properties: [],
		...patch,
	};
	return { description, ...methods };
}

const pass = {
	async execute(this: IExecuteFunctions) {
		return [this.getInputData()];
	},
};

/** The model object that node "Model" supplies; set by a test. */
export const attached: { model: unknown } = { model: undefined };

const nodeClasses: Record<string, INodeType> = {
	'n8n-nodes-interactly.interactlyGraph': new InteractlyGraph(),
	'n8n-nodes-interactly.interactly': new Interactly(),
	'n8n-nodes-interactly.interactlyTrigger': new InteractlyTrigger(),
	'test.start': standIn({ inputs: [] }, pass),
	'n8n-nodes-interactly.interactlyGraphTool': twinOf(new InteractlyGraph()),
	'test.noOp': standIn({}, pass),
	'test.agent': standIn(
		{ inputs: ['main', { type: 'ai_tool', displayName: 'Tool' }] },
		{ execute: agentExecute },
	),
	// The type by which n8n itself knows the trigger of a chat.
	'@n8n/n8n-nodes-langchain.chatTrigger': standIn({ inputs: [] }, pass),
	'test.model': standIn(
		{ inputs: [], outputs: ['ai_languageModel'] },
		{
			async supplyData(this: ISupplyDataFunctions) {
				return { response: attached.model };
			},
		},
	),
};

export const nodeTypes = {
	getByName: (type: string) => nodeClasses[type] as INodeType,
	getByNameAndVersion: (type: string, version?: number) =>
		NodeHelpers.getVersionedNodeType(nodeClasses[type] as INodeType, version),
	getKnownTypes: () => ({}),
};

export interface Execution {
	nodes: Array<Partial<INode> & Pick<INode, 'name' | 'type'>>;
	connections: IConnections;
	/** Items that the first node passes on. */
	items: IDataObject[];
	/** Decrypted credentials by type. */
	credentials?: Record<string, IDataObject>;
	/** Answer a chat in response mode "Streaming". */
	streaming?: boolean;
}

export interface Outcome {
	run: IRun;
	chunks: StructuredChunk[];
	/** Items of one output of a node. */
	output(node: string, index?: number): INodeExecutionData[];
}

/** Executes a workflow whose first node is the trigger. */
export async function execute({
	nodes,
	connections,
	items,
	credentials = {},
	streaming = false,
}: Execution): Promise<Outcome> {
	const full = nodes.map((node, index): INode => ({
		id: String(index),
		typeVersion: 1,
		position: [0, 0],
		parameters: {},
		...node,
	}));
	const workflow = new Workflow({
		id: 'w',
		nodes: full,
		connections,
		active: false,
		nodeTypes,
		settings: { executionOrder: 'v1' },
	});
	const [first] = full;
	const start = first === undefined ? null : workflow.getNode(first.name);
	if (start === null) throw new Error('a workflow needs a first node');
	const chunks: StructuredChunk[] = [];
	const hooks = new ExecutionLifecycleHooks('webhook', '1', {
		id: 'w',
		name: 'w',
		nodes: full,
		connections,
	} as never);
	hooks.addHandler('sendChunk', (chunk) => void chunks.push(chunk));
	const data = createRunExecutionData({
		executionData: {
			nodeExecutionStack: [{ node: start, data: { main: [items.map((json) => ({ json }))] }, source: null }],
		},
	});
	const run = await new WorkflowExecute(
		additionalData(hooks, { credentials, streaming }),
		'webhook',
		data,
	).processRunExecutionData(workflow);
	return {
		run,
		chunks,
		output: (node, index = 0) => run.data.resultData.runData[node]?.at(-1)?.data?.main?.[index] ?? [],
	};
}

export function additionalData(
	hooks: Hooks,
	options: { credentials: Record<string, IDataObject>; streaming: boolean },
) {
	const credentialsHelper = {
		isCredentialUsableByNode: () => true,
		getParentTypes: () => [],
		getCredentialsProperties: () => [],
		getDecrypted: async (_data: unknown, _details: unknown, type: string) => options.credentials[type],
		authenticate: async (_credentials: unknown, _type: string, request: unknown) => request,
	};
	return {
		hooks,
		credentialsHelper,
		executionId: '1',
		currentNodeExecutionIndex: 0,
		variables: {},
		streamingEnabled: options.streaming,
		logAiEvent: () => undefined,
		setExecutionStatus: () => undefined,
		restApiUrl: 'http://localhost/rest',
		instanceBaseUrl: 'http://localhost/',
		webhookBaseUrl: 'http://localhost/webhook',
		webhookWaitingBaseUrl: 'http://localhost/webhook-waiting',
		formWaitingBaseUrl: 'http://localhost/form-waiting',
	} as unknown as IWorkflowExecuteAdditionalData;
}

/** Connections of a line of nodes, each output 0 to the next one. */
export function line(...names: string[]): IConnections {
	return Object.fromEntries(
		names.slice(1).map((next, index) => [names[index], { main: [[{ node: next, type: 'main', index: 0 }]] }]),
	) as IConnections;
}

/** Closes the stores that the nodes opened and removes their files. */
export async function cleanUp(): Promise<void> {
	await host.closeStations();
	rmSync(userFolder, { recursive: true, force: true });
}
