/** The fold: how each event changes the state of a run. The only place where a state changes. */

import type { Graph } from '../graph/graph';
import { mergeVariables } from '../value/merge';
import type { RunEvent } from './contract';
import { foldStep, isStepEvent } from './fold-step';
import { foldThread } from './fold-thread';
import { loadState, namespace, type RunState, type ThreadState } from './state';
import { changeStatus } from './status';

/**
 * Applies one event to the state, in place. Folding the events of a log in order from
 * `createState()` gives the state of the run (design part 3).
 */
export function fold(state: RunState, event: RunEvent, graph: Graph): void {
	if (isOnlyTold(event)) return;
	if (isStepEvent(event)) foldStep(state, event, graph);
	else foldRun(state, event, graph);
	state.eventCount += 1;
	state.updatedAtMs = event.at;
}

/** True for what callers see and no log holds (R9.53): conditions that were judged and did not hold. */
export function isOnlyTold(event: RunEvent): boolean {
	return event.type === 'waitingJudged' && !event.transitioned;
}

function foldRun(state: RunState, event: RunEvent, graph: Graph): void {
	switch (event.type) {
		case 'runStarted':
			if (event.source) restore(state, event.source.state);
			state.runId = event.runId;
			state.workflowId = event.workflowId;
			state.versionNumber = event.versionNumber;
			state.versionName = event.versionName;
			state.seed = event.seed;
			state.runBy = event.runBy;
			state.startedAtMs = event.at;
			state.welcomeMessage = event.welcomeMessage;
			state.startNodeId = event.startNodeId;
			state.provided = event.provided;
			state.miscellaneous = event.miscellaneous;
			state.source = event.source;
			changeStatus(state, 'started');
			return;
		case 'turnStarted':
			startTurn(state, event);
			return;
		case 'warned':
			if (event.onceKey === null) return;
			if (event.onceKey.startsWith('run:')) state.warnedInRun[event.onceKey] = true;
			else state.warnedInTurn[event.onceKey] = true;
			return;
		case 'runPaused':
			changeStatus(state, 'paused');
			return;
		case 'turnEnded':
			if (state.openTurn && state.openTurn.kind !== 'pump') state.turnCount += 1;
			// Steps of companions leave a waiting run waiting; what ends the run in one ends a thread at work.
			else if (event.status !== 'waiting_for_user_input' && state.status === 'waiting_for_user_input')
				changeStatus(state, 'running');
			state.openTurn = null;
			state.turnError = event.error;
			changeStatus(state, event.status);
			return;
		case 'runEnded':
			changeStatus(state, event.status);
			state.terminationSource = event.source;
			state.errorMessage = event.message;
			return;
		case 'feedbackGiven':
			return;
		default:
			foldThread(state, event, graph);
	}
}

/** A re-run begins where its source stood: threads and variables, but no turns, keys or usage of its own (R10.1). */
function restore(state: RunState, text: string): void {
	const source = loadState(text);
	state.dynamicVariables = source.dynamicVariables;
	state.workflowVariables = source.workflowVariables;
	state.interiorValues = source.interiorValues;
	state.threads = source.threads;
	state.strikes = source.strikes;
	state.completions = source.completions;
	state.nodeRuns = source.nodeRuns;
	state.messagePositions = source.messagePositions;
	state.carriedTotals = [...source.carriedTotals, ...source.totals];
}

function startTurn(state: RunState, event: Extract<RunEvent, { type: 'turnStarted' }>): void {
	state.openTurn = {
		kind: event.kind,
		startedAtMs: event.at,
		overrides: event.overrides,
		idempotencyKey: event.idempotencyKey,
		runtimeVariables: event.runtimeVariables,
		executions: namespace(),
		stepping: null,
		matched: null,
	};
	state.turnError = null;
	// A pump brings no message: what the last turn received does not count in it (R2.6).
	for (const thread of Object.values(state.threads)) {
		// What goes on between nodes goes on with the message it had: a pause keeps all state (R1.12).
		if (event.kind === 'resume' && isBetweenNodes(thread)) continue;
		thread.received = false;
		thread.owed = false;
	}
	if (event.kind === 'pump') return;
	state.warnedInTurn = namespace();
	changeStatus(state, 'running');
	if (event.idempotencyKey !== null) state.turnKeys[event.idempotencyKey] = state.turnCount + 1;
	if (Object.keys(event.dynamicVariables).length > 0) {
		state.dynamicVariables = mergeVariables(state.dynamicVariables, event.dynamicVariables);
	}
	const main = state.threads['0'];
	if (main) Object.assign(main.variables, event.runtimeVariables);
	for (const thread of Object.values(state.threads)) {
		if (event.kind === 'resume' && isBetweenNodes(thread)) thread.status = 'executing';
	}
}

/** Paused after a node has finished, not while it waited for the user (R1.13). */
function isBetweenNodes({ status, pausedBetween }: ThreadState): boolean {
	return status === 'paused' && pausedBetween;
}
