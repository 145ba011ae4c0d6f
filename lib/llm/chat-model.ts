/** A chat model object made elsewhere (LangChain's shape, as n8n's model nodes supply it) as one more adapter. */

import type { JsonObject } from '../json';
import { createCollector, type ReplyCollector } from './collect';
import type { AdapterReply, AdapterRequest, FinishReason, ModelAdapter } from './contract';
import { malformedReply, toFailure } from './failure';
import { orderHistory } from './history';
import { createNameMap, type NameMap } from './names';

/** What of a LangChain chat model is used here; nothing of LangChain itself is loaded. */
export interface ChatModel {
	invoke(messages: unknown[], options?: { signal?: AbortSignal }): Promise<unknown>;
	stream?(messages: unknown[], options?: { signal?: AbortSignal }): Promise<AsyncIterable<unknown>>;
	bindTools?(tools: unknown[]): ChatModel;
	withStructuredOutput?(schema: JsonObject, options: { name: string; includeRaw: true }): ChatModel;
}

/** An answer or a piece of one. Pieces know how to join themselves. */
interface Message {
	content?: unknown;
	tool_calls?: Array<{ id?: string; name?: string; args?: unknown }>;
	invalid_tool_calls?: Array<{ id?: string; name?: string; args?: string }>;
	usage_metadata?: { input_tokens?: number; output_tokens?: number };
	response_metadata?: Record<string, unknown>;
	concat?(next: unknown): Message;
}

const FINISH: Readonly<Record<string, FinishReason>> = {
	stop: 'stop',
	end_turn: 'stop',
	length: 'length',
	max_tokens: 'length',
	tool_calls: 'tool_calls',
	tool_use: 'tool_calls',
	content_filter: 'content_filter',
	safety: 'content_filter',
};

/** True for an object with the one method that every chat model has. */
export function isChatModel(value: unknown): value is ChatModel {
	return typeof (value as ChatModel | null)?.invoke === 'function';
}

/** The adapter for one model object; its parameters (temperature, limits) are the object's own. */
export function createChatModelAdapter(model: ChatModel): ModelAdapter {
	return {
		async complete(request) {
			try {
				return request.output === undefined ? await reply(model, request) : await structured(model, request);
			} catch (error) {
				throw toFailure(error, request);
			}
		},
	};
}

async function reply(model: ChatModel, request: AdapterRequest): Promise<AdapterReply> {
	const names = createNameMap(request.tools.map((tool) => tool.name));
	const collector = createCollector(request, { names });
	const caller = withTools(model, request, names);
	const messages = plainMessages(request, names);
	if (!request.stream || caller.stream === undefined) {
		const message = messageOfAnswer(await caller.invoke(messages, { signal: request.signal }), request);
		collector.addText(textOf(message.content));
		return finish(collector, message);
	}
	let whole: Message | undefined;
	for await (const piece of await caller.stream(messages, { signal: request.signal })) {
		const next = messageOfAnswer(piece, request);
		collector.addText(textOf(next.content));
		whole = joined(whole, next);
	}
	if (whole === undefined) throw malformedReply(request, 'an empty stream');
	return finish(collector, whole);
}

/** Pieces that cannot join themselves are plain objects: their calls are gathered, the newest of the rest holds. */
function joined(whole: Message | undefined, next: Message): Message {
	if (whole === undefined) return next;
	if (whole.concat !== undefined) return whole.concat(next);
	return {
		...whole,
		...next,
		tool_calls: [...(whole.tool_calls ?? []), ...(next.tool_calls ?? [])],
		usage_metadata: next.usage_metadata ?? whole.usage_metadata,
		response_metadata: { ...whole.response_metadata, ...next.response_metadata },
	};
}

async function structured(model: ChatModel, request: AdapterRequest): Promise<AdapterReply> {
	const { output } = request;
	const names = createNameMap([]);
	if (output === undefined || model.withStructuredOutput === undefined) return inWords(model, request);
	const schema = { title: output.name, description: output.description, ...output.schema };
	const caller = model.withStructuredOutput(schema, { name: output.name, includeRaw: true });
	const answer = (await caller.invoke(plainMessages(request, names), { signal: request.signal })) as {
		raw?: unknown;
		parsed?: unknown;
	};
	const raw = messageOfAnswer(answer.raw, request);
	const collector = createCollector(request, { names });
	collector.addText(
		answer.parsed === null || answer.parsed === undefined
			? textOf(raw.content)
			: JSON.stringify(answer.parsed),
	);
	return finish(collector, { ...raw, tool_calls: [], invalid_tool_calls: [] });
}

