/** Structured answers, credentials and accounting of one call. */

import { llmOrGroupSchema } from '../../lib/graph/model';
import type { FailedRequest } from '../../lib/llm/contract';
import { createModels } from '../../lib/llm/models';
import { createHurryingClock } from './clock';
import { createStage, one } from './scripted';

const signal = () => new AbortController().signal;
const OUTPUT = {
	name: 'o',
	description: '',
	schema: { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] },
};

describe('structured answers', () => {
	it('R8.14: the fault and the schema are added to the conversation, three times by default', async () => {
		const stage = createStage(createHurryingClock(), { m: [{ reply: { outputText: '{"n":"seven"}' } }] });
		const failure = (await stage.call(one('m'), { output: OUTPUT }).catch((error: unknown) => error)) as {
			failedParses: unknown[];
		};
		expect(failure).toMatchObject({ code: 'LLM_OUTPUT_UNPARSABLE' });
		expect(failure.failedParses).toHaveLength(4);
		expect((failure as unknown as FailedRequest).calls).toHaveLength(4);
		const last = stage.requests.at(-1)?.messages ?? [];
		expect(last).toHaveLength(7);
		expect(last[1]).toMatchObject({ role: 'assistant', content: '{"n":"seven"}' });
		expect(last[2]?.content).toContain('/n must be number');
		expect(last[2]?.content).toContain(JSON.stringify(OUTPUT.schema));
	});

	it.each(['{"n":1}', '```json\n{"n":1}\n```', 'Here it is: {"n":1}. Good?'])(
		'forgives what surrounds the object: %j',
		async (outputText) => {
			const stage = createStage(createHurryingClock(), { m: [{ reply: { outputText } }] });
			expect((await stage.call(one('m'), { output: OUTPUT })).output).toEqual({ n: 1 });
		},
	);

	it('a pattern built to never end cannot hang the process', async () => {
		const output = {
			...OUTPUT,
			schema: { type: 'object', properties: { s: { type: 'string', pattern: '^(a+)+$' } } },
		};
		const stage = createStage(createHurryingClock(), {
			m: [{ reply: { outputText: JSON.stringify({ s: `${'a'.repeat(40)}!` }) } }],
		});
		await expect(stage.call(one('m', { max_parse_retries: 0 }), { output })).rejects.toMatchObject({
			code: 'LLM_OUTPUT_UNPARSABLE',
		});
	});

	it('text of a structured answer is never streamed as speech', async () => {
		const stage = createStage(createHurryingClock(), {
			m: [{ says: [[0, '{"n":']], reply: { outputText: '{"n":1}' } }],
		});
		const pieces: string[] = [];
		await stage.call(one('m'), { output: OUTPUT, onText: (text) => pieces.push(text) });
		expect(pieces).toEqual([]);
	});
});

describe('credentials', () => {
	const models = createModels({ credentials: () => null, heldProviders: ['openai', 'anthropic'] });
	const call = (config: object) =>
		models.call({
			config: llmOrGroupSchema.parse(config),
			messages: [{ role: 'user', content: 'x' }],
			tools: [],
			signal: signal(),
		});

	it('LLM_CREDENTIAL_MISSING names what was asked for and what is held', async () => {
		await expect(call({ type: 'bedrock_llm' })).rejects.toMatchObject({
			code: 'LLM_CREDENTIAL_MISSING',
			message:
				'model "zai.glm-4.7-flash" asks for provider "bedrock", but this run holds credentials for openai, anthropic only',
			advice: expect.stringContaining('bedrock') as string,
		});
	});

	it.each([
		['no_llm', 'LLM_NOT_CONFIGURED'],
		['global_default_llm', 'LLM_NOT_CONFIGURED'],
		['custom_llm', 'LLM_MODEL_MISSING'],
	])('%s is refused with %s', async (type, code) => {
		await expect(call({ type })).rejects.toMatchObject({ code });
	});

	it('a key of the graph wins, and is told of', async () => {
		const seen: unknown[] = [];
		const own = createModels({
			credentials: () => ({ apiKey: 'held', organization: 'org' }),
			adapters: () => ({
				complete: ({ credential }) => {
					seen.push(credential);
					return Promise.resolve({
						text: '',
						toolCalls: [],
						finishReason: 'stop' as const,
						usage: null,
						model: null,
					});
				},
			}),
		});
		const config = llmOrGroupSchema.parse({
			type: 'openai_llm',
			api_key: 'own',
			base_url: 'http://127.0.0.1:1/v1',
		});
		const answer = await own.call({ config, messages: [], tools: [], signal: signal() });
		expect(seen).toEqual([{ apiKey: 'own', organization: 'org', baseUrl: 'http://127.0.0.1:1/v1' }]);
		expect(answer.usedUserKey).toBe(true);
		expect(answer.calls).toMatchObject([{ usedUserKey: true, won: true }]);
	});
});

describe('an address written into a graph', () => {
	const adapters = () => ({
		complete: () =>
			Promise.resolve({ text: 'ok', toolCalls: [], finishReason: 'stop' as const, usage: null, model: null }),
	});
	const call = (config: object, held: object) =>
		createModels({ credentials: () => ({ apiKey: 'held-key', ...held }), adapters }).call({
			config: llmOrGroupSchema.parse({ model: 'm', ...config }),
			messages: [],
			tools: [],
			signal: signal(),
		});

	it.each([
		[{ type: 'openai_llm', base_url: 'https://elsewhere.example/v1' }, {}],
		[{ type: 'openai_llm', base_url: 'https://api.openai.com.elsewhere.example/v1' }, {}],
		[
			{ type: 'azure_openai_llm', endpoint: 'https://elsewhere.example' },
			{ endpoint: 'https://house.openai.azure.com' },
		],
	])('does not receive the key the run holds: %j', async (config, held) => {
		await expect(call(config, held)).rejects.toMatchObject({ code: 'LLM_KEY_WITHHELD' });
	});

	it.each([
		[{ type: 'openai_llm', base_url: 'https://elsewhere.example/v1', api_key: 'own' }, {}],
		[
			{ type: 'openai_llm', base_url: 'https://gateway.example/v2' },
			{ baseUrl: 'https://gateway.example/v1' },
		],
		[{ type: 'openai_llm', base_url: 'http://127.0.0.1:4010/v1' }, {}],
		[{ type: 'azure_openai_llm', endpoint: 'https://house.openai.azure.com' }, {}],
		[{ type: 'custom_llm', base_url: 'https://llm.example/v1' }, {}],
	])('is called with its own key, at a known host, or as a custom server: %j', async (config, held) => {
		expect((await call(config, held)).text).toBe('ok');
	});
});

describe('accounting', () => {
	it('R8.20: without reported usage four characters are a token, and the guess is marked', async () => {
		const stage = createStage(createHurryingClock(), { m: [{ reply: { text: 'x'.repeat(40) } }] });
		const { usage } = await stage.call(one('m'), { messages: [{ role: 'user', content: 'y'.repeat(100) }] });
		expect(usage).toEqual({ promptTokens: 25, completionTokens: 10, totalTokens: 35, estimated: true });
	});
});
