/** What turns and runs cost by an estimate, from the tokens they report per model. */

import type { JsonObject } from '../json';
import { isJsonObject } from '../json';
import { estimateCost, LIST_PRICES, type PaidCall, type PriceTable } from '../llm/cost';
import type { RunRecord, TurnUsage } from '../run/contract';

export interface EstimatedCost extends JsonObject {
	/** The sum over all models with a price; null when models were called and none of them has one. */
	amount: number | null;
	currency: 'USD';
	/** Called models whose tokens are not in the sum. */
	modelsWithoutPrice: string[];
}

/** The cost of one turn. Without prices of the caller's own: the list prices of the package. */
export function costOfTurn({ models }: TurnUsage, prices: PriceTable = LIST_PRICES): EstimatedCost {
	return costOf(
		models.map((usage) => ({ model: usage.model, usage })),
		prices,
	);
}

/** The cost of a whole run (R9.48). What a re-run took over from another run was paid for there. */
export function costOfRecord(record: RunRecord, prices: PriceTable = LIST_PRICES): EstimatedCost {
	const usage = isJsonObject(record.llm_token_usage) ? record.llm_token_usage : {};
	const rows = Array.isArray(usage.breakdown_by_models) ? usage.breakdown_by_models : [];
	const calls = rows.filter(isJsonObject).map((row): PaidCall => ({
		model: String(row.response_model),
		usage: { promptTokens: Number(row.input_tokens), completionTokens: Number(row.output_tokens) },
	}));
	return costOf(calls, prices);
}

function costOf(calls: readonly PaidCall[], prices: PriceTable): EstimatedCost {
	const { usd, unpricedModels } = estimateCost(calls, prices);
	const isUnknown = calls.length > 0 && calls.every(({ model }) => unpricedModels.includes(model));
	// A hundredth of a millionth: sums of fractions leave dust behind.
	const amount = isUnknown ? null : Number(usd.toFixed(8));
	return { amount, currency: 'USD', modelsWithoutPrice: unpricedModels };
}
