/** Gathers a reply from its pieces, streamed or whole, the same way for every provider. */

import { randomUUID } from 'node:crypto';
import { isJsonObject, type Json } from '../json';
import type { AdapterReply, AdapterRequest, FinishReason, ToolCall } from './contract';
import type { NameMap } from './names';

interface OpenCall {
	id: string;
	name: string;
	argumentsText: string;
	signature?: string;
}

/** A reply in the making. Pieces of a call may come in any number; `key` tells calls apart. */
export interface ReplyCollector {
	addText(text: string): void;
	/** Opens a call or adds to it; `argumentsText` is appended. */
	addCall(
		key: string | number,
		piece: { id?: string; name?: string; argumentsText?: string; signature?: string },
	): void;
	setFinish(reason: FinishReason): void;
	setUsage(promptTokens: number, completionTokens: number): void;
	setModel(model: string): void;
	readonly hasContent: boolean;
	readonly finishReason: FinishReason | null;
	/** The reply; the call of `outputTool`, if it came, becomes the structured answer. */
	finish(): AdapterReply;
}

export interface CollectorOptions {
	names: NameMap;
	/** Legal name of the forced function that carries the structured answer. */
	outputTool?: string;
	/** The text itself is the structured answer and is not passed on as speech. */
	textIsOutput?: boolean;
}

export function createCollector(request: AdapterRequest, options: CollectorOptions): ReplyCollector {
	const calls = new Map<string | number, OpenCall>();
	let text = '';
	let finishReason: FinishReason | null = null;
	let usage: AdapterReply['usage'] = null;
	let model: string | null = null;

	return {
		addText(piece) {
			if (piece === '') return;
			text += piece;
			if (options.textIsOutput !== true) request.onPart({ type: 'text', text: piece });
		},
		addCall(key, piece) {
			let call = calls.get(key);
			if (call === undefined) {
				call = { id: piece.id ?? '', name: '', argumentsText: '' };
				calls.set(key, call);
				request.onPart({ type: 'toolCall' });
			}
			if (piece.id) call.id = piece.id;
			if (piece.name) call.name = piece.name;
			if (piece.signature) call.signature = piece.signature;
			call.argumentsText += piece.argumentsText ?? '';
		},
		setFinish(reason) {
			finishReason = reason;
		},
		setUsage(promptTokens, completionTokens) {
			usage = { promptTokens, completionTokens };
			request.onUsage(promptTokens, completionTokens);
		},
		setModel(name) {
			if (name !== '') model = name;
		},
		get hasContent() {
			return text !== '' || calls.size > 0;
		},
		get finishReason() {
			return finishReason;
		},
		finish() {
			const all = [...calls.values()];
			const carrier =
				options.outputTool === undefined ? undefined : all.find((call) => call.name === options.outputTool);
			const toolCalls = all
				.filter((call) => call !== carrier && call.name !== '')
				.map((call) => toToolCall(call, options.names));
			const outputText = options.textIsOutput === true ? text : carrier?.argumentsText;
			const isText = options.textIsOutput !== true;
			return {
				text: isText ? text : '',
				toolCalls,
				...(request.output !== undefined && outputText !== undefined ? { outputText } : {}),
				finishReason:
					toolCalls.length > 0 && finishReason !== 'length' ? 'tool_calls' : (finishReason ?? 'other'),
				usage,
				model,
			};
		},
	};
}

function toToolCall(call: OpenCall, names: NameMap): ToolCall {
	const base = {
		id: call.id === '' ? `call_${randomUUID().replaceAll('-', '').slice(0, 24)}` : call.id,
		name: names.fromProvider(call.name),
		...(call.signature === undefined ? {} : { signature: call.signature }),
	};
	const parsed = parseArguments(call.argumentsText);
	return parsed === null
		? { ...base, arguments: {}, invalidArguments: call.argumentsText }
		: { ...base, arguments: parsed };
}

function parseArguments(text: string) {
	if (text.trim() === '') return {};
	let value: Json;
	try {
		value = JSON.parse(text) as Json;
	} catch {
		return null;
	}
	return isJsonObject(value) ? value : null;
}
