/** The answers of the strict server, whole and streamed, in each vendor's own shape. */

import type { ServerResponse } from 'node:http';
import type { JsonObject } from '../../lib/json';

/** What to answer: words, or the forced tool's arguments. */
export interface Answer {
	model: string;
	text: string;
	/** The tool that must be called, with these arguments as JSON text. */
	call: { name: string; arguments: string } | null;
}

function json(response: ServerResponse, body: JsonObject): void {
	response.setHeader('content-type', 'application/json');
	response.end(JSON.stringify(body));
}

function events(response: ServerResponse, list: Array<JsonObject | string>, named = false): void {
	response.setHeader('content-type', 'text/event-stream');
	for (const event of list) {
		if (named && typeof event !== 'string') response.write(`event: ${String(event.type)}\n`);
		response.write(`data: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n`);
	}
	response.end();
}

export function answerChat(response: ServerResponse, { model, text, call }: Answer, stream: boolean): void {
	const calls =
		call === null ? undefined : [{ index: 0, id: 'call_1', type: 'function', function: { ...call } }];
	const message: JsonObject = {
		role: 'assistant',
		content: call === null ? text : null,
		...(calls === undefined ? {} : { tool_calls: calls }),
	};
	const finish = call === null ? 'stop' : 'tool_calls';
	const usage = { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 };
	if (!stream)
		return json(response, {
			id: 'c',
			object: 'chat.completion',
			model,
			choices: [{ index: 0, message, finish_reason: finish }],
			usage,
		});
	const chunk = (delta: JsonObject, reason: string | null) => ({
		object: 'chat.completion.chunk',
		model,
		choices: [{ index: 0, delta, finish_reason: reason }],
	});
	events(response, [
		chunk(message, null),
		chunk({}, finish),
		{ object: 'chat.completion.chunk', model, choices: [], usage },
		'[DONE]',
	]);
}

export function answerResponses(
	response: ServerResponse,
	{ model, text, call }: Answer,
	stream: boolean,
): void {
	const item: JsonObject =
		call === null
			? {
					type: 'message',
					id: 'm',
					role: 'assistant',
					status: 'completed',
					content: [{ type: 'output_text', text, annotations: [] }],
				}
			: { type: 'function_call', id: 'f', call_id: 'call_1', status: 'completed', ...call };
	const body: JsonObject = {
		id: 'r',
		object: 'response',
		model,
		status: 'completed',
		output: [item],
		usage: { input_tokens: 7, output_tokens: 2, total_tokens: 9 },
	};
	if (!stream) return json(response, body);
	const middle: JsonObject[] =
		call === null
			? [{ type: 'response.output_text.delta', output_index: 0, delta: text }]
			: [
					{ type: 'response.output_item.added', output_index: 0, item: { ...item, arguments: '' } },
					{ type: 'response.function_call_arguments.delta', output_index: 0, delta: call.arguments },
				];
	events(
		response,
		[
			...middle,
			{ type: 'response.output_item.done', output_index: 0, item },
			{ type: 'response.completed', response: body },
		],
		true,
	);
}

export function answerAnthropic(
	response: ServerResponse,
	{ model, text, call }: Answer,
	stream: boolean,
): void {
	const block: JsonObject =
		call === null
			? { type: 'text', text }
			: { type: 'tool_use', id: 'toolu_1', name: call.name, input: JSON.parse(call.arguments) as JsonObject };
	const reason = call === null ? 'end_turn' : 'tool_use';
	const head: JsonObject = { id: 'm', type: 'message', role: 'assistant', model };
	if (!stream)
		return json(response, {
			...head,
			content: [block],
			stop_reason: reason,
			usage: { input_tokens: 7, output_tokens: 2 },
		});
	const delta: JsonObject =
		call === null ? { type: 'text_delta', text } : { type: 'input_json_delta', partial_json: call.arguments };
	events(
		response,
		[
			{
				type: 'message_start',
				message: { ...head, content: [], stop_reason: null, usage: { input_tokens: 7, output_tokens: 1 } },
			},
			{
				type: 'content_block_start',
				index: 0,
				content_block: call === null ? { type: 'text', text: '' } : { ...block, input: {} },
			},
			{ type: 'content_block_delta', index: 0, delta },
			{ type: 'content_block_stop', index: 0 },
			{ type: 'message_delta', delta: { stop_reason: reason }, usage: { output_tokens: 2 } },
			{ type: 'message_stop' },
		],
		true,
	);
}

export function answerGoogle(response: ServerResponse, { model, text, call }: Answer, stream: boolean): void {
	const part: JsonObject =
		call === null
			? { text }
			: { functionCall: { name: call.name, args: JSON.parse(call.arguments) as JsonObject } };
	const usageMetadata = { promptTokenCount: 7, candidatesTokenCount: 2, totalTokenCount: 9 };
	const body = {
		candidates: [{ content: { role: 'model', parts: [part] }, finishReason: 'STOP' }],
		usageMetadata,
		modelVersion: model,
	};
	if (stream) events(response, [body]);
	else json(response, body);
}

export function answerBedrock(response: ServerResponse, { text, call }: Answer): void {
	const block: JsonObject =
		call === null
			? { text }
			: { toolUse: { toolUseId: 't1', name: call.name, input: JSON.parse(call.arguments) as JsonObject } };
	json(response, {
		output: { message: { role: 'assistant', content: [block] } },
		stopReason: call === null ? 'end_turn' : 'tool_use',
		usage: { inputTokens: 7, outputTokens: 2, totalTokens: 9 },
		metrics: { latencyMs: 1 },
	});
}
