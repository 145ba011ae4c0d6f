/** Activates a workflow of one trigger node in this process, as n8n's main process does. */

import type {
	IDataObject,
	INode,
	INodeExecutionData,
	INodeParameters,
	IRun,
	ITriggerFunctions,
	WorkflowActivateMode,
} from 'n8n-workflow';
import { additionalData, nodeTypes } from './harness';

const { Workflow } = require('n8n-workflow') as typeof import('n8n-workflow');
const { ExecutionLifecycleHooks, TriggerContext } = require('n8n-core') as typeof import('n8n-core');

export interface Activation {
	parameters: INodeParameters;
	/** How the workflow came to be active. Default: somebody switched it on. */
	activation?: WorkflowActivateMode;
	/** Decrypted credentials by type; the node has chosen each. */
	credentials?: Record<string, IDataObject>;
	/** What becomes of an execution that the trigger starts. Default: it ends well at once. */
	run?: (key: string | undefined) => Promise<void>;
	/** n8n before it knew keys of executions. */
	isOld?: boolean;
}

export interface Active {
	/** Items of each execution that the trigger started. */
	emitted: INodeExecutionData[][];
	/** Executions that were saved as failed; the trigger went on. */
	failures: Error[];
	/** What n8n refuses a second execution by. */
	keys: Array<string | undefined>;
	close(): Promise<void>;
}

export async function activate({
	parameters,
	activation = 'activate',
	credentials = {},
	run = () => Promise.resolve(),
	isOld = false,
}: Activation): Promise<Active> {
	const chosen = Object.keys(credentials).map((type) => [type, { id: '1', name: type }]);
	const node: INode = {
		id: 'trigger-node',
		name: 'Interactly Trigger',
		type: 'n8n-nodes-interactly.interactlyTrigger',
		typeVersion: 1,
		position: [0, 0],
		parameters,
		credentials: Object.fromEntries(chosen) as NonNullable<INode['credentials']>,
	};
	const workflow = new Workflow({ id: 'w', nodes: [node], connections: {}, active: true, nodeTypes });
	const hooks = new ExecutionLifecycleHooks('trigger', '1', {
		id: 'w',
		name: 'w',
		nodes: [node],
		connections: {},
	} as never);
	const emitted: Active['emitted'] = [];
	const keys: Active['keys'] = [];
	const failures: Active['failures'] = [];
	const mode = activation === 'manual' ? 'manual' : 'trigger';
	const emit: ITriggerFunctions['emit'] = (...[data, _response, done, key]) => {
		emitted.push(...data);
		keys.push(key);
		void run(key).then(
			() => done?.resolve({} as IRun),
			(error: unknown) => done?.reject(error as Error),
		);
	};
	// As long as n8n's own: by that the node knows that n8n takes keys.
	Object.defineProperty(emit, 'length', { value: 4 });
	const context = new TriggerContext(
		workflow,
		workflow.getNode(node.name) ?? node,
		additionalData(hooks, { credentials, streaming: false }),
		mode,
		activation,
		isOld ? (data) => void emitted.push(...data) : emit,
		undefined,
		(error) => void failures.push(error),
	);
	const response = await nodeTypes.getByName(node.type).trigger?.call(context);
	if (response === undefined) throw new Error('the trigger did not start');
	return { emitted, keys, failures, close: async () => response.closeFunction?.() };
}
