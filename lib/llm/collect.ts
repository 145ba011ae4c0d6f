/** Gathers a reply from its pieces, streamed or whole, the same way for every provider. */

import { randomUUID } from 'node:crypto';
import { isJsonObject, type Json, type JsonObject } from '../json';
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
	/** The structured answer as the author of the schema wants it, from the narrower form the model was given. */
	decodeOutput?: (value: Json) => Json;
	/** The same for the arguments of a call; `name` is the legal name. */
	decodeArguments?: (name: string, value: JsonObject) => Json;
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
			if (request.output === undefined) request.onPart({ type: 'text', text: piece });
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
				.map((call) => toToolCall(call, options));
			// Beside a structured answer text is no speech; it is the answer where no tool carried it.
			const outputText = carrier?.argumentsText ?? (toolCalls.length === 0 ? text : undefined);
			const isSpeech = request.output === undefined || toolCalls.length > 0;
			return {
				text: isSpeech ? text : '',
				toolCalls,
				...(request.output !== undefined && outputText !== undefined
					? { outputText: decodeText(outputText, options.decodeOutput) }
					: {}),
				finishReason: endOf(toolCalls.length > 0, finishReason),
				usage,
				model,
			};
		},
	};
}

/** A forced tool that carried the answer is an ordinary end; calls cut off by the length are not to be trusted. */
function endOf(hasCalls: boolean, reason: FinishReason | null): FinishReason {
	if (hasCalls) return reason === 'length' ? 'length' : 'tool_calls';
	return reason === 'tool_calls' ? 'stop' : (reason ?? 'other');
}

/** Text that is no JSON stays as it is: reading it fails later, with a better message. */
function decodeText(text: string, decode: CollectorOptions['decodeOutput']): string {
	if (decode === undefined) return text;
	try {
		return JSON.stringify(decode(JSON.parse(text) as Json));
	} catch {
		return text;
	}
}

function toToolCall(call: OpenCall, { names, decodeArguments }: CollectorOptions): ToolCall {
	const base = {
		id: call.id === '' ? `call_${randomUUID().replaceAll('-', '').slice(0, 24)}` : call.id,
		name: names.fromProvider(call.name),
		...(call.signature === undefined ? {} : { signature: call.signature }),
	};
	const parsed = parseArguments(call.argumentsText);
	return parsed === null
		? { ...base, arguments: {}, invalidArguments: call.argumentsText }
		: { ...base, arguments: decoded(parsed, decodeArguments?.(call.name, parsed)) };
}

function decoded(given: JsonObject, value: Json | undefined): JsonObject {
	return isJsonObject(value) ? value : given;
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
