/** Servers that speak OpenAI's protocol in their own way: wrapped bodies, missing APIs, unknown parameters, own certificates. */

import type http from 'node:http';
import { llmConfigSchema } from '../../lib/graph/model';
import type { JsonObject } from '../../lib/json';
import type { ModelRequest } from '../../lib/llm/contract';
import { createModels } from '../../lib/llm/models';
import { CERTIFICATE, KEY } from './certificate';
import { closeServers, send, serve } from './http';

afterEach(closeServers);

const completion = (content: string): JsonObject => ({
	model: 'm',
	choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
});
const chunk = (content: string, finish: string | null = null): JsonObject => ({
	model: 'm',
	choices: [{ index: 0, delta: { content }, finish_reason: finish }],
});
const refuse = (response: http.ServerResponse, param: string, message: string) =>
	send(response, 400, {
		error: { message, type: 'invalid_request_error', param, code: 'unsupported_parameter' },
	});

function client() {
	const models = createModels({ credentials: () => ({}) });
	return (config: JsonObject, request: Partial<ModelRequest> = {}) =>
		models.call({
			config: llmConfigSchema.parse({ type: 'custom_llm', model: 'house-model', max_retries: 0, ...config }),
			messages: [{ role: 'user', content: 'Hello.' }],
			tools: [],
			signal: new AbortController().signal,
			...request,
		});
}

describe('custom servers', () => {
	it('response_unwrap_key takes whole and streamed answers out of their wrapping', async () => {
		const { url } = await serve(({ body }, response) => {
			if (body.stream !== true) return send(response, 200, { data: completion('Whole.') });
			response.setHeader('content-type', 'text/event-stream');
			for (const part of [chunk('Stre'), chunk('amed.', 'stop')])
				response.write(`data: ${JSON.stringify({ data: part })}\n\n`);
			response.end('data: [DONE]\n\n');
		});
		const call = client();
		const config = { base_url: url, response_unwrap_key: 'data' };
		expect((await call(config)).text).toBe('Whole.');
		expect((await call(config, { onText: () => undefined })).text).toBe('Streamed.');
	});

	it('default_headers and the config’s own key travel, and no key is needed', async () => {
		const { url, seen } = await serve((_seen, response) => send(response, 200, completion('ok')));
		const call = client();
		await call({ base_url: url, default_headers: { 'x-clinic': 'north' }, api_key: 'own-key' });
		await call({ base_url: url });
		expect(seen[0]?.headers).toMatchObject({ 'x-clinic': 'north', authorization: 'Bearer own-key' });
	});

	it('verify_ssl false takes a certificate nobody signed, true refuses it', async () => {
		const tls = { key: KEY, cert: CERTIFICATE };
		const { url } = await serve((_seen, response) => send(response, 200, completion('Safe enough.')), tls);
		const call = client();
		await expect(call({ base_url: url })).rejects.toMatchObject({ code: 'LLM_UNREACHABLE' });
		expect((await call({ base_url: url, verify_ssl: false })).text).toBe('Safe enough.');
	});

	it('what a server refuses of an unknown model is learned and left out from then on', async () => {
		const { url, seen } = await serve(({ body }, response) => {
			if ('max_tokens' in body)
				return refuse(
					response,
					'max_tokens',
					"Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
				);
			if ('temperature' in body)
				return refuse(
					response,
					'temperature',
					"Unsupported value: 'temperature' does not support 0.2 with this model.",
				);
			if ('reasoning_effort' in body)
				return refuse(
					response,
					'reasoning_effort',
					'Unrecognized request argument supplied: reasoning_effort',
				);
			send(response, 200, completion('At last.'));
		});
		const call = client();
		const config = { base_url: url, temperature: 0.2, max_tokens: 50, reasoning_effort: 'low' };
		expect((await call(config)).text).toBe('At last.');
		expect(seen).toHaveLength(4);
		await call(config);
		expect(seen).toHaveLength(5);
		expect(seen[4]?.body).toMatchObject({ max_completion_tokens: 50 });
	});

	it('a server without json_schema is asked through a forced function', async () => {
		const { url } = await serve(({ body }, response) => {
			if ('response_format' in body)
				return refuse(response, 'response_format', 'response_format is not supported');
			const call = {
				id: 'c',
				type: 'function',
				function: { name: 'give_structured_answer', arguments: '{"n":1}' },
			};
			send(response, 200, {
				model: 'm',
				choices: [
					{
						index: 0,
						message: { role: 'assistant', content: null, tool_calls: [call] },
						finish_reason: 'stop',
					},
				],
			});
		});
		const output = {
			name: 'o',
			description: '',
			schema: { type: 'object', properties: { n: { type: 'number' } } },
		};
		expect((await client()({ base_url: url }, { output })).output).toEqual({ n: 1 });
	});

	it('an OpenAI-compatible server without the Responses API gets chat completions, with tools before thought', async () => {
		const { url, seen } = await serve((entry, response) =>
			entry.path.endsWith('/responses')
				? send(response, 404, { detail: 'Not Found' })
				: send(response, 200, completion('ok')),
		);
		const tools = [{ name: 't', description: '', parameters: { type: 'object', properties: {} } }];
		const answer = await client()(
			{ type: 'openai_llm', model: 'gpt-5.4-mini', base_url: url, api_key: 'own' },
			{ tools },
		);
		expect(answer.text).toBe('ok');
		expect(seen.map(({ path: where }) => where)).toEqual(['/v1/responses', '/v1/chat/completions']);
		expect(seen[1]?.body).toMatchObject({ reasoning_effort: 'none' });
	});

	it.each([
		['no choices', { model: 'm', choices: [] }],
		['no object', [] as unknown as JsonObject],
	])('an answer with %s is LLM_MALFORMED_REPLY', async (_name, body) => {
		const { url } = await serve((_seen, response) => send(response, 200, body));
		await expect(client()({ base_url: url })).rejects.toMatchObject({
			code: 'LLM_MALFORMED_REPLY',
			retryable: true,
		});
	});

	it('a stream that ends without its end, or with an error inside, is a failure and not an answer', async () => {
		const frames = [
			[chunk('Half an ans')],
			[chunk('Half'), { error: { message: 'overloaded', type: 'server_error', code: 'server_error' } }],
		];
		for (const list of frames) {
			const { url } = await serve((_seen, response) => {
				response.setHeader('content-type', 'text/event-stream');
				for (const part of list) response.write(`data: ${JSON.stringify(part)}\n\n`);
				response.end();
			});
			const failure = await client()({ base_url: url }, { onText: () => undefined }).catch(
				(error: unknown) => error,
			);
			expect(failure).toMatchObject({ name: 'ProviderError', retryable: true });
			expect(String(failure)).not.toContain('Half');
		}
	});

	it('without an address it is LLM_CREDENTIAL_MISSING', async () => {
		await expect(client()({})).rejects.toMatchObject({ code: 'LLM_CREDENTIAL_MISSING' });
	});
});
