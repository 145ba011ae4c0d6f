/** Graph format: a document in its canonical form, as data and as a file, nothing lost. */

import type { IDataObject } from 'n8n-workflow';
import { library } from '../../host';
import { fileStem } from '../../picture';
import { WithFiles, type Operation } from '../operation';
import { graphJsonField, readDocument } from './fields';

export const formatGraph: Operation = {
	option: {
		name: 'Format',
		value: 'format',
		action: 'Format a graph',
		description: 'Write a graph of any spelling in its canonical form; stored graphs: see Workflow, Export',
	},
	fields: [
		{ ...graphJsonField, displayOptions: {} },
		{
			displayName: 'Form',
			name: 'form',
			type: 'options',
			noDataExpression: true,
			options: [
				{
					name: 'Canonical',
					value: 'canonical',
					description: 'The spelling of the API; every field, its order and its numbers stay',
				},
				{
					name: 'Platform',
					value: 'platform',
					description: "The same with this package's additions where the platform keeps them",
				},
			],
			default: 'canonical',
		},
		{
			displayName: 'Active Graph Only',
			name: 'graphOnly',
			type: 'boolean',
			default: false,
			description: 'Whether to leave out what is around the graph: a bundle, an API answer',
		},
	],
	async execute(call) {
		const { context, itemIndex } = call;
		const { formatDocument, parseDocument, refuseDocument } = library();
		const given = readDocument(call, { name: 'document', title: 'Graph' });
		const { text, faults } = formatDocument(given, {
			platform: context.getNodeParameter('form', itemIndex, 'canonical') === 'platform',
			graph: context.getNodeParameter('graphOnly', itemIndex, false) === true,
		});
		if (text === null) throw refuseDocument('format the document', faults);
		const document = JSON.parse(text) as IDataObject;
		const { name } = parseDocument(text);
		// The file alone keeps numbers as they were written (1.0, 2^63).
		const file = await context.helpers.prepareBinaryData(
			Buffer.from(text),
			`${fileStem(name)}.json`,
			'application/json',
		);
		const respelled = faults.map(({ path, message }) => ({ path, message }));
		return [new WithFiles({ name, document, respelled }, { file })];
	},
};
