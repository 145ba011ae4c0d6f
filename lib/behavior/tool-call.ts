/** One call of a tool, by a model or by a tool node: arguments resolved, the call journaled, never thrown. */

import { messageOf } from '../errors';
import type { Tool } from '../graph/tool';
import type { JsonObject } from '../json';
import { resolveArguments, type ArgumentSource } from '../tool/arguments';
import type { ToolOutcome } from '../tool/contract';
import { toolName } from '../tool/definition';
import { timeoutMsOf } from '../tool/registry';
import type { Step } from './contract';
import { isEffectFailure } from './failure';

export interface ToolCallRequest {
	tool: Tool;
	provided: JsonObject;
	from: ArgumentSource['from'];
	/** Unique within the node execution. */
	key: string;
}

/** A failed call is an outcome (R2.47); only an aborted step and an unknown earlier outcome are thrown. */
export async function performTool(
	step: Step,
	{ tool, provided, from, key }: ToolCallRequest,
): Promise<ToolOutcome> {
	const resolved = resolveArguments({ tool, provided, scope: step.scope, from });
	if (!resolved.ok) return resolved;
	const effect = {
		key,
		kind: 'tool' as const,
		target: toolName(tool),
		sideEffect: step.tools.sideEffectOf(tool),
	};
	try {
		return await step.perform(effect, (signal) =>
			step.tools.call({
				tool,
				arguments: resolved.arguments,
				scope: step.scope,
				signal,
				timeoutMs: timeoutMsOf(tool),
			}),
		);
	} catch (error) {
		if (!isEffectFailure(error) || step.signal.aborted) throw error;
		return { ok: false, code: 'TOOL_FAILED', message: messageOf(error) };
	}
}
