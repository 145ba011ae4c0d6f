/** Which graph an operation looks at: fields for a pasted or stored one, and how they are read. */

import type { INodeProperties } from 'n8n-workflow';
import type { GraphSource, JsonObject } from '../../../lib/index';
import { library } from '../../host';
import { readText } from '../../values';
import { workflowProperty } from '../../workflow-property';
import { readWorkflowId } from '../fields';
import type { Call } from '../operation';

const ofJson = { show: { graphFrom: ['document'] } };
const ofStore = { show: { graphFrom: ['stored'] } };

export const jsonOption = {
	name: 'JSON',
	value: 'document',
	description: 'An exported file, pasted below or handed over by an expression',
};
export const storeOption = {
	name: 'Store',
	value: 'stored',
	description: 'A workflow imported into the store',
};

export const graphFromField: INodeProperties = {
	displayName: 'Graph From',
	name: 'graphFrom',
	type: 'options',
	noDataExpression: true,
	options: [jsonOption, storeOption],
	default: 'document',
};

export const graphJsonField: INodeProperties = {
	displayName: 'Graph',
	name: 'document',
	type: 'json',
	typeOptions: { rows: 8, alwaysOpenEditWindow: true },
	default: '',
	required: true,
	placeholder: '{ "workflow_config": …, "node_configs": […], "edge_configs": […] }',
	description: 'The exported file as it is: a workflow, an API answer or a bundle of versions',
	displayOptions: ofJson,
};

export const storedWorkflowField: INodeProperties = { ...workflowProperty, displayOptions: ofStore };

/** A version as text, so that "the active one" needs no field of its own. */
export function versionTextField(field: Pick<INodeProperties, 'displayName' | 'name'>): INodeProperties {
	return {
		...field,
		type: 'string',
		default: '',
		placeholder: '3',
		description: 'Number of the version. Empty: the active one.',
	};
}

/** @throws {InputError} `GRAPH_MISSING`, `WORKFLOW_MISSING`, `VERSION_NUMBER_INVALID`. */
export function readGraphSource(call: Call, versionName: string): GraphSource {
	const version = readVersion(call, { name: versionName, title: 'Version' });
	return call.context.getNodeParameter('graphFrom', call.itemIndex) === 'stored'
		? { type: 'stored', workflowId: readWorkflowId(call), version }
		: { type: 'document', document: readDocument(call, { name: 'document', title: 'Graph' }), version };
}

interface Field {
	name: string;
	/** As the form shows it, for error texts. */
	title: string;
}

/** JSON text, or an object from an expression. @throws {InputError} `GRAPH_MISSING`. */
export function readDocument({ context, itemIndex }: Call, { name, title }: Field): string | JsonObject {
	const value: unknown = context.getNodeParameter(name, itemIndex, '');
	if (typeof value === 'object' && value !== null) return value as JsonObject;
	if (typeof value === 'string' && value.trim() !== '') return value;
	throw new (library().InputError)('GRAPH_MISSING', `There is no graph: the field "${title}" is empty.`, {
		advice: 'Paste the exported JSON file there, or an expression that yields it.',
		place: title,
	});
}

/** @throws {InputError} `VERSION_NUMBER_INVALID`. */
export function readVersion({ context, itemIndex }: Call, { name, title }: Field): number | 'active' {
	const text = readText(context, name, itemIndex)?.trim() ?? 'active';
	if (text.toLowerCase() === 'active') return 'active';
	if (/^\d+$/.test(text)) return Number(text);
	throw new (library().InputError)('VERSION_NUMBER_INVALID', `"${text}" is not a version number.`, {
		advice: 'Write a whole number such as 3, or leave the field empty for the active version.',
		place: title,
	});
}
