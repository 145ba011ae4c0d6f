/** The resource Version of the Interactly node. */

import type { Resource } from '../operation';
import { activateVersion } from './activate.operation';
import { createVersion } from './create.operation';
import { deleteVersion } from './delete.operation';
import { getManyVersions } from './get-many.operation';

export const versionResource: Resource = {
	option: { name: 'Version', value: 'version', description: 'One state of a stored workflow' },
	operations: [activateVersion, createVersion, deleteVersion, getManyVersions],
	preselected: 'getAll',
};
