/** What a conversation used and cost, as one line for people. */

import { costOfTurn } from '../assemble/cost';
import type { PriceTable } from '../llm/cost';
import type { TurnUsage } from '../run/contract';

/** `(3 model calls, 1,200 tokens in, 340 out, about $0.00098)`; the empty text without calls. */
export function costText(usage: TurnUsage, prices: PriceTable): string {
	if (usage.calls === 0) return '';
	const calls = `${usage.calls} model call${usage.calls === 1 ? '' : 's'}`;
	const tokens = `${count(usage.promptTokens)} tokens in, ${count(usage.completionTokens)} out`;
	const { amount, modelsWithoutPrice } = costOfTurn(usage, prices);
	const cost = amount === null ? [] : [`about $${money(amount)}`];
	const unpriced =
		modelsWithoutPrice.length === 0 ? [] : [`no price known for ${modelsWithoutPrice.join(', ')}`];
	return `(${[calls, tokens, ...cost, ...unpriced].join(', ')})\n`;
}

const count = (value: number) => value.toLocaleString('en-US');

/** Cents for sums of a dollar and more; two digits that say something for smaller ones. */
const money = (amount: number) =>
	amount === 0 || amount >= 1
		? amount.toFixed(2)
		: amount.toLocaleString('en-US', { maximumSignificantDigits: 2 });
