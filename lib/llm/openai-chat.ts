/** Reads the answers of chat completions, whole or streamed; trusts nothing about their shape. */

import { createCollector, type ReplyCollector } from './collect';
import type { AdapterReply, AdapterRequest, FinishReason } from './contract';
import { malformedReply } from './failure';
import { OUTPUT_TOOL, type OpenAiPlan } from './openai-request';
import { providerFault } from './provider-fault';

interface ChatPiece {
	content?: string | null | Array<{ type?: string; text?: string }>;
	refusal?: string | null;
	audio?: { transcript?: string } | null;
	tool_calls?: Array<{
		index?: number;
		id?: string;
		function?: { name?: string; arguments?: unknown };
	}> | null;
}

interface ChatBody {
	model?: string;
	choices?: Array<{ message?: ChatPiece; delta?: ChatPiece; finish_reason?: string | null }>;
	usage?: { prompt_tokens?: number; completion_tokens?: number } | null;
	error?: unknown;
}

const FINISH: Record<string, FinishReason> = {
	stop: 'stop',
	length: 'length',
	tool_calls: 'tool_calls',
	function_call: 'tool_calls',
	content_filter: 'content_filter',
};

export function readChat(request: AdapterRequest, plan: OpenAiPlan, body: unknown): AdapterReply {
	const collector = collectorFor(request, plan);
	const chat = bodyOf(request, body);
	const choice = chat.choices?.[0];
	if (choice?.message === undefined) throw malformedReply(request, 'no choice in its answer');
	addPiece(collector, choice.message);
	addFrame(collector, chat);
	collector.setFinish(finishOf(choice.finish_reason, choice.message));
	return collector.finish();
}

export async function readChatStream(
	request: AdapterRequest,
	plan: OpenAiPlan,
	stream: AsyncIterable<unknown>,
): Promise<AdapterReply> {
	const collector = collectorFor(request, plan);
	for await (const part of stream) {
		const chat = bodyOf(request, part);
		addFrame(collector, chat);
		const choice = chat.choices?.[0];
		if (choice === undefined) continue;
		if (choice.delta !== undefined) addPiece(collector, choice.delta);
		if (choice.finish_reason) collector.setFinish(finishOf(choice.finish_reason, choice.delta));
	}
	if (collector.finishReason === null)
		throw malformedReply(request, 'a stream that broke off before its end');
	return collector.finish();
}

function collectorFor(request: AdapterRequest, plan: OpenAiPlan): ReplyCollector {
	return createCollector(request, {
		names: plan.names,
		...(plan.outputForm === 'tool' ? { outputTool: OUTPUT_TOOL } : {}),
	});
}

function bodyOf(request: AdapterRequest, body: unknown): ChatBody {
	if (typeof body !== 'object' || body === null) throw malformedReply(request, 'something that is not JSON');
	const chat = body as ChatBody;
	if (chat.error !== undefined && chat.error !== null) throw providerFault(chat.error);
	return chat;
}

function addFrame(collector: ReplyCollector, chat: ChatBody): void {
	if (typeof chat.model === 'string') collector.setModel(chat.model);
	if (chat.usage) collector.setUsage(chat.usage.prompt_tokens ?? 0, chat.usage.completion_tokens ?? 0);
}

function addPiece(collector: ReplyCollector, piece: ChatPiece): void {
	if (typeof piece.content === 'string') collector.addText(piece.content);
	else if (Array.isArray(piece.content)) for (const part of piece.content) collector.addText(part.text ?? '');
	if (typeof piece.refusal === 'string') collector.addText(piece.refusal);
	if (typeof piece.audio?.transcript === 'string') collector.addText(piece.audio.transcript);
	piece.tool_calls?.forEach((call, position) => {
		const given = call.function?.arguments;
		collector.addCall(call.index ?? position, {
			id: call.id,
			name: call.function?.name,
			// Some servers send the arguments as an object instead of its text.
			argumentsText: typeof given === 'string' ? given : given === undefined ? '' : JSON.stringify(given),
		});
	});
}

function finishOf(reason: string | null | undefined, piece: ChatPiece | undefined): FinishReason {
	if (typeof piece?.refusal === 'string' && piece.refusal !== '') return 'content_filter';
	return FINISH[reason ?? ''] ?? (reason ? 'other' : 'stop');
}
