/** Every tool and every model config of a graph, with its place and owner. */

import type { LlmConfig, LlmOrGroup } from '../model';
import type { Node } from '../node';
import type { Tool } from '../tool';
import { type Check, nameOf } from './context';

export interface PlacedTool {
	tool: Tool;
	path: string;
	/** The node it lies in; null at workflow level. */
	node: Node | null;
	/** True for the one tool of a `tool_node`. */
	isOwn: boolean;
}

export function* tools(check: Check): Generator<PlacedTool> {
	const shared = check.graph.workflow_config.tools_config?.tools ?? [];
	for (const [index, tool] of shared.entries()) {
		yield {
			tool,
			path: `${check.path}.workflow_config.tools_config.tools[${index}]`,
			node: null,
			isOwn: false,
		};
	}
	for (const [at, node] of check.graph.node_configs.entries()) {
		if (node.type === 'tool_node' && node.tool_config !== null) {
			yield { tool: node.tool_config, path: check.nodePath(at, 'tool_config'), node, isOwn: true };
		}
		if (node.type !== 'say_llm' && node.type !== 'worker_llm' && node.type !== 'workflow_run_evaluator')
			continue;
		for (const [index, tool] of (node.tools_config?.tools ?? []).entries()) {
			yield { tool, path: check.nodePath(at, 'tools_config', 'tools', index), node, isOwn: false };
		}
	}
}

export interface PlacedLlm {
	llm: LlmConfig;
	path: string;
	subject: string | null;
}

export interface PlacedRoot {
	config: LlmOrGroup;
	path: string;
	subject: string | null;
}

/** Model configs and groups where they stand, groups not yet taken apart. */
export function* llmRoots(check: Check): Generator<PlacedRoot> {
	const own = check.graph.workflow_config.llms_config;
	if (own !== null) yield { config: own, path: `${check.path}.workflow_config.llms_config`, subject: null };
	for (const [index, node] of check.graph.node_configs.entries()) {
		const subject = nameOf(node);
		if ('llms_config' in node && node.type !== 'unknown' && isConfig(node.llms_config)) {
			yield { config: node.llms_config, path: check.nodePath(index, 'llms_config'), subject };
		}
		if (node.type === 'end_conversation' && node.process_transcript_llms_config !== null) {
			const path = check.nodePath(index, 'process_transcript_llms_config');
			yield { config: node.process_transcript_llms_config, path, subject };
		}
	}
}

function isConfig(value: unknown): value is LlmOrGroup {
	return typeof value === 'object' && value !== null && 'type' in value;
}

/** The single models of a config, members of groups included. */
export function* membersOf({ config, path, subject }: PlacedRoot): Generator<PlacedLlm> {
	if (config.type === 'llm_group') {
		for (const [index, llm] of config.llms.entries()) yield { llm, path: `${path}.llms[${index}]`, subject };
	} else if (config.type === 'llm_group_with_backchannel') {
		for (const key of ['main_llm_config', 'backchannel_llm_config'] as const) {
			const group = config[key];
			if (group !== null) yield* membersOf({ config: group, path: `${path}.${key}`, subject });
		}
	} else {
		yield { llm: config, path, subject };
	}
}
