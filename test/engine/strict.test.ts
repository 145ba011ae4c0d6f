/** Whole conversations against model servers that refuse what the vendors refuse: no request of a run is refused. */

import { isJsonObject, type Json, type JsonObject } from '../../lib/json';
import { createModels } from '../../lib/llm/models';
import type { Tools } from '../../lib/tool/contract';
import { credentialFor } from '../llm/address';
import { valueFor, type Asked } from '../llm/strict-asked';
import { openStrictServer, type StrictServer } from '../llm/strict-server';
import { companion, direct, fork, freeform, graphOf, line, say, start, worker } from './graphs';
import { createWorld, type World } from './world';

const PROVIDERS: Array<[name: string, config: JsonObject]> = [
	['OpenAI chat', { type: 'openai_llm', model: 'gpt-4.1' }],
	['OpenAI responses', { type: 'openai_llm', model: 'gpt-5.4', reasoning_effort: 'medium' }],
	['OpenAI gpt-5', { type: 'openai_llm', model: 'gpt-5-mini', temperature: 0.2, max_tokens: 300 }],
	['Azure', { type: 'azure_openai_llm', model: 'gpt-5-mini' }],
	['Anthropic', { type: 'anthropic_llm', model: 'claude-sonnet-4-6', thinking_budget: 2000 }],
	['Anthropic without temperature', { type: 'anthropic_llm', model: 'claude-opus-4-8', temperature: 0.5 }],
	['Anthropic with a budget', { type: 'anthropic_llm', model: 'claude-haiku-4-5', thinking_budget: 2000 }],
	['Gemini 2.5', { type: 'google_llm', model: 'gemini-2.5-flash' }],
	['Gemini 3', { type: 'google_llm', model: 'gemini-3.6-flash' }],
	['Bedrock', { type: 'bedrock_llm', model: 'us.anthropic.claude-sonnet-4-6' }],
	['Bedrock, another house', { type: 'bedrock_llm', model: 'zai.glm-4.7-flash' }],
	['Custom', { type: 'custom_llm', model: 'house-model' }],
];

/** Calls what the last message says: `call 0,2` the first and the third of what is offered; else answers words. */
function obey(asked: Asked) {
	const isJudged = /judge/.test(asked.last);
	const fill = (schema: JsonObject) => JSON.stringify(judged(valueFor(schema), isJudged));
	if (asked.output !== null) return { text: fill(asked.output), calls: [] };
	const wanted = asked.isForced
		? [0]
		: asked.hasResults
			? []
			: (/call ([\d,]+)/.exec(asked.last)?.[1]?.split(',').map(Number) ?? []);
	const calls = wanted.flatMap((index) => {
		const tool = asked.tools[index % Math.max(asked.tools.length, 1)];
		return tool === undefined ? [] : [{ name: tool.name, arguments: fill(tool.schema) }];
	});
	return { text: calls.length === 0 || /aloud/.test(asked.last) ? 'Words.  ' : '', calls };
}

/** An evaluator says yes only where the message asks for it. */
function judged(value: Json, condition: boolean): Json {
	return isJsonObject(value) && 'condition_met' in value ? { ...value, condition_met: condition } : value;
}

const results: Record<string, Awaited<ReturnType<Tools['call']>>> = {
	found: { ok: true, value: [1, { a: 'ü' }] },
	empty: { ok: true, value: '' },
	nothing: { ok: true, value: null as Json },
	broken: { ok: false, code: 'TOOL_FAILED', message: '' },
};
const tools: Tools = {
	call: ({ tool }) => Promise.resolve(results[tool.name ?? ''] ?? { ok: true, value: {} }),
	sideEffectOf: () => 'reads',
};

const api = (name: string, more: JsonObject = {}): JsonObject => ({
	type: 'external_api',
	logical_id: name,
	name,
	description: '',
	endpoint: 'https://api.example/x',
	method: 'GET',
	args_schema: { type: 'object', properties: {} },
	...more,
});

const odd = {
	type: 'object',
	properties: {
		'first name': { type: 'string' },
		größe: { type: ['number', 'null'] },
		mood: { type: 'string', enum: ['good', ''] },
		list: { type: 'array' },
		any: {},
	},
	required: ['first name'],
};

const global = (id: string, method: string): JsonObject =>
	say(id, true, true, {
		name: `${id} 🩺 – ${'lang '.repeat(40)}`,
		global_node_config: {
			is_global: true,
			condition: { condition_freeform: `wants ${id}`, args_schema: odd },
			global_condition_edge_evaluation_method: method,
			reverse_conditional_edge: { condition_freeform: 'calm again' },
		},
	});

