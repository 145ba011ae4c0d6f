/** One round of ordinary tool calls: what a node's model may call, and running its calls together (R2.44–R2.48). */

import { messageOf } from '../errors';
import { workflowConfigFor } from '../graph/interior';
import type { Tool } from '../graph/tool';
import type { Json } from '../json';
import type { ModelMessage, ToolCall, ToolDefinition } from '../llm/contract';
import type { ToolOutcome } from '../tool/contract';
import { fillText, renderText } from '../value/template';
import type { Step } from './contract';
import type { LlmNode } from './prompt';

/** A tool that this node's model may call. */
export interface OfferedTool {
	tool: Tool;
	definition: ToolDefinition;
}

/** Node tools, then workflow tools; of two with one name the node's wins (R7.10.9). */
export function offeredTools(step: Step<LlmNode>): Map<string, OfferedTool> {
	const { node } = step;
	const workflow = workflowConfigFor(step.graph, node.logical_id ?? '');
	const offered = new Map<string, OfferedTool>();
	for (const tool of [...(node.tools_config?.tools ?? []), ...(workflow.tools_config?.tools ?? [])]) {
		const definition = definitionOf(tool);
		if (!offered.has(definition.name)) offered.set(definition.name, { tool, definition });
	}
	return offered;
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
	if (request.saysFillers) sayFillers(step, request);
	const outcomes = await Promise.all(
		request.calls.map((call, index) => runCall(step, call, { ...request, index })),
	);
	return request.calls.map((call, index) => {
		const outcome = outcomes[index] ?? { ok: false, code: 'UNEXPECTED', message: 'The tool gave no result.' };
		const tool = request.tools.get(call.name)?.tool;
		if (outcome.ok && tool)
			step.write([{ name: tool.result_runtime_variable_name || 'tool_result', value: outcome.value }]);
		const content = outcome.ok ? renderText(outcome.value) : `The call failed: ${outcome.message}`;
		const value: Json = outcome.ok ? outcome.value : { error: outcome.message, code: outcome.code };
		step.addToolResult(call, content, value);
		return { role: 'tool', toolCallId: call.id, toolName: call.name, content };
	});
}

function sayFillers(step: Step<LlmNode>, { calls, tools }: RoundRequest): void {
	for (const call of calls) {
		const tool = tools.get(call.name)?.tool;
		const list = tool?.static_messages_config;
		const line = list && step.choose(list, `tool:${tool.logical_id ?? tool.name}`);
		if (line) step.say({ text: fillText(line, step.scope), type: 'tool_filler' });
	}
}

async function runCall(
	step: Step<LlmNode>,
	call: ToolCall,
	{ tools, round, index }: RoundRequest & { index: number },
): Promise<ToolOutcome> {
	const tool = tools.get(call.name)?.tool;
	if (!tool) return { ok: false, code: 'TOOL_UNKNOWN', message: `There is no tool named ${call.name}.` };
	if (call.invalidArguments !== undefined) {
		return { ok: false, code: 'TOOL_ARGUMENTS_INVALID', message: 'The arguments are not a JSON object.' };
	}
	const effect = {
		key: `tool:${round}.${index}`,
		kind: 'tool' as const,
		target: call.name,
		sideEffect: step.tools.sideEffectOf(tool),
	};
	try {
		return await step.perform(effect, (signal) =>
			step.tools.call({
				tool,
				arguments: call.arguments,
				scope: step.scope,
				signal,
				timeoutMs: timeoutOf(tool),
			}),
		);
	} catch (error) {
		if ((error as { code?: unknown }).code === 'EFFECT_OUTCOME_UNKNOWN' || step.signal.aborted) throw error;
		return { ok: false, code: 'TOOL_FAILED', message: messageOf(error) };
	}
}

function timeoutOf(tool: Tool): number {
	return Math.min(300, tool.timeout_seconds ?? 30) * 1000;
}

function definitionOf(tool: Tool): ToolDefinition {
	return {
		name: tool.name ?? 'tool',
		description: tool.signature ?? tool.description ?? '',
		parameters: tool.args_schema ?? { type: 'object', properties: {} },
	};
}
