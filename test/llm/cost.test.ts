/** Estimated costs: list prices, the user's own, and models nobody has a price for. */

import type { CallRecord } from '../../lib/llm/contract';
import { estimateCost, LIST_PRICES, readPrices } from '../../lib/llm/cost';

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
