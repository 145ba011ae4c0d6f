/** Sends a reply to a streaming chat while it is being written: each text once, in the order it is said. */

import type { IExecuteFunctions } from 'n8n-workflow';
import type { TurnRequest, TurnResult, WireEvent } from '../../lib/index';

export interface ReplyStream {
	listeners: Required<Pick<TurnRequest, 'onToken' | 'onEvent'>>;
	/** Sends what was said but not streamed, such as the answer to a repeated delivery. */
	finish(result: Pick<TurnResult, 'reply'>): void;
}

/** The stream of one item: opens the reply in the chat, and closes it with `close`. */
export function streamTo(context: IExecuteFunctions, itemIndex: number): ReplyStream & { close(): void } {
	context.sendChunk('begin', itemIndex);
	const stream = createReplyStream((text) => context.sendChunk('item', itemIndex, text));
	return { ...stream, close: () => context.sendChunk('end', itemIndex) };
}

/**
 * Turns the two live sources of a turn into one text: pieces of model text as they are produced, and
 * messages as they become durable. A message whose pieces went out before is not sent again.
 */
export function createReplyStream(send: (text: string) => void): ReplyStream {
	/** Model text that went out and whose message has not been reported yet. */
	let unreported = '';
	let hasSent = false;
	const startMessage = () => {
		if (hasSent) send('\n\n');
		hasSent = true;
	};
	return {
		listeners: {
			onToken: (text) => {
				if (unreported === '') startMessage();
				unreported += text;
				send(text);
			},
			onEvent: (event) => {
				const text = spokenText(event);
				if (text === null) return;
				const streamed = unreported.trimStart();
				if (streamed.startsWith(text)) {
					unreported = streamed.slice(text.length).trimStart();
					return;
				}
				startMessage();
				send(text);
			},
		},
		finish: ({ reply }) => {
			if (!hasSent && reply !== '') send(reply);
		},
	};
}

/** What the event says to the user on the main thread; fillers are left out, as in the reply (R9.30, R9.43). */
function spokenText(event: WireEvent): string | null {
	if (event.type !== 'assistant_response' || event.origin_thread_id !== '0') return null;
	const metadata = event.response_metadata as { message_type?: string } | null | undefined;
	if (metadata?.message_type === 'backchannel') return null;
	return typeof event.content === 'string' && event.content.trim() !== '' ? event.content.trim() : null;
}
