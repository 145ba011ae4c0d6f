/** The parameter that names a stored workflow: chosen from a searchable list or given by its id. */

import type { INodeProperties } from 'n8n-workflow';

export const workflowProperty: INodeProperties = {
	displayName: 'Workflow',
	name: 'workflowId',
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	required: true,
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			placeholder: 'Choose a workflow…',
			typeOptions: { searchListMethod: 'searchWorkflows', searchable: true },
		},
		{
			displayName: 'By ID',
			name: 'id',
			type: 'string',
			placeholder: 'workflow_…',
			validation: [
				{ type: 'regex', properties: { regex: '\\S+', errorMessage: 'A workflow ID is not empty' } },
			],
		},
	],
	description: 'A graph imported into the store with the Interactly node',
};
