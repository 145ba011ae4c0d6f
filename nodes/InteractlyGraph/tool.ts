/** The Interactly Graph node as a tool of an AI agent: its own fields, its conversation, and what the agent gets back. */

import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

/** Shown, or hidden, in the twin that n8n makes of the node for agents. */
export const onTool = { '@tool': [true] };

export const toolDescriptionProperty: INodeProperties = {
	displayName: 'Description',
	name: 'toolDescription',
	type: 'string',
	typeOptions: { rows: 3 },
	default:
		'Hands what the user said to a guided conversation that carries out one task step by step, and returns the reply for the user. Pass the reply on as it is. Go on calling with each further message of the user until "isCompleted" is true.',
	required: true,
	displayOptions: { show: onTool },
	description:
		'Tells the model of the agent when to call this tool: name the task of the graph, for example booking an appointment',
};

export const toolSessionProperty: INodeProperties = {
	displayName: 'Session ID',
	name: 'sessionId',
	type: 'string',
	default: '',
	placeholder: "={{ $('Webhook').item.json.body.from }}",
	displayOptions: { show: onTool },
	description:
		"Names the conversation. Empty: the session of the workflow's Chat Trigger with the name of this node, so that several tools of one agent do not mix. Take another from the node that knows the user: what the item of the tool call holds, the model can overwrite.",
};

export const toolMessageProperty: INodeProperties = {
	displayName: 'Message',
	name: 'message',
	type: 'string',
	typeOptions: { rows: 2 },
	default: `={{ /*n8n-auto-generated-fromAI-override*/ $fromAI('Message', \`What the user said, in the user's own words\`, 'string') }}`,
	displayOptions: { show: { ...onTool, operation: ['message', 'resume'] } },
	description: 'What the user said, at most 64 KiB. Written by the model of the agent unless you change it.',
};

/** True in the twin, which n8n calls like the node with "Tool" at the end; it has no input for a model. */
export function isTool(context: Pick<IExecuteFunctions, 'getNode'>): boolean {
	return context.getNode().type.endsWith('Tool');
}

/**
 * The conversation of a tool without a session of its own: one for each chat session and tool.
 *
 * Asked of the trigger, because into `$json` the arguments of the tool call are merged, as the model wrote them.
 */
export function toolSession(context: IExecuteFunctions, itemIndex: number): string | undefined {
	const trigger = context.getChatTrigger();
	const session = trigger === null ? undefined : chatSession(context, { trigger: trigger.name, itemIndex });
	return session === undefined ? undefined : `${session}/${context.getNode().name}`;
}

function chatSession(
	context: IExecuteFunctions,
	{ trigger, itemIndex }: { trigger: string; itemIndex: number },
): string | undefined {
	try {
		const expression = `{{ $(${JSON.stringify(trigger)}).first().json.sessionId }}`;
		const session: unknown = context.evaluateExpression(expression, itemIndex);
		return typeof session === 'string' && session.trim() !== '' ? session : undefined;
	} catch {
		// Another trigger started the workflow.
		return undefined;
	}
}

/** What an agent needs of a turn; the rest costs tokens and tells the model what the graph keeps to itself. */
export function toolItem(turn: IDataObject): IDataObject {
	const { output, isWaitingForInput, isCompleted, status, sessionId, runId, turnNumber } = turn;
	return { output, isWaitingForInput, isCompleted, status, sessionId, runId, turnNumber };
}
