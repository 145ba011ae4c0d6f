/** What each setting of a config becomes in the request: sent where the model takes it, shaped where it must be, else left out. */

import { llmConfigSchema } from '../../lib/graph/model';
import { isJsonObject, type JsonObject } from '../../lib/json';
import type { ModelMessage, ModelRequest } from '../../lib/llm/contract';
import { createModels } from '../../lib/llm/models';
import { credentialFor } from './address';
import { openStrictServer, type StrictServer } from './strict-server';

const TOOLS = [{ name: 'look', description: 'Looks.', parameters: { type: 'object', properties: {} } }];

describe('parameters', () => {
	let server: StrictServer;
	beforeAll(async () => {
		server = await openStrictServer();
	});
	afterAll(() => server.close());

	/** The body the server saw, without conversation and tools; its path beside it. */
	async function sent(
		config: JsonObject & { type: string },
		request: Partial<ModelRequest> = {},
	): Promise<JsonObject> {
		const isOpenAi = config.type === 'openai_llm' || config.type === 'custom_llm';
		const models = createModels({
			credentials: () => ({
				...credentialFor(isOpenAi ? `${server.url}/v1` : server.url),
				organization: 'org-1',
			}),
		});
		server.clear();
		await models.call({
			config: llmConfigSchema.parse({ max_retries: 0, ...config }),
			messages: [{ role: 'user', content: 'Hello.' }],
			tools: [],
			signal: new AbortController().signal,
			...request,
		});
		const [seen] = server.requests;
		const hidden = ['messages', 'input', 'contents', 'tools', 'store', 'model', 'toolConfig'];
		const body = Object.entries(seen?.body ?? {}).filter(([key]) => !hidden.includes(key));
		return { path: seen?.path ?? '', ...Object.fromEntries(body) };
	}

	const openai = (model: string, settings: JsonObject = {}) => ({ type: 'openai_llm', model, ...settings });
	it.each<[string, JsonObject & { type: string }, Partial<ModelRequest>, JsonObject]>([
		[
			'a plain model takes everything',
			openai('gpt-4.1', { temperature: 0.3, max_tokens: 99, seed: 5 }),
			{},
			{ path: '/v1/chat/completions', temperature: 0.3, max_tokens: 99, seed: 5 },
		],
		[
			'the default effort is low',
			openai('gpt-5.4-mini'),
			{},
			{ path: '/v1/chat/completions', reasoning_effort: 'low' },
		],
		[
			'a reasoning model takes no temperature',
			openai('gpt-5-mini', { temperature: 0.3, max_tokens: 99 }),
			{},
			{ path: '/v1/chat/completions', reasoning_effort: 'low', max_completion_tokens: 99 },
		],
		[
			'without effort it takes one',
			openai('gpt-5.4', { temperature: 0.3, reasoning_effort: 'none' }),
			{},
			{ path: '/v1/chat/completions', temperature: 0.3, reasoning_effort: 'none' },
		],
		[
			'thought and tools need the Responses API',
			openai('gpt-5.4', { max_tokens: 99 }),
			{ tools: TOOLS },
			{ path: '/v1/responses', reasoning: { effort: 'low' }, max_output_tokens: 99 },
		],
		[
			'a model that thinks by default as well',
			openai('gpt-5.6-sol', { reasoning_effort: null }),
			{ tools: TOOLS },
			{ path: '/v1/responses' },
		],
		[
			'no thought and tools do not',
			openai('gpt-5.4', { reasoning_effort: 'none' }),
			{ tools: TOOLS },
			{ path: '/v1/chat/completions', reasoning_effort: 'none' },
		],
		[
			'R8.19: minimal becomes medium on pro models',
			openai('gpt-5.4-pro', { reasoning_effort: 'minimal' }),
			{},
			{ path: '/v1/responses', reasoning: { effort: 'medium' } },
		],
		[
			'R8.19: the default low as well',
			openai('gpt-5.2-pro'),
			{},
			{ path: '/v1/responses', reasoning: { effort: 'medium' } },
		],
		[
			'xhigh passes',
			openai('gpt-5.4-pro', { reasoning_effort: 'XHIGH' }),
			{},
			{ path: '/v1/responses', reasoning: { effort: 'xhigh' } },
		],
		[
			'and is high where that is the most',
			openai('gpt-5', { reasoning_effort: 'xhigh' }),
			{},
			{ path: '/v1/chat/completions', reasoning_effort: 'high' },
		],
		[
			'a word nobody knows is left out',
			openai('gpt-5.4', { reasoning_effort: 'furious' }),
			{},
			{ path: '/v1/chat/completions' },
		],
		[
			'streaming is asked for by the config alone',
			openai('gpt-4.1', { streaming: true }),
			{},
			{ path: '/v1/chat/completions', stream: true, stream_options: { include_usage: true } },
		],
		[
			'the pro clamp holds in custom_llm, in any case',
			{ type: 'custom_llm', model: 'GPT-5.4-Pro', reasoning_effort: 'low' },
			{},
			{ path: '/v1/responses', reasoning: { effort: 'medium' } },
		],
		[
			'use_responses_api',
			{ type: 'custom_llm', model: 'house-model', use_responses_api: true, temperature: 0.5 },
			{},
			{ path: '/v1/responses', temperature: 0.5 },
		],
		[
			'Azure addresses the deployment',
			{ type: 'azure_openai_llm', model: 'gpt-5-mini' },
			{ tools: TOOLS },
			{ path: '/openai/deployments/gpt-5-mini/chat/completions', reasoning_effort: 'low' },
		],
		[
			'a partner model is named with its publisher',
			{ type: 'deepseek_llm', model: 'deepseek-v3.2-maas', enable_thinking: true, temperature: 0.1 },
			{},
			{
				path: '/v1/projects/clinic/locations/global/endpoints/openapi/chat/completions',
				temperature: 0.1,
				chat_template_kwargs: { enable_thinking: true, thinking: true },
			},
		],
	])('OpenAI’s protocol: %s', async (_name, config, request, expected) => {
		expect(await sent(config, request)).toEqual(expected);
	});

	const claude = (model: string, settings: JsonObject = {}) => ({
		type: 'anthropic_llm',
		model,
		...settings,
	});
	it.each<[string, JsonObject & { type: string }, JsonObject]>([
		['the cap is 4096 when none is set', claude('claude-sonnet-4-6'), { max_tokens: 4096 }],
		['and 8192 on adaptive models', claude('claude-opus-4-8'), { max_tokens: 8192 }],
		[
			'temperature',
			claude('claude-haiku-4-5', { temperature: 0.4, max_tokens: 50 }),
			{ max_tokens: 50, temperature: 0.4 },
		],
		['adaptive models take none', claude('claude-opus-4-7', { temperature: 0.4 }), { max_tokens: 8192 }],
		[
			'a budget leaves room for the answer and takes the temperature',
			claude('claude-sonnet-4-5-20250929', { thinking_budget: 2000, max_tokens: 500, temperature: 0.4 }),
			{ max_tokens: 2500, thinking: { type: 'enabled', budget_tokens: 2000 } },
		],
		[
			'a small budget is raised to the least',
			claude('claude-sonnet-4-6', { thinking_budget: 10 }),
			{ max_tokens: 4096, thinking: { type: 'enabled', budget_tokens: 1024 } },
		],
		[
			'adaptive models weigh by themselves',
			claude('claude-opus-4-8', { thinking_budget: 2000 }),
			{ max_tokens: 8192, thinking: { type: 'adaptive' } },
		],
		[
			'what thinks by default is told not to',
			claude('claude-sonnet-5'),
			{ max_tokens: 8192, thinking: { type: 'disabled' } },
		],
		['what always thinks is told nothing', claude('claude-fable-5'), { max_tokens: 8192 }],
	])('Anthropic: %s', async (_name, config, expected) => {
		expect(await sent(config)).toEqual({ path: '/v1/messages', ...expected });
	});

	const gemini = (model: string, settings: JsonObject = {}) => ({ type: 'google_llm', model, ...settings });
	it.each<[string, JsonObject & { type: string }, JsonObject]>([
		['no thought by default', gemini('gemini-3-flash-preview'), { thinkingConfig: { thinkingBudget: 0 } }],
		[
			'a zero budget is the least level on models that always think',
			gemini('gemini-3.7-flash'),
			{ thinkingConfig: { thinkingLevel: 'LOW' } },
		],
		['and nothing on older ones', gemini('gemini-2.5-pro'), {}],
		[
			'a level wins over the budget',
			gemini('gemini-3.6-flash', { thinking_level: 'medium' }),
			{ thinkingConfig: { thinkingLevel: 'MEDIUM' } },
		],
		[
			'a level is a budget on older models',
			gemini('gemini-2.5-flash', { thinking_level: 'LOW' }),
			{ thinkingConfig: { thinkingBudget: 1024 } },
		],
		[
			'a budget keeps its bounds and leaves room',
			gemini('gemini-2.5-flash-lite', { thinking_budget: 100, max_tokens: 300 }),
			{ thinkingConfig: { thinkingBudget: 512 }, maxOutputTokens: 812 },
		],
		[
			'temperature, seed and cap',
			gemini('gemini-2.5-flash', { temperature: 0.9, seed: 3, max_tokens: 40 }),
			{ temperature: 0.9, seed: 3, maxOutputTokens: 40, thinkingConfig: { thinkingBudget: 0 } },
		],
		[
			'model_kwargs',
			gemini('gemini-2.5-flash', { model_kwargs: { topK: 5 } }),
			{ topK: 5, thinkingConfig: { thinkingBudget: 0 } },
		],
	])('Google: %s', async (_name, config, expected) => {
		expect((await sent(config)).generationConfig ?? {}).toEqual(expected);
	});

	it('Bedrock: cap and temperature, and the tools of the history when none is offered', async () => {
		const messages: ModelMessage[] = [
			{ role: 'user', content: 'Look.' },
			{ role: 'assistant', content: '', toolCalls: [{ id: 'a', name: 'look', arguments: {} }] },
			{ role: 'tool', toolCallId: 'a', toolName: 'look', content: 'seen' },
		];
		const body = await sent(
			{ type: 'bedrock_llm', model: 'zai.glm-4.7-flash', temperature: 0.2, max_tokens: 77 },
			{ messages },
		);
		expect(body).toEqual({
			path: '/model/zai.glm-4.7-flash/converse',
			inferenceConfig: { maxTokens: 77, temperature: 0.2 },
		});
		const tools = server.requests[0]?.body.toolConfig;
		expect(isJsonObject(tools) ? JSON.stringify(tools.tools) : '').toContain('"look"');
	});
});
