/** A copy of a run's state to read from later: the fold goes on changing the original in place. */

import type { RunState, ThreadState } from '../engine/engine';

/** What grows with the conversation and is only ever added to or replaced by key: one level is copied. */
const flatInState = new Set<keyof RunState>([
	'workflowVariables',
	'dynamicVariables',
	'turnKeys',
	'completions',
	'nodeRuns',
	'messagePositions',
	'warnedInTurn',
	'warnedInRun',
]);
const flatInThread = new Set<keyof ThreadState>(['history', 'variables', 'callers', 'nodesHistory']);

/** Costs little for a long conversation, because its texts and messages are shared. */
export function copyState(state: RunState): RunState {
	const copy = { ...copyBy(state, flatInState), threads: copyFlat(state.threads) };
	for (const [id, thread] of Object.entries(copy.threads)) copy.threads[id] = copyBy(thread, flatInThread);
	return copy;
}

function copyBy<Value extends RunState | ThreadState>(value: Value, flat: ReadonlySet<keyof Value>): Value {
	const copy = { ...value };
	for (const key of Object.keys(copy) as Array<keyof Value>) {
		const inner = copy[key];
		if (typeof inner !== 'object' || inner === null || key === 'threads') continue;
		copy[key] = flat.has(key) ? copyFlat(inner) : copyDeep(inner);
	}
	return copy;
}

/** One level; an object without prototype stays one, so that no name is special. */
function copyFlat<Value extends object>(value: Value): Value {
	if (Array.isArray(value)) return [...(value as unknown[])] as Value;
	return Object.assign(Object.create(Object.getPrototypeOf(value) as object | null) as Value, value);
}

function copyDeep<Value>(value: Value): Value {
	if (typeof value !== 'object' || value === null) return value;
	if (Array.isArray(value)) return value.map(copyDeep) as Value;
	const copy = copyFlat(value) as Record<string, unknown>;
	for (const key of Object.keys(copy)) copy[key] = copyDeep(copy[key]);
	return copy as Value;
}
