/** Reads the answers of OpenAI's Responses API, whole or streamed. */

import { createCollector, type ReplyCollector } from './collect';
import type { AdapterReply, AdapterRequest, FinishReason } from './contract';
import { malformedReply } from './failure';
import { OUTPUT_TOOL, type OpenAiPlan } from './openai-request';
import { providerFault } from './provider-fault';

interface OutputItem {
	type?: string;
	id?: string;
	call_id?: string;
	name?: string;
	arguments?: string;
	content?: Array<{ type?: string; text?: string; refusal?: string }>;
}

interface ResponseBody {
	model?: string;
	status?: string;
	output?: OutputItem[];
	incomplete_details?: { reason?: string } | null;
	usage?: { input_tokens?: number; output_tokens?: number } | null;
	error?: unknown;
}

interface StreamEvent {
	type?: string;
	delta?: string;
	output_index?: number;
	item?: OutputItem;
	arguments?: string;
	response?: ResponseBody;
	message?: string;
	code?: string;
}

export function readResponse(request: AdapterRequest, plan: OpenAiPlan, body: unknown): AdapterReply {
	const collector = collectorFor(request, plan);
	const response = bodyOf(request, body);
	if (!Array.isArray(response.output)) throw malformedReply(request, 'no output in its answer');
	response.output.forEach((item, index) => addItem(collector, item, index));
	close(collector, response);
	return collector.finish();
}

export async function readResponseStream(
	request: AdapterRequest,
	plan: OpenAiPlan,
	stream: AsyncIterable<unknown>,
): Promise<AdapterReply> {
	const collector = collectorFor(request, plan);
	const spelled = new Set<number>();
	for await (const part of stream) {
		const event = part as StreamEvent;
		const index = event.output_index ?? 0;
		switch (event.type) {
			case 'response.output_text.delta':
			case 'response.refusal.delta':
				collector.addText(event.delta ?? '');
				break;
			case 'response.output_item.added':
				if (event.item?.type === 'function_call') {
					collector.addCall(index, { id: event.item.call_id, name: event.item.name });
				}
				break;
			case 'response.function_call_arguments.delta':
				spelled.add(index);
				collector.addCall(index, { argumentsText: event.delta });
				break;
			case 'response.output_item.done':
				if (event.item?.type === 'function_call') {
					// A server may send the arguments once, at the end, without pieces before.
					const rest = spelled.has(index) ? '' : (event.item.arguments ?? '');
					collector.addCall(index, { id: event.item.call_id, name: event.item.name, argumentsText: rest });
				}
				break;
			case 'response.completed':
			case 'response.incomplete':
			case 'response.failed':
				close(collector, bodyOf(request, event.response));
				break;
			case 'error':
				throw providerFault(event);
			default:
				// Reasoning, progress and built-in tools: nothing of the reply.
				break;
		}
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

function bodyOf(request: AdapterRequest, body: unknown): ResponseBody {
	if (typeof body !== 'object' || body === null) throw malformedReply(request, 'something that is not JSON');
	const response = body as ResponseBody;
	if (response.error !== undefined && response.error !== null) throw providerFault(response.error);
	return response;
}

function addItem(collector: ReplyCollector, item: OutputItem, index: number): void {
	if (item.type === 'message') {
		for (const part of item.content ?? []) collector.addText(part.text ?? part.refusal ?? '');
	} else if (item.type === 'function_call') {
		collector.addCall(index, { id: item.call_id ?? item.id, name: item.name, argumentsText: item.arguments });
	}
}

function close(collector: ReplyCollector, response: ResponseBody): void {
	if (typeof response.model === 'string') collector.setModel(response.model);
	if (response.usage) collector.setUsage(response.usage.input_tokens ?? 0, response.usage.output_tokens ?? 0);
	collector.setFinish(finishOf(response));
}

function finishOf(response: ResponseBody): FinishReason {
	const refused = response.output?.some((item) => item.content?.some((part) => part.type === 'refusal'));
	if (refused === true) return 'content_filter';
	if (response.status !== 'incomplete') return 'stop';
	const reason = response.incomplete_details?.reason;
	return reason === 'content_filter' ? 'content_filter' : 'length';
}
