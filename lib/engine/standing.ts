/** Where a run stands: its threads, the work left in the background, and the status that follows (R1.9). */

import {
	debounceMs,
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
 * When edges were judged last, where only time had passed since they were judged before: a tick every few
 * seconds for as long as the user is silent. It stands beside the state because it is worth no write; what
 * the index of runs knows brings it back (`restUntil`).
 */
const judgedAt = new WeakMap<ThreadState, Map<string, number>>();
const NO_TIMES: ReadonlyMap<string, number> = new Map();

export function rememberTime(thread: ThreadState, edgeId: string, atMs: number): void {
	const times = judgedAt.get(thread) ?? new Map<string, number>();
	judgedAt.set(thread, times.set(edgeId, atMs));
}

/** Hands over the times that stand beside the state, and forgets them. */
export function takeTimes(thread: ThreadState): ReadonlyMap<string, number> {
	const times = judgedAt.get(thread);
	judgedAt.delete(thread);
	return times ?? NO_TIMES;
}

/** What is known of a waiting edge. */
export function memoryOf(thread: ThreadState, edgeId: string): WaitingMemory | undefined {
	const seen = thread.waiting[edgeId];
	const atMs = judgedAt.get(thread)?.get(edgeId);
	if (atMs === undefined || atMs <= (seen?.lastAt ?? 0)) return seen;
	return { seen: seen?.seen ?? {}, transitions: seen?.transitions ?? 0, lastAt: atMs };
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
 * Takes over, on a state that was loaded, when its work is due next according to the index of runs: an armed
 * edge that would be judged sooner has been judged meanwhile, and its debounce goes on (R5.28).
 */
export function restUntil(graph: Graph, state: RunState, dueAtMs: number | null): void {
	if (dueAtMs === null || state.openTurn !== null || state.status === 'paused') return;
	for (const thread of mainThreads(state)) {
		for (const { edge } of waitingEdges(graph, state, thread, dueAtMs, ['armed', 'due'])) {
			const edgeId = edge.logical_id ?? '';
			if ((dueAt(edge, memoryOf(thread, edgeId)) ?? 0) < dueAtMs)
				rememberTime(thread, edgeId, dueAtMs - debounceMs(edge));
		}
	}
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
