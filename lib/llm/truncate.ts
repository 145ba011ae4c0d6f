/** Cuts a history to its most recent messages for one call (R2.37); storage is never touched. */

import type { ModelMessage } from './contract';

/**
 * Keeps system messages, lines of our own and the `keep` most recent others; null keeps all. A tool result whose call is
 * cut away goes too, and a call keeps all its results or none of them stays.
 */
export function truncateHistory(messages: readonly ModelMessage[], keep: number | null): ModelMessage[] {
	if (keep === null || keep < 0) return [...messages];
	const others = messages.filter((message) => !isOurs(message));
	const kept = new Set<ModelMessage>(keep === 0 ? [] : others.slice(-keep));
	const keptCalls = new Set<string>();
	for (const message of others) {
		if (kept.has(message) && message.role === 'assistant')
			for (const call of message.toolCalls) keptCalls.add(call.id);
	}
	return messages.filter((message) => {
		if (isOurs(message)) return true;
		if (!kept.has(message)) return false;
		return message.role !== 'tool' || keptCalls.has(message.toolCallId);
	});
}

/** What this package adds to the conversation of a thread. */
function isOurs(message: ModelMessage): boolean {
	return message.role === 'system' || (message.role === 'user' && message.isOurs === true);
}