/** A model that knows no structured answers is asked for JSON in words; the schema check does the rest. */
async function inWords(model: ChatModel, request: AdapterRequest): Promise<AdapterReply> {
	const names = createNameMap([]);
	const ask = `Answer with one JSON object that fits this schema and nothing else: ${JSON.stringify(request.output?.schema ?? {})}`;
	const messages = [...request.messages, { role: 'user', content: ask } as const];
	const answer = await model.invoke(plainMessages({ ...request, messages }, names), {
		signal: request.signal,
	});
	const message = messageOfAnswer(answer, request);
	const collector = createCollector(request, { names });
	collector.addText(textOf(message.content));
	return finish(collector, { ...message, tool_calls: [], invalid_tool_calls: [] });
}

function withTools(model: ChatModel, request: AdapterRequest, names: NameMap): ChatModel {
	if (request.tools.length === 0) return model;
	if (model.bindTools === undefined)
		throw malformedReply(request, 'no support for tools, which the edges of this node need');
	return model.bindTools(
		request.tools.map((tool) => ({
			type: 'function',
			function: {
				name: names.toProvider(tool.name),
				description: tool.description,
				parameters: tool.parameters,
			},
		})),
	);
}

/** Role objects that LangChain turns into its own classes; the order suits the strictest vendor. */
function plainMessages(request: AdapterRequest, names: NameMap): JsonObject[] {
	const rules = { alternates: true, endsWithUser: true, refusesEmpty: true };
	const { system, turns } = orderHistory(request.messages, rules);
	const messages = turns.map((turn): JsonObject => {
		if (turn.role === 'user') return { role: 'user', content: turn.content };
		if (turn.role === 'tool') {
			return {
				role: 'tool',
				tool_call_id: turn.toolCallId,
				name: names.toProvider(turn.toolName),
				content: turn.content,
			};
		}
		const calls = turn.toolCalls.map((call) => ({
			type: 'tool_call',
			id: call.id,
			name: names.toProvider(call.name),
			args: call.arguments,
		}));
		return { role: 'assistant', content: turn.content, ...(calls.length === 0 ? {} : { tool_calls: calls }) };
	});
	return system === null ? messages : [{ role: 'system', content: system }, ...messages];
}

function finish(collector: ReplyCollector, message: Message): AdapterReply {
	const calls = [...(message.tool_calls ?? []), ...(message.invalid_tool_calls ?? [])];
	calls.forEach((call, position) =>
		collector.addCall(position, {
			id: call.id ?? '',
			name: call.name ?? '',
			argumentsText: typeof call.args === 'string' ? call.args : JSON.stringify(call.args ?? {}),
		}),
	);
	const usage = message.usage_metadata;
	if (usage !== undefined) collector.setUsage(usage.input_tokens ?? 0, usage.output_tokens ?? 0);
	const metadata = message.response_metadata ?? {};
	const name = metadata.model_name ?? metadata.model;
	if (typeof name === 'string') collector.setModel(name);
	const reason = String(metadata.finish_reason ?? metadata.stop_reason ?? '').toLowerCase();
	collector.setFinish(FINISH[reason] ?? (calls.length > 0 ? 'tool_calls' : 'stop'));
	return collector.finish();
}

function messageOfAnswer(value: unknown, request: AdapterRequest): Message {
	if (typeof value === 'object' && value !== null) return value as Message;
	throw malformedReply(request, 'something that is not a message');
}

/** Content is text, or parts of which only those of type text are said. */
function textOf(content: unknown): string {
	if (typeof content === 'string') return content;
	if (!Array.isArray(content)) return '';
	return content
		.map((part: { type?: string; text?: unknown }) =>
			part.type === 'text' && typeof part.text === 'string' ? part.text : '',
		)
		.join('');
}
