/** Tokens and milliseconds of model calls: estimates, and totals per model as the run record shows them (R9.48). */

import type { JsonObject } from '../json';
import type { CallRecord, ModelMessage, TokenUsage, ToolCall, ToolDefinition } from './contract';

/** R8.20: what a token is taken to be when a provider counts none. */
const CHARACTERS_PER_TOKEN = 4;

/** Tokens guessed from the length of what was sent and what came back. */
export function estimateUsage(
	sent: { messages: readonly ModelMessage[]; tools: readonly ToolDefinition[] },
	received: { text: string; toolCalls: readonly ToolCall[] },
): TokenUsage {
	const sentLength =
		sent.messages.reduce((sum, message) => sum + message.content.length + callsLength(message), 0) +
		sent.tools.reduce((sum, tool) => sum + JSON.stringify(tool).length, 0);
	const receivedLength =
		received.text.length +
		received.toolCalls.reduce(
			(sum, call) => sum + JSON.stringify(call.arguments).length + call.name.length,
			0,
		);
	const promptTokens = Math.ceil(sentLength / CHARACTERS_PER_TOKEN);
	const completionTokens = Math.ceil(receivedLength / CHARACTERS_PER_TOKEN);
	return { promptTokens, completionTokens, totalTokens: promptTokens + completionTokens, estimated: true };
}

function callsLength(message: ModelMessage): number {
	return message.role === 'assistant' && message.toolCalls.length > 0
		? JSON.stringify(message.toolCalls).length
		: 0;
}

/** R9.48 `llm_token_usage` of these calls; `breakdown_by_models` is null without calls. */
export function tokenUsageOf(calls: readonly CallRecord[]): JsonObject {
	const sum = (list: readonly CallRecord[]) => ({
		total_input_tokens: total(list, (call) => call.usage.promptTokens),
		total_output_tokens: total(list, (call) => call.usage.completionTokens),
		total_tokens: total(list, (call) => call.usage.totalTokens),
		call_count: list.length,
		call_count_with_user_keys: list.filter((call) => call.usedUserKey).length,
		call_count_with_fallback_keys: list.filter((call) => !call.usedUserKey).length,
	});
	return { ...sum(calls), breakdown_by_models: breakdown(calls, sum) };
}

/** R9.48 `llm_latency_stats` of these calls, in milliseconds. */
export function latencyStatsOf(calls: readonly CallRecord[]): JsonObject {
	const sum = (list: readonly CallRecord[]) => {
		const milliseconds = total(list, (call) => call.latencyMs);
		return {
			call_count: list.length,
			total_latency_milliseconds: milliseconds,
			average_latency_milliseconds: list.length === 0 ? 0 : milliseconds / list.length,
		};
	};
	return { ...sum(calls), breakdown_by_models: breakdown(calls, sum) };
}

function breakdown(calls: readonly CallRecord[], sum: (list: readonly CallRecord[]) => JsonObject) {
	if (calls.length === 0) return null;
	const groups = new Map<string, CallRecord[]>();
	for (const call of calls) {
		const key = JSON.stringify([call.model, call.provider]);
		groups.set(key, [...(groups.get(key) ?? []), call]);
	}
	return [...groups.values()].map((group) => ({
		response_model: group[0]?.model ?? null,
		provider: group[0]?.provider ?? null,
		...sum(group),
	}));
}

function total(calls: readonly CallRecord[], value: (call: CallRecord) => number): number {
	return calls.reduce((sum, call) => sum + value(call), 0);
}
