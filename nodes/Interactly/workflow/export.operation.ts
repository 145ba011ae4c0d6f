/** Workflow export: one graph, or all versions as a bundle, as data and as a file. */

import type { IDataObject } from 'n8n-workflow';
import type { Operation } from '../operation';
import { readWorkflowId } from '../fields';
import { workflowProperty } from '../../workflow-property';

export const exportWorkflow: Operation = {
	option: {
		name: 'Export',
		value: 'export',
		action: 'Export a workflow',
		description: 'Get the graph as a file that Interactly and this package read',
	},
	fields: [
		workflowProperty,
		{
			displayName: 'What',
			name: 'exportKind',
			type: 'options',
			noDataExpression: true,
			options: [
				{ name: 'Active Graph', value: 'active', description: 'The active version alone' },
				{ name: 'Bundle', value: 'bundle', description: 'All versions in one file' },
			],
			default: 'active',
		},
	],
	async execute(call) {
		const kind = call.context.getNodeParameter('exportKind', call.itemIndex, 'active') as 'active' | 'bundle';
		const document = await call.station.exportWorkflow(readWorkflowId(call), { kind });
		return [{ document: document as IDataObject }];
	},
};
