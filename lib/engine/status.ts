/** The statuses of a run and the ways between them (R1.1, R1.7, R1.8); a way that is not listed is a bug. */

import type { RunStatus } from './contract';
import type { RunState } from './state';

const NEXT: Readonly<Record<RunStatus, readonly RunStatus[]>> = {
	not_started: ['started', 'cancelled'],
	started: ['running', 'cancelled', 'failed'],
	running: ['waiting_for_user_input', 'paused', 'cancelled', 'completed', 'failed', 'aborted_looping_risk'],
	waiting_for_user_input: ['running', 'paused', 'cancelled', 'failed'],
	paused: ['running', 'cancelled'],
	completed: [],
	failed: [],
	cancelled: [],
	aborted_looping_risk: [],
};

/** Every status, in the order of R1.1. */
export const RUN_STATUSES = Object.keys(NEXT) as RunStatus[];

/** True for the four statuses that never change again (R1.8). */
export function isTerminal(status: RunStatus): boolean {
	return NEXT[status].length === 0;
}

/**
 * Gives the run another status; the same one again changes nothing.
 *
 * @throws {Error} The way is not listed in R1.7.
 */
export function changeStatus(state: Pick<RunState, 'runId' | 'status'>, to: RunStatus): void {
	if (state.status === to) return;
	if (!NEXT[state.status].includes(to))
		throw new Error(`Run ${state.runId} cannot go from ${state.status} to ${to} (R1.7)`);
	state.status = to;
}
