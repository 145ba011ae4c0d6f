/** Group commit: works that several writers hand in during one pass of the event loop share a transaction. */

import { setImmediate } from 'node:timers';
import type { Clock } from '../clock';
import { InteractlyError } from '../errors';
import type { Work } from './statement';

/** What a synchronous database offers to a group of works. */
export interface Transactor {
	begin(): void;
	commit(): void;
	rollback(): void;
	run<Result>(work: Work<Result>): Result;
	isBusy(error: unknown): boolean;
	explain(error: unknown, doing: string): InteractlyError;
}

interface Entry {
	/** Makes the work afresh, because a group that failed is tried again one by one. */
	start(): Work<unknown>;
	doing: string;
	settle(outcome: Outcome): void;
}

type Outcome = { result: unknown } | { error: unknown };

/** How long one waits for another process to finish writing, on top of SQLite's own wait. */
const busyLimitMs = 10_000;
const busyPauseMs = 5;

/** Repeats what failed because another process held the database, until the limit. */
export async function patiently<Result>(
	{ clock, isBusy }: { clock: Clock; isBusy(error: unknown): boolean },
	act: () => Result | Promise<Result>,
): Promise<Result> {
	const patienceEnds = clock.now() + busyLimitMs;
	for (;;) {
		try {
			return await act();
		} catch (error) {
			if (!isBusy(error) || clock.now() >= patienceEnds) throw error;
		}
		await clock.sleep(busyPauseMs);
	}
}

export interface Group {
	/** `lane` names the writer: works of one lane follow each other, as the steps of a run do. */
	write<Result>(doing: string, start: () => Work<Result>, lane?: string): Promise<Result>;
	/**
	 * True when nobody else writes at the moment, so that this writer may commit one statement by itself. It
	 * counts as its write.
	 */
	isAlone(lane: string): boolean;
	/** Commits what is still waiting. */
	flush(): Promise<void>;
}

/** So many commits of a lone writer follow each other before everything else in the process has its turn. */
const maxLoneCommits = 32;

/**
 * While several lanes write, the group runs once the callbacks of the current pass are done. A lone writer
 * does not wait for others: its work is committed at once.
 *
 * A work that refuses (an error of ours) must not leave anything written; any other error undoes the group,
 * and its works are then run one by one so that only the guilty one fails.
 */
export function createGroup(database: Transactor, clock: Clock): Group {
	let waiting: Entry[] = [];
	let running: Promise<void> = Promise.resolve();
	let isScheduled = false;
	/** Whether the last pass had several lanes; the next one is expected to be like it. */
	let isShared = false;
	/** The writer that has this pass of the event loop to itself so far. */
	let lone: { lane: string; commits: number } | null = null;

	function schedule(): void {
		if (isScheduled) return;
		isScheduled = true;
		setImmediate(() => {
			isScheduled = false;
			lone = null;
			isShared = waiting.length > 1;
			running = commitWaiting();
		});
	}

	/** True when nobody else has written in this pass, nor in the one before. */
	function isLone(lane: string | undefined): boolean {
		if (lane === undefined || isShared) return false;
		if (lone === null) lone = { lane, commits: 0 };
		else if (lone.lane !== lane) isShared = true;
		lone.commits += 1;
		return !isShared && lone.commits <= maxLoneCommits;
	}

	async function commitWaiting(): Promise<void> {
		await running;
		const entries = waiting;
		waiting = [];
		if (entries.length === 0) return;
		if (tryTogether(database, entries)) return;
		for (const entry of entries) await alone(database, clock, entry);
	}

	return {
		write: <Result>(doing: string, start: () => Work<Result>, lane?: string) =>
			new Promise<Result>((resolve, reject) => {
				waiting.push({
					start,
					doing,
					settle: (outcome) =>
						'error' in outcome ? reject(outcome.error as Error) : resolve(outcome.result as Result),
				});
				// Also after a lone writer: the pass has to end for the next one to begin.
				schedule();
				if (isLone(lane)) running = commitWaiting();
			}),
		isAlone: (lane) => {
			if (waiting.length > 0) return false;
			schedule();
			return isLone(lane);
		},
		flush: async () => {
			await running;
			await (running = commitWaiting());
		},
	};
}

/** True when the transaction was committed and every entry has its outcome. */
function tryTogether(database: Transactor, entries: Entry[]): boolean {
	const outcomes: Outcome[] = [];
	try {
		database.begin();
		for (const entry of entries) outcomes.push(runOne(database, entry));
		database.commit();
	} catch {
		// Whatever it was, it shows again when the works run one by one, and is told there.
		database.rollback();
		return false;
	}
	entries.forEach((entry, index) => entry.settle(outcomes[index] as Outcome));
	return true;
}

function runOne(database: Transactor, entry: Entry): Outcome {
	try {
		return { result: database.run(entry.start()) };
	} catch (error) {
		if (error instanceof InteractlyError) return { error };
		throw error;
	}
}

async function alone(database: Transactor, clock: Clock, entry: Entry): Promise<void> {
	try {
		const outcome = await patiently({ clock, isBusy: (error) => database.isBusy(error) }, () => {
			try {
				database.begin();
				const result = runOne(database, entry);
				database.commit();
				return result;
			} catch (error) {
				database.rollback();
				throw error;
			}
		});
		entry.settle(outcome);
	} catch (error) {
		entry.settle({ error: database.explain(error, entry.doing) });
	}
}
