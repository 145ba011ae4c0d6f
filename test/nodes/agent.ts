/** A stand-in for n8n's AI Agent 3: its model is a script of tool calls, which n8n's engine runs as for the real one. */

import type {
	EngineRequest,
	EngineResponse,
	IDataObject,
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';

/** What the agent's model does next: the arguments of one tool call for each entry. */
export const script: { calls: IDataObject[]; tool: string } = { calls: [], tool: 'Graph' };

/** The twin that n8n makes of a node with `usableAsTool`, as its server does when it loads node types. */
export function twinOf(node: INodeType, usable: INodeTypeDescription = node.description): INodeType {
	const description: INodeTypeDescription = {
		...usable,
		name: `${usable.name}Tool`,
		inputs: [],
		outputs: ['ai_tool'],
	};
	return Object.assign(Object.create(Object.getPrototypeOf(node) as object) as INodeType, node, {
		description,
	});
}

/** Calls the tool as the script says, for every item, and passes on what it answered. */
export async function agentExecute(
	this: IExecuteFunctions,
	response?: EngineResponse,
): Promise<INodeExecutionData[][] | EngineRequest> {
	if (response !== undefined && response.actionResponses.length > 0) {
		return [
			response.actionResponses.map(({ data }) => ({
				json: { answer: (data.data?.ai_tool?.[0] ?? []).map(({ json }) => json), error: data.error?.message },
			})),
		];
	}
	return {
		actions: script.calls.map((input, index) => ({
			actionType: 'ExecutionNodeAction' as const,
			nodeName: script.tool,
			input,
			type: 'ai_tool' as const,
			id: `call-${index}`,
			metadata: { itemIndex: 0 },
		})),
		metadata: {},
	};
}
