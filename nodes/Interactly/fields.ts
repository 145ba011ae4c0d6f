/** Fields that several operations of the Interactly node share, and how a page of a list is read. */

import type { IDataObject, INodeProperties } from 'n8n-workflow';
import type { VersionRow, WorkflowRow } from '../../lib/index';
import { library } from '../host';
import type { Call } from './operation';

const PAGE = 200;

export const returnAllField: INodeProperties = {
	displayName: 'Return All',
	name: 'returnAll',
	type: 'boolean',
	default: false,
	description: 'Whether to return all results or only up to a given limit',
};

export const limitField: INodeProperties = {
	displayName: 'Limit',
	name: 'limit',
	type: 'number',
	typeOptions: { minValue: 1 },
	default: 50,
	displayOptions: { show: { returnAll: [false] } },
	description: 'Max number of results to return',
};

export const versionField: INodeProperties = {
	displayName: 'Version Number',
	name: 'versionNumber',
	type: 'number',
	typeOptions: { minValue: 0, numberPrecision: 0 },
	default: 0,
	required: true,
	description: 'Number of the version; the first one is 0',
};

/** Reads pages until the limit of the node's fields is reached. */
export async function readMany<Row>(
	{ context, itemIndex }: Call,
	readPage: (page: { limit: number; offset: number }) => Promise<{ rows: Row[] }>,
): Promise<Row[]> {
	const isUnlimited = context.getNodeParameter('returnAll', itemIndex, false) === true;
	const wanted = isUnlimited ? Infinity : (context.getNodeParameter('limit', itemIndex, 50) as number);
	const found: Row[] = [];
	for (;;) {
		const limit = Math.min(PAGE, wanted - found.length);
		const { rows } = await readPage({ limit, offset: found.length });
		found.push(...rows);
		if (rows.length < limit || found.length >= wanted) return found;
	}
}

/** @throws {InputError} `WORKFLOW_MISSING`: none is chosen. */
export function readWorkflowId({ context, itemIndex }: Call): string {
	const id: unknown = context.getNodeParameter('workflowId', itemIndex, '', { extractValue: true });
	if (typeof id === 'string' && id.trim() !== '') return id.trim();
	throw new (library().InputError)('WORKFLOW_MISSING', 'No workflow of the store is chosen.', {
		advice: 'Choose one from the list or write its ID.',
		place: 'Workflow',
	});
}

export function workflowItem(row: WorkflowRow): IDataObject {
	return { ...row, createdAt: isoTime(row.createdAt), updatedAt: isoTime(row.updatedAt) };
}

export function versionItem(
	{ document: _document, ...row }: Omit<VersionRow, 'document'> & { document?: string },
	activeVersion: number,
): IDataObject {
	return {
		...row,
		isActive: row.number === activeVersion,
		createdAt: isoTime(row.createdAt),
		updatedAt: isoTime(row.updatedAt),
	};
}

export function isoTime(milliseconds: number): string {
	return new Date(milliseconds).toISOString();
}

/** Version numbers as people write them: `0, 3, 4`. @throws {InputError} `VERSION_NUMBERS_INVALID`. */
export function readNumbers(text: string): number[] {
	const parts = text.split(/[\s,]+/).filter((part) => part !== '');
	if (parts.length > 0 && parts.every((part) => /^\d+$/.test(part))) return parts.map(Number);
	throw new (library().InputError)('VERSION_NUMBERS_INVALID', `"${text}" is not a list of version numbers.`, {
		advice: 'Write whole numbers separated by commas, such as 0, 3, 4.',
		place: 'Version Numbers',
	});
}
