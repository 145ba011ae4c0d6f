/** How answers end in each vendor's own words: refused, cut, stumbled, marked. */

import { llmConfigSchema } from '../../lib/graph/model';
import type { Json, JsonObject } from '../../lib/json';
import type { ModelMessage, ModelRequest } from '../../lib/llm/contract';
import { createModels } from '../../lib/llm/models';
import { credentialFor } from './address';
import { closeServers, send, sendEvents, serve } from './http';

afterEach(closeServers);

/** Asks a server that gives one answer, whole or as events. */
async function ask(
	config: JsonObject & { type: string },
	answer: JsonObject | JsonObject[],
	request: Partial<ModelRequest> = {},
) {
	const { url, origin, seen } = await serve((_seen, response) =>
		Array.isArray(answer) ? sendEvents(response, answer) : send(response, 200, answer),
	);
	const isOpenAi = config.type === 'openai_llm';
	const models = createModels({ credentials: () => credentialFor(isOpenAi ? url : origin) });
	const reply = await models.call({
		config: llmConfigSchema.parse({ max_retries: 0, ...config }),
		messages: [{ role: 'user', content: 'Hello.' }],
		tools: [],
		signal: new AbortController().signal,
		...(Array.isArray(answer) ? { onText: () => undefined } : {}),
		...request,
	});
	return { reply, seen };
}

const CHAT = { type: 'openai_llm', model: 'gpt-4.1' };
const PRO = { type: 'openai_llm', model: 'gpt-5.4-pro' };
const CLAUDE = { type: 'anthropic_llm', model: 'claude-sonnet-4-6' };
const GEMINI = { type: 'google_llm', model: 'gemini-3-flash-preview' };
const GLM = { type: 'bedrock_llm', model: 'zai.glm-4.7' };

const choice = (message: JsonObject, finish: string): JsonObject => ({
	model: 'm',
	choices: [{ index: 0, message, finish_reason: finish }],
});
const response = (output: Json[], status = 'completed', details: JsonObject | null = null): JsonObject => ({
	object: 'response',
	model: 'm',
	status,
	output,
	incomplete_details: details,
});
const claude = (text: string, reason: string): JsonObject => ({
	type: 'message',
	model: 'm',
	content: [{ type: 'text', text }],
	stop_reason: reason,
	usage: { input_tokens: 1, cache_read_input_tokens: 5, output_tokens: 1 },
});
const gemini = (parts: Json[], reason: string): JsonObject => ({
	candidates: [{ content: { parts }, finishReason: reason }],
});
const converse = (text: string, reason: string): JsonObject => ({
	output: { message: { role: 'assistant', content: [{ text }] } },
	stopReason: reason,
	usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 },
	metrics: { latencyMs: 1 },
});

