/** The parts wire events are made of, as the protocol writes them (R9.1, R9.2, R9.4, R9.47, R9.48, R8.20). */

import { z } from 'zod';

const text = z.string();
const id = text.min(1);
const orNull = <T extends z.ZodType>(type: T) => type.nullable();
const count = z.int().min(0);
const milliseconds = z.number().min(0);
/** Seconds since the epoch; anything in milliseconds is a thousand times too large. */
const epoch = z.number().min(1_000_000_000).max(10_000_000_000);
const numeral = text.regex(/^\d+$/);
/** A JSON object; what stands in it is not the protocol's business. */
const object = z.record(z.string(), z.unknown());

const stamp = {
	logical_id: id,
	createdBy: orNull(text),
	updatedBy: orNull(text),
	createdAt: z.iso.datetime(),
	updatedAt: z.iso.datetime(),
};
export const comment = z.strictObject({ ...stamp, logical_id: text.regex(/^comment_/), content: id });
export const rating = z.strictObject({
	...stamp,
	logical_id: text.regex(/^rating_/),
	value: z.enum(['down', 'up', 'strong_up']),
});

/** R9.1. `ratings` comes with feedback only. */
export const common = {
	type: id,
	logical_id: text.regex(/^event_[0-9a-f-]{36}$/),
	timestamp: epoch,
	origin_thread_id: orNull(id),
	thread_reference_id: orNull(id),
	comments: z.array(comment),
	interrupted: z.boolean(),
	ratings: z.array(rating).optional(),
};

/** R9.2. Counts from "1"; null where no execution of the node is meant. */
export const node = {
	origin_node_logical_id: id,
	origin_node_name: orNull(text),
	origin_node_run_id: orNull(text.regex(/^[1-9]\d*$/)),
};

export const edge = {
	edge_name: orNull(text),
	edge_logical_id: orNull(id),
	edge_run_id: numeral,
	source_node_logical_id: id,
	source_node_name: orNull(text),
	destination_node_logical_id: id,
	destination_node_name: orNull(text),
	reason: orNull(text),
};

const payload = {
	content: text,
	additional_kwargs: z.strictObject({}),
	response_metadata: object,
	name: orNull(text),
	id,
};
const ofModel = {
	tool_calls: z.array(z.strictObject({ id, name: text, args: object, type: z.literal('tool_call') })),
	invalid_tool_calls: z.array(
		z.strictObject({ id, name: text, args: text, error: text, type: z.literal('invalid_tool_call') }),
	),
	usage_metadata: orNull(z.strictObject({ input_tokens: count, output_tokens: count, total_tokens: count })),
};
const nothingOfModel = {
	tool_calls: z.tuple([]),
	invalid_tool_calls: z.tuple([]),
	usage_metadata: z.null(),
};

/** R9.4: what a model said. */
export const modelMessage = z.strictObject({ ...payload, ...ofModel, type: z.literal('ai') });
/** R9.4: the result of a tool, its native value in the metadata. */
export const toolMessage = z.strictObject({
	...payload,
	...nothingOfModel,
	type: z.literal('tool'),
	tool_call_id: id,
	response_metadata: z.strictObject({ tool_result: z.unknown() }),
});
export const humanMessage = z.strictObject({
	...payload,
	...nothingOfModel,
	type: z.literal('human'),
	response_metadata: z.strictObject({}),
});
/** R2.31. */
export const memo = modelMessage.extend({
	id: text.regex(/^nav_msg_/),
	response_metadata: z.strictObject({
		navigation_message: z.literal('true'),
		edge_type: z.enum(['direct', 'conditional', 'global', 'reverse', 'waiting']),
		source_node_id: id,
		source_node_name: orNull(text),
		destination_node_id: id,
		destination_node_name: orNull(text),
		edge_name: orNull(text),
		edge_logical_id: orNull(id),
	}),
});
/** Entries of a shown history (R2.29); tool results without the value, which only its event has. */
export const historyEntry = z.union([
	memo,
	modelMessage,
	humanMessage,
	toolMessage.extend({ response_metadata: z.strictObject({}) }),
]);

/** R8.20, R8.14. Left out, never null, where no model was asked. */
export const usageInfo = z.strictObject({
	response_model: text,
	provider: text,
	named_llm_config_id: orNull(text),
	named_llm_config_name: orNull(text),
	llm_response_id: id,
	ai_message_turn_id: orNull(id),
	used_user_api_key: z.boolean(),
	finish_reason: z.array(text),
	response_latency_milliseconds: milliseconds,
	prompt_tokens: count,
	completion_tokens: count,
	total_tokens: count,
	was_streamed: z.boolean(),
	was_estimated: z.boolean(),
	structured_output_retry_metadata: z
		.strictObject({
			retry_count: count.min(1),
			failed_attempts: z
				.array(
					z.strictObject({
						attempt_number: count.min(1),
						error_message: id,
						latency_milliseconds: milliseconds,
					}),
				)
				.min(1),
		})
		.optional(),
});

