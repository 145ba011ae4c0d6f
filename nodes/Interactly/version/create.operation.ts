/** Version create: another version of a stored workflow, active at once if wanted. */

import type { IDataObject } from 'n8n-workflow';
import type { JsonObject } from '../../../lib/index';
import { readText } from '../../values';
import { workflowProperty } from '../../workflow-property';
import { readWorkflowId, versionItem } from '../fields';
import type { Operation } from '../operation';

export const createVersion: Operation = {
	option: {
		name: 'Create',
		value: 'create',
		action: 'Create a version',
		description: 'Add a graph to a stored workflow as its next version',
	},
	fields: [
		workflowProperty,
		{
			displayName: 'Graph',
			name: 'document',
			type: 'json',
			typeOptions: { rows: 8, alwaysOpenEditWindow: true },
			default: '',
			required: true,
			description: 'The exported graph of the new version',
		},
		{
			displayName: 'Version Name',
			name: 'versionName',
			type: 'string',
			default: '',
			placeholder: 'Shorter greeting',
			description: 'What is new, in a few words',
		},
		{
			displayName: 'Activate',
			name: 'activate',
			type: 'boolean',
			default: false,
			description: 'Whether new conversations use this version from now on',
		},
	],
	async execute(call) {
		const { context, itemIndex, station } = call;
		const { version, workflow, ...findings } = await station.addVersion({
			workflowId: readWorkflowId(call),
			document: context.getNodeParameter('document', itemIndex, '') as string | JsonObject,
			name: readText(context, 'versionName', itemIndex) ?? null,
			activate: context.getNodeParameter('activate', itemIndex, false) === true,
		});
		return [{ ...versionItem(version, workflow.activeVersion), ...(findings as unknown as IDataObject) }];
	},
};
