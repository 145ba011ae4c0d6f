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

const tableSchema = z.record(
	z.string().min(1),
	z.object({ input: z.number().min(0), output: z.number().min(0) }),
);
const fileSchema = z.object({ models: tableSchema });

/** As much of a call as costs money. */
export interface PaidCall {
	model: string;
	usage: Pick<CallRecord['usage'], 'promptTokens' | 'completionTokens'>;
}

/**
 * Lays prices given as data over the list prices: `{"name": {"input": 1.25, "output": 10}}`.
 *
 * @throws {ConfigurationError} `PRICES_UNREADABLE` naming the place.
 */
export function withPrices(table: unknown, base: PriceTable = LIST_PRICES): PriceTable {
	const parsed = tableSchema.safeParse(table);
	if (parsed.success) return merged(base, parsed.data);
	throw misfit(parsed.error, '{"NAME": {"input": DOLLARS, "output": DOLLARS}}');
}

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
		throw unreadable('is not JSON', { place: '$', form: FILE_FORM, cause: error });
	}
	const parsed = fileSchema.safeParse(value);
	if (parsed.success) return merged(base, parsed.data.models);
	throw misfit(parsed.error, FILE_FORM);
}

/** Names are compared in lower case. */
function merged(base: PriceTable, own: PriceTable): PriceTable {
	const lowered = Object.entries(own).map(([name, price]) => [name.toLowerCase(), price] as const);
	return { ...base, ...Object.fromEntries(lowered) };
}

function misfit({ issues: [issue] }: z.ZodError, form: string): ConfigurationError {
	const place = ['$', ...(issue?.path ?? [])].map(String).join('.');
	return unreadable(issue?.message ?? 'does not fit', { place, form });
}

/** The cost of these calls, losers, fillers and failed parses included: the vendor charges them too. */
export function estimateCost(calls: readonly PaidCall[], prices: PriceTable = LIST_PRICES): CostEstimate {
	const unpriced = new Set<string>();
	let usd = 0;
	for (const { model, usage } of calls) {
		const price = priceOf(model, prices);
		if (price === null) unpriced.add(model);
		else usd += (usage.promptTokens * price.input + usage.completionTokens * price.output) / 1_000_000;
	}
	return { usd, unpricedModels: [...unpriced] };
}

/** Deployments put a vendor in front of a name (`openai/gpt-5`), vendors append dates. */
function priceOf(model: string, prices: PriceTable): Price | null {
	const whole = model.toLowerCase();
	const name = whole.replace(/^.*\//, '');
	const undated = name.replace(/[-@](\d{8}|\d{4}-\d{2}-\d{2})$/, '');
	const known = [whole, name, undated].find((candidate) => Object.hasOwn(prices, candidate));
	return known === undefined ? null : (prices[known] ?? null);
}

const FILE_FORM = '{"models": {"NAME": {"input": DOLLARS, "output": DOLLARS}}}';

function unreadable(
	what: string,
	{ place, form, cause }: { place: string; form: string; cause?: unknown },
): ConfigurationError {
	return new ConfigurationError(
		'PRICES_UNREADABLE',
		`The model prices cannot be read: ${what} at ${place}.`,
		{
			place,
			advice: `Write ${form}, in US dollars per million tokens.`,
			...(cause === undefined ? {} : { cause }),
		},
	);
}
