/** Counts and durations of a turn, tokens and latencies of a run, in the wire's words (R9.47, R9.48). */

import type { JsonObject } from '../json';
import type { WireEvent } from './contract';
import type { ModelTotals, RunState } from './state';

/** Node types whose executions count as tool calls of an iteration (R9.47). */
const TOOL_NODE_TYPES = new Set([
	'tool_node',
	'http_request',
	'send_sms',
	'google_docs',
	'athena_patients_search',
	'athena_patients_create',
	'athena_patients_update',
	'athena_appointments_create',
]);

/** Watches the events of one turn. */
export interface TurnMetrics {
	nodeStarted(key: string, nodeType: string, atMs: number): void;
	/** Its end, or the expiry that cut it off. */
	nodeEnded(key: string, atMs: number): void;
	modelReplied(latencyMs: number): void;
	/** `iteration_metrics` as of now. */
	read(atMs: number): JsonObject;
}

export function createTurnMetrics(startedAtMs: number): TurnMetrics {
	const started = new Map<string, number>();
	const toolLatencies: number[] = [];
	const modelLatencies: number[] = [];
	let nodes = 0;
	let tools = 0;
	return {
		nodeStarted(key, nodeType, atMs) {
			nodes += 1;
			if (!TOOL_NODE_TYPES.has(nodeType)) return;
			tools += 1;
			started.set(key, atMs);
		},
		nodeEnded(key, atMs) {
			const since = started.get(key);
			if (since !== undefined) toolLatencies.push(atMs - since);
			started.delete(key);
		},
		modelReplied(latencyMs) {
			modelLatencies.push(latencyMs);
		},
		read: (atMs) => ({
			e2e_latency_milliseconds: atMs - startedAtMs,
			nodes_executed_count: nodes,
			llm_call_count: modelLatencies.length,
			tool_call_count: tools,
			llm_call_latency_stats: distribution(modelLatencies),
			tool_call_latency_stats: distribution(toolLatencies),
		}),
	};
}

/** Average, least, most and median; null without values; the median of an even count is the middle mean. */
export function distribution(values: readonly number[]): JsonObject | null {
	if (values.length === 0) return null;
	const sorted = [...values].sort((a, b) => a - b);
	const middle = sorted.length >> 1;
	const median =
		sorted.length % 2 === 1
			? (sorted[middle] as number)
			: ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
	return {
		average: sorted.reduce((sum, value) => sum + value, 0) / sorted.length,
		min: sorted[0] as number,
		max: sorted[sorted.length - 1] as number,
		median,
	};
}

/** `llm_token_usage` of a run so far. */
export function tokenUsage(state: RunState): JsonObject {
	const sum = (pick: (row: ModelTotals) => number) =>
		state.totals.reduce((total, row) => total + pick(row), 0);
	const calls = sum((row) => row.calls);
	const userKeyCalls = sum((row) => row.userKeyCalls);
	return {
		total_input_tokens: sum((row) => row.promptTokens),
		total_output_tokens: sum((row) => row.completionTokens),
		total_tokens: sum((row) => row.totalTokens),
		call_count: calls,
		call_count_with_user_keys: userKeyCalls,
		call_count_with_fallback_keys: calls - userKeyCalls,
		breakdown_by_models:
			state.totals.length === 0
				? null
				: state.totals.map((row) => ({
						response_model: row.model,
						provider: row.provider,
						input_tokens: row.promptTokens,
						output_tokens: row.completionTokens,
						total_tokens: row.totalTokens,
						call_count: row.calls,
					})),
	};
}

/** `llm_latency_stats` of a run so far. */
export function latencyStats(state: RunState): JsonObject {
	const calls = state.totals.reduce((total, row) => total + row.calls, 0);
	const latencyMs = state.totals.reduce((total, row) => total + row.latencyMs, 0);
	return {
		call_count: calls,
		total_latency_milliseconds: latencyMs,
		average_latency_milliseconds: calls === 0 ? 0 : latencyMs / calls,
		breakdown_by_models:
			state.totals.length === 0
				? null
				: state.totals.map((row) => ({
						response_model: row.model,
						provider: row.provider,
						call_count: row.calls,
						total_latency_milliseconds: row.latencyMs,
						average_latency_milliseconds: row.latencyMs / row.calls,
					})),
	};
}

/** True for events that a run's record keeps; the others only stream (R9.53). */
export function isRecorded(event: WireEvent): boolean {
	return !(event.type === 'waiting_evaluation_boundary' && event['transitioned'] === false);
}
