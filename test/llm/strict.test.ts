/** Every model of the catalog with every mix of features, against a server that refuses what the vendors refuse. */

import { llmConfigSchema } from '../../lib/graph/model';
import type { JsonObject } from '../../lib/json';
import type { ModelMessage, ModelRequest, OutputDefinition, ToolDefinition } from '../../lib/llm/contract';
import { createModels } from '../../lib/llm/models';
import { credentialFor } from './address';
import { MODELS } from './models-list';
import { openStrictServer, type StrictServer } from './strict-server';

const ODD_SCHEMA: JsonObject = {
	$schema: 'https://json-schema.org/draft/2020-12/schema',
	type: 'object',
	additionalProperties: false,
	properties: {
		'first name': { type: 'string', minLength: 1, pattern: '^[A-Z]', default: 'Ada' },
		größe: { type: ['number', 'null'], minimum: 0, exclusiveMaximum: 3 },
		born: { type: 'string', format: 'date' },
		mail: { type: 'string', format: 'email' },
		level: { type: 'integer', enum: [1, 2, 3] },
		kind: { enum: ['new', 'known', null] },
		none: { type: 'string', enum: ['some', ''], description: 'Half a \ud83d face.' },
		fixed: { const: 'yes' },
		tags: { type: 'array' },
		pairs: {
			type: 'array',
			items: { type: 'array', items: { type: 'string' } },
			maxItems: 9,
			uniqueItems: true,
		},
		extra: { type: 'object' },
		map: { type: 'object', additionalProperties: { type: 'string' } },
		choice: { oneOf: [{ type: 'string' }, { type: 'object', properties: { a: { type: 'number' } } }] },
		whole: {
			allOf: [
				{ type: 'object', properties: { x: { type: 'string' } }, required: ['x'] },
				{ properties: { y: { type: 'string' } } },
			],
		},
		node: { $ref: '#/$defs/node' },
		anything: { description: 'Whatever it is.' },
	},
	required: ['first name', 'born'],
	$defs: {
		node: { type: 'object', properties: { next: { $ref: '#/$defs/node' }, name: { type: 'string' } } },
	},
};

const TOOLS: ToolDefinition[] = [
	{
		name: 'Destination_Node_G→A_0a1b2c',
		description: 'Goes on.',
		parameters: {
			type: 'object',
			properties: { justification: { type: 'string' } },
			required: ['justification'],
		},
	},
	{ name: 'look up (patients) 🩺', description: 'Looks up.', parameters: ODD_SCHEMA },
	{ name: 'long', description: 'Ärzte & Co. 🩺 '.repeat(200), parameters: { type: 'object' } },
	{ name: '9 lives', description: '', parameters: { type: 'object' } },
	{
		name: 'choices',
		description: 'Has choices at its root.',
		parameters: {
			type: 'object',
			properties: { a: { type: 'string' }, b: { type: 'string' } },
			anyOf: [{ required: ['a'] }, { required: ['b'] }],
		},
	},
];

const OUTPUT: OutputDefinition = {
	name: 'who is it?',
	description: 'The person.',
	schema: {
		type: 'object',
		properties: {
			name: { type: 'string' },
			age: { type: 'integer', minimum: 0 },
			extra: { type: 'object' },
			mood: { enum: ['good', 'bad'] },
		},
		required: ['name'],
	},
};

const system: ModelMessage = { role: 'system', content: 'Be brief.' };
const user: ModelMessage = { role: 'user', content: 'Hello.' };
const memo: ModelMessage = { role: 'assistant', content: '(internal: A handed over to B) ', toolCalls: [] };
const call: ModelMessage = {
	role: 'assistant',
	content: '',
	toolCalls: [
		{ id: 'call|1 ü', name: 'look up (patients) 🩺', arguments: { born: '2000-01-01' } },
		{ id: 'call|2', name: '9 lives', arguments: {} },
	],
};
const results: ModelMessage[] = [
	{ role: 'tool', toolCallId: 'call|1 ü', toolName: 'look up (patients) 🩺', content: '[1,2]' },
	{ role: 'tool', toolCallId: 'call|2', toolName: '9 lives', content: '' },
];

