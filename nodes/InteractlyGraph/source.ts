/** Which graph a new conversation runs: a stored workflow, or the JSON that the node was given. */

import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import type { JsonObject, RunSource } from '../../lib/index';
import { library } from '../host';
import { readText } from '../values';

/** @throws {InputError} `GRAPH_MISSING`, `WORKFLOW_MISSING`: nothing was pasted or chosen. */
export function readSource(context: IExecuteFunctions, itemIndex: number): RunSource {
	return context.getNodeParameter('source', itemIndex) === 'stored'
		? readStored(context, itemIndex)
		: readDocument(context, itemIndex);
}

function readStored(context: IExecuteFunctions, itemIndex: number): RunSource {
	const id: unknown = context.getNodeParameter('workflowId', itemIndex, '', { extractValue: true });
	if (typeof id !== 'string' || id.trim() === '') {
		throw new (library().InputError)('WORKFLOW_MISSING', 'No workflow of the store is chosen.', {
			advice: 'Choose one from the list, or import a graph first with the Interactly node.',
			place: 'Workflow',
		});
	}
	const isNumbered = context.getNodeParameter('versionChoice', itemIndex, 'active') === 'number';
	const version = isNumbered ? (context.getNodeParameter('versionNumber', itemIndex, 0) as number) : 'active';
	return { type: 'stored', workflowId: id.trim(), version };
}

function readDocument(context: IExecuteFunctions, itemIndex: number): RunSource {
	const value: unknown = context.getNodeParameter('graph', itemIndex, '');
	if (typeof value === 'object' && value !== null && Object.keys(value as IDataObject).length > 0) {
		return { type: 'document', document: value as JsonObject };
	}
	const document = typeof value === 'string' ? readText(context, 'graph', itemIndex) : undefined;
	if (document !== undefined) return { type: 'document', document };
	throw new (library().InputError)(
		'GRAPH_MISSING',
		'There is no graph to talk to: the field "Graph" is empty.',
		{
			advice: 'Paste the exported JSON file there, or set "Graph From" to Store and choose a workflow.',
			place: 'Graph',
		},
	);
}
