/** Version delete: one version that is not the active one. */

import { workflowProperty } from '../../workflow-property';
import { readWorkflowId, versionField } from '../fields';
import type { Operation } from '../operation';

export const deleteVersion: Operation = {
	option: {
		name: 'Delete',
		value: 'delete',
		action: 'Delete a version',
		description: 'Delete a version that is not the active one',
	},
	fields: [workflowProperty, versionField],
	async execute(call) {
		const { id } = await call.station.findWorkflow(readWorkflowId(call));
		const number = call.context.getNodeParameter('versionNumber', call.itemIndex) as number;
		await call.station.store.deleteVersion(id, number);
		return [{ deleted: true, workflowId: id, number }];
	},
};
