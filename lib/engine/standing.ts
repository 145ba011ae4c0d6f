/** Where a run stands: its threads, the work left in the background, and the status that follows (R1.9). */

import {
	afterEvaluation,
	dueAt,
	waitingEdgesOf,
	waitingState,
	type WaitingEdge,
	type WaitingMemory,
} from '../edge/waiting';
import type { Graph } from '../graph/graph';
import type { RunStatus } from './contract';
import type { RunState, ThreadState } from './state';
import { isTerminal } from './status';

/** The thread of that id; a run never forgets a thread, so its absence is a bug. */
export function threadOf(state: RunState, threadId: string): ThreadState {
	const thread = state.threads[threadId];
	if (!thread) throw new Error(`No thread ${threadId} in run ${state.runId}`);
	return thread;
}

/** Non-companion threads: those a turn waits for (R2.1). */
export function mainThreads(state: RunState): ThreadState[] {
	return Object.values(state.threads).filter((thread) => thread.parentId === null);
}

/** Companion threads in the order they were forked. */
export function companionThreads(state: RunState): ThreadState[] {
	return Object.values(state.threads).filter((thread) => thread.parentId !== null);
}

export function activeCompanions(state: RunState): ThreadState[] {
	return companionThreads(state).filter((thread) => thread.status !== 'ended');
}

/** The status at the end of a turn or pump that went well: rows 4 to 7 of R1.9. */
export function statusOf(state: RunState): RunStatus {
	const threads = Object.values(state.threads);
	if (threads.every((thread) => thread.status === 'ended')) return 'completed';
	if (threads.some((thread) => thread.status === 'paused')) return 'paused';
	return mainThreads(state).some((thread) => thread.status === 'parked')
		? 'waiting_for_user_input'
		: 'running';
}

/**
 * Evaluations that came out false are remembered beside the state, not in it: they are not events
 * (R9.53), and forgetting them costs one more evaluation, nothing else.
 */
const evaluated = new WeakMap<ThreadState, Map<string, WaitingMemory>>();

export function rememberEvaluation(
	state: RunState,
	thread: ThreadState,
	waiting: WaitingEdge,
	nowMs: number,
): void {
	const memories = evaluated.get(thread) ?? new Map<string, WaitingMemory>();
	evaluated.set(thread, memories);
	const id = waiting.edge.logical_id ?? '';
	const view = { completions: state.completions, memory: memoryOf(thread, id), nowMs };
	memories.set(id, afterEvaluation(waiting.edge, view, false));
}

/** What is known of a waiting edge: the newer of its last match and its last evaluation. */
export function memoryOf(thread: ThreadState, edgeId: string): WaitingMemory | undefined {
	const matched = thread.waiting[edgeId];
	const judged = evaluated.get(thread)?.get(edgeId);
	if (!judged || (judged.lastAt ?? 0) < (matched?.lastAt ?? 0)) return matched;
	return { ...judged, transitions: matched?.transitions ?? 0 };
}

/** Waiting edges of a parked thread in one of the given states, in edge order (R5.28). */
export function waitingEdges(
	graph: Graph,
	state: RunState,
	thread: ThreadState,
	nowMs: number,
	states: ReadonlyArray<'armed' | 'due'>,
): WaitingEdge[] {
	if (thread.status !== 'parked') return [];
	const node = graph.nodesById.get(thread.nodeId);
	if (!node) return [];
	return waitingEdgesOf(graph, node).filter((waiting) => {
		const memory = memoryOf(thread, waiting.edge.logical_id ?? '');
		const now = waitingState(waiting.edge, { completions: state.completions, memory, nowMs });
		return now !== 'idle' && states.includes(now);
	});
}

/** R5.23: an active companion, or an evaluation armed on a parked thread. */
export function hasBackgroundWork(graph: Graph, state: RunState): boolean {
	if (isTerminal(state.status)) return false;
	if (activeCompanions(state).length > 0) return true;
	return mainThreads(state).some(
		(thread) => waitingEdges(graph, state, thread, state.updatedAtMs, ['armed', 'due']).length > 0,
	);
}

/**
 * When a pump next has something to do, in milliseconds since the epoch: the pause of a companion is
 * over, or an armed evaluation may be made. Null when pumps do nothing, as in a paused run (R1.12).
 */
export function nextDueAt(graph: Graph, state: RunState): number | null {
	if (state.status === 'paused' || !hasBackgroundWork(graph, state)) return null;
	const companions = activeCompanions(state)
		.filter((thread) => thread.status === 'deferred')
		.map((thread) => thread.loop?.dueMs ?? null);
	const evaluations = mainThreads(state).flatMap((thread) =>
		waitingEdges(graph, state, thread, state.updatedAtMs, ['armed', 'due']).map(({ edge }) =>
			dueAt(edge, memoryOf(thread, edge.logical_id ?? '')),
		),
	);
	const times = [...companions, ...evaluations].map((atMs) => atMs ?? state.updatedAtMs);
	return times.length === 0 ? null : Math.min(...times);
}
