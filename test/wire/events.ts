/** Every wire event of the catalogue (9.2) with exactly its fields; nothing in it is taken from the code under test. */

import { z } from 'zod';
import {
	common,
	count,
	edge,
	endState,
	epoch,
	historyEntry,
	humanMessage,
	id,
	latencyStats,
	memo,
	metrics,
	modelMessage,
	node,
	nodeInput,
	nodeOutput,
	object,
	orNull,
	pair,
	text,
	tokenUsage,
	toolMessage,
	usageInfo,
} from './parts';

const onThread = { ...common, origin_thread_id: id, thread_reference_id: id };
const onRun = { ...common, origin_thread_id: z.null(), thread_reference_id: z.null() };
const atNode = { ...onThread, ...node };
/** Inside an execution, so its number is known. */
const inRun = { ...atNode, origin_node_run_id: text.regex(/^[1-9]\d*$/) };
const overEdge = { ...onThread, ...edge };
const usage = { llm_token_usage: tokenUsage, llm_latency_stats: latencyStats };
const answer = { message: z.union([modelMessage, toolMessage]), llm_usage_info: usageInfo.optional() };
const conditional = {
	...overEdge,
	args_filled: object,
	super_node_exit_origin: orNull(id),
	/** Ours: what the verdict cost, where a model decided. */
	judged_by: z
		.strictObject({ response_model: text, total_tokens: count, latency_milliseconds: z.number().min(0) })
		.optional(),
};
/** Ours beside the error: what a service that is not connected could have brought is null. */
const docs = { ...inRun, status: id, document_id: orNull(text), error: id.optional() };

/** R9.43. */
const spokenAs = z.enum([
	'static',
	'llm',
	'edge_static',
	'edge_dynamic',
	'tool_filler',
	'backchannel',
	'error',
	'escalation',
]);

/** R9.5–R9.42, one line a row. Fields are exactly these: absent where optional, null where `orNull`. */
export const catalogue = {
	start_workflow: onRun,
	end_workflow: { ...onRun, ...usage },
	end_workflow_iteration: {
		...onRun,
		iteration_number: count.min(1),
		run_input_output_pair: pair.extend({ iteration_end_state_miscellaneous: endState }),
		iteration_metrics: metrics,
	},
	/** Ours: `has_background_work` tells a driver whether to pump. */
	workflow_ready_for_input: {
		...onRun,
		active_companion_thread_ids: z.array(text.regex(/_companion_/)),
		has_background_work: z.boolean(),
	},
	workflow_error: { ...onRun, error_message: id, stack_trace: orNull(text), ...usage },
	workflow_warning: { ...common, warning_message: id },
	workflow_show_state: {
		...onThread,
		thread_id: id,
		runtime_variables: object,
		workflow_runtime_variables: object,
	},
	workflow_navigation_message: { ...atNode, message: memo },
	start_thread: onThread,
	pause_thread: { ...onThread, last_node_logical_id: id },
	end_thread: { ...onThread, last_node_logical_id: id },
	companion_step_boundary: {
		...onRun,
		companion_thread_id: text.regex(/_companion_/),
		attempts_completed: count,
		deadline_epoch: orNull(epoch),
		still_active: z.boolean(),
	},
	waiting_evaluation_boundary: {
		...onRun,
		parked_node_logical_id: id,
		edges_evaluated: z.array(id).min(1),
		transitioned: z.boolean(),
		still_waiting: z.boolean(),
	},
	start_node_run: { ...inRun, run_input: nodeInput },
	end_node_run: { ...inRun, run_output: nodeOutput },
	user_messages: { ...atNode, messages: z.array(humanMessage).min(1) },
	busy_wait_for_user_message: atNode,
	pause_event: atNode,
	force_transfer_to_node: { ...atNode, destination_node_logical_id: id },
	/** Also what a waiting node has generated for its edge, which may be before its first execution (R3.22). */
	say_llm: { ...atNode, ...answer },
	worker_llm: { ...atNode, ...answer },
	condition_evaluator_llm: {
		...inRun,
		...answer,
		message: modelMessage,
		destination_node_logical_id: id,
		is_condition_met: z.boolean(),
	},
	discarded_main_llm: {
		...inRun,
		...answer,
		message: modelMessage,
		reason: z.literal('global_condition_matched'),
	},
	say_static: { ...inRun, message: modelMessage.extend({ usage_metadata: z.null() }) },
	assistant_response: {
		...atNode,
		/** R2.29: the event has the id of the message. */
		logical_id: text.regex(/^assistant_message_[0-9a-f-]{36}$/),
		content: text.regex(/\S/),
		/** R8.16: the pieces of one reply share the id of its response. */
		response_metadata: z.strictObject({ message_type: spokenAs, llm_response_id: id.optional() }),
		llm_usage_info: usageInfo.optional(),
	},
	direct_edge: overEdge,
	self_loop_edge: overEdge,
	companion_edge: overEdge,
	self_loop_delay: { ...overEdge, delay_seconds: z.number().gt(0), attempt_number: count.min(2) },
	self_loop_exhausted: {
		...overEdge,
		outcome: z.enum(['max_retries', 'expiry_time']),
		total_attempts: count.min(1),
		reason: id,
	},
	node_expired: { ...inRun, attempt_number: count.min(1), reason: id },
	conditional_edge: conditional,
	reverse_conditional_edge: { ...conditional, global_node_logical_id: id },
	waiting_condition_matched: {
		...overEdge,
		condition_expression: id,
		hydrated_condition_expression: id,
		trigger_mode: z.enum(['on_node_completion', 'on_every_background_tick']),
		trigger_node_logical_id: orNull(id),
		trigger_node_completion_count: count,
		transitions_this_wait: count.min(1),
		guardrail_redirected_from_logical_id: orNull(id),
	},
	/** Without an escalation node the thread ends there (R3.48). */
	guardrail_escalation_edge: {
		...overEdge,
		destination_node_logical_id: orNull(id),
		num_guardrail_nodes_entered: count.min(1),
	},
	start_conversation: {
		...inRun,
		conversation_status: z.enum(['initiated', 'in-progress', 'completed', 'failed']),
		conversation_id: orNull(id),
	},
	end_conversation: { ...inRun, processed_transcript: text },
	send_sms: {
		...inRun,
		status: z.enum(['sent', 'failed']),
		sent_message: orNull(text),
		destination_phone_number: text,
	},
	http_request: {
		...inRun,
		curl_command: orNull(text),
		status_code: orNull(count),
		response_body: orNull(object),
		error: id.optional(),
	},
	/** Ours: `error`, as http_request has it. */
	athena: { ...inRun, status_code: orNull(count), response_body: orNull(object), error: id.optional() },
	google_docs_create_document: { ...docs, document_url: orNull(text), document_title: orNull(text) },
	google_docs_get_document: { ...docs, document_content: orNull(text) },
	google_docs_update_document: { ...docs, document_url: orNull(text), updated_content: orNull(text) },
	workflow_debug_log: { ...onThread, chat_history: z.array(historyEntry), debug_message: id },
} as const;

