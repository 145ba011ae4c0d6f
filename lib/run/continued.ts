/** A turn and the background work that was waited for, as one result. */

import type { TurnResult, TurnUsage } from './contract';
import { replyOf } from './speech';

/**
 * The turn's own result with what the pumps after it said, did and cost, and with the run as the last of
 * them left it. What went wrong in a pump is the run's affair: `error` stays the turn's.
 */
export function continued(turn: TurnResult, pumps: readonly TurnResult[]): TurnResult {
	const last = pumps.at(-1);
	if (last === undefined) return turn;
	const all = [turn, ...pumps];
	const messages = all.flatMap((result) => result.messages);
	const { latencyMs, error, repeated, recovered } = turn;
	const joined = {
		...{ messages, latencyMs, error, repeated, recovered },
		reply: replyOf(messages),
		path: all.flatMap(({ path }) => path),
		usage: sumOf(all.map(({ usage }) => usage)),
		warnings: all.flatMap(({ warnings }) => warnings),
		modelFailures: all.flatMap(({ modelFailures }) => modelFailures),
	};
	return Object.defineProperties({} as TurnResult, {
		// Copied as they are, because reading `events` would compute them.
		...Object.getOwnPropertyDescriptors(last),
		...Object.getOwnPropertyDescriptors(joined),
		events: { get: () => all.flatMap(({ events }) => events), enumerable: true },
	});
}

function sumOf(usages: readonly TurnUsage[]): TurnUsage {
	const models = new Map<string, TurnUsage['models'][number]>();
	for (const { models: rows } of usages) {
		for (const row of rows) {
			const key = JSON.stringify([row.provider, row.model]);
			const known = models.get(key);
			models.set(key, known === undefined ? row : { ...row, ...totalOf([known, row]) });
		}
	}
	return { ...totalOf(usages), models: [...models.values()] };
}

function totalOf(rows: ReadonlyArray<Omit<TurnUsage, 'models'>>): Omit<TurnUsage, 'models'> {
	const sum = (key: 'calls' | 'promptTokens' | 'completionTokens' | 'totalTokens') =>
		rows.reduce((total, row) => total + row[key], 0);
	return {
		calls: sum('calls'),
		promptTokens: sum('promptTokens'),
		completionTokens: sum('completionTokens'),
		totalTokens: sum('totalTokens'),
	};
}
