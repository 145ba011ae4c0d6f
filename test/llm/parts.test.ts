/** The small parts: truncation, names, histories, the config in charge, totals. */

import fc from 'fast-check';
import { buildGraph } from '../../lib/graph/build';
import { llmOrGroupSchema } from '../../lib/graph/model';
import type { CallRecord, ModelMessage } from '../../lib/llm/contract';
import { orderHistory, STAND_INS } from '../../lib/llm/history';
import { createNameMap, legalCallId, legalName } from '../../lib/llm/names';
import { resolveLlm } from '../../lib/llm/resolve';
import { truncateHistory } from '../../lib/llm/truncate';
import { latencyStatsOf, tokenUsageOf } from '../../lib/llm/usage';
import { one } from './scripted';

const user = (content: string): ModelMessage => ({ role: 'user', content });
const says = (content: string, ...ids: string[]): ModelMessage => ({
	role: 'assistant',
	content,
	toolCalls: ids.map((id) => ({ id, name: 'look', arguments: {} })),
});
const result = (toolCallId: string, content = 'found'): ModelMessage => ({
	role: 'tool',
	toolCallId,
	toolName: 'look',
	content,
});

describe('truncation', () => {
	const history: ModelMessage[] = [
		{ role: 'system', content: 'S' },
		user('1'),
		says('', 'a'),
		result('a'),
		user('2'),
		says('3'),
	];
	it.each([
		[null, ['S', '1', '', 'found', '2', '3']],
		[2, ['S', '2', '3']],
		[3, ['S', '2', '3']],
		[4, ['S', '', 'found', '2', '3']],
		[0, ['S']],
		[99, ['S', '1', '', 'found', '2', '3']],
	])('R2.37: keeping %j leaves %j', (keep, expected) => {
		expect(truncateHistory(history, keep).map(({ content }) => content)).toEqual(expected);
	});

	it.each([
		[0, ['S', 'ask']],
		[1, ['S', '3', 'ask']],
		[2, ['S', '2', '3', 'ask']],
	])('R2.37, R8.12: keeping %j, a line of our own takes no place and stays: %j', (keep, expected) => {
		const asked: ModelMessage[] = [...history, { role: 'user', content: 'ask', isOurs: true }];
		expect(truncateHistory(asked, keep).map(({ content }) => content)).toEqual(expected);
	});
});

describe('names', () => {
	it('any name becomes legal everywhere, differs from every other, and comes back', () => {
		fc.assert(
			fc.property(
				fc.uniqueArray(fc.string({ unit: 'grapheme', maxLength: 200 }), { maxLength: 8 }),
				(names) => {
					const map = createNameMap(names);
					const legal = names.map(map.toProvider);
					for (const name of legal) expect(name).toMatch(/^[a-zA-Z_][a-zA-Z0-9_-]{0,63}$/);
					expect(new Set(legal).size).toBe(names.length);
					expect(legal.map(map.fromProvider)).toEqual(names);
				},
			),
		);
	});

	it('R3.17: the prefix of an edge tool survives, and a legal name is left alone', () => {
		expect(legalName(`Destination_Node_${'é→'.repeat(100)}`)).toMatch(/^Destination_Node_e_/);
		expect(legalName('Destination_Node_Billing_0a1b2c')).toBe('Destination_Node_Billing_0a1b2c');
		expect(createNameMap([]).fromProvider('invented')).toBe('invented');
		expect(legalCallId('call 1')).toMatch(/^call_[0-9a-f]{24}$/);
	});
});

describe('histories', () => {
	const RULES = { alternates: true, endsWithUser: true, refusesEmpty: true };
	const message = fc.oneof(
		fc.string().map(user),
		fc
			.tuple(fc.string(), fc.array(fc.constantFrom('a', 'b', 'c d'), { maxLength: 2 }))
			.map(([text, ids]) => says(text, ...ids)),
		fc.tuple(fc.constantFrom('a', 'b', 'c d', 'e'), fc.string()).map(([id, text]) => result(id, text)),
	);

	it('any history comes out in order, with every call answered once and no word lost', () => {
		fc.assert(
			fc.property(fc.array(message, { maxLength: 12 }), (messages) => {
				const { turns } = orderHistory(messages, RULES);
				expect(turns[0]?.role).toBe('user');
				expect(turns.at(-1)?.role).not.toBe('assistant');
				const ids = new Set<string>();
				turns.forEach((turn, index) => {
					if (turn.role === 'assistant') {
						turn.toolCalls.forEach((call, position) => {
							expect(ids.has(call.id)).toBe(false);
							ids.add(call.id);
							expect(turns[index + 1 + position]).toMatchObject({ role: 'tool', toolCallId: call.id });
						});
						if (turn.toolCalls.length === 0) expect(turn.content.trim()).not.toBe('');
					} else expect(turn.content.trim()).not.toBe('');
					if (turn.role === 'tool') expect(ids.has(turn.toolCallId)).toBe(true);
					const next = turns[index + 1];
					if (turn.role === 'user') expect(next?.role).not.toBe('user');
				});
				const sent = turns.map(({ content }) => content).join('\n');
				for (const { content } of messages) if (content.trim() !== '') expect(sent).toContain(content);
			}),
			{ numRuns: 500 },
		);
	});

	it('stand-ins say what is missing', () => {
		expect(orderHistory([], RULES).turns).toEqual([user(STAND_INS.opening)]);
		expect(orderHistory([user(' '), says('', 'a')], RULES).turns.map(({ content }) => content)).toEqual([
			STAND_INS.emptyUser,
			'',
			STAND_INS.lostResult,
		]);
	});
});

