/** A copy of a run's state to read from later: the fold goes on changing the original in place. */

import type { RunState, ThreadState } from '../engine/engine';

/**
 * Copies what the fold changes and shares what it only adds to, so that the cost does not grow with
 * the texts of a long conversation.
 */
export function copyState(state: RunState): RunState {
	return {
		...state,
		workflowVariables: copyFlat(state.workflowVariables),
		dynamicVariables: copyFlat(state.dynamicVariables),
		threads: Object.fromEntries(
			Object.entries(state.threads).map(([id, thread]) => [id, copyThread(thread)]),
		),
		openTurn: copyDeep(state.openTurn),
		turnKeys: copyFlat(state.turnKeys),
		completions: copyFlat(state.completions),
		nodeRuns: copyFlat(state.nodeRuns),
		messagePositions: copyFlat(state.messagePositions),
		warnedInRun: copyFlat(state.warnedInRun),
		totals: state.totals.map((row) => ({ ...row })),
	};
}

function copyThread(thread: ThreadState): ThreadState {
	return {
		...thread,
		history: [...thread.history],
		variables: copyFlat(thread.variables),
		callers: copyFlat(thread.callers),
		nodesHistory: [...thread.nodesHistory],
		frame: copyDeep(thread.frame),
		lanes: copyDeep(thread.lanes),
		finished: copyDeep(thread.finished),
		loop: copyDeep(thread.loop),
		waiting: copyDeep(thread.waiting),
	};
}

/** One level; an object without prototype stays one, so that no name is special. */
function copyFlat<Value extends object>(value: Value): Value {
	return Object.assign(Object.create(Object.getPrototypeOf(value) as object | null) as Value, value);
}

function copyDeep<Value>(value: Value): Value {
	if (Array.isArray(value)) return value.map(copyDeep) as Value;
	if (typeof value !== 'object' || value === null) return value;
	const copy = Object.create(Object.getPrototypeOf(value) as object | null) as Record<string, unknown>;
	for (const [key, inner] of Object.entries(value)) copy[key] = copyDeep(inner);
	return copy as Value;
}
