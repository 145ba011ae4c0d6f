/** Reads `thread_to_node_inputs`: user messages by thread, and overrides by node (R1.18–R1.20, R2.40). */

import type { UserMessage } from '../engine/contract';
import { isJsonObject, type Json, type JsonObject } from '../json';
import { inputMalformed, inputRefused } from './refusals';

export interface ThreadInputs {
	messages: Record<string, UserMessage[]>;
	overrides: Record<string, JsonObject>;
	addressed: Array<{ threadId: string; nodeId: string; place: string }>;
}

const root = 'run_input.thread_to_node_inputs';

/** A missing map and an empty one are read as thread `0` without input (R1.18). */
export function readThreadInputs(value: Json | undefined): ThreadInputs {
	// Ids come from outside, so the maps have no prototype.
	const inputs: ThreadInputs = { messages: emptyMap(), overrides: emptyMap(), addressed: [] };
	if (value === undefined || value === null) return inputs;
	if (!isJsonObject(value)) {
		throw inputMalformed(
			root,
			'a map from thread id to inputs was expected',
			'Use {"0": {"node_run_inputs": []}}.',
		);
	}
	for (const [threadId, entry] of Object.entries(value)) readThread(inputs, threadId, entry);
	return inputs;
}

function readThread(inputs: ThreadInputs, threadId: string, entry: Json): void {
	const place = `${root}[${JSON.stringify(threadId)}]`;
	const numbered = /^thread_(.+)$/.exec(threadId);
	if (numbered !== null) {
		throw inputMalformed(
			place,
			`threads are named by their id, "${numbered[1]}"`,
			`Use the key "${numbered[1]}".`,
		);
	}
	const list = isJsonObject(entry) ? (entry.node_run_inputs ?? []) : null;
	if (!Array.isArray(list)) {
		throw inputMalformed(
			`${place}.node_run_inputs`,
			'a list of node inputs was expected',
			'Use {"node_run_inputs": [{"type": "llm", "messages": […]}]}.',
		);
	}
	// Another thread than the seeded one is named also where it gets no message (R1.19).
	if (threadId !== '0') inputs.messages[threadId] ??= [];
	list.forEach((item, index) =>
		readNodeInput(inputs, { threadId, item, place: `${place}.node_run_inputs[${index}]` }),
	);
}

function readNodeInput(inputs: ThreadInputs, at: { threadId: string; item: Json; place: string }): void {
	const { threadId, item, place } = at;
	if (!isJsonObject(item))
		throw inputMalformed(place, 'an object was expected', 'Send node inputs as objects.');
	const nodeId = item.node_logical_id ?? null;
	if (nodeId !== null && typeof nodeId !== 'string') {
		throw inputMalformed(
			`${place}.node_logical_id`,
			'a text or null was expected',
			'Send the logical id of a node.',
		);
	}
	if (item.type === 'llm') {
		const texts = readMessages(item.messages ?? [], `${place}.messages`);
		inputs.messages[threadId] = [...(inputs.messages[threadId] ?? []), ...texts];
		if (nodeId !== null) inputs.addressed.push({ threadId, nodeId, place: `${place}.node_logical_id` });
		return;
	}
	const overrides = readOverrides(item);
	if (Object.keys(overrides).length === 0) return;
	if (nodeId === null) {
		throw inputMalformed(place, 'an override names no node', 'Give "node_logical_id" with it.');
	}
	inputs.overrides[nodeId] = { ...inputs.overrides[nodeId], ...overrides };
}

/** An `override_api_key` is a secret, which no log may hold, and no node here has a use for one: it is passed over. */
const overrideKeys = ['override_url', 'override_destination_phone_number', 'override_message'];

function readOverrides(item: JsonObject): JsonObject {
	return Object.fromEntries(
		overrideKeys.flatMap((key) => {
			const value = item[key];
			return value === undefined || value === null ? [] : [[key, value]];
		}),
	);
}

function readMessages(list: Json, place: string): UserMessage[] {
	if (!Array.isArray(list)) {
		throw inputMalformed(
			place,
			'a list of messages was expected',
			'Send [{"type": "human", "content": "…"}].',
		);
	}
	return list.map((message, index) => readMessage(message, `${place}[${index}]`));
}

/** R2.40: `type: human` or `role: user`, nothing else, and both where a message has both. */
function readMessage(message: Json, place: string): UserMessage {
	if (!isJsonObject(message)) {
		throw inputMalformed(place, 'an object was expected', 'Send {"type": "human", "content": "…"}.');
	}
	const speakers = [message.type ?? 'human', message.role ?? 'user'];
	if (!speakers.every((speaker) => speaker === 'human' || speaker === 'user')) {
		throw inputRefused(
			place,
			'only messages of the user are accepted',
			'Use "type": "human" or "role": "user"; what the assistant said is already in the run.',
		);
	}
	return { text: readContent(message.content ?? '', `${place}.content`) };
}

function readContent(content: Json, place: string): string {
	if (typeof content === 'string') return content;
	if (Array.isArray(content)) {
		return content.map((part, index) => readPart(part, `${place}[${index}]`)).join('');
	}
	throw inputMalformed(place, 'a text or a list of text parts was expected', 'Send the message as a string.');
}

function readPart(part: Json, place: string): string {
	if (typeof part === 'string') return part;
	if (isJsonObject(part) && part.type === 'text' && typeof part.text === 'string') return part.text;
	throw inputMalformed(place, 'only text parts are understood', 'Send {"type": "text", "text": "…"}.');
}

function emptyMap<Value>(): Record<string, Value> {
	return Object.create(null) as Record<string, Value>;
}
