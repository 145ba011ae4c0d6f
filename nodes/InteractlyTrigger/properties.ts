/** The form of the Interactly Trigger node: which events, of which runs, and whether it moves parked runs. */

import type { INodeProperties } from 'n8n-workflow';
import { providersProperty } from '../credentials';
import { workflowProperty } from '../workflow-property';

export const properties: INodeProperties[] = [
	{
		displayName: 'Trigger On',
		name: 'events',
		type: 'multiOptions',
		noDataExpression: true,
		options: [
			{
				name: 'Run Ended',
				value: 'ended',
				description: 'The conversation was completed or stopped',
			},
			{
				name: 'Run Failed',
				value: 'failed',
				description: 'The conversation broke off, went in circles or was given up after standing still',
			},
			{
				name: 'Run Said Something on Its Own',
				value: 'said',
				description: 'Background work brought a text that no message asked for: send it to the user',
			},
			{
				name: 'Run Waits for the User',
				value: 'waits',
				description: 'The conversation came to a point where it needs an answer',
			},
			{
				name: 'Turn Finished',
				value: 'turn',
				description: 'A message was answered, whichever node or program brought it',
			},
		],
		default: ['said'],
		description: 'What starts this workflow. One item for each; each happens once, also after a restart.',
	},
	{
		displayName: 'Runs Of',
		name: 'scope',
		type: 'options',
		noDataExpression: true,
		options: [
			{
				name: 'All Graphs',
				value: 'all',
				description: 'Every conversation of the store, also those of graphs pasted as JSON',
			},
			{
				name: 'One Workflow',
				value: 'workflow',
				description: 'Conversations of one workflow imported into the store',
			},
		],
		default: 'all',
		description: 'Whose events count, and whose background work is done',
	},
	{ ...workflowProperty, displayOptions: { show: { scope: ['workflow'] } } },
	{
		displayName: 'Run Background Work',
		name: 'runsBackground',
		type: 'boolean',
		noDataExpression: true,
		default: true,
		description:
			'Whether this trigger also moves parked conversations on: companion threads, timed retries and edges that are evaluated while the user is waited for. One active trigger for a store is enough.',
	},
	{ ...providersProperty, displayOptions: { show: { runsBackground: [true] } } },
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		options: [
			{
				displayName: 'Allowed Private Hosts',
				name: 'allowedPrivateHosts',
				type: 'string',
				default: '',
				placeholder: 'ehr.internal, 10.0.4.12',
				description:
					'Hosts inside your network that background work may call, separated by commas. All other private and loopback addresses are refused.',
			},
			{
				displayName: 'Include Events',
				name: 'includeEvents',
				type: 'boolean',
				default: false,
				description: 'Whether each item carries all events of the turn or background step under "events"',
			},
		],
	},
];
