/** The resource Run of the Interactly node. */

import type { Resource } from '../operation';
import { getRun } from './get.operation';
import { getManyRuns } from './get-many.operation';

export const runResource: Resource = {
	option: { name: 'Run', value: 'run', description: 'One conversation, finished or under way' },
	operations: [getRun, getManyRuns],
	preselected: 'getAll',
};
