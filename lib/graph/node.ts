/** The 19 node types (2.4–2.12) and the fallback for any other: one validator each, joined to a union. */

import { z } from 'zod';
import type { Fault } from './fault';
import {
	count,
	decimal,
	flag,
	freeObjectOrEmpty,
	freeObjectOrNull,
	list,
	listOrEmpty,
	oneOf,
	orNull,
	text,
	whole,
} from './field';
import {
	athenaAppointmentsCreateSchema,
	athenaPatientsCreateSchema,
	athenaPatientsSearchSchema,
	athenaPatientsUpdateSchema,
} from './athena';
import { googleDocsSchema } from './google-docs';
import { llmOrGroupSchema } from './model';
import { nodeBase, type nodeBaseSchema } from './node-base';
import { superNodeSchema } from './super-node';
import { promptSchema, staticMessagesSchema } from './prompt';
import { resultMappingSchema, toolSchema, toolsConfigSchema } from './tool';

export * from './athena';
export * from './google-docs';
export * from './node-base';
export * from './super-node';

/** What the platform says when a model call fails; ours is worded anew (R2.49). */
export const DEFAULT_ERROR_MESSAGE = 'I am sorry, something went wrong on my side. Could you say that again?';

const llmNode = (defaults: { selfLoop: boolean; wait: boolean; errorMessage: string | null }) => ({
	...nodeBase,
	main_response_config: orNull(promptSchema),
	attachable_llm_config_id: text(),
	llms_config: orNull(llmOrGroupSchema),
	tools_config: orNull(toolsConfigSchema),
	self_loop: flag(defaults.selfLoop),
	wait_for_user_message: flag(defaults.wait),
	max_consecutive_tool_calls: count(1),
	default_error_message: text(defaults.errorMessage),
	use_mcp_tools: flag(false),
	ignore_default_prompt_prefix: flag(false),
	ignore_default_prompt_suffix: flag(false),
	ignore_content_received_during_llm_tool_call_specification: flag(false),
	structured_output_schema: freeObjectOrNull,
	backchannel_response_config: orNull(promptSchema),
	realtime_overrides: freeObjectOrNull,
	max_turns: whole(),
});

export const sayLlmSchema = z.looseObject({
	...llmNode({ selfLoop: true, wait: true, errorMessage: DEFAULT_ERROR_MESSAGE }),
	type: z.literal('say_llm'),
});
export type SayLlmNode = z.infer<typeof sayLlmSchema>;

export const workerLlmSchema = z.looseObject({
	...llmNode({ selfLoop: false, wait: true, errorMessage: DEFAULT_ERROR_MESSAGE }),
	type: z.literal('worker_llm'),
});
export type WorkerLlmNode = z.infer<typeof workerLlmSchema>;

export const workflowRunEvaluatorSchema = z.looseObject({
	...llmNode({ selfLoop: false, wait: false, errorMessage: null }),
	type: z.literal('workflow_run_evaluator'),
	input_runtime_variable_name: text('workflow_run_object'),
	output_runtime_variable_name: text(),
	is_turn_by_turn_evaluator: flag(false),
});
export type WorkflowRunEvaluatorNode = z.infer<typeof workflowRunEvaluatorSchema>;

export const sayStaticSchema = z.looseObject({
	...nodeBase,
	type: z.literal('say_static'),
	static_messages_config: orNull(staticMessagesSchema),
});
export type SayStaticNode = z.infer<typeof sayStaticSchema>;

export const toolNodeSchema = z.looseObject({
	...nodeBase,
	type: z.literal('tool_node'),
	tool_config: orNull(toolSchema),
	tool_arguments: freeObjectOrEmpty,
	result_runtime_variable_name: text('tool_result'),
	preserve_argument_types: flag(false),
});
export type ToolNode = z.infer<typeof toolNodeSchema>;

