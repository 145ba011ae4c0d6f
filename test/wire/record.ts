/** The record of a run with exactly its fields (R9.49); nothing in it is taken from the code under test. */

import { z } from 'zod';
import { comment, count, id, latencyStats, object, orNull, pair, text, tokenUsage } from './parts';

const statuses = [
	'not_started',
	'started',
	'running',
	'waiting_for_user_input',
	'paused',
	'completed',
	'failed',
	'cancelled',
	'aborted_looping_risk',
] as const;

/** R1.3. */
const sources = [
	'execution_error',
	'stale_run_reaper',
	'finally_safety_net',
	'looping_risk',
	'stopped',
	'concurrency_queue_timeout',
] as const;

const user = z.strictObject({
	id,
	firstName: text.optional(),
	lastName: text.optional(),
	email: text.optional(),
});

export const runRecord = z.strictObject({
	logical_id: text.regex(/^workflow_run_[0-9a-f-]{36}$/),
	workflow_run_id: id,
	workflow_id: orNull(id),
	version_number: orNull(count),
	version_name: orNull(text),
	status: z.enum(statuses),
	termination_source: orNull(z.enum(sources)),
	run_by: orNull(text),
	input_output_pairs: z.array(pair),
	comments: z.array(comment),
	llm_token_usage: tokenUsage,
	llm_latency_stats: latencyStats,
	workflow_config_fully_hydrated: object,
	voice_conversation_id: orNull(id),
	source_workflow_run_id: orNull(id),
	checkpoint_source_turn_index: orNull(count),
	carried_over_llm_token_usage: orNull(tokenUsage),
	carried_over_llm_latency_stats: orNull(latencyStats),
	is_evaluation_run: z.boolean(),
	evaluation_run_info: orNull(z.strictObject({ evaluation_workflow_run_id: id })),
	miscellaneous: object,
	/** R9.58: by id; users nobody knows are absent. */
	feedback_users: z.record(z.string(), user),
});
