/** `tool_node`: runs its tool exactly once, no model involved (R7.9). */

import { GraphError } from '../errors';
import type { ToolNode } from '../graph/node';
import { resultNameOf, toolNodeWrites } from '../tool/result';
import type { Behavior } from './contract';
import { performTool } from './tool-call';

export const toolNode: Behavior<ToolNode> = {
	async execute(step) {
		const { node } = step;
		const tool = node.tool_config;
		if (tool === null) {
			const name = node.name ?? node.logical_id;
			throw new GraphError('TOOL_MISSING', `Tool node "${name}" has no tool.`, {
				advice: 'Give the node a tool_config.',
				place: `node "${name}"`,
			});
		}
		const given = await performTool(step, {
			tool,
			provided: node.tool_arguments,
			from: { type: 'author', preserveTypes: node.preserve_argument_types },
			key: 'tool',
		});
		const { outcome, writes } = toolNodeWrites(
			tool,
			given,
			resultNameOf(tool, node.result_runtime_variable_name),
		);
		step.write(writes);
		return {
			output: {
				success: outcome.ok,
				tool_result: outcome.ok ? outcome.value : null,
				error_message: outcome.ok ? null : outcome.message,
			},
		};
	},
};
