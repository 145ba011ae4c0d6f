/** OpenAI's adapter against a local server that speaks the vendor's protocol, through the real SDK. */

import { LLMock } from '@copilotkit/aimock';
import { llmConfigSchema } from '../../lib/graph/model';
import { createModels } from '../../lib/llm/models';

describe('openai adapter, end to end', () => {
	const mock = new LLMock({ port: 0, host: '127.0.0.1' });
	beforeAll(() => mock.start());
	afterAll(() => mock.stop());
	const models = createModels({ credentials: () => ({ apiKey: 'test-key', baseUrl: `${mock.url}/v1` }) });
	const config = llmConfigSchema.parse({ type: 'openai_llm' });

	it('answers a plain question and reports usage', async () => {
		mock.onMessage('hello', { content: 'Hi there.', usage: { prompt_tokens: 12, completion_tokens: 3 } });
		const answer = await models.call({
			config,
			messages: [
				{ role: 'system', content: 'Be kind.' },
				{ role: 'user', content: 'hello' },
			],
			tools: [],
			signal: new AbortController().signal,
		});
		expect(answer).toMatchObject({
			text: 'Hi there.',
			finishReason: 'stop',
			provider: 'openai',
			usage: { promptTokens: 12, completionTokens: 3 },
		});
	});

	it('streams text and takes tool calls from the Responses API when the model reasons', async () => {
		mock.onMessage('book', {
			content: 'One moment.',
			toolCalls: [{ name: 'book', arguments: '{"day":"Monday"}', id: 'call_1' }],
		});
		const pieces: string[] = [];
		const answer = await models.call({
			config,
			messages: [{ role: 'user', content: 'book' }],
			tools: [
				{
					name: 'book',
					description: 'Books.',
					parameters: { type: 'object', properties: { day: { type: 'string' } } },
				},
			],
			signal: new AbortController().signal,
			onText: (text) => pieces.push(text),
		});
		expect(answer.toolCalls).toEqual([{ id: 'call_1', name: 'book', arguments: { day: 'Monday' } }]);
		expect(pieces.join('')).toBe('One moment.');
		expect(mock.getLastRequest()?.path).toBe('/v1/responses');
	});

	it('gives a structured answer', async () => {
		mock.onMessage('extract', { content: '{"age":7}' });
		const answer = await models.call({
			config,
			messages: [{ role: 'user', content: 'extract' }],
			tools: [],
			output: {
				name: 'person',
				description: '',
				schema: {
					type: 'object',
					properties: { age: { type: 'number' }, name: { type: 'string' } },
					required: ['age'],
				},
			},
			signal: new AbortController().signal,
		});
		expect(answer.output).toEqual({ age: 7 });
		expect(answer.text).toBe('');
	});
});
