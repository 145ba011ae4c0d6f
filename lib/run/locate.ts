/** Finds the run a request is for, by id or session, or begins a new one; reserves its place in the queue. */

import type { RunRow, Lease } from '../store/contract';
import { isTerminal } from '../engine/engine';
import type { RunStatus } from '../engine/contract';
import { codeOf } from '../errors';
import { checkBeginning, chooseGraph, createRun, newRunId } from './begin';
import type { TurnRequest } from './contract';
import type { ReadTurn } from './input';
import type { RunnerParts } from './parts';
import type { Place, Queue } from './queue';
import { createRecent } from './recent';
import { runIdMissing, sessionUnknown } from './refusals';

/** Where a command is to be carried out. */
export interface Located {
	runId: string;
	place: Place;
	/** Set for a run just created. */
	held: { run: RunRow; lease: Lease } | null;
}

export interface LocateRequest {
	request: TurnRequest;
	turn: ReadTurn;
	/** A run of the session that was found finished when the command's turn came. */
	finished: string | null;
}

export interface Locator {
	locate(wanted: LocateRequest): Promise<Located>;
	/** Sessions somebody looks for at the moment. */
	readonly sessions: Queue;
}

/** How often a session may change hands while one message looks for it; a guard against a bug. */
const maxAttempts = 50;

export function createLocator(parts: RunnerParts, queues: { runs: Queue; sessions: Queue }): Locator {
	const { store } = parts;
	const { runs, sessions } = queues;
	/** Runs that held their session when last seen; an unfinished run never loses it. */
	const known = createRecent<string, string>({ maxCount: 1000, maxSize: Infinity });
	const at = (runId: string): Located => ({ runId, place: runs.enter(runId), held: null });

	/** In one line per session, so that two first messages find one run, in their order. */
	async function bySession(sessionKey: string, wanted: LocateRequest): Promise<Located> {
		const place = sessions.enter(sessionKey);
		try {
			await place.ready;
			for (let attempt = 1; ; attempt += 1) {
				try {
					return await findOrBegin(sessionKey, wanted);
				} catch (error) {
					// Another process began a run for the session in this moment.
					if (codeOf(error) !== 'SESSION_TAKEN' || attempt === maxAttempts) throw error;
				}
			}
		} finally {
			place.leave();
		}
	}

	async function findOrBegin(sessionKey: string, wanted: LocateRequest): Promise<Located> {
		const { request, turn, finished } = wanted;
		const begins = turn.command === 'start' || turn.command === 'data';
		const seen = known.get(sessionKey);
		// Whether it goes on is seen under its lease; if not, the request comes back with `finished`.
		if (seen !== undefined && begins && finished === null) return at(seen);
		known.delete(sessionKey);
		const row = await store.findSession(sessionKey);
		if (row !== null) {
			const isOver = isTerminal(row.status as RunStatus);
			// A repeated delivery may belong to the finished run, which only its state can tell.
			const mayBeRepeated = request.idempotencyKey !== undefined && row.id !== finished;
			if (!isOver) known.set(sessionKey, row.id, 1);
			if (!isOver || !begins || mayBeRepeated) return at(row.id);
		}
		if (!begins || request.whenSessionIsNew === 'refuse') throw sessionUnknown(sessionKey);
		return await begin(wanted, row?.id ?? null);
	}

	async function begin({ request, turn }: LocateRequest, takesSessionFrom: string | null): Promise<Located> {
		try {
			const chosen = await chooseGraph(parts, request.source, turn.versionNumber);
			checkBeginning(chosen.graph, turn);
			const held = await createRun(parts, { chosen, turn, request, takesSessionFrom });
			return { runId: held.run.id, place: runs.enter(held.run.id), held };
		} catch (error) {
			// The same delivery has begun this run before; it gets that run's answer, whatever its graph has become.
			if (!(await hasBegunBefore(request, error))) throw error;
			return at(newRunId(request));
		}
	}

	async function hasBegunBefore(request: TurnRequest, error: unknown): Promise<boolean> {
		if (codeOf(error) === 'RUN_EXISTS') return true;
		return request.idempotencyKey !== undefined && (await store.findRun(newRunId(request))) !== null;
	}

	return {
		sessions,
		async locate(wanted) {
			const { request, turn } = wanted;
			if (request.runId !== undefined) return at(request.runId);
			if (request.sessionKey !== undefined) return await bySession(request.sessionKey, wanted);
			if (turn.command !== 'start') throw runIdMissing(turn.command);
			return await begin(wanted, null);
		},
	};
}
