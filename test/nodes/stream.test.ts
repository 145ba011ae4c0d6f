/** The text that a streaming chat receives, from pieces and messages in every order they can come. */

import type { WireEvent } from '../../lib/index';
import { createReplyStream } from '../../nodes/InteractlyGraph/stream';

function spoken(content: string, patch: object = {}): WireEvent {
	return {
		type: 'assistant_response',
		logical_id: 'm',
		timestamp: 0,
		origin_thread_id: '0',
		content,
		response_metadata: { message_type: 'llm' },
		...patch,
	};
}

type Part = { token: string } | { event: WireEvent };

function play(parts: Part[], reply = ''): string {
	const sent: string[] = [];
	const stream = createReplyStream((text) => sent.push(text));
	for (const part of parts) {
		if ('token' in part) stream.listeners.onToken(part.token);
		else stream.listeners.onEvent(part.event);
	}
	stream.finish({ reply });
	return sent.join('');
}

describe('the reply stream', () => {
	it('sends streamed text once, although its message follows', () => {
		expect(play([{ token: 'Good ' }, { token: 'day.' }, { event: spoken('Good day.') }])).toBe('Good day.');
	});

	it('parts messages by a blank line, streamed or not', () => {
		const parts: Part[] = [
			{ event: spoken('Welcome.', { response_metadata: { message_type: 'static' } }) },
			{ token: 'How can I help?' },
			{ event: spoken('How can I help?') },
			{ event: spoken('Goodbye.') },
		];
		expect(play(parts)).toBe('Welcome.\n\nHow can I help?\n\nGoodbye.');
	});

	it('knows a streamed reply that is reported sentence by sentence (R8.16)', () => {
		const parts: Part[] = [
			{ token: 'One. ' },
			{ token: 'Two.' },
			{ event: spoken('One.') },
			{ event: spoken('Two.') },
			{ token: 'Three.' },
			{ event: spoken('Three.') },
		];
		expect(play(parts)).toBe('One. Two.\n\nThree.');
	});

	it('leaves out fillers, other threads and events that say nothing (R9.43)', () => {
		const parts: Part[] = [
			{ event: spoken('One moment.', { response_metadata: { message_type: 'backchannel' } }) },
			{ event: spoken('Polling.', { origin_thread_id: 'labpoll' }) },
			{ event: spoken('  ') },
			{ event: { type: 'end_node_run', logical_id: 'e', timestamp: 0 } },
		];
		expect(play(parts)).toBe('');
	});

	it('sends the reply whole when nothing was live, as for a repeated delivery', () => {
		expect(play([], 'As before.')).toBe('As before.');
		expect(play([{ token: 'Hi.' }], 'Hi.')).toBe('Hi.');
	});
});
