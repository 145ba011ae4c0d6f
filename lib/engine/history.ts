/** A thread's history as models read it and as people heard it (R2.30, R2.32). */

import type { TranscriptLine } from '../behavior/contract';
import type { ModelMessage } from '../llm/contract';
import type { Frame, Message, ThreadState } from './state';

/** The messages a model reads: those before the execution, then those it has added so far. */
export function historyOf(thread: ThreadState, frame: Frame, seen: number): ModelMessage[] {
	const messages = thread.history.slice(0, frame.historyStart);
	let counted = 0;
	for (const message of frame.added) {
		if (message.messageType !== 'backchannel' && ++counted > seen) break;
		messages.push(message);
	}
	return messages.map(modelMessage);
}

/** What people said and heard: no memos, no tool traffic. */
export function transcriptOf(thread: ThreadState): TranscriptLine[] {
	return thread.history.flatMap((message): TranscriptLine[] => {
		if (message.type === 'human') return [{ role: 'user', text: message.content }];
		return message.type === 'ai' && message.messageType ? [{ role: 'assistant', text: message.content }] : [];
	});
}

export function modelMessage(message: Message): ModelMessage {
	if (message.type === 'human') return { role: 'user', content: message.content };
	if (message.type === 'tool') {
		return {
			role: 'tool',
			toolCallId: message.toolCallId ?? '',
			toolName: message.toolName ?? '',
			content: message.content,
		};
	}
	return { role: 'assistant', content: message.content, toolCalls: message.toolCalls ?? [] };
}
