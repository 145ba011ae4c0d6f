/** Why a run does not take a command: busy, finished, paused, unknown; each with what to do next. */

import type { RunStatus } from '../engine/contract';
import { LimitError, RunError } from '../errors';

export function runBusy(runId: string, waitedMs: number): RunError {
	const waited = waitedMs === 0 ? '' : ` for ${Math.round(waitedMs / 1000)} seconds`;
	return new RunError('RUN_BUSY', `Run "${runId}" was busy with another turn${waited}.`, {
		status: 409,
		retryable: true,
		place: `run "${runId}"`,
		advice: 'Send the message again in a moment; nothing of it was taken.',
	});
}

const onlyBackground =
	'Only background work is left in this run; pump it until it completes, or start a new run.';

const adviceByStatus: Partial<Record<RunStatus, string>> = {
	not_started: 'Begin the run with the command "start" first.',
	started: onlyBackground,
	running: onlyBackground,
	waiting_for_user_input: 'Send a message with the command "data".',
	paused: 'Resume the run first.',
};

export function runStateRefuses(command: string, runId: string, status: RunStatus): RunError {
	const advice = adviceByStatus[status] ?? 'The run is finished; start a new one.';
	return new RunError('RUN_STATE_REFUSES', `Run "${runId}" is ${status} and takes no "${command}".`, {
		status: 409,
		place: `run "${runId}"`,
		advice,
	});
}

export function runIdMissing(command: string): RunError {
	return new RunError('RUN_ID_MISSING', `The command "${command}" needs a run, and none was named.`, {
		status: 400,
		advice: 'Name the run by its id or its session key, or use the command "start" to begin one.',
	});
}

export function sessionUnknown(sessionKey: string): RunError {
	return new RunError('SESSION_UNKNOWN', `The session "${sessionKey}" has no unfinished run.`, {
		status: 404,
		place: `session "${sessionKey}"`,
		advice: 'Begin a conversation under this session key first.',
	});
}

export function sourceMissing(): RunError {
	return new RunError('SOURCE_MISSING', 'A new run was asked for, but no graph was given to run.', {
		status: 400,
		advice: 'Name a stored workflow or give a graph document.',
	});
}

export function turnTimeSpent(runId: string, timeoutMs: number): LimitError {
	return new LimitError('TURN_TIME_SPENT', `The turn of run "${runId}" took longer than ${timeoutMs} ms.`, {
		retryable: true,
		place: `run "${runId}"`,
		advice:
			'The run stays resumable: the next message first finishes this turn. Raise the time limit for slow models.',
	});
}

/** The input breaks a rule of the run: status 400. */
export function inputRefused(place: string, what: string, advice: string): RunError {
	return new RunError('RUN_INPUT_REFUSED', `The run input cannot be used: ${what}.`, {
		status: 400,
		place,
		advice,
	});
}

/** The input has the wrong shape: status 422. */
export function inputMalformed(place: string, what: string, advice: string): RunError {
	return new RunError('RUN_INPUT_REFUSED', `The run input cannot be read: ${what}.`, {
		status: 422,
		place,
		advice,
	});
}
