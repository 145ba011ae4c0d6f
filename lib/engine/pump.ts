/** One background pass: due companions first, then the armed evaluations of parked threads (R5.20). */

import type { Context } from './context';
import { startLanes } from './execute';
import { nextAttempt } from './loop';
import { companionThreads, mainThreads, threadOf, waitingEdges } from './standing';
import type { ThreadState } from './state';
import { runCompanion } from './thread';
import { finishTransition, judgeWaiting } from './waiting';

/** True when some companion has an attempt to make now. */
export function hasDueCompanion(context: Context): boolean {
	const nowMs = context.ports.clock.now();
	return companionThreads(context.state).some((thread) => isDue(thread, nowMs));
}

/** True when a pass now would do something; an idle run costs nothing (R5.23). */
export function hasDueWork(context: Context): boolean {
	const { graph, state, ports } = context;
	const nowMs = ports.clock.now();
	return (
		hasDueCompanion(context) ||
		mainThreads(state).some((thread) => waitingEdges(graph, state, thread, nowMs, ['due']).length > 0)
	);
}

/** Advances every due companion by one step (R5.22). */
export async function stepCompanions(context: Context): Promise<void> {
	for (const thread of companionThreads(context.state)) {
		if (!isDue(thread, context.ports.clock.now())) continue;
		nextAttempt(context, thread);
		await finishStep(context, thread);
	}
}

async function finishStep(context: Context, thread: ThreadState): Promise<void> {
	await runCompanion(context, thread);
	context.emit({
		type: 'companionStepped',
		thread: thread.id,
		// Of the loop it stands in, as the deadline is; without one, of the loop it has left.
		attempts: thread.loop?.attempts ?? context.state.openTurn?.stepping?.attempts ?? 0,
		deadlineMs: thread.loop?.deadlineMs ?? null,
		stillActive: thread.status !== 'ended',
	});
	await context.flush();
}

/** Finishes a pump that a crash broke off: the step or the transition in progress, then the rest. */
export async function resumePump(context: Context): Promise<void> {
	const { state } = context;
	for (const thread of Object.values(state.threads)) startLanes(context, thread);
	if (state.openTurn?.stepping != null)
		await finishStep(context, threadOf(state, state.openTurn.stepping.thread));
	await stepCompanions(context);
	const matched = state.openTurn?.matched;
	if (matched) await finishTransition(context, threadOf(state, matched.thread), matched);
	await judgeWaiting(context);
}

function isDue(thread: ThreadState, nowMs: number): boolean {
	return thread.status === 'deferred' && (thread.loop?.dueMs ?? 0) <= nowMs;
}
