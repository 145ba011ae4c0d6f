/** Fails runs that stopped moving, so that nobody waits for them and no slot stays taken (R1.31, R1.32). */

import { codeOf, messageOf } from '../errors';
import type { RunRow } from '../store/contract';
import { createHold } from './hold';
import { createJournal } from './journal';
import { leaseMs } from './lease';
import { newOwner } from './owner';
import type { RunnerParts } from './parts';

export interface StaleLimits {
	/** No event for this long in `started` or `running`. Default 15 min. */
	runningMs?: number;
	/** No event for this long in `waiting_for_user_input`. Default 24 h. */
	waitingMs?: number;
}

const pageSize = 100;

/** Each call is one pass; whoever owns the runner decides how often, every 60 s by default. */
export function createReaper(parts: RunnerParts, limits: StaleLimits = {}): () => Promise<string[]> {
	const { store, ports } = parts;
	const runningMs = limits.runningMs ?? 15 * 60_000;
	const waitingMs = limits.waitingMs ?? 24 * 60 * 60_000;

	async function stale(statuses: string[], forMs: number): Promise<RunRow[]> {
		const updatedBefore = ports.clock.now() - forMs;
		const found: RunRow[] = [];
		for (let offset = 0; ; offset += pageSize) {
			const { rows } = await store.listRuns({ statuses, updatedBefore, limit: pageSize, offset });
			// A long pause between two attempts of a companion is no standstill: its time comes by itself.
			found.push(...rows.filter(({ dueAt }) => dueAt === null || dueAt < updatedBefore));
			if (rows.length < pageSize) return found;
		}
	}

	return async () => {
		const rows = [
			...(await stale(['started', 'running'], runningMs)),
			...(await stale(['waiting_for_user_input'], waitingMs)),
		];
		const reaped: string[] = [];
		for (const row of rows) {
			try {
				if (await reapRun(parts, row)) reaped.push(row.id);
			} catch (error) {
				// One run that cannot be ended must not keep the others.
				ports.log.warn('A stale run could not be ended.', {
					runId: row.id,
					code: codeOf(error),
					error: messageOf(error),
				});
			}
		}
		if (reaped.length > 0) parts.bell.ring();
		return reaped;
	};
}

/** False when the run has moved meanwhile, or is held by somebody. */
async function reapRun(parts: RunnerParts, stale: RunRow): Promise<boolean> {
	const { store, engine, ports, lives } = parts;
	const taken = await store.claim(stale.id, newOwner(), leaseMs);
	if (taken === null) return false;
	const { run, lease } = taken;
	// An append of a lease that was lost is refused; nothing else is to be stopped.
	const hold = createHold(parts, { lease, isHeld: true, onLost: () => undefined });
	try {
		if (run.head !== stale.head || run.status !== stale.status) return false;
		const live = await lives.load(run);
		lives.forget(run.id);
		const journal = createJournal({ store, engine, live, hold, durability: 'turn', releases: true });
		await engine.advance({
			graph: live.graph,
			state: live.state,
			command: {
				type: 'abandon',
				source: 'stale_run_reaper',
				message: `The run did not move since ${new Date(stale.updatedAt).toISOString()}.`,
			},
			ports,
			surroundings: await parts.surroundings(),
			journal,
		});
		return journal.events.length > 0;
	} finally {
		await hold.giveBack();
	}
}
