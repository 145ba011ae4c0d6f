/** The form of the Interactly Graph node; its defaults fit a Chat Trigger as it comes. */

import type { INodeProperties } from 'n8n-workflow';
import { providersProperty } from '../credentials';
import { workflowProperty } from '../workflow-property';
import { optionsProperty } from './options';
import { onTool, toolDescriptionProperty, toolMessageProperty, toolSessionProperty } from './tool';

const talks = { show: { operation: ['message', 'resume'] } };
const talksAsNode = { ...talks, hide: onTool };

export const properties: INodeProperties[] = [
	toolDescriptionProperty,
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		options: [
			{
				name: 'Pause',
				value: 'pause',
				action: 'Pause a conversation',
				description: 'Hold the conversation where it is; only Resume moves it again',
			},
			{
				name: 'Resume',
				value: 'resume',
				action: 'Resume a paused conversation',
				description: 'Continue a paused conversation, with or without a message',
			},
			{
				name: 'Run Background Work',
				value: 'pump',
				action: 'Run the background work of a conversation',
				description: 'Move companion threads and waiting edges on, without a message',
			},
			{
				name: 'Send Message',
				value: 'message',
				action: 'Send a message to a conversation',
				description: "Continue the session's conversation with one message, or start it",
			},
			{
				name: 'Stop',
				value: 'stop',
				action: 'Stop a conversation',
				description: 'End the conversation as cancelled',
			},
		],
		default: 'message',
	},
	{ ...providersProperty, displayOptions: talks },
	{
		displayName: 'Graph From',
		name: 'source',
		type: 'options',
		noDataExpression: true,
		options: [
			{
				name: 'JSON',
				value: 'document',
				description: 'An exported graph, pasted below or handed over by an expression',
			},
			{
				name: 'Store',
				value: 'stored',
				description: 'A workflow imported with the Interactly node',
			},
		],
		default: 'document',
		displayOptions: { show: { operation: ['message'] } },
		description:
			'Where the graph of a new conversation comes from. A conversation under way keeps the graph it began with.',
	},
	{
		displayName: 'Graph',
		name: 'graph',
		type: 'json',
		default: '',
		typeOptions: { rows: 8, alwaysOpenEditWindow: true },
		displayOptions: { show: { operation: ['message'], source: ['document'] } },
		placeholder: '{ "workflow_config": …, "node_configs": […], "edge_configs": […] }',
		description:
			'The exported file as it is: a workflow, an API answer or a bundle of versions (its active version runs)',
		hint: 'Paste the whole exported file. Every fault is listed with its place when the node runs.',
	},
	{ ...workflowProperty, displayOptions: { show: { operation: ['message'], source: ['stored'] } } },
	{
		displayName: 'Version',
		name: 'versionChoice',
		type: 'options',
		options: [
			{
				name: 'Active',
				value: 'active',
				description: 'The version that is active when the conversation starts',
			},
			{ name: 'Number', value: 'number', description: 'One version, active or not' },
		],
		default: 'active',
		displayOptions: { show: { operation: ['message'], source: ['stored'] } },
	},
	{
		displayName: 'Version Number',
		name: 'versionNumber',
		type: 'number',
		typeOptions: { minValue: 0, numberPrecision: 0 },
		default: 0,
		displayOptions: { show: { operation: ['message'], source: ['stored'], versionChoice: ['number'] } },
	},
	{
		displayName: 'Session ID',
		name: 'sessionId',
		type: 'string',
		default: '={{ $json.sessionId }}',
		required: true,
		displayOptions: { hide: onTool },
		description:
			'Names the conversation: the same ID continues it, a new one starts another. A Chat Trigger supplies one; a phone number or a case number works as well.',
	},
	toolSessionProperty,
	{
		displayName: 'Message',
		name: 'message',
		type: 'string',
		typeOptions: { rows: 2 },
		default: '={{ $json.chatInput }}',
		displayOptions: talksAsNode,
		description: 'What the user said, at most 64 KiB. Empty: the graph speaks first, if it has a greeting.',
	},
	toolMessageProperty,
	{
		displayName: 'Attached Model Answers For',
		name: 'modelUse',
		type: 'options',
		options: [
			{
				name: 'Nodes on the Workflow Default',
				value: 'default',
				description: 'Nodes without a model of their own, instead of the model that the workflow names',
			},
			{
				name: 'All Nodes',
				value: 'all',
				description: 'Every node, whatever model the graph names; good for trying a graph out',
			},
		],
		default: 'default',
		displayOptions: talksAsNode,
		description:
			'What the chat model connected below this node is used for. Without one this setting has no effect.',
	},
	optionsProperty,
	{
		displayName: 'Dynamic Variables',
		name: 'dynamicVariables',
		type: 'assignmentCollection',
		default: {},
		displayOptions: talks,
		description: 'Values for the {{name}} placeholders of the graph, for example the name of the clinic',
	},
];