const distribution = orNull(
	z.strictObject({ average: milliseconds, min: milliseconds, max: milliseconds, median: milliseconds }),
);
/** R9.47. */
export const metrics = z.strictObject({
	e2e_latency_milliseconds: milliseconds,
	nodes_executed_count: count,
	llm_call_count: count,
	tool_call_count: count,
	llm_call_latency_stats: distribution,
	tool_call_latency_stats: distribution,
});

const perModel = { response_model: text, provider: text, call_count: count.min(1) };
const tokens = { input_tokens: count, output_tokens: count, total_tokens: count };
/** R9.48. */
export const tokenUsage = z.strictObject({
	total_input_tokens: count,
	total_output_tokens: count,
	total_tokens: count,
	call_count: count,
	call_count_with_user_keys: count,
	call_count_with_fallback_keys: count,
	breakdown_by_models: orNull(z.array(z.strictObject({ ...perModel, ...tokens })).min(1)),
});
const latencies = { total_latency_milliseconds: milliseconds, average_latency_milliseconds: milliseconds };
export const latencyStats = z.strictObject({
	call_count: count,
	...latencies,
	breakdown_by_models: orNull(z.array(z.strictObject({ ...perModel, ...latencies })).min(1)),
});

const typed = z.looseObject({ type: id });
const threadInput = z.strictObject({
	node_run_inputs: z.array(
		z.strictObject({
			type: z.literal('llm'),
			node_logical_id: id,
			messages: z.array(humanMessage),
		}),
	),
});
/** R9.50: the input of a turn, its dynamic variables resolved. */
export const runInput = z.strictObject({
	command: z.enum(['start', 'data', 'resume']),
	workflow_id: orNull(text),
	workflow_run_id: id,
	version_number: orNull(count),
	run_by: orNull(text),
	team_id: z.null(),
	start_node_logical_id: orNull(id),
	initial_state: z.null(),
	welcome_message: orNull(text),
	dynamic_variables: object,
	runtime_variables: object,
	miscellaneous: object,
	thread_to_node_inputs: z.record(z.string(), threadInput),
});

/** R7.1.1: the input of one execution; overrides are the caller's (R1.20). */
export const nodeInput = z.strictObject({
	type: id,
	node_logical_id: id,
	dynamic_variables: object,
	runtime_variables: object,
	miscellaneous: object,
	override_url: text.optional(),
	override_destination_phone_number: text.optional(),
	override_message: text.optional(),
});
/** R7.1.2. */
export const nodeOutput = typed.extend({
	node_logical_id: id,
	node_run_id: numeral,
	events: z.tuple([]),
});

const byThread = <T extends z.ZodType>(type: T) => z.record(z.string(), type);
/** R9.51. */
export const endState = z.strictObject({
	thread_id_to_nodes_history: byThread(z.array(id)),
	companion_thread_id_to_nodes_history: byThread(z.array(id)),
	thread_id_to_global_node_previous_node: byThread(z.record(z.string(), id)),
	active_thread_ids: z.array(id),
	thread_id_to_runtime_variables: byThread(object),
	workflow_runtime_variables: object,
	guardrail_strikes: count,
	node_completion_counts: z.record(z.string(), count.min(1)),
	thread_id_to_consecutive_conditional_edges: byThread(count),
	thread_id_to_answered_turns_in_visit: byThread(count),
	thread_id_to_waiting_transitions: byThread(z.record(z.string(), count)),
	thread_id_to_waiting_evaluations: byThread(
		z.record(
			z.string(),
			z.strictObject({ completion_counts: z.record(z.string(), count), evaluated_epoch: orNull(epoch) }),
		),
	),
	thread_id_to_self_loop: byThread(
		orNull(
			z.strictObject({
				node_logical_id: id,
				attempts: count.min(1),
				deadline_epoch: orNull(epoch),
				due_epoch: orNull(epoch),
			}),
		),
	),
});

/** R9.50. Events are checked one by one, so here they only have to be there. */
export const pair = z.strictObject({
	run_input: runInput,
	run_output: z.strictObject({
		events: z.array(typed),
		thread_to_node_outputs: z.record(z.string(), z.array(nodeOutput).min(1)),
	}),
	evaluation: z.null(),
	iteration_end_state_miscellaneous: orNull(endState),
	comments: z.array(comment),
	ratings: z.array(rating),
});

export { count, epoch, id, object, orNull, text };