describe('the end of an answer', () => {
	it.each<[string, JsonObject & { type: string }, JsonObject | JsonObject[], string, string]>([
		[
			'OpenAI refuses',
			CHAT,
			choice({ role: 'assistant', content: null, refusal: 'I cannot.' }, 'stop'),
			'I cannot.',
			'content_filter',
		],
		[
			'OpenAI filters',
			CHAT,
			choice({ role: 'assistant', content: 'Par' }, 'content_filter'),
			'Par',
			'content_filter',
		],
		[
			'Responses refuses',
			PRO,
			response([{ type: 'message', content: [{ type: 'refusal', refusal: 'No.' }] }]),
			'No.',
			'content_filter',
		],
		[
			'Responses is cut',
			PRO,
			response([{ type: 'message', content: [{ type: 'output_text', text: 'Par' }] }], 'incomplete', {
				reason: 'max_output_tokens',
			}),
			'Par',
			'length',
		],
		[
			'Responses filters',
			PRO,
			response([], 'incomplete', { reason: 'content_filter' }),
			'',
			'content_filter',
		],
		['Claude refuses', CLAUDE, claude('', 'refusal'), '', 'content_filter'],
		['Claude is cut', CLAUDE, claude('Par', 'max_tokens'), 'Par', 'length'],
		['Gemini filters', GEMINI, gemini([{ text: 'Par' }], 'SAFETY'), 'Par', 'content_filter'],
		['Gemini blocks the prompt', GEMINI, { promptFeedback: { blockReason: 'SAFETY' } }, '', 'content_filter'],
		[
			'Gemini’s thoughts are not said',
			GEMINI,
			gemini([{ text: 'Hm.', thought: true }, { text: 'Yes.' }], 'STOP'),
			'Yes.',
			'stop',
		],
		[
			'Bedrock’s guardrail steps in',
			GLM,
			converse('Blocked.', 'guardrail_intervened'),
			'Blocked.',
			'content_filter',
		],
		[
			'an audio model speaks',
			{ type: 'openai_llm', model: 'gpt-audio-mini' },
			choice({ role: 'assistant', content: null, audio: { transcript: 'Spoken.' } }, 'stop'),
			'Spoken.',
			'stop',
		],
		[
			'an audio model speaks in pieces',
			{ type: 'openai_llm', model: 'gpt-audio-mini' },
			[
				{ model: 'm', choices: [{ index: 0, delta: { audio: { transcript: 'Spo' } }, finish_reason: null }] },
				{
					model: 'm',
					choices: [{ index: 0, delta: { audio: { transcript: 'ken.' } }, finish_reason: 'stop' }],
				},
			],
			'Spoken.',
			'stop',
		],
	])('%s', async (_name, config, answer, text, finishReason) => {
		const { reply } = await ask(config, answer);
		expect(reply).toMatchObject({ text, finishReason, toolCalls: [] });
	});

	it.each<[string, JsonObject & { type: string }, JsonObject | JsonObject[]]>([
		['Gemini stumbles over a function', GEMINI, gemini([], 'MALFORMED_FUNCTION_CALL')],
		['Gemini breaks off', GEMINI, [{ candidates: [{ content: { parts: [{ text: 'Half' }] } }] }]],
		[
			'Bedrock stumbles',
			GLM,
			{ ...converse('', 'malformed_tool_use'), output: { message: { role: 'assistant', content: [] } } },
		],
		[
			'Claude breaks off',
			CLAUDE,
			[
				{ type: 'message_start', message: { model: 'm' } },
				{ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Half' } },
			],
		],
		['Claude has no content', CLAUDE, { type: 'message' }],
		['Responses has no output', PRO, { object: 'response' }],
		['Responses breaks off', PRO, [{ type: 'response.output_text.delta', delta: 'Half' }]],
	])('%s: a failure worth another try, which repeats no words', async (_name, config, answer) => {
		const failure = await ask(config, answer).catch((error: unknown) => error);
		expect(failure).toMatchObject({ code: 'LLM_MALFORMED_REPLY', retryable: true });
		expect(String(failure)).not.toContain('Half');
	});

	it.each<[string, JsonObject & { type: string }, JsonObject[], JsonObject]>([
		[
			'Claude is overloaded',
			CLAUDE,
			[{ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }],
			{ retryable: true, name: 'ProviderError' },
		],
		[
			'Responses fails',
			PRO,
			[
				{
					type: 'response.failed',
					response: { status: 'failed', error: { code: 'server_error', message: 'Oops' } },
				},
			],
			{ code: 'LLM_UNAVAILABLE', retryable: true },
		],
		[
			'Responses meets a limit',
			PRO,
			[{ type: 'error', code: 'rate_limit_exceeded', message: 'Slow down' }],
			{ retryable: true, name: 'ProviderError' },
		],
	])('%s in mid-stream', async (_name, config, events, expected) => {
		await expect(ask(config, events)).rejects.toMatchObject(expected);
	});

	it('Claude’s cached tokens are input', async () => {
		const { reply } = await ask(CLAUDE, claude('Yes.', 'end_turn'));
		expect(reply.usage).toEqual({ promptTokens: 6, completionTokens: 1, totalTokens: 7, estimated: false });
	});
});

describe('Gemini’s marks of thought', () => {
	const tools = [{ name: 'look', description: '', parameters: { type: 'object', properties: {} } }];
	const historyWith = (signature?: string): ModelMessage[] => [
		{ role: 'user', content: 'Look.' },
		{
			role: 'assistant',
			content: '',
			toolCalls: [
				{ id: 'a', name: 'look', arguments: {}, ...(signature === undefined ? {} : { signature }) },
			],
		},
		{ role: 'tool', toolCallId: 'a', toolName: 'look', content: '"seen"' },
	];
	const partsSent = (body: JsonObject | undefined) => JSON.stringify(body?.contents);

	it('come back with the call they belong to', async () => {
		const { reply } = await ask(
			GEMINI,
			gemini([{ functionCall: { name: 'look', args: {} }, thoughtSignature: 'c2ln' }], 'STOP'),
			{ tools },
		);
		const signature = reply.toolCalls[0]?.signature;
		expect(signature).toBeDefined();
		const { seen } = await ask(GEMINI, gemini([{ text: 'Yes.' }], 'STOP'), {
			tools,
			messages: historyWith(signature),
		});
		expect(partsSent(seen[0]?.body)).toContain('"thoughtSignature":"c2ln"');
		expect(partsSent(seen[0]?.body)).toContain('"response":{"output":"seen"}');
	});

	it.each([[undefined], ['anthropic:abc']])(
		'are stood in for when another vendor made the call: %j',
		async (signature) => {
			const { seen } = await ask(GEMINI, gemini([{ text: 'Yes.' }], 'STOP'), {
				tools,
				messages: historyWith(signature),
			});
			expect(partsSent(seen[0]?.body)).toContain('skip_thought_signature_validator');
		},
	);
});
