/** Workflow clone: the same versions as a workflow of their own. */

import { readText } from '../../values';
import { readWorkflowId, workflowItem } from '../fields';
import type { Operation } from '../operation';
import { workflowProperty } from '../../workflow-property';

export const cloneWorkflow: Operation = {
	option: {
		name: 'Clone',
		value: 'clone',
		action: 'Clone a workflow',
		description: 'Copy a workflow with all its versions; runs are not copied',
	},
	fields: [
		workflowProperty,
		{
			displayName: 'Name',
			name: 'cloneName',
			type: 'string',
			default: '',
			placeholder: 'Appointment line (copy)',
			description: 'Name of the copy. Empty: the name of the workflow with "(copy)".',
		},
	],
	async execute({ context, itemIndex, station }) {
		const id = readWorkflowId({ context, itemIndex, station });
		return [workflowItem(await station.cloneWorkflow(id, readText(context, 'cloneName', itemIndex)))];
	},
};
