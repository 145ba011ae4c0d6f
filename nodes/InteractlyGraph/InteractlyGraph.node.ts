/** The Interactly Graph n8n node: one message in, the graph's reply out, the conversation kept by session. */

import type { IExecuteFunctions, INodeExecutionData, INodeType, INodeTypeDescription } from 'n8n-workflow';
import { MAIN, MODEL } from '../connections';
import { modelCredentials, storeCredential } from '../credentials';
import { failedItem, toNodeError } from '../rethrow';
import { searchWorkflows, testStore } from '../stored-workflows';
import { properties } from './properties';
import { isTool } from './tool';
import { takeTurn } from './turn';

export class InteractlyGraph implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Interactly Graph',
		name: 'interactlyGraph',
		icon: { light: 'file:../interactly.svg', dark: 'file:../interactly.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle:
			'={{ $parameter.operation !== "message" ? $parameter.operation : $parameter.source === "stored" ? ($parameter.workflowId.cachedResultName || $parameter.workflowId.value || "choose a workflow") : "graph from JSON" }}',
		description:
			'Talk to an Interactly conversation graph: a message in, the reply out, the conversation remembered by session',
		defaults: { name: 'Interactly Graph' },
		usableAsTool: true,
		inputs: [MAIN, { type: MODEL, displayName: 'Model', maxConnections: 1, required: false }],
		outputs: [MAIN, MAIN],
		outputNames: ['Turn', 'Ended'],
		credentials: [storeCredential, ...modelCredentials],
		hints: [
			{
				message: 'Paste an exported graph into "Graph", or choose one from the store.',
				type: 'info',
				location: 'ndv',
				whenToDisplay: 'beforeExecution',
				displayCondition:
					'={{ $parameter.operation === "message" && $parameter.source === "document" && !$parameter.graph }}',
			},
		],
		properties,
	};

	methods = { listSearch: { searchWorkflows }, credentialTest: { testStore } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const turns: INodeExecutionData[] = [];
		const ended: INodeExecutionData[] = [];
		// One after the other: two items of one session are two turns in their order.
		for (const itemIndex of this.getInputData().keys()) {
			const pairedItem = { item: itemIndex };
			try {
				const { turn, record, ...files } = await takeTurn(this, itemIndex);
				turns.push({ json: turn, ...files, pairedItem });
				if (record !== null) ended.push({ json: record, pairedItem });
			} catch (error) {
				const failed = { node: this.getNode(), itemIndex, isStreaming: this.isStreaming?.() === true };
				if (!this.continueOnFail()) throw toNodeError(error, failed);
				turns.push(failedItem(error, failed));
			}
		}
		// The only output of a tool is the agent's.
		return isTool(this) ? [turns] : [turns, ended];
	}
}
