/** The transcript of a restored thread as people see it, and the changes they make to it (R10.8). */

import type { Message, RunState, ThreadState } from '../engine/engine';
import type { DisplayedMessage, RerunAmendment } from './rerun-contract';
import type { JsonObject } from '../json';
import { checkVariableName } from './input';
import { inputMalformed, inputRefused } from './refusals';

/** Messages of a thread that are shown, each with its place in the history; memos and tool results are not. */
function shown(thread: ThreadState): Array<{ message: Message; at: number }> {
	return thread.history
		.map((message, at) => ({ message, at }))
		.filter(({ message }) => message.memo === undefined && message.type !== 'tool');
}

function callsTools(message: Message): boolean {
	return (message.toolCalls?.length ?? 0) > 0;
}

export function displayed(thread: ThreadState): DisplayedMessage[] {
	return shown(thread).map(({ message }, index) => ({
		index,
		sender: message.type === 'human' ? 'user' : 'assistant',
		text: message.content,
		isEditable: !callsTools(message),
		reason: callsTools(message) ? 'The message calls tools.' : null,
	}));
}

/**
 * Applies an amendment to a restored state, in place; all indexes are resolved before any change.
 * @returns How many messages were removed, tool results that answered them included.
 * @throws {RunError} `RUN_INPUT_REFUSED`, nothing is changed then.
 */
export function amend(state: RunState, amendment: RerunAmendment): number {
	const { messageEdits = [], messageAppends = [], messageDeletes = [] } = amendment;
	const threadOf = (threadId: string, place: string): ThreadState => {
		const thread = state.threads[threadId];
		if (thread !== undefined) return thread;
		throw inputRefused(place, `there is no thread "${threadId}"`, 'The main thread is "0".');
	};
	const find = (at: { threadId: string; index: number }, place: string) => {
		const thread = threadOf(at.threadId, place);
		const found = shown(thread)[at.index];
		if (found !== undefined) return { thread, message: found.message };
		throw inputRefused(
			place,
			`the thread has no message ${at.index}`,
			'Indexes count the displayed messages from 0.',
		);
	};
	const edits = messageEdits.map((edit, number) => {
		const place = `message_edits[${number}]`;
		const target = find(edit, place);
		if (!callsTools(target.message)) return { ...target, text: readText(edit.text, place) };
		throw inputRefused(place, 'a message that calls tools cannot be edited', 'Delete it instead.');
	});
	const deletes = messageDeletes.map((each, number) => find(each, `message_deletes[${number}]`));
	const appends = messageAppends.map((each, number) => {
		const place = `message_appends[${number}]`;
		return { thread: threadOf(each.threadId, place), role: each.role, text: readText(each.text, place) };
	});
	const variables = Object.entries(amendment.runtimeVariables ?? {}).map(([threadId, values]) => ({
		thread: readNames(threadOf(threadId, 'runtime_variables'), values),
		values,
	}));

	// A message may be shared with the state it was restored from, so it is replaced and not changed.
	for (const { thread, message, text } of edits) {
		thread.history = thread.history.map((each) => (each === message ? { ...each, content: text } : each));
	}
	let removed = 0;
	for (const { thread, message } of deletes) removed += remove(thread, message);
	appends.forEach(({ thread, role, text }, number) => {
		const written = { id: `amended.${number}`, content: text };
		// A line of the assistant counts as said, in transcripts above all (R2.30).
		thread.history.push(
			role === 'user' ? { ...written, type: 'human' } : { ...written, type: 'ai', messageType: 'llm' },
		);
	});
	for (const { thread, values } of variables) Object.assign(thread.variables, values);
	Object.assign(state.dynamicVariables, amendment.dynamicVariables);
	return removed;
}

/** What the thread has already may be changed under any name; new names are those an input may bring (R4.16). */
function readNames(thread: ThreadState, values: JsonObject): ThreadState {
	for (const name of Object.keys(values)) {
		if (name in thread.variables) continue;
		checkVariableName(name, `runtime_variables[${JSON.stringify(thread.id)}]`);
	}
	return thread;
}

/** Removes a message and the tool results that answered it. */
function remove(thread: ThreadState, message: Message): number {
	const answered = new Set(message.toolCalls?.map(({ id }) => id));
	const before = thread.history.length;
	thread.history = thread.history.filter(
		(each) => each.id !== message.id && !(each.type === 'tool' && answered.has(each.toolCallId ?? '')),
	);
	return before - thread.history.length;
}

function readText(text: string, place: string): string {
	if (text.trim() !== '') return text;
	throw inputMalformed(
		`${place}.text`,
		'the text must not be blank',
		'Delete the message, or write something.',
	);
}