const HISTORIES: Record<string, ModelMessage[]> = {
	plain: [system, user],
	'assistant first and last': [system, { role: 'assistant', content: 'Welcome.', toolCalls: [] }, user, memo],
	'tool round': [system, user, call, ...results],
	'tool round long ago': [system, user, call, ...results, memo, user, { ...user, content: ' ' }],
	'cut characters': [
		system,
		{ ...user, content: 'Cut \ud83d' },
		{ ...memo, content: '\ude00 words\u0000\u0085' },
	],
	'unanswered call': [system, user, call, user],
};

const FEATURES: Record<string, Partial<ModelRequest>> = {
	words: {},
	tools: { tools: TOOLS },
	output: { output: OUTPUT },
	'tools and output': { tools: TOOLS, output: OUTPUT },
	'odd output': { output: { ...OUTPUT, schema: ODD_SCHEMA } },
};

const SETTINGS: Record<string, JsonObject> = {
	default: {},
	warm: { temperature: 0.7, max_tokens: 300, seed: 7 },
	'asks for much thought': {
		temperature: 0.2,
		max_tokens: 500,
		reasoning_effort: 'high',
		thinking_budget: 2000,
		thinking_level: 'MINIMAL',
	},
	'asks for little': { reasoning_effort: 'minimal', thinking_budget: 100, max_tokens: 5 },
	'asks for none': { reasoning_effort: 'none', thinking_budget: 0, temperature: 0, enable_thinking: true },
	'asks for too much': { max_tokens: 900_000, thinking_budget: 500_000 },
	'odd effort': { reasoning_effort: 'xhigh', thinking_level: 'high' },
};

/** Settings that only exist for one type must not travel with others. */
function configFor(type: string, model: string, settings: JsonObject) {
	return llmConfigSchema.parse({ type, model, max_retries: 0, max_parse_retries: 0, ...settings });
}

describe('strict server', () => {
	let server: StrictServer;
	beforeAll(async () => {
		server = await openStrictServer();
	});
	afterAll(() => server.close());

	const cases = Object.entries(MODELS).flatMap(([type, models]) =>
		models.map((model): [string, string] => [type, model]),
	);
	const backends: Array<[string, string, JsonObject]> = [
		...cases.map(([type, model]): [string, string, JsonObject] => [type, model, {}]),
		['google_llm', 'gemini-3-flash-preview', { backend: 'vertex' }],
		['anthropic_llm', 'claude-sonnet-4-5-20250929', { backend: 'vertex' }],
	];

	it.each(backends)('%s %s %j is never refused', async (type, model, extra) => {
		const isOpenAi = type === 'openai_llm' || type === 'custom_llm';
		const models = createModels({
			credentials: () => credentialFor(isOpenAi ? `${server.url}/v1` : server.url),
		});
		const faults: string[] = [];
		let count = 0;
		for (const [history, messages] of Object.entries(HISTORIES)) {
			for (const [feature, request] of Object.entries(FEATURES)) {
				for (const [setting, settings] of Object.entries(SETTINGS)) {
					// Every second call streams; the matrix has enough of both.
					const stream = type !== 'bedrock_llm' && count++ % 2 === 1;
					server.clear();
					const outcome = await models
						.call({
							config: configFor(type, model, { ...settings, ...extra }),
							messages,
							tools: [],
							signal: new AbortController().signal,
							...(stream ? { onText: () => undefined } : {}),
							...request,
						})
						.then(
							() => null,
							(error: unknown) => error as { code: string; message: string },
						);
					const refused = server.requests.flatMap(({ refusal }) => refusal ?? []);
					const isAnswered =
						outcome === null || (feature === 'odd output' && outcome.code === 'LLM_OUTPUT_UNPARSABLE');
					if (refused.length === 0 && isAnswered) continue;
					faults.push(
						`${history} / ${feature} / ${setting} / ${stream ? 'stream' : 'whole'}: ${refused.join(' | ')} ${outcome?.message ?? ''}`,
					);
				}
			}
		}
		expect(faults.slice(0, 5)).toEqual([]);
	});
});
