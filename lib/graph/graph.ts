/** The graph as the rest of the package sees it: typed, defaults filled, indexed, never changed. */

import { z } from 'zod';
import type { JsonObject } from '../json';
import type { Edge } from './edge';
import type { Fault } from './fault';
import { flag, freeObject, list, listOrEmpty, oneOf, oneOfOrNull, orNull, text, whole } from './field';
import type { Interior, ReverseEdge } from './interior';
import { llmOrGroupSchema } from './model';
import type { Node } from './node';
import { promptSchema } from './prompt';
import { mcpServerSchema, toolsConfigSchema } from './tool';

export const workflowConfigSchema = z.looseObject({
	logical_id: text(),
	name: text(),
	description: text(),
	category: text('User Created'),
	attachable_llm_config_id: text(),
	llms_config: orNull(llmOrGroupSchema),
	main_response_config: orNull(promptSchema),
	backchannel_response_config: orNull(promptSchema),
	default_prompt_prefix: text(),
	default_prompt_suffix: text(),
	ignore_content_received_during_llm_tool_call_specification: flag(false),
	tools_config: orNull(toolsConfigSchema),
	mcp_servers: listOrEmpty(mcpServerSchema),
	global_condition_evaluation_method: oneOf(['tool_call', 'independent_llm_evaluations'], 'tool_call'),
	nodes: list(z.string()),
	edges: list(z.string()),
	miscellaneous: freeObject,
	access_config: orNull(
		z.looseObject({
			access_level: oneOfOrNull(['personal', 'team', 'system']),
			access_list: orNull(z.array(z.string())),
		}),
	),
	evaluation_config: orNull(
		z.looseObject({
			evaluator_workflow_id: text(),
			evaluator_workflow_version_number: whole(),
			enable_turn_by_turn_evaluation: flag(false),
		}),
	),
	guardrail_strikes_config: orNull(
		z.looseObject({
			max_guardrail_nodes_before_escalation: whole(),
			escalation_node_logical_id: text(),
			escalation_message: text(),
		}),
	),
	voice_persona: text(),
});
export type WorkflowConfig = z.infer<typeof workflowConfigSchema>;

/**
 * One hydrated workflow (1.2), read once at the door and trusted afterwards. Field names are the
 * file's; the four maps are ours. Every node and edge has a `logical_id` here: one that the file
 * leaves out is made from its position (`node_at_3`), only in this view and never in `raw`.
 */
export interface Graph {
	readonly workflow_config: WorkflowConfig;
	readonly node_configs: readonly Node[];
	readonly edge_configs: readonly Edge[];
	readonly dynamic_variables: JsonObject;
	readonly runtime_variables: JsonObject;
	/** The hydrated object as it was read: every key, order and null kept (5.3 rule 7). */
	readonly raw: JsonObject;
	/** JSON path of `raw` in its document; faults of this graph begin with it. */
	readonly path: string;
	readonly nodesById: ReadonlyMap<string, Node>;
	readonly edgesById: ReadonlyMap<string, Edge>;
	/** Edges that are not disabled, by source, in list order. */
	readonly edgesBySource: ReadonlyMap<string, readonly Edge[]>;
	/** Global nodes that are not disabled, in list order. */
	readonly globalNodes: readonly Node[];
	/** The first node with `is_start`, or null. */
	readonly startNode: Node | null;
	/** Ids of nodes that only companion threads reach: targets of fork edges and what follows them. */
	readonly companionNodeIds: ReadonlySet<string>;
	/** What was found while reading: wrong types, unknown types, other spellings. Rules are `checkGraph`'s. */
	readonly faults: readonly Fault[];
	/** Expanded super nodes by the id of their placeholder; empty before an expansion (R7.3). */
	readonly interiors: ReadonlyMap<string, Interior>;
	/** The innermost expanded super node that a node belongs to; absent for nodes of the outer graph. */
	readonly interiorByNode: ReadonlyMap<string, Interior>;
	/** Ways back to the caller, by the node that offers them (R3.41, R3.43). */
	readonly reverseEdges: ReadonlyMap<string, ReverseEdge>;
}
