/** Workflow get many: the stored workflows, searched by name. */

import { readText } from '../../values';
import { limitField, readMany, returnAllField, workflowItem } from '../fields';
import type { Operation } from '../operation';

export const getManyWorkflows: Operation = {
	option: {
		name: 'Get Many',
		value: 'getAll',
		action: 'Get many workflows',
		description: 'List the stored workflows',
	},
	fields: [
		returnAllField,
		limitField,
		{
			displayName: 'Search',
			name: 'search',
			type: 'string',
			default: '',
			placeholder: 'refill',
			description: 'Part of the name',
		},
	],
	async execute(call) {
		const search = readText(call.context, 'search', call.itemIndex);
		const rows = await readMany(call, (page) =>
			call.station.store.listWorkflows({ ...page, ...(search === undefined ? {} : { search }) }),
		);
		return rows.map(workflowItem);
	},
};
