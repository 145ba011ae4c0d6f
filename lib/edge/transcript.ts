/** A conversation written as data for models that judge it or speak about it, never as their own turns. */

import type { LlmConfig, LlmOrGroup } from '../graph/model';
import type { JsonObject } from '../json';
import type { ModelMessage } from '../llm/contract';
import { truncateHistory } from '../llm/truncate';

const SPEAKERS = { user: 'user', assistant: 'assistant', tool: 'tool result' } as const;
const MAX_RESULT_LENGTH = 8_000;

/**
 * The history as a JSON list of entries, in which quotes and line breaks of a speaker are escaped, so
 * that no message can end the data or pose as an instruction. Obeys the config's truncation (R2.37).
 */
export function conversationAsData(request: {
	history: readonly ModelMessage[];
	config: LlmOrGroup;
	result?: JsonObject;
}): string {
	const kept = truncateHistory(request.history, recentMessages(request.config));
	const entries = kept.flatMap((message) => {
		if (message.role === 'system') return [];
		const text = message.content.trim();
		return text === '' ? [] : [JSON.stringify({ speaker: SPEAKERS[message.role], text: message.content })];
	});
	const conversation = entries.length === 0 ? '[]' : `[\n${entries.join(',\n')}\n]`;
	if (request.result === undefined) return conversation;
	const result = JSON.stringify(request.result);
	const shown = result.length > MAX_RESULT_LENGTH ? `${result.slice(0, MAX_RESULT_LENGTH)}…` : result;
	return `${conversation}\n\nResult of the step that just finished, as JSON:\n${shown}`;
}

function recentMessages(config: LlmOrGroup): number | null {
	return firstMember(config)?.truncated_max_recent_messages ?? null;
}

function firstMember(config: LlmOrGroup): LlmConfig | null {
	if (config.type === 'llm_group') return config.llms[0] ?? null;
	if (config.type === 'llm_group_with_backchannel') return config.main_llm_config?.llms[0] ?? null;
	return config;
}
