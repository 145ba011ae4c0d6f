/** Estimated costs: list prices, the user's own, and models nobody has a price for. */

import type { CallRecord } from '../../lib/llm/contract';
import { estimateCost, LIST_PRICES, readPrices, withPrices } from '../../lib/llm/cost';

const call = (model: string): CallRecord => ({
	provider: 'openai',
	model,
	namedConfigId: null,
	namedConfigName: null,
	usedUserKey: false,
	won: true,
	latencyMs: 1,
	usage: { promptTokens: 1_000_000, completionTokens: 100_000, totalTokens: 1_100_000, estimated: false },
});

describe('costs', () => {
	it('are tokens times the price, also of a dated version', () => {
		expect(estimateCost([call('gpt-5-mini'), call('gpt-5-mini-2025-08-07')])).toEqual({
			usd: 0.9,
			unpricedModels: [],
		});
		expect(estimateCost([call('claude-haiku-4-5-20251001')]).usd).toBeCloseTo(1.5);
	});

	it('name the models without a price instead of guessing', () => {
		expect(estimateCost([call('house-model'), call('house-model'), call('gpt-5-miniature')])).toEqual({
			usd: 0,
			unpricedModels: ['house-model', 'gpt-5-miniature'],
		});
	});

	it('follow the user’s own file', () => {
		const prices = readPrices(
			'{"models":{"house-model":{"input":1,"output":0},"gpt-5":{"input":0,"output":0}}}',
		);
		expect(estimateCost([call('house-model'), call('gpt-5')], prices)).toEqual({
			usd: 1,
			unpricedModels: [],
		});
		expect(prices['gpt-4.1']).toEqual(LIST_PRICES['gpt-4.1']);
	});

	it('find a name in any case, with the vendor in front or without, the whole name first', () => {
		const prices = withPrices({
			'Meta/Llama-4': { input: 1, output: 0 },
			'llama-4': { input: 2, output: 0 },
		});
		const priced = (model: string) => estimateCost([call(model)], prices);
		expect(priced('meta/llama-4')).toEqual({ usd: 1, unpricedModels: [] });
		expect(priced('LLAMA-4').usd).toBe(2);
		expect(priced('other/Llama-4-20260101').usd).toBe(2);
		expect(priced('openai/gpt-5-mini').usd).toBeCloseTo(0.45);
	});

	it.each([[1], [[]], [{ a: { input: -1, output: 0 } }], [{ a: { input: 1 } }], [null]])(
		'refuse a table that is none: %j',
		(table) => {
			expect(() => withPrices(table)).toThrow(
				expect.objectContaining({
					code: 'PRICES_UNREADABLE',
					advice: expect.stringContaining('NAME'),
				}) as Error,
			);
		},
	);

	it.each([
		['{"models":', '$'],
		['{"models":{"a":{"input":-1,"output":0}}}', '$.models.a.input'],
		['[]', '$'],
	])('refuse a file that cannot be read, with its place: %s', (text, place) => {
		expect(() => readPrices(text)).toThrow(
			expect.objectContaining({ code: 'PRICES_UNREADABLE', place }) as Error,
		);
	});
});
