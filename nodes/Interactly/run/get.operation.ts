/** Run get: the whole record of one conversation (R9.49). */

import type { IDataObject } from 'n8n-workflow';
import { library } from '../../host';
import { readText } from '../../values';
import type { Operation } from '../operation';

export const getRun: Operation = {
	option: {
		name: 'Get',
		value: 'get',
		action: 'Get a run',
		description: 'Get the record of one conversation',
	},
	fields: [
		{
			displayName: 'Run ID',
			name: 'runId',
			type: 'string',
			default: '={{ $json.runId }}',
			required: true,
			placeholder: 'workflow_run_…',
			description: 'The "runId" of an Interactly Graph item',
		},
	],
	async execute({ context, itemIndex, station }) {
		const runId = readText(context, 'runId', itemIndex);
		if (runId === undefined) {
			throw new (library().InputError)('RUN_MISSING', 'The run ID is empty.', {
				advice: 'Write the ID of a run, or an expression that yields one.',
				place: 'Run ID',
			});
		}
		const record = await station.runner.record(runId);
		return [{ ...(record as IDataObject), estimatedCost: library().costOfRecord(record) }];
	},
};
