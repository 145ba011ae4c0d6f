/** A chat model object from outside, driven as an adapter: text, streams, tools, structured answers, failures. */

import { llmConfigSchema } from '../../lib/graph/model';
import { createChatModelAdapter, isChatModel, type ChatModel } from '../../lib/llm/chat-model';
import type { AdapterRequest, StreamPart } from '../../lib/llm/contract';
import { createModels } from '../../lib/llm/models';
import { resolveLlm } from '../../lib/llm/resolve';
import { buildGraph } from '../../lib/graph/build';

const config = llmConfigSchema.parse({ type: 'custom_llm', provider: 'attached', model: 'attached' });

function request(patch: Partial<AdapterRequest> = {}): AdapterRequest {
	return {
		config,
		credential: {},
		messages: [
			{ role: 'system', content: 'Be kind.' },
			{ role: 'user', content: 'Hello' },
		],
		tools: [],
		signal: new AbortController().signal,
		stream: false,
		onPart: () => undefined,
		onUsage: () => undefined,
		...patch,
	};
}

class Piece {
	constructor(
		readonly content: unknown,
		readonly usage_metadata?: object,
	) {}
	concat(next: Piece): Piece {
		return new Piece(
			`${String(this.content)}${String(next.content)}`,
			next.usage_metadata ?? this.usage_metadata,
		);
	}
}

