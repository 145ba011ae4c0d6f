/** What the processes reported, round by round, and what follows from it. */

import { median, type Reading } from './subject.ts';

export interface Readings {
	/** The median of a key over all rounds. */
	median(key: string): number;
	/** The median of the ratio of two keys, taken within each round. */
	ratio(above: string, below: string): number;
}

export interface Collection extends Readings {
	add(round: number, reading: Reading): void;
}

export function createCollection(): Collection {
	const rounds: Reading[] = [];
	const all = (key: string): number[] => {
		const values = rounds.flatMap((reading) => reading[key] ?? []);
		if (values.length === 0) throw new Error(`No process reported "${key}"`);
		return values;
	};
	return {
		add(round, reading) {
			rounds[round] = { ...rounds[round], ...reading };
		},
		median: (key) => median(all(key)),
		ratio(above, below) {
			const [dividends, divisors] = [all(above), all(below)];
			return median(dividends.map((dividend, round) => dividend / (divisors[round] ?? NaN)));
		},
	};
}
