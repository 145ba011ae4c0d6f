/** The answers of the strict server, whole and streamed, in each vendor's own shape. */

import type { ServerResponse } from 'node:http';
import type { JsonObject } from '../../lib/json';

/** What to answer: words, calls, or both. */
export interface Answer {
	model: string;
	text: string;
	/** The tools to call, with their arguments as JSON text. */
	calls: Array<{ name: string; arguments: string }>;
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

export function answerChat(response: ServerResponse, { model, text, calls }: Answer, stream: boolean): void {
	const message: JsonObject = {
		role: 'assistant',
		content: text === '' ? null : text,
		...(calls.length === 0
			? {}
			: {
					tool_calls: calls.map((call, index) => ({
						index,
						id: `call_${index}`,
						type: 'function',
						function: { ...call },
					})),
				}),
	};
	const finish = calls.length === 0 ? 'stop' : 'tool_calls';
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
	{ model, text, calls }: Answer,
	stream: boolean,
): void {
	const words: JsonObject[] =
		text === ''
			? []
			: [
					{
						type: 'message',
						id: 'm',
						role: 'assistant',
						status: 'completed',
						content: [{ type: 'output_text', text, annotations: [] }],
					},
				];
	const output: JsonObject[] = [
		...words,
		...calls.map((call, index) => ({
			type: 'function_call',
			id: `f${index}`,
			call_id: `call_${index}`,
			status: 'completed',
			...call,
		})),
	];
	const body: JsonObject = {
		id: 'r',
		object: 'response',
		model,
		status: 'completed',
		output,
		usage: { input_tokens: 7, output_tokens: 2, total_tokens: 9 },
	};
	if (!stream) return json(response, body);
	const pieces = output.flatMap((item, output_index): JsonObject[] => [
		...(item.type === 'message'
			? [{ type: 'response.output_text.delta', output_index, delta: text }]
			: [
					{ type: 'response.output_item.added', output_index, item: { ...item, arguments: '' } },
					{ type: 'response.function_call_arguments.delta', output_index, delta: item.arguments ?? '' },
				]),
		{ type: 'response.output_item.done', output_index, item },
	]);
	events(response, [...pieces, { type: 'response.completed', response: body }], true);
}

export function answerAnthropic(
	response: ServerResponse,
	{ model, text, calls }: Answer,
	stream: boolean,
): void {
	const blocks: JsonObject[] = [
		...(text === '' ? [] : [{ type: 'text', text }]),
		...calls.map(({ name, arguments: given }, index) => ({
			type: 'tool_use',
			id: `toolu_${index}`,
			name,
			input: JSON.parse(given) as JsonObject,
		})),
	];
	const reason = calls.length === 0 ? 'end_turn' : 'tool_use';
	const head: JsonObject = { id: 'm', type: 'message', role: 'assistant', model };
	if (!stream)
		return json(response, {
			...head,
			content: blocks,
			stop_reason: reason,
			usage: { input_tokens: 7, output_tokens: 2 },
		});
	const pieces = blocks.flatMap((block, index): JsonObject[] => [
		{
			type: 'content_block_start',
			index,
			content_block: block.type === 'text' ? { type: 'text', text: '' } : { ...block, input: {} },
		},
		{
			type: 'content_block_delta',
			index,
			delta:
				block.type === 'text'
					? { type: 'text_delta', text }
					: { type: 'input_json_delta', partial_json: JSON.stringify(block.input) },
		},
		{ type: 'content_block_stop', index },
	]);
	events(
		response,
		[
			{
				type: 'message_start',
				message: { ...head, content: [], stop_reason: null, usage: { input_tokens: 7, output_tokens: 1 } },
			},
			...pieces,
			{ type: 'message_delta', delta: { stop_reason: reason }, usage: { output_tokens: 2 } },
			{ type: 'message_stop' },
		],
		true,
	);
}

export function answerGoogle(
	response: ServerResponse,
	{ model, text, calls }: Answer,
	stream: boolean,
): void {
	const parts: JsonObject[] = [
		...(text === '' ? [] : [{ text }]),
		...calls.map(({ name, arguments: given }, index) => ({
			functionCall: { name, args: JSON.parse(given) as JsonObject },
			...(index === 0 ? { thoughtSignature: 'dGhvdWdodA==' } : {}),
		})),
	];
	const usageMetadata = { promptTokenCount: 7, candidatesTokenCount: 2, totalTokenCount: 9 };
	const body = {
		candidates: [{ content: { role: 'model', parts }, finishReason: 'STOP' }],
		usageMetadata,
		modelVersion: model,
	};
	if (stream) events(response, [body]);
	else json(response, body);
}

export function answerBedrock(response: ServerResponse, { text, calls }: Answer): void {
	const content: JsonObject[] = [
		...(text === '' ? [] : [{ text }]),
		...calls.map(({ name, arguments: given }, index) => ({
			toolUse: { toolUseId: `t${index}`, name, input: JSON.parse(given) as JsonObject },
		})),
	];
	json(response, {
		output: { message: { role: 'assistant', content } },
		stopReason: calls.length === 0 ? 'end_turn' : 'tool_use',
		usage: { inputTokens: 7, outputTokens: 2, totalTokens: 9 },
		metrics: { latencyMs: 1 },
	});
}