export const httpRequestSchema = z.looseObject({
	...nodeBase,
	type: z.literal('http_request'),
	url: text(),
	method: oneOf(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'], 'GET'),
	headers: freeObjectOrNull,
	query_parameters: text(),
	body_parameters: text(),
	body_content_type: oneOf(
		['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain'],
		'application/json',
	),
	timeout: whole(30).transform((value) => value ?? 30),
	response_format: oneOf(['json', 'text', 'binary'], 'json'),
	result_runtime_variable_name: text('http_request_result'),
	response_mapping: listOrEmpty(resultMappingSchema),
});
export type HttpRequestNode = z.infer<typeof httpRequestSchema>;

export const sendSmsSchema = z.looseObject({
	...nodeBase,
	type: z.literal('send_sms'),
	destination_phone_number: text(),
	message: text(),
	sms_provider: text(),
});
export type SendSmsNode = z.infer<typeof sendSmsSchema>;

export const startConversationSchema = z.looseObject({
	...nodeBase,
	type: z.literal('start_conversation'),
	is_voice_conversation: flag(false),
	is_outbound_call: flag(true),
	bearer_token: text(),
	assistant_number: text(),
	assistant_id: text(),
	user_number: text(),
	conversation_id: text(),
	polling_interval_seconds: whole(2),
});
export type StartConversationNode = z.infer<typeof startConversationSchema>;

export const endConversationSchema = z.looseObject({
	...nodeBase,
	type: z.literal('end_conversation'),
	process_transcript_prompt: orNull(promptSchema),
	process_transcript_llms_config: orNull(llmOrGroupSchema),
});
export type EndConversationNode = z.infer<typeof endConversationSchema>;

export const workflowRunFetchSchema = z.looseObject({
	...nodeBase,
	type: z.literal('workflow_run_fetch'),
	workflow_run_id: text('{{workflow_run_id}}'),
	result_runtime_variable_name: text('workflow_run_object'),
});
export type WorkflowRunFetchNode = z.infer<typeof workflowRunFetchSchema>;

export const noOpSchema = z.looseObject({
	...nodeBase,
	type: z.literal('no_op'),
	note: text(),
	output_runtime_variable_name: text('no_op_result'),
	delay_seconds: decimal(0),
	simulate_failure: flag(false),
});
export type NoOpNode = z.infer<typeof noOpSchema>;

export const fieldExtractorSchema = z.looseObject({
	...nodeBase,
	type: z.literal('field_extractor'),
	input_runtime_variable_name: text(),
	keys_to_retain: list(z.string()),
	keys_to_retain_runtime_variable_name: text(),
	output_runtime_variable_name: text('field_extractor_result'),
});
export type FieldExtractorNode = z.infer<typeof fieldExtractorSchema>;

export const deduplicateSchema = z.looseObject({
	...nodeBase,
	type: z.literal('deduplicate'),
	input_runtime_variable_name: text(),
	dedup_key: text(),
	dedup_key_runtime_variable_name: text(),
	output_runtime_variable_name: text('deduplicate_result'),
});
export type DeduplicateNode = z.infer<typeof deduplicateSchema>;

export const nodeSchema = z.discriminatedUnion('type', [
	sayLlmSchema,
	workerLlmSchema,
	workflowRunEvaluatorSchema,
	sayStaticSchema,
	toolNodeSchema,
	httpRequestSchema,
	sendSmsSchema,
	startConversationSchema,
	endConversationSchema,
	workflowRunFetchSchema,
	noOpSchema,
	fieldExtractorSchema,
	deduplicateSchema,
	superNodeSchema,
	googleDocsSchema,
	athenaPatientsSearchSchema,
	athenaPatientsCreateSchema,
	athenaPatientsUpdateSchema,
	athenaAppointmentsCreateSchema,
]);
export type KnownNode = z.infer<typeof nodeSchema>;

/** A node of unknown type, or of a known type whose own fields failed (5.3 rules 2 and 3). */
export interface UnknownNode extends z.infer<typeof nodeBaseSchema> {
	type: 'unknown';
	/** The type as the file spells it, or null when it has none. */
	original_type: string | null;
	/** Why the node could not be read as what it says it is. */
	faults: readonly Fault[];
}

export type Node = KnownNode | UnknownNode;
export type NodeType = Node['type'];
