/** A turn and the background work that was waited for, as one result. */

import type { TurnResult } from './contract';
import { replyOf } from './speech';
import { sumUsages } from './usage';

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
		usage: sumUsages(all.map(({ usage }) => usage)),
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
