/** The resource Workflow of the Interactly node. */

import type { Resource } from '../operation';
import { cloneWorkflow } from './clone.operation';
import { deleteWorkflow } from './delete.operation';
import { exportWorkflow } from './export.operation';
import { getWorkflow } from './get.operation';
import { getManyWorkflows } from './get-many.operation';
import { importWorkflow } from './import.operation';

export const workflowResource: Resource = {
	option: { name: 'Workflow', value: 'workflow', description: 'A graph in the store, with its versions' },
	operations: [cloneWorkflow, deleteWorkflow, exportWorkflow, getWorkflow, getManyWorkflows, importWorkflow],
	preselected: 'import',
};
