/** Any history at all becomes a request that its vendor takes. */

import fc from 'fast-check';
import { llmConfigSchema } from '../../lib/graph/model';
import type { JsonObject } from '../../lib/json';
import type { ModelMessage } from '../../lib/llm/contract';
import { createModels } from '../../lib/llm/models';
import { credentialFor } from './address';
import { openStrictServer, type StrictServer } from './strict-server';

const text = fc.oneof(
	fc.constantFrom('', ' ', '\n', 'Hello.', 'trailing \n', '\ud83d', '\u0000', '🩺'),
	fc.string({ unit: 'binary', maxLength: 20 }),
);
// Few ids, so that calls repeat, cross and lose their results.
const id = fc.constantFrom('a', 'b', 'a b', 'x'.repeat(60), '');
const name = fc.constantFrom('look', 'Ärzte & Co.', 'n'.repeat(200), '9', '');
const input = fc.constantFrom<JsonObject>({}, { 'a\ud83d': '\ude00' }, { deep: [{ a: null }] });
const message: fc.Arbitrary<ModelMessage> = fc.oneof(
	text.map((content): ModelMessage => ({ role: 'system', content })),
	text.map((content): ModelMessage => ({ role: 'user', content })),
	fc
		.tuple(text, fc.array(fc.record({ id, name, arguments: input }), { maxLength: 3 }))
		.map(([content, toolCalls]): ModelMessage => ({ role: 'assistant', content, toolCalls })),
	fc.tuple(id, name, text).map(([toolCallId, toolName, content]): ModelMessage => ({
		role: 'tool',
		toolCallId,
		toolName,
		content,
	})),
);
const tools = fc
	.uniqueArray(name, { maxLength: 3 })
	.map((names) =>
		names.map((each) => ({ name: each, description: '', parameters: { type: 'object', properties: {} } })),
	);
const output = fc.option(
	fc.constant({
		name: '',
		description: '',
		schema: { type: 'object', properties: { name: { type: 'string' } } },
	}),
	{ nil: undefined },
);

describe('any history', () => {
	let server: StrictServer;
	beforeAll(async () => {
		server = await openStrictServer();
	});
	afterAll(() => server.close());

	it.each([
		['openai_llm', 'gpt-4.1'],
		['openai_llm', 'gpt-5.4-pro'],
		['azure_openai_llm', 'gpt-5-mini'],
		['anthropic_llm', 'claude-opus-4-8'],
		['anthropic_llm', 'claude-haiku-4-5'],
		['google_llm', 'gemini-2.5-flash'],
		['google_llm', 'gemini-3.6-flash'],
		['bedrock_llm', 'us.anthropic.claude-sonnet-4-6'],
	])('%s %s takes it', async (type, model) => {
		const models = createModels({
			credentials: () => credentialFor(type === 'openai_llm' ? `${server.url}/v1` : server.url),
		});
		await fc.assert(
			fc.asyncProperty(
				fc.array(message, { maxLength: 9 }),
				tools,
				output,
				fc.option(fc.nat(4)),
				async (messages, offered, wanted, keep) => {
					server.clear();
					await models.call({
						config: llmConfigSchema.parse({
							type,
							model,
							max_retries: 0,
							max_parse_retries: 0,
							thinking_budget: 2000,
							truncated_max_recent_messages: keep,
						}),
						messages,
						tools: offered,
						...(wanted === undefined ? {} : { output: wanted }),
						signal: new AbortController().signal,
					});
				},
			),
			{ numRuns: 150 },
		);
	});
});
