/** What every node has (2.4, 2.5): identity, start and guardrail marks, global reach, bounded loops. */

import { z } from 'zod';
import { count, flag, freeObject, oneOf, orNull, text, whole } from './field';
import { conditionSchema } from './prompt';

export const globalNodeConfigSchema = z.looseObject({
	is_global: flag(false),
	condition: orNull(conditionSchema),
	global_condition_edge_evaluation_method: oneOf(
		['workflow_default', 'tool_call', 'independent_llm_evaluations'],
		'workflow_default',
	),
	reverse_conditional_edge: orNull(conditionSchema),
});

export const selfLoopConfigSchema = z.looseObject({
	enabled: flag(false),
	max_retries: whole(),
	expiry_time: whole(),
	time_between_retries: count(0),
});

export const nodeBase = {
	logical_id: text(),
	name: text(),
	description: text(),
	workflow_id: text(),
	version_number: whole(0),
	disabled: flag(false),
	miscellaneous: freeObject,
	primary_category: text(),
	secondary_category: text(),
	is_start: flag(false),
	global_node_config: orNull(globalNodeConfigSchema),
	is_guardrail_node: flag(false),
	self_loop_config: orNull(selfLoopConfigSchema),
};

export const nodeBaseSchema = z.looseObject(nodeBase);
