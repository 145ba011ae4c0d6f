/** Workflow export: one graph, or versions as a bundle, as data and as a file; secrets are left out and listed. */

import type { IDataObject } from 'n8n-workflow';
import { readText } from '../../values';
import { readNumbers, readWorkflowId } from '../fields';
import { WithFiles, type Operation } from '../operation';
import { workflowProperty } from '../../workflow-property';

export const exportWorkflow: Operation = {
	option: {
		name: 'Export',
		value: 'export',
		action: 'Export a workflow',
		description: 'Get the graph as a file that Interactly and this package read',
	},
	fields: [
		workflowProperty,
		{
			displayName: 'What',
			name: 'exportKind',
			type: 'options',
			noDataExpression: true,
			options: [
				{ name: 'Active Graph', value: 'active', description: 'The active version alone' },
				{ name: 'Bundle', value: 'bundle', description: 'Versions in one file' },
			],
			default: 'active',
			hint: 'Keys are never exported: a bundle lists their places under "redactions".',
		},
		{
			displayName: 'Options',
			name: 'exportOptions',
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
						'Number of the version to export, or to mark as active in a bundle. Empty: the active one.',
				},
				{
					displayName: 'Name',
					name: 'name',
					type: 'string',
					default: '',
					description: 'Name of the workflow in the file instead of its own',
				},
				{
					displayName: 'Version Numbers',
					name: 'versions',
					type: 'string',
					default: '',
					placeholder: '0, 3, 4',
					description: 'Versions of the bundle, separated by commas. Empty: all.',
				},
			],
		},
	],
	async execute({ context, itemIndex, station }) {
		const id = readWorkflowId({ context, itemIndex, station });
		const option = (name: string) => readText(context, `exportOptions.${name}`, itemIndex);
		const [active, versions] = [option('activeVersion'), option('versions')];
		const document = await station.exportWorkflow(id, {
			kind: context.getNodeParameter('exportKind', itemIndex, 'active') as 'active' | 'bundle',
			name: option('name'),
			activeVersion: active === undefined ? undefined : readNumbers(active)[0],
			versions: versions === undefined ? undefined : readNumbers(versions),
		});
		const text = Buffer.from(`${JSON.stringify(document, null, 2)}\n`);
		const file = await context.helpers.prepareBinaryData(text, `${id}.json`, 'application/json');
		return [new WithFiles({ document: document as IDataObject }, { file })];
	},
};
