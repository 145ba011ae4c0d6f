/** A run's events as text: who said what on the main thread, one line each. */

import type { RunEvent } from '../engine/contract';
import type { Graph } from '../graph/graph';
import { isFiller, messagesOf } from './speech';

export interface TranscriptLine {
	speaker: 'user' | 'assistant';
	text: string;
	/** Milliseconds since the epoch. */
	at: number;
}

/** Lines of the main conversation in order; fillers are left out, synthetic messages too (R10.17). */
export function transcriptLines(events: readonly RunEvent[], graph: Graph): TranscriptLine[] {
	const spoken = messagesOf(events, graph);
	const lines: TranscriptLine[] = [];
	let spokenCount = 0;
	for (const event of events) {
		if (event.type === 'runStarted' && event.welcomeMessage !== null) {
			lines.push({ speaker: 'assistant', text: event.welcomeMessage, at: event.at });
		}
		if (event.type === 'messagesReceived') {
			for (const message of event.messages) {
				if (message.synthetic !== true) lines.push({ speaker: 'user', text: message.text, at: event.at });
			}
		}
		if (event.type === 'spoke') {
			const message = spoken[spokenCount];
			spokenCount += 1;
			if (message === undefined || message.threadId !== '0' || isFiller(message)) continue;
			lines.push({ speaker: 'assistant', text: message.text, at: event.at });
		}
	}
	return lines;
}

/** `User: …` and `Assistant: …`, one turn a line. */
export function transcriptOf(events: readonly RunEvent[], graph: Graph): string {
	return transcriptLines(events, graph)
		.map(({ speaker, text }) => `${speaker === 'user' ? 'User' : 'Assistant'}: ${text}`)
		.join('\n');
}
