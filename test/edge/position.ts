/** Small graphs and positions for edge tests. */

import type { AskModel, EdgeQuestion, Exit, Position } from '../../lib/edge/contract';
import { buildGraph } from '../../lib/graph/build';
import type { Graph } from '../../lib/graph/graph';
import type { LlmOrGroup } from '../../lib/graph/model';
import type { JsonObject } from '../../lib/json';
import type { ModelAnswer } from '../../lib/llm/contract';
import { createScope } from '../../lib/value/scope';
import { answer, TEST_MODEL } from '../behavior/fake-step';

export const CONFIG = TEST_MODEL as unknown as LlmOrGroup;

export function graphOf(parts: { nodes: JsonObject[]; edges?: JsonObject[]; workflow?: JsonObject }): Graph {
	return buildGraph({
		workflow_config: { logical_id: 'w', name: 'Test', llms_config: TEST_MODEL, ...parts.workflow },
		node_configs: parts.nodes.map((node) => ({ type: 'say_llm', name: String(node['logical_id']), ...node })),
		edge_configs: parts.edges ?? [],
	}).graph;
}

/** A conditional edge `from → to`; its id is `from-to` unless given. */
export function conditional(
	from: string,
	to: string,
	condition: JsonObject | string | null,
	more: JsonObject = {},
): JsonObject {
	const shape = typeof condition === 'string' ? { condition_freeform: condition } : condition;
	return {
		type: 'conditional',
		logical_id: `${from}-${to}`,
		name: `${from} to ${to}`,
		source_node_logical_id: from,
		destination_node_logical_id: to,
		condition: shape,
		...more,
	};
}

export const expression = (text: string, more: JsonObject = {}): JsonObject => ({
	condition_expression: text,
	...more,
});

export function direct(
	from: string,
	to: string,
	fork?: JsonObject | true,
	more: JsonObject = {},
): JsonObject {
	return {
		type: 'direct',
		logical_id: `${from}=${to}`,
		source_node_logical_id: from,
		destination_node_logical_id: to,
		...(fork
			? { companion_thread_config: { is_companion_thread: true, ...(fork === true ? {} : fork) } }
			: {}),
		...more,
	};
}

export const globally = (condition: JsonObject | string, more: JsonObject = {}): JsonObject => ({
	global_node_config: {
		is_global: true,
		condition: typeof condition === 'string' ? { condition_freeform: condition } : condition,
		...more,
	},
});

export interface At extends Position {
	warnings: Array<{ message: string; onceKey: string | undefined }>;
}

export function at(
	graph: Graph,
	nodeId: string,
	more: Partial<Position> & { variables?: JsonObject; dynamic?: JsonObject } = {},
): At {
	const node = graph.nodesById.get(nodeId);
	if (!node) throw new Error(`No node ${nodeId}`);
	const warnings: At['warnings'] = [];
	const { variables = {}, dynamic = {}, ...rest } = more;
	const scope = createScope({
		system: {},
		supplied: dynamic,
		provided: {},
		defaults: {},
		globals: {},
		secrets: {},
		thread: variables,
		otherThread: () => undefined,
		workflow: {},
	});
	return {
		graph,
		node,
		scope,
		isCompanion: false,
		callers: {},
		warn: (message, onceKey) => warnings.push({ message, onceKey }),
		...rest,
		warnings,
	};
}

/** How tests name exits: `own:a-b`, `global:g`, `reverse:g`. */
export const label = (exit: Exit): string => `${exit.kind}:${exit.edge?.logical_id ?? exit.globalNodeId}`;

export type Verdict = boolean | Partial<ModelAnswer> | Error | Promise<boolean>;

/** A model that judges by destination; it records the questions it was asked. */
export function judgeBy(verdicts: Record<string, Verdict>): { ask: AskModel; asked: EdgeQuestion[] } {
	const asked: EdgeQuestion[] = [];
	return {
		asked,
		ask: async (question) => {
			asked.push(question);
			const verdict = await verdicts[question.destinationNodeId ?? ''];
			if (verdict instanceof Error) throw verdict;
			if (typeof verdict === 'boolean' || verdict === undefined) {
				return answer({
					output: { justification: `because ${question.destinationNodeId}`, condition_met: verdict === true },
				});
			}
			return answer(verdict as Partial<ModelAnswer>);
		},
	};
}
