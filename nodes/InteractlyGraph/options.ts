/** The optional settings of the Interactly Graph node. */

import type { INodeProperties } from 'n8n-workflow';

export const optionsProperty: INodeProperties = {
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
				'Hosts inside your network that HTTP nodes and tools of the graph may call, separated by commas. All other private and loopback addresses are refused.',
		},
		{
			displayName: 'Attach Picture',
			name: 'attachPicture',
			type: 'boolean',
			default: false,
			description:
				'Whether the Turn item carries a picture of the graph with the way of the conversation so far: "graph" (PNG, shown by View) and "graph_svg" for download. For looking while you build: it takes up to seconds a turn.',
		},
		{
			displayName: 'Background Work: Wait up to (Seconds)',
			name: 'backgroundSeconds',
			type: 'number',
			typeOptions: { minValue: 0, maxValue: 3600 },
			default: 0,
			description:
				'How long this node stays after the turn while companion threads, timed retries and waiting edges go on; what is said meanwhile belongs to the reply. 0 leaves background work to an active Interactly Trigger.',
		},
		{
			displayName: 'Dynamic Variables (JSON)',
			name: 'dynamicVariablesJson',
			type: 'json',
			default: '{}',
			description:
				'More values for {{name}} placeholders, as one JSON object. The fields above win where both name a value.',
		},
		{
			displayName: 'Idempotency Key',
			name: 'idempotencyKey',
			type: 'string',
			default: '',
			placeholder: '={{ $json.messageId }}',
			description:
				'A message that arrives again with the same key gets the first answer again, and nothing happens twice',
		},
		{
			displayName: 'If Session Is Busy',
			name: 'whenBusy',
			type: 'options',
			options: [
				{
					name: 'Wait',
					value: 'wait',
					description: 'Take the turn after the one in progress, within 30 seconds',
				},
				{ name: 'Refuse', value: 'refuse', description: 'Fail at once with RUN_BUSY' },
			],
			default: 'wait',
			description: 'What happens when another message of the same session is being answered',
		},
		{
			displayName: 'If Session Is New',
			name: 'whenSessionIsNew',
			type: 'options',
			options: [
				{ name: 'Start a Conversation', value: 'start' },
				{
					name: 'Refuse',
					value: 'refuse',
					description: 'Fail with SESSION_UNKNOWN, for flows that only continue',
				},
			],
			default: 'start',
			description: 'What happens when the session has no unfinished conversation',
		},
		{
			displayName: 'Include Events',
			name: 'includeEvents',
			type: 'boolean',
			default: false,
			description: 'Whether the Turn output carries all events of the turn under "events"',
		},
		{
			displayName: 'Model Prices (JSON)',
			name: 'modelPrices',
			type: 'json',
			default: '{}',
			placeholder: '{ "my-model": { "input": 0.5, "output": 2 } }',
			description:
				'US dollars per million tokens by model name, for the estimated cost of turns and runs. They replace or add to the list prices of this package, which vendors change.',
		},
		{
			displayName: 'On Model Failure',
			name: 'onModelFailure',
			type: 'options',
			options: [
				{
					name: "Say the Node's Error Message",
					value: 'say',
					description: 'The conversation goes on; the reason is shown as a hint and listed in "warnings"',
				},
				{
					name: 'Fail the Execution',
					value: 'fail',
					description:
						"With the provider's reason. What the graph did about it stays in the conversation, which can go on with the next message.",
				},
			],
			default: 'say',
			description: 'What happens when a model gives no answer after all retries',
		},
		{
			displayName: 'Runtime Variables (JSON)',
			name: 'runtimeVariablesJson',
			type: 'json',
			default: '{}',
			description: 'Values for [[name]] placeholders, written to the conversation before this turn',
		},
		{
			displayName: 'Start Node ID',
			name: 'startNodeId',
			type: 'string',
			default: '',
			placeholder: 'node_…',
			description: "Logical ID of the node a new conversation begins at, instead of the graph's start node",
		},
		{
			displayName: 'Stream Reply to Chat',
			name: 'stream',
			type: 'boolean',
			default: true,
			description:
				'Whether a Chat Trigger in response mode "Streaming" is sent the reply while it is being written',
		},
		{
			displayName: 'Timeout (Seconds)',
			name: 'timeoutSeconds',
			type: 'number',
			typeOptions: { minValue: 1 },
			default: 120,
			description:
				'Longest time for the whole turn. The conversation stays where it was and can be continued.',
		},
		{
			displayName: 'Welcome Message',
			name: 'welcomeMessage',
			type: 'string',
			default: '',
			description:
				'What the user has already been told before the first message; it opens the history of a new conversation',
		},
	],
};
