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
		const own = stretches.filter((each) => each.messageId === message.id);
		return own.length === 0 ? [message] : withoutOwn(message, own);
	});
}

/** Stretches count in the text as it was said, however much of it an earlier interruption took. */
function withoutOwn(message: Message, stretches: readonly Stretch[]): Message[] {
	const text = message.said?.text ?? message.content;
	const cut = [...(message.said?.cut ?? []), ...stretches.map(({ from, to }) => ({ from, to }))];
	cut.sort((a, b) => a.from - b.from);
	let left = '';
	let end = 0;
	for (const { from, to } of cut) {
		left += text.slice(end, from);
		end = Math.max(end, to);
	}
	const content = (left + text.slice(end)).trim();
	return content === '' ? [] : [{ ...message, content, said: { text, cut } }];
}

/** The pieces a message was said in, by the ids of their events. */
function stretchesOf(runId: string, message: Message): Array<Stretch & { eventId: string }> {
	if (message.type !== 'ai' || !message.messageType) return [];
	const text = message.said?.text ?? message.content;
	const pieces = message.split ? sentencesOf(text) : [];
	const lengths = pieces.length > 0 ? pieces : [text.length];
	let start = 0;
	return lengths.map((length, index) => {
		const from = start;
		start += length;
		const id = index === 0 ? message.id : `${message.id}.${index}`;
		return { messageId: message.id, from, to: start, eventId: messageIdOf(runId, { id, type: 'ai' }) };
	});
}
