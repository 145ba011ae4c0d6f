/** Runs in motion: every command finds its run, waits its turn there, and is carried out once. */

import { codeOf, InputError } from '../errors';
import type { Json } from '../json';
import type { Store } from '../store/contract';
import { createBell } from './bell';
import type { Runner, RunnerOptions, TurnRequest, TurnResult } from './contract';
import { RunFinished } from './drive';
import { realEngine } from './engine-port';
import { createFeedback } from './feedback';
import { createGraphs } from './graphs';
import { readTurn } from './input';
import { createHeartbeats } from './lease';
import { createLiveRuns } from './live';
import { createLocator } from './locate';
import type { RunnerParts } from './parts';
import { createQueue } from './queue';
import { readRun } from './reading';
import { createReaper } from './reap';
import { createReruns } from './rerun';
import { runStateRefuses } from './refusals';
import { leadWith } from './result';
import { createTaker } from './take';
import { startWatch } from './watch';

/** A stored workflow that a super node refers to; null when there is none (R7.3.2). */
async function publishedIn(store: Store, id: string, version: number | null): Promise<Json | null> {
	const row = await store.getVersion(id, version ?? 'active');
	return row === null ? null : (JSON.parse(row.document) as Json);
}

/** One per store and process; turns of one run queue in it, and between processes through leases. */
export function createRunner(options: RunnerOptions): Runner {
	const { store, ports } = options;
	const engine = options.engine ?? realEngine;
	const graphs = createGraphs(options.resolveWorkflow ?? ((id, version) => publishedIn(store, id, version)));
	const parts: RunnerParts = {
		store,
		engine,
		ports,
		durability: options.durability ?? 'step',
		surroundings:
			options.surroundings ?? (() => Promise.resolve({ globals: {}, secrets: {}, namedLlms: {} })),
		graphs,
		lives: createLiveRuns({ store, engine, graphs }, options.memory),
		bell: createBell(),
		heartbeats: createHeartbeats({ store, clock: ports.clock, log: ports.log }),
	};
	const runs = createQueue();
	const sessions = createQueue();
	const taker = createTaker(parts);
	const locator = createLocator(parts, { runs, sessions });
	const reap = createReaper(parts, options.stale);
	let isClosed = false;

	async function turn(request: TurnRequest): Promise<TurnResult> {
		if (isClosed) {
			throw new InputError('RUNNER_CLOSED', 'This runner was closed and takes no more turns.', {
				advice: 'Open the store again and make a new runner.',
			});
		}
		request.signal?.throwIfAborted();
		const read = readTurn(request);
		let lead: TurnResult | null = null;
		for (let finished: string | null = null; ;) {
			const located = await locator.locate({ request, turn: read, finished });
			request.onRun?.(located.runId);
			if (read.command === 'pause' || read.command === 'stop') taker.interfere(located.runId, read.command);
			try {
				const result = await taker.take({ ...located, turn: read, request });
				return lead === null ? result : leadWith(lead, result);
			} catch (error) {
				const begins = read.command === 'start' || read.command === 'data';
				const isSession = request.runId === undefined && request.sessionKey !== undefined;
				if (error instanceof RunFinished) {
					if (!isSession || !begins) throw runStateRefuses(read.command, located.runId, error.status);
					lead = error.recovered ?? lead;
				} else if (!isSession || finished !== null || codeOf(error) !== 'RUN_UNKNOWN') throw error;
				// Finished, or deleted meanwhile: the session looks for its run anew.
				finished = located.runId;
			}
		}
	}

	return {
		turn,
		...readRun(parts),
		...createFeedback(parts),
		...createReruns(parts, { taker, runs }),
		watch: (watch) => startWatch(parts, watch),
		onSettled: (listener) => parts.bell.listen(listener),
		reap,
		async close() {
			isClosed = true;
			await sessions.whenIdle();
			await runs.whenIdle();
			await taker.settle();
			parts.heartbeats.close();
			parts.lives.clear();
		},
	};
}