describe('R8.2: the config in charge', () => {
	const named = {
		saved: llmOrGroupSchema.parse(one('saved', { named_llm_config_name: 'House' })),
		default: llmOrGroupSchema.parse(one('team')),
	};
	const graphWith = (workflow: object) =>
		buildGraph({ workflow_config: workflow, node_configs: [], edge_configs: [] } as never).graph;
	const none = { type: 'no_llm' };
	const pick = (
		graph: object,
		own: object | null,
		attachableId: string | null = null,
		saved: object = named,
	) =>
		resolveLlm({
			graph: graphWith(graph),
			own: own === null ? null : llmOrGroupSchema.parse(own),
			attachableId,
			named: saved as typeof named,
		});
	const modelOf = (config: unknown) => (config as { model?: string } | null)?.model ?? null;

	it.each([
		['the attached config', {}, one('inline'), 'saved', 'saved'],
		['the inline config', {}, one('inline'), null, 'inline'],
		['the config its named id names', {}, one('inline', { named_llm_config_id: 'saved' }), null, 'saved'],
		['the config its name names', {}, one('inline', { named_llm_config_name: 'House' }), null, 'saved'],
		[
			'inline, for an id saved elsewhere',
			{},
			one('inline', { named_llm_config_id: 'other' }),
			null,
			'inline',
		],
		[
			'the workflow’s attached config',
			{ attachable_llm_config_id: 'saved', llms_config: one('flow') },
			{ type: 'global_default_llm' },
			null,
			'saved',
		],
		['the workflow’s config', { llms_config: one('flow') }, { type: 'global_default_llm' }, null, 'flow'],
		['the team’s default', { llms_config: none }, { type: 'global_default_llm' }, null, 'team'],
	])('%s', (_name, workflow, own, attachableId, expected) => {
		expect(modelOf(pick(workflow, own, attachableId))).toBe(expected);
	});

	it('nobody: null; a deleted attached config: LLM_CONFIG_NOT_FOUND', () => {
		expect(pick({ llms_config: none }, { type: 'global_default_llm' }, null, {})).toBeNull();
		expect(() => pick({}, one('inline'), 'gone')).toThrow(
			expect.objectContaining({ code: 'LLM_CONFIG_NOT_FOUND' }) as Error,
		);
	});
});

describe('totals', () => {
	const record = (model: string, latencyMs: number, usedUserKey = false): CallRecord => ({
		provider: 'openai',
		model,
		namedConfigId: null,
		namedConfigName: null,
		usedUserKey,
		won: true,
		latencyMs,
		usage: { promptTokens: 10, completionTokens: 5, totalTokens: 15, estimated: false },
	});

	it('R9.48: per model and in all, tokens and milliseconds', () => {
		const calls = [record('a', 100), record('b', 300, true), record('a', 200)];
		expect(tokenUsageOf(calls)).toEqual({
			total_input_tokens: 30,
			total_output_tokens: 15,
			total_tokens: 45,
			call_count: 3,
			call_count_with_user_keys: 1,
			call_count_with_fallback_keys: 2,
			breakdown_by_models: [
				expect.objectContaining({ response_model: 'a', provider: 'openai', total_tokens: 30, call_count: 2 }),
				expect.objectContaining({ response_model: 'b', call_count_with_user_keys: 1 }),
			],
		});
		expect(latencyStatsOf(calls)).toMatchObject({
			call_count: 3,
			total_latency_milliseconds: 600,
			average_latency_milliseconds: 200,
		});
		expect(tokenUsageOf([])).toMatchObject({ call_count: 0, breakdown_by_models: null });
	});
});
