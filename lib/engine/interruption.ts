/** Speech the caller talked over: which words of which message they are, and how the history forgets them (R2.43). */

import type { Context } from './context';
import { miscellaneousFlag } from './flags';
import { sentencesOf } from './sentences';
import type { Message, ThreadState } from './state';
import { messageIdOf } from './wire';

/** A stretch of a message's text, in UTF-16 units, `to` not included. */
export interface Stretch {
	messageId: string;
	from: number;
	to: number;
}

/**
 * Records that these spoken pieces were cut off. Ids are those of `assistant_response` events; unknown ones
 * are ignored. With `keep_skipped_messages_in_history` the history keeps them all the same.
 */
export function interruptSpeech(context: Context, thread: ThreadState, eventIds: readonly string[]): void {
	if (eventIds.length === 0) return;
	const wanted = new Set(eventIds);
	const stretches = thread.history.flatMap((message) =>
		stretchesOf(context.state.runId, message).filter((each) => wanted.has(each.eventId)),
	);
	if (stretches.length === 0) return;
	context.emit({
		type: 'speechInterrupted',
		thread: thread.id,
		eventIds: stretches.map((each) => each.eventId),
		stretches: stretches.map(({ messageId, from, to }) => ({ messageId, from, to })),
		isKept: miscellaneousFlag(
			context.graph.workflow_config.miscellaneous,
			'keep_skipped_messages_in_history',
			false,
		),
	});
}

/** The history without the given stretches; a message of which nothing is left is gone. */
export function withoutStretches(history: readonly Message[], stretches: readonly Stretch[]): Message[] {
	return history.flatMap((message) => {
		const own = stretches.filter((each) => each.messageId === message.id).sort((a, b) => b.from - a.from);
		if (own.length === 0) return [message];
		let content = message.content;
		for (const { from, to } of own) content = content.slice(0, from) + content.slice(to);
		return content.trim() === '' ? [] : [{ ...message, content: content.trim() }];
	});
}

/** The pieces a message was said in, by the ids of their events. */
function stretchesOf(runId: string, message: Message): Array<Stretch & { eventId: string }> {
	if (message.type !== 'ai' || !message.messageType) return [];
	const pieces = message.messageType === 'llm' ? sentencesOf(message.content) : [];
	const lengths = pieces.length > 0 ? pieces : [message.content.length];
	let start = 0;
	return lengths.map((length, index) => {
		const from = start;
		start += length;
		const id = index === 0 ? message.id : `${message.id}.${index}`;
		return { messageId: message.id, from, to: start, eventId: messageIdOf(runId, { id, type: 'ai' }) };
	});
}
