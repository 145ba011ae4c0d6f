/** Graph compare: what changed between two graphs, as rows and as text. */

import type { IDataObject, INodeProperties } from 'n8n-workflow';
import type { GraphDiff, GraphSource } from '../../../lib/index';
import { library } from '../../host';
import { workflowProperty } from '../../workflow-property';
import { readWorkflowId } from '../fields';
import type { Call, Operation } from '../operation';
import { readDocument, readVersion, versionTextField } from './fields';

const json = (displayName: string, name: string, kinds: string[]): INodeProperties => ({
	displayName,
	name,
	type: 'json',
	typeOptions: { rows: 6, alwaysOpenEditWindow: true },
	default: '',
	required: true,
	displayOptions: { show: { compare: kinds } },
	description: 'An exported file; of a bundle its active version',
});

const version = (displayName: string, name: string, kinds: string[]): INodeProperties => ({
	...versionTextField({ displayName, name }),
	displayOptions: { show: { compare: kinds } },
});

export const compareGraphs: Operation = {
	option: {
		name: 'Compare',
		value: 'diff',
		action: 'Compare two graphs',
		description: 'List what changed between two graphs; new IDs and another order do not count',
	},
	fields: [
		{
			displayName: 'Compare',
			name: 'compare',
			type: 'options',
			noDataExpression: true,
			options: [
				{ name: 'Stored Version With JSON', value: 'stored', description: 'What an import would change' },
				{ name: 'Two Graphs as JSON', value: 'documents' },
				{ name: 'Two Stored Versions', value: 'versions', description: 'Of one workflow' },
			],
			default: 'versions',
		},
		{ ...workflowProperty, displayOptions: { show: { compare: ['versions', 'stored'] } } },
		version('Older Version', 'olderVersion', ['versions', 'stored']),
		version('Newer Version', 'newerVersion', ['versions']),
		json('Older Graph', 'olderDocument', ['documents']),
		json('Newer Graph', 'newerDocument', ['documents', 'stored']),
		{
			displayName: 'Output',
			name: 'diffOutput',
			type: 'options',
			noDataExpression: true,
			options: [
				{
					name: 'One Report',
					value: 'report',
					description: 'One item with all changes, their counts and a text to read or send',
				},
				{
					name: 'One Item per Change',
					value: 'items',
					description: 'Nothing at all when both graphs mean the same',
				},
			],
			default: 'report',
		},
	],
	async execute(call) {
		const { compareDocuments, diffText, isEmptyDiff } = library();
		const { older, newer } = readSides(call);
		const diff = await compareDocuments(call.station.store, { older, newer });
		const rows = rowsOf(diff);
		if (call.context.getNodeParameter('diffOutput', call.itemIndex, 'report') === 'items') return rows;
		const summary = { ...diff.summary } as unknown as IDataObject;
		return [{ isSame: isEmptyDiff(diff), summary, text: diffText(diff), changes: rows }];
	},
};

function readSides(call: Call): { older: GraphSource; newer: GraphSource } {
	const stored = (name: string, title: string): GraphSource => ({
		type: 'stored',
		workflowId: readWorkflowId(call),
		version: readVersion(call, { name, title }),
	});
	const given = (name: string, title: string): GraphSource => ({
		type: 'document',
		document: readDocument(call, { name, title }),
		version: 'active',
	});
	const kind = call.context.getNodeParameter('compare', call.itemIndex) as string;
	return {
		older:
			kind === 'documents' ? given('olderDocument', 'Older Graph') : stored('olderVersion', 'Older Version'),
		newer:
			kind === 'versions' ? stored('newerVersion', 'Newer Version') : given('newerDocument', 'Newer Graph'),
	};
}

/** One row for each element that came or went, and one for each changed field. */
function rowsOf(diff: GraphDiff): IDataObject[] {
	const fields = (place: IDataObject, changes: GraphDiff['workflow_config_changes']) =>
		changes.map(({ path, old_value: before, new_value: after }) => ({
			...place,
			status: 'modified',
			...({ field: path, before, after } as IDataObject),
		}));
	const elements = [
		...diff.nodes.map((node) => ({ ...node, of: 'node', type: node.node_type })),
		...diff.edges.map((edge) => ({ ...edge, of: 'edge', type: edge.edge_type })),
	];
	return [
		...fields({ of: 'workflow', id: null, name: null, type: null }, diff.workflow_config_changes),
		...fields({ of: 'document', id: null, name: null, type: null }, diff.document_changes),
		...elements.flatMap(({ of, logical_id: id, name, type, status, changes }) =>
			status === 'modified'
				? fields({ of, id, name, type }, changes)
				: [{ of, id, name, type, status, field: null, before: null, after: null }],
		),
	];
}
