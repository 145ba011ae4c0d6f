/** Workflow get: the row of a stored workflow, with its graph if wanted. */

import type { IDataObject } from 'n8n-workflow';
import { workflowProperty } from '../../workflow-property';
import { readWorkflowId, workflowItem } from '../fields';
import type { Operation } from '../operation';

export const getWorkflow: Operation = {
	option: { name: 'Get', value: 'get', action: 'Get a workflow', description: 'Get one stored workflow' },
	fields: [
		workflowProperty,
		{
			displayName: 'Include Graph',
			name: 'includeGraph',
			type: 'boolean',
			default: false,
			description: 'Whether the output holds the graph of the active version under "graph"',
		},
	],
	async execute(call) {
		const { context, itemIndex, station } = call;
		const id = readWorkflowId(call);
		const item = workflowItem(await station.findWorkflow(id));
		if (context.getNodeParameter('includeGraph', itemIndex, false) !== true) return [item];
		return [
			{ ...item, graph: (await station.exportWorkflow(id, { kind: 'active', form: 'own' })) as IDataObject },
		];
	},
};