describe('a chat model from outside', () => {
	it('gets plain role objects and its parts of type text become the reply', async () => {
		const seen: unknown[] = [];
		const model: ChatModel = {
			invoke: async (messages) => {
				seen.push(...messages);
				return {
					content: [
						{ type: 'thinking', thinking: 'hm' },
						{ type: 'text', text: 'Good day.' },
					],
					usage_metadata: { input_tokens: 9, output_tokens: 3 },
					response_metadata: { model_name: 'm-1', finish_reason: 'stop' },
				};
			},
		};
		const reply = await createChatModelAdapter(model).complete(request());
		expect(reply).toEqual({
			text: 'Good day.',
			toolCalls: [],
			finishReason: 'stop',
			usage: { promptTokens: 9, completionTokens: 3 },
			model: 'm-1',
		});
		expect(seen).toEqual([
			{ role: 'system', content: 'Be kind.' },
			{ role: 'user', content: 'Hello' },
		]);
	});

	it('hands on the pieces of a stream as they come', async () => {
		const model: ChatModel = {
			invoke: () => Promise.reject(new Error('not asked')),
			stream: async () =>
				(async function* () {
					yield new Piece('Good ');
					yield new Piece('day.', { input_tokens: 1, output_tokens: 2 });
				})(),
		};
		const parts: StreamPart[] = [];
		const reply = await createChatModelAdapter(model).complete(
			request({ stream: true, onPart: (part) => parts.push(part) }),
		);
		expect(reply.text).toBe('Good day.');
		expect(reply.usage).toEqual({ promptTokens: 1, completionTokens: 2 });
		expect(parts).toEqual([
			{ type: 'text', text: 'Good ' },
			{ type: 'text', text: 'day.' },
		]);
	});

	it('binds tools under legal names and maps the calls back', async () => {
		let bound: unknown[] = [];
		const model: ChatModel = {
			invoke: () => Promise.reject(new Error('the bound model is asked')),
			bindTools: (tools) => {
				bound = tools;
				const [{ function: tool }] = tools as [{ function: { name: string } }];
				return {
					invoke: async () => ({
						content: '',
						tool_calls: [{ id: 'c1', name: tool.name, args: { day: 'Monday' } }],
					}),
				};
			},
		};
		const tools = [{ name: 'book a visit', description: 'Books.', parameters: { type: 'object' } }];
		const reply = await createChatModelAdapter(model).complete(request({ tools }));
		expect(bound).toEqual([
			{
				type: 'function',
				function: {
					name: expect.stringMatching(/^[a-zA-Z0-9_-]+$/),
					description: 'Books.',
					parameters: { type: 'object' },
				},
			},
		]);
		expect(reply.toolCalls).toEqual([{ id: 'c1', name: 'book a visit', arguments: { day: 'Monday' } }]);
		expect(reply.finishReason).toBe('tool_calls');
	});

	it('asks for structured output through the model itself', async () => {
		const model: ChatModel = {
			invoke: () => Promise.reject(new Error('the structured model is asked')),
			withStructuredOutput: (schema, { name }) => ({
				invoke: async () => ({ raw: { content: '' }, parsed: { title: schema.title ?? null, name } }),
			}),
		};
		const output = { name: 'Visit', description: 'A visit', schema: { type: 'object' } };
		const reply = await createChatModelAdapter(model).complete(request({ output }));
		expect(JSON.parse(reply.outputText ?? '')).toEqual({ title: 'Visit', name: 'Visit' });
		expect(reply.text).toBe('');
	});

	it('is asked for JSON in words when it knows no structured answers', async () => {
		let asked: unknown[] = [];
		const model: ChatModel = {
			invoke: (messages) => {
				asked = messages;
				return Promise.resolve({ content: 'Here: {"day":"Monday"}' });
			},
		};
		const output = {
			name: 'Visit',
			description: '',
			schema: { type: 'object', properties: { day: { type: 'string' } } },
		};
		const reply = await createChatModelAdapter(model).complete(request({ output }));
		expect(reply).toMatchObject({ text: '', outputText: 'Here: {"day":"Monday"}' });
		expect(JSON.stringify(asked.at(-1))).toContain('day');
	});

	it('may stream plain pieces that cannot join themselves', async () => {
		const model: ChatModel = {
			invoke: () => Promise.reject(new Error('the stream is asked')),
			stream: () =>
				Promise.resolve(
					(async function* () {
						yield { content: 'One ', tool_calls: [{ id: 'a', name: 'look', args: { n: 1 } }] };
						yield {
							content: [{ type: 'text', text: 'two.' }],
							usage_metadata: { input_tokens: 4, output_tokens: 2 },
						};
					})(),
				),
		};
		const reply = await createChatModelAdapter(model).complete(request({ stream: true }));
		expect(reply).toMatchObject({
			text: 'One two.',
			toolCalls: [{ id: 'a', name: 'look', arguments: { n: 1 } }],
			usage: { promptTokens: 4, completionTokens: 2 },
		});
	});

	it('that ignores the signal cannot hang a call', async () => {
		const controller = new AbortController();
		const adapter = createChatModelAdapter({ invoke: () => new Promise(() => undefined) });
		const models = createModels({ credentials: () => ({}), adapters: () => adapter });
		const running = models.call({ config, messages: [], tools: [], signal: controller.signal });
		controller.abort(new Error('hung up'));
		await expect(running).rejects.toThrow('hung up');
	});

	it('tells which failures may pass', async () => {
		const model: ChatModel = {
			invoke: () => Promise.reject(Object.assign(new Error('slow down'), { status: 429 })),
		};
		await expect(createChatModelAdapter(model).complete(request())).rejects.toMatchObject({
			code: 'LLM_RATE_LIMITED',
			retryable: true,
			status: 429,
		});
	});

	it('is told from other things by its one method', () => {
		expect(isChatModel({ invoke: () => null })).toBe(true);
		expect(isChatModel({})).toBe(false);
		expect(isChatModel(undefined)).toBe(false);
	});
});

describe('a model that a caller brings', () => {
	const own = { type: 'openai_llm', model: 'gpt-5.4' };
	const { graph } = buildGraph(
		{ workflow_config: { llms_config: own }, node_configs: [], edge_configs: [] },
		'$',
	);
	const brought = llmConfigSchema.parse({ type: 'custom_llm', model: 'brought' });

	it('answers in place of the workflow default, and never for a node with a model of its own', () => {
		if (graph === null) throw new Error('the graph was not read');
		const named = { workflow_default: brought };
		expect(resolveLlm({ graph, own: null, attachableId: null, named })).toBe(brought);
		const nodeOwn = llmConfigSchema.parse(own);
		expect(resolveLlm({ graph, own: nodeOwn, attachableId: null, named })).toBe(nodeOwn);
	});
});
