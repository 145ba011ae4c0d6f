/** Workflow delete: a stored workflow with its versions and runs. */

import { workflowProperty } from '../../workflow-property';
import { readWorkflowId } from '../fields';
import type { Operation } from '../operation';

export const deleteWorkflow: Operation = {
	option: {
		name: 'Delete',
		value: 'delete',
		action: 'Delete a workflow',
		description: 'Delete a workflow with all its versions and runs',
	},
	fields: [workflowProperty],
	async execute(call) {
		const { id } = await call.station.findWorkflow(readWorkflowId(call));
		await call.station.store.deleteWorkflow(id);
		return [{ deleted: true, id }];
	},
};
