/** Version activate: which version new conversations run; those under way keep theirs (R1.29). */

import { workflowProperty } from '../../workflow-property';
import { readWorkflowId, versionField, workflowItem } from '../fields';
import type { Operation } from '../operation';

export const activateVersion: Operation = {
	option: {
		name: 'Activate',
		value: 'activate',
		action: 'Activate a version',
		description: 'Make new conversations run this version',
	},
	fields: [workflowProperty, versionField],
	async execute(call) {
		const { id } = await call.station.findWorkflow(readWorkflowId(call));
		const number = call.context.getNodeParameter('versionNumber', call.itemIndex) as number;
		return [workflowItem(await call.station.store.activateVersion(id, number))];
	},
};