const shapes = new Map<string, z.ZodType>(
	Object.entries(catalogue).map(([type, fields]) => [
		type,
		z.strictObject({ ...fields, type: z.literal(type) }),
	]),
);
/** The record keeps the end of an iteration inside the pair that it is about, and therefore without it (R9.53). */
const kept = shapes.get('end_workflow_iteration');
const keptIteration = (kept as z.ZodObject).omit({ run_input_output_pair: true });

/**
 * How the event deviates from its row: one line a fault, none when it is right.
 * @param place `record`: as a pair of the record keeps it.
 */
export function shapeFaults(event: unknown, place: 'stream' | 'record' = 'stream'): string[] {
	const type = (event as { type?: unknown } | null)?.type;
	const row = typeof type === 'string' ? shapes.get(type) : undefined;
	if (row === undefined) return [`${String(type)}: no event of the catalogue`];
	const shape = place === 'record' && type === 'end_workflow_iteration' ? keptIteration : row;
	const read = shape.safeParse(event);
	const faults = read.success
		? []
		: read.error.issues.map((issue) => `${String(type)}.${issue.path.join('.')}: ${issue.message}`);
	return [...faults, ...referenceFaults(event as Record<string, unknown>)];
}

/** R9.1, R9.11: what is computed from the thread's id. */
function referenceFaults(event: Record<string, unknown>): string[] {
	const { type, origin_thread_id: origin, thread_reference_id: reference } = event;
	const of = type === 'workflow_show_state' ? event['thread_id'] : origin;
	const wanted =
		typeof of === 'string' ? of.slice(of.lastIndexOf('_companion_') + 1).replace(/^companion_/, '') : null;
	const faults =
		reference === wanted
			? []
			: [`${String(type)}.thread_reference_id: ${String(reference)} of ${String(of)}`];
	if (type === 'workflow_show_state' && event['thread_id'] !== origin)
		faults.push('workflow_show_state.thread_id: another thread than its origin');
	return faults;
}
