/** Run get many: conversations, newest first, by workflow, status and session. */

import { readText } from '../../values';
import { isoTime, limitField, readMany, returnAllField } from '../fields';
import type { Operation } from '../operation';

export const getManyRuns: Operation = {
	option: {
		name: 'Get Many',
		value: 'getAll',
		action: 'Get many runs',
		description: 'List conversations, the newest first',
	},
	fields: [
		returnAllField,
		limitField,
		{
			displayName: 'Filters',
			name: 'filters',
			type: 'collection',
			placeholder: 'Add Filter',
			default: {},
			options: [
				{
					displayName: 'Session ID',
					name: 'sessionId',
					type: 'string',
					default: '',
					description: 'Conversations begun under this session',
				},
				{
					displayName: 'Status',
					name: 'statuses',
					type: 'multiOptions',
					options: [
						{ name: 'Aborted: Looping Risk', value: 'aborted_looping_risk' },
						{ name: 'Cancelled', value: 'cancelled' },
						{ name: 'Completed', value: 'completed' },
						{ name: 'Failed', value: 'failed' },
						{ name: 'Paused', value: 'paused' },
						{ name: 'Running', value: 'running' },
						{ name: 'Started', value: 'started' },
						{ name: 'Waiting for User Input', value: 'waiting_for_user_input' },
					],
					default: [],
				},
				{
					displayName: 'Workflow ID',
					name: 'workflowId',
					type: 'string',
					default: '',
					description: 'Conversations of this stored workflow',
				},
			],
		},
	],
	async execute(call) {
		const filter = (name: string) => readText(call.context, `filters.${name}`, call.itemIndex);
		const statuses = call.context.getNodeParameter('filters.statuses', call.itemIndex, []) as string[];
		const [workflowId, sessionKey] = [filter('workflowId'), filter('sessionId')];
		const rows = await readMany(call, (page) =>
			call.station.store.listRuns({
				...page,
				...(workflowId === undefined ? {} : { workflowId }),
				...(sessionKey === undefined ? {} : { sessionKey }),
				...(statuses.length === 0 ? {} : { statuses }),
			}),
		);
		return rows.map((row) => ({
			runId: row.id,
			workflowId: row.workflowId,
			versionNumber: row.versionNumber,
			sessionId: row.sessionKey,
			status: row.status,
			turnCount: row.turnCount,
			createdAt: isoTime(row.createdAt),
			updatedAt: isoTime(row.updatedAt),
		}));
	},
};
