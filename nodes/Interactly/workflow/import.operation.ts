/** Workflow import: an exported file into the store, with every fault of it named; whole or not at all. */

import type { IDataObject } from 'n8n-workflow';
import type { JsonObject } from '../../../lib/index';
import { readText } from '../../values';
import type { Operation } from '../operation';
import { readNumbers, workflowItem } from '../fields';

export const importWorkflow: Operation = {
	option: {
		name: 'Import',
		value: 'import',
		action: 'Import a workflow',
		description: 'Store an exported graph or bundle of versions as a new workflow',
	},
	fields: [
		{
			displayName: 'Document',
			name: 'document',
			type: 'json',
			typeOptions: { rows: 8, alwaysOpenEditWindow: true },
			default: '',
			required: true,
			placeholder: '{ "workflow_config": …, "node_configs": […], "edge_configs": […] }',
			description: 'The exported file as it is: a workflow, an API answer or a bundle of versions',
			hint: 'Faults that only matter when the graph runs are listed in the output; a file that cannot be read is refused whole.',
		},
		{
			displayName: 'Versions',
			name: 'versions',
			type: 'options',
			noDataExpression: true,
			options: [
				{ name: 'All', value: 'all', description: 'Every version in the file' },
				{ name: 'Chosen', value: 'chosen', description: 'Only the versions named below' },
			],
			default: 'all',
		},
		{
			displayName: 'Version Numbers',
			name: 'versionNumbers',
			type: 'string',
			default: '0',
			placeholder: '0, 3, 4',
			displayOptions: { show: { versions: ['chosen'] } },
			description: 'Numbers as the file gives them, separated by commas. The store numbers them anew from 0.',
		},
		{
			displayName: 'Options',
			name: 'importOptions',
			type: 'collection',
			placeholder: 'Add Option',
			default: {},
			options: [
				{
					displayName: 'Active Version',
					name: 'activeVersion',
					type: 'string',
					default: '',
					placeholder: '3',
					description:
						'Number, in the file, of the version to activate. Empty: the one the file marks as active.',
				},
				{
					displayName: 'Name',
					name: 'name',
					type: 'string',
					default: '',
					description: 'Name of the new workflow instead of the one in the file',
				},
				{
					displayName: 'Refuse Graphs With Faults',
					name: 'refuseFaults',
					type: 'boolean',
					default: false,
					description: 'Whether any fault refuses the import, not only those that make the file unreadable',
				},
			],
		},
	],
	async execute({ context, itemIndex, station }) {
		const document: unknown = context.getNodeParameter('document', itemIndex, '');
		const isChosen = context.getNodeParameter('versions', itemIndex, 'all') === 'chosen';
		const option = (name: string) => readText(context, `importOptions.${name}`, itemIndex);
		const active = option('activeVersion');
		const report = await station.importWorkflow({
			document: document as string | JsonObject,
			versions: isChosen ? readNumbers(readText(context, 'versionNumbers', itemIndex) ?? '') : 'all',
			name: option('name'),
			activeVersion: active === undefined ? undefined : readNumbers(active)[0],
			refuseFaults: context.getNodeParameter('importOptions.refuseFaults', itemIndex, false) === true,
		});
		const { workflow, ...findings } = report;
		return [{ ...workflowItem(workflow), ...(findings as unknown as IDataObject) }];
	},
};
