/** The refusals that every store gives in the same words: unknown, taken, lost. */

import { RunError } from '../errors';

export function runUnknown(id: string): RunError {
	return new RunError('RUN_UNKNOWN', `There is no run "${id}".`, {
		status: 404,
		place: `run "${id}"`,
		advice: 'Check the run id; runs are deleted together with their workflow.',
	});
}

export function runExists(id: string): RunError {
	return new RunError('RUN_EXISTS', `There is already a run "${id}".`, {
		status: 409,
		place: `run "${id}"`,
		advice: 'Give the new run a fresh id.',
	});
}

export function leaseLost(id: string): RunError {
	return new RunError(
		'RUN_LEASE_LOST',
		`Run "${id}" was taken over by another writer; nothing was written.`,
		{
			status: 409,
			place: `run "${id}"`,
			retryable: true,
			advice:
				'Load the run again and repeat the command; this happens when a process stands still for longer than its lease.',
		},
	);
}

export function sessionTaken(sessionKey: string, holder: string): RunError {
	return new RunError('SESSION_TAKEN', `The session key "${sessionKey}" belongs to run "${holder}".`, {
		status: 409,
		place: `run "${holder}"`,
		advice: 'Continue that run, or choose another session key.',
	});
}

export function workflowUnknown(id: string): RunError {
	return new RunError('WORKFLOW_UNKNOWN', `There is no workflow "${id}".`, {
		status: 404,
		place: `workflow "${id}"`,
		advice: 'List the workflows to see which ids exist.',
	});
}

export function workflowExists(id: string): RunError {
	return new RunError('WORKFLOW_EXISTS', `There is already a workflow "${id}".`, {
		status: 409,
		place: `workflow "${id}"`,
		advice: 'Update that workflow, or give the new one another id.',
	});
}

export function versionUnknown(workflowId: string, number: number): RunError {
	return new RunError('VERSION_UNKNOWN', `Workflow "${workflowId}" has no version ${number}.`, {
		status: 404,
		place: `workflow "${workflowId}", version ${number}`,
		advice: 'List the versions of the workflow to see which numbers exist.',
	});
}

export function versionLast(workflowId: string, number: number): RunError {
	return new RunError(
		'VERSION_LAST',
		`A workflow needs one version: ${number} is the last of "${workflowId}".`,
		{
			status: 409,
			place: `workflow "${workflowId}", version ${number}`,
			advice: 'Create another version first, or delete the workflow.',
		},
	);
}

export function versionActive(workflowId: string, number: number): RunError {
	return new RunError('VERSION_ACTIVE', `Version ${number} of workflow "${workflowId}" is the active one.`, {
		status: 409,
		place: `workflow "${workflowId}", version ${number}`,
		advice: 'Activate another version, then delete this one.',
	});
}