/** Everything that puts something into a request. */
function everything(llm: JsonObject): JsonObject {
	return graphOf(
		[
			line('welcome', 'Welcome to Ärzte & Co. 🩺', start),
			say('desk', true, true, {
				main_response_config: { prompt: '' },
				tools_config: {
					tools: ['found', 'empty', 'nothing', 'broken'].map((name, index) =>
						api(name, index === 0 ? { args_schema: odd, description: 'Finds. '.repeat(300) } : {}),
					),
				},
				max_consecutive_tool_calls: 2,
				structured_output_schema: { name: 'who is it?', description: '', input_schema: odd },
			}),
			say('Ärzte & Co.', true, true, { name: 'Ärzte & Co.' }),
			worker('reader', false, false, {
				main_response_config: { prompt: '' },
				structured_output_schema: odd,
			}),
			say('teller', true, false),
			worker('watcher', false, false, { structured_output_schema: odd }),
			worker('beside', false, false, { structured_output_schema: odd }),
			global('told', 'tool_call'),
			global('judged', 'independent_llm_evaluations'),
			say('guard', true, true, {
				is_guardrail_node: true,
				global_node_config: {
					is_global: true,
					condition: { condition_freeform: 'insults '.repeat(200) },
					reverse_conditional_edge: { condition_freeform: 'sorry' },
				},
			}),
		],
		[
			direct('welcome', 'desk'),
			freeform('desk', 'Ärzte & Co.', 'wants the doctors', {
				condition: {
					condition_freeform: 'wants the doctors',
					args_schema: odd,
					dynamic_messages_config: { dynamic_message_prompt: 'Say where it goes.' },
				},
			}),
			freeform('desk', 'reader', 'wants to be read'),
			freeform('Ärzte & Co.', 'desk', 'back'),
			direct('reader', 'teller'),
			freeform('teller', 'desk', 'done'),
			companion('desk', 'beside'),
			fork('welcome', 'watcher', 'watch'),
		],
		{ llms_config: llm, default_prompt_prefix: ' ', default_prompt_suffix: 'Be kind. \ud83d' },
	);
}

const WORDS = [
	'Hello',
	'',
	'   ',
	'call 0',
	'call 0,1,2,3 aloud',
	'Cut \ud83d in half',
	'\u0000\u0007\u0085\u200b',
	'👩‍👩‍👧‍👦 ﷽ Ä',
	...Array.from({ length: 9 }, (_, index) => `call ${index}`),
	'x'.repeat(3000),
	'judge',
	'call 4 aloud',
	'call 0',
	'call 5,0 aloud',
	'call 0 judge',
	'call 0',
	'call 1,2,7',
	'call 2,3',
	'bye',
];

/** Every kind of hop that a model can cause. */
const WAY = ['→g S(told)', 'S(told) →r', '→c S(Ärzte & Co.)', '→g S(guard)', '→g S(judged)'];

describe.each(PROVIDERS)('%s', (_name, base) => {
	let server: StrictServer;
	beforeAll(async () => {
		server = await openStrictServer(obey);
	});
	afterAll(() => server.close());

	function worldOf(llm: JsonObject): World {
		const world = createWorld({ graph: everything(llm), tools });
		const isOpenAi = base.type === 'openai_llm' || base.type === 'custom_llm';
		Object.assign(world.ports, {
			models: createModels({ credentials: () => credentialFor(isOpenAi ? `${server.url}/v1` : server.url) }),
		});
		return world;
	}

	const own: JsonObject = { max_retries: 0, max_parse_retries: 0, ...base };
	it.each<[string, JsonObject]>([
		['whole', own],
		['streamed', { ...own, streaming: base.type !== 'bedrock_llm' }],
		['no memory', { ...own, truncated_max_recent_messages: 0 }],
		['a memory of one', { ...own, truncated_max_recent_messages: 1 }],
		['a memory of two', { ...own, truncated_max_recent_messages: 2 }],
		['a memory of five', { ...own, truncated_max_recent_messages: 5 }],
		[
			'a group',
			{
				type: 'llm_group',
				llms: [own, { ...own, truncated_max_recent_messages: 3 }],
				operation_mode: 'parallel_select_one',
			},
		],
		[
			'a group with a filler',
			{
				type: 'llm_group_with_backchannel',
				main_llm_config: { type: 'llm_group', llms: [own] },
				backchannel_llm_config: { type: 'llm_group', llms: [own] },
				backchannel_min_patience_time_ms: 0,
			},
		],
	])('%s: a whole conversation is never refused', async (_case, llm) => {
		server.clear();
		const world = worldOf(llm);
		await world.start();
		for (const text of WORDS) {
			await world.say(text);
			await world.send({ type: 'pump' });
		}
		const refusals = server.requests.flatMap(({ refusal }) => refusal ?? []);
		expect([...new Set(refusals)]).toEqual([]);
		expect(server.requests.length).toBeGreaterThan(WORDS.length);
		expect(world.types()).not.toContain('workflow_error');
		expect(world.warnings()).toEqual([]);
		// The conversation went where its messages sent it, whenever the companion beside it came to its end.
		const trace = world.trace(0).replaceAll(' W(beside)', '');
		for (const step of llm.truncated_max_recent_messages === 0 ? ['S(desk)'] : WAY)
			expect(trace).toContain(step);
	});
});
