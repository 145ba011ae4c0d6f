/** The Interactly n8n node: workflows, versions and runs of the store, and graphs to look at. */

import type {
	IDataObject,
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';
import { MAIN } from '../connections';
import { storeCredential } from '../credentials';
import { library, openStation } from '../host';
import { failedItem, toNodeError } from '../rethrow';
import { searchWorkflows, testStore } from '../stored-workflows';
import { graphResource } from './graph';
import { propertiesOf, WithFiles } from './operation';
import { runResource } from './run';
import { versionResource } from './version';
import { workflowResource } from './workflow';

const resources = [graphResource, runResource, versionResource, workflowResource];

// eslint-disable-next-line @n8n/community-nodes/node-usable-as-tool -- an agent could delete workflows, and the twin type would be named interactlyTool
export class Interactly implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Interactly',
		name: 'interactly',
		icon: { light: 'file:../interactly.svg', dark: 'file:../interactly.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter.operation + ": " + $parameter.resource }}',
		description:
			'Import and manage Interactly workflows, their versions and conversations; check, draw and compare graphs',
		defaults: { name: 'Interactly' },
		inputs: [MAIN],
		outputs: [MAIN],
		credentials: [storeCredential],
		properties: [
			{
				displayName: 'Resource',
				name: 'resource',
				type: 'options',
				noDataExpression: true,
				options: resources.map((resource) => resource.option),
				default: 'workflow',
			},
			...resources.flatMap(propertiesOf),
		],
	};

	methods = { listSearch: { searchWorkflows }, credentialTest: { testStore } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const items: INodeExecutionData[] = [];
		for (const itemIndex of this.getInputData().keys()) {
			const pairedItem = { item: itemIndex };
			try {
				const results = await executeItem(this, itemIndex);
				items.push(
					...results.map((result) =>
						result instanceof WithFiles ? { ...result, pairedItem } : { json: result, pairedItem },
					),
				);
			} catch (error) {
				const failed = { node: this.getNode(), itemIndex };
				if (!this.continueOnFail()) throw toNodeError(error, failed);
				items.push(failedItem(error, failed));
			}
		}
		return [items];
	}
}

async function executeItem(
	context: IExecuteFunctions,
	itemIndex: number,
): Promise<Array<IDataObject | WithFiles>> {
	const [resource, operation] = [
		context.getNodeParameter('resource', itemIndex),
		context.getNodeParameter('operation', itemIndex),
	];
	const chosen = resources
		.find(({ option }) => option.value === resource)
		?.operations.find(({ option }) => option.value === operation);
	if (chosen === undefined) {
		const message = `The resource "${resource}" has no operation "${operation}".`;
		throw new (library().InputError)('OPERATION_UNKNOWN', message, {
			advice: 'Choose an operation from the list.',
			place: 'Operation',
		});
	}
	return chosen.execute({ context, itemIndex, station: await openStation(context) });
}
