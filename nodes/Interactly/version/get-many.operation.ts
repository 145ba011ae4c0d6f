/** Version get many: the versions of a stored workflow, the active one marked. */

import { workflowProperty } from '../../workflow-property';
import { readWorkflowId, versionItem } from '../fields';
import type { Operation } from '../operation';

export const getManyVersions: Operation = {
	option: {
		name: 'Get Many',
		value: 'getAll',
		action: 'Get many versions',
		description: 'List the versions of a stored workflow',
	},
	fields: [workflowProperty],
	async execute(call) {
		const { id, activeVersion } = await call.station.findWorkflow(readWorkflowId(call));
		const versions = await call.station.store.listVersions(id);
		return versions.map((version) => versionItem(version, activeVersion));
	},
};
