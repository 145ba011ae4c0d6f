/** What model calls cost by an estimate: tokens times a price table that anybody may correct. */

import { z } from 'zod';
import { ConfigurationError } from '../errors';
import type { CallRecord } from './contract';
import listPrices from './prices.json';

/** US dollars per million tokens. */
export interface Price {
	input: number;
	output: number;
}

/** By model name; a name also stands for its dated versions (`gpt-5-mini` for `gpt-5-mini-2025-08-07`). */
export type PriceTable = Readonly<Record<string, Price>>;

export interface CostEstimate {
	/** The sum over all calls whose model has a price. */
	usd: number;
	/** Models without a price, each once; their calls are not in the sum. */
	unpricedModels: string[];
}

/** The table that comes with the package, `lib/llm/prices.json`. */
export const LIST_PRICES: PriceTable = listPrices.models;

const fileSchema = z.object({
	models: z.record(z.string().min(1), z.object({ input: z.number().min(0), output: z.number().min(0) })),
});

/**
 * Lays the user's own price file over the list prices. The text is JSON of the shape of
 * `prices.json`: `{"models": {"name": {"input": 1.25, "output": 10}}}`.
 *
 * @throws {ConfigurationError} `PRICES_UNREADABLE` naming the place in the file.
 */
export function readPrices(text: string, base: PriceTable = LIST_PRICES): PriceTable {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch (error) {
		throw unreadable('is not JSON', '$', error);
	}
	const parsed = fileSchema.safeParse(value);
	if (parsed.success) return { ...base, ...parsed.data.models };
	const [issue] = parsed.error.issues;
	throw unreadable(issue?.message ?? 'does not fit', ['$', ...(issue?.path ?? [])].map(String).join('.'));
}

/** The cost of these calls, losers, fillers and failed parses included: the vendor charges them too. */
export function estimateCost(calls: readonly CallRecord[], prices: PriceTable = LIST_PRICES): CostEstimate {
	const unpriced = new Set<string>();
	let usd = 0;
	for (const { model, usage } of calls) {
		const price = priceOf(model, prices);
		if (price === null) unpriced.add(model);
		else usd += (usage.promptTokens * price.input + usage.completionTokens * price.output) / 1_000_000;
	}
	return { usd, unpricedModels: [...unpriced] };
}

/** The longest name that the model's name begins with; vendors append dates, regions stand in front. */
function priceOf(model: string, prices: PriceTable): Price | null {
	const name = model.toLowerCase().replace(/^.*\//, '');
	const exact = Object.hasOwn(prices, name) ? prices[name] : undefined;
	if (exact !== undefined) return exact;
	const dated = name.replace(/[-@](\d{8}|\d{4}-\d{2}-\d{2})$/, '');
	return dated !== name && Object.hasOwn(prices, dated) ? (prices[dated] ?? null) : null;
}

function unreadable(what: string, place: string, cause?: unknown): ConfigurationError {
	return new ConfigurationError('PRICES_UNREADABLE', `the price file ${what} at ${place}`, {
		place,
		advice:
			'Write {"models": {"NAME": {"input": DOLLARS, "output": DOLLARS}}}, in US dollars per million tokens.',
		...(cause === undefined ? {} : { cause }),
	});
}
