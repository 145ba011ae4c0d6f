/** Graph check: every fault of a document with its rule, its place and how to mend it. */

import type { IDataObject } from 'n8n-workflow';
import type { CheckedDocument, Fault } from '../../../lib/index';
import { library } from '../../host';
import type { Operation } from '../operation';
import {
	graphFromField,
	graphJsonField,
	readGraphSource,
	storedWorkflowField,
	versionTextField,
} from './fields';

export const checkGraph: Operation = {
	option: {
		name: 'Check',
		value: 'check',
		action: 'Check a graph',
		description: 'Find the faults of a graph, with place, rule and mending advice',
	},
	fields: [
		graphFromField,
		graphJsonField,
		storedWorkflowField,
		{
			...versionTextField({ displayName: 'Version', name: 'checkVersion' }),
			displayOptions: { show: { graphFrom: ['stored'] } },
		},
		{
			displayName: 'Output',
			name: 'checkOutput',
			type: 'options',
			noDataExpression: true,
			options: [
				{
					name: 'One Report',
					value: 'report',
					description: 'One item with all faults, their counts and a text to read or send',
				},
				{
					name: 'One Item per Fault',
					value: 'items',
					description: 'Nothing at all when the graph has no fault',
				},
			],
			default: 'report',
		},
	],
	async execute(call) {
		const { checkDocument, readSource } = library();
		const document = await readSource(call.station.store, readGraphSource(call, 'checkVersion'));
		const checked = checkDocument(document);
		if (call.context.getNodeParameter('checkOutput', call.itemIndex, 'report') === 'items') {
			return checked.faults.map(faultRow);
		}
		return [reportOf(checked)];
	},
};

function reportOf({ kind, name, nodes, edges, faults }: CheckedDocument): IDataObject {
	const count = (severity: string) => faults.filter((fault) => fault.severity === severity).length;
	const [errors, warnings] = [count('error'), count('warning')];
	const head = `${name ?? 'The document'}: ${plural(errors, 'error')}, ${plural(warnings, 'warning')}`;
	const { describeFault } = library();
	const lines = faults.map((fault) => `${fault.severity}: ${describeFault(fault)}`);
	return {
		...{ name, kind, nodes, edges, errors, warnings },
		hasErrors: errors > 0,
		text: [head, ...lines].join('\n'),
		faults: faults.map(faultRow),
	};
}

function faultRow({ rule, severity, path, subject, message, advice }: Fault): IDataObject {
	return { rule, severity, path, subject, message, advice };
}

const plural = (count: number, word: string) => `${count} ${word}${count === 1 ? '' : 's'}`;
