/** One round of ordinary tool calls: what a node's model may call, and running its calls together (R2.44–R2.48). */

import { workflowConfigFor } from '../graph/interior';
import type { Tool } from '../graph/tool';
import type { Json } from '../json';
import type { ModelMessage, ToolCall, ToolDefinition } from '../llm/contract';
import type { ToolOutcome } from '../tool/contract';
import { toolDefinition } from '../tool/definition';
import { modelCallWrites, outcomeText } from '../tool/result';
import { fillText } from '../value/template';
import type { Step } from './contract';
import type { LlmNode } from './prompt';
import { performTool } from './tool-call';

/** A tool that this node's model may call. */
export interface OfferedTool {
	tool: Tool;
	definition: ToolDefinition;
}

/** Node tools, then workflow tools; of two with one name the node's wins (R7.10.9). */
export function offeredTools(step: Step<LlmNode>): Map<string, OfferedTool> {
	const { node, scope } = step;
	const workflow = workflowConfigFor(step.graph, node.logical_id ?? '');
	const offered = new Map<string, OfferedTool>();
	for (const tool of [...(node.tools_config?.tools ?? []), ...(workflow.tools_config?.tools ?? [])]) {
		const definition = toolDefinition(tool);
		if (offered.has(definition.name)) continue;
		offered.set(definition.name, {
			tool,
			definition: { ...definition, description: fillText(definition.description, scope) },
		});
	}
	return offered;
}

/** Servers that cannot be reached give a warning, and the node works without their tools (R7.10.8). */
export function warnOfMissingServers(step: Step<LlmNode>): void {
	const { node } = step;
	const servers = workflowConfigFor(step.graph, node.logical_id ?? '').mcp_servers;
	if (!node.use_mcp_tools || servers.length === 0) return;
	const names = servers.map((server, index) => `"${server.name ?? `server ${index + 1}`}"`).join(', ');
	step.warn(
		`Node "${node.name ?? node.logical_id}" uses MCP tools, but ${names} cannot be reached from here; it works without them.`,
	);
}

export interface RoundRequest {
	calls: readonly ToolCall[];
	tools: ReadonlyMap<string, OfferedTool>;
	/** 0 for the first round of this execution. */
	round: number;
	/** Say each tool's waiting line when its call starts (R7.10.2). */
	saysFillers: boolean;
}

/** Runs all calls at once; results and writes follow in the order of the calls, failures as results (R2.47). */
export async function runRound(step: Step<LlmNode>, request: RoundRequest): Promise<ModelMessage[]> {
	const { calls, tools, round } = request;
	if (request.saysFillers) sayFillers(step, request);
	const outcomes = await Promise.all(
		calls.map((call, index) =>
			runCall(step, { call, tool: tools.get(call.name)?.tool, key: `tool:${round}.${index}` }),
		),
	);
	return calls.map((call, index) => {
		const applied = applyOutcome(step, tools.get(call.name)?.tool, outcomes[index] ?? UNKNOWN_TOOL);
		const content = outcomeText(applied);
		const value: Json = applied.ok ? applied.value : { error: applied.message, code: applied.code };
		step.addToolResult(call, content, value);
		return { role: 'tool', toolCallId: call.id, toolName: call.name, content };
	});
}

const UNKNOWN_TOOL: ToolOutcome = {
	ok: false,
	code: 'TOOL_UNKNOWN',
	message: 'There is no tool of that name.',
};

/** Writes the variables of a result (R4.29); a required mapping without a value makes it a failure (R4.38). */
function applyOutcome(step: Step, tool: Tool | undefined, outcome: ToolOutcome): ToolOutcome {
	if (!tool) return outcome;
	const applied = modelCallWrites(tool, outcome);
	step.write(applied.writes);
	return applied.outcome;
}

function sayFillers(step: Step<LlmNode>, { calls, tools }: RoundRequest): void {
	for (const call of calls) {
		const tool = tools.get(call.name)?.tool;
		const list = tool?.static_messages_config;
		const line = list && step.choose(list, `tool:${tool.logical_id ?? call.name}`);
		if (line) step.say({ text: fillText(line, step.scope), type: 'tool_filler' });
	}
}

async function runCall(
	step: Step<LlmNode>,
	{ call, tool, key }: { call: ToolCall; tool: Tool | undefined; key: string },
): Promise<ToolOutcome> {
	if (!tool) return UNKNOWN_TOOL;
	if (call.invalidArguments !== undefined) {
		return { ok: false, code: 'TOOL_ARGUMENTS_INVALID', message: 'The arguments are not a JSON object.' };
	}
	return performTool(step, { tool, provided: call.arguments, from: { type: 'model' }, key });
}
