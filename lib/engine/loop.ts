/** Bounded self-loops: another attempt, the pause before it, and what ends them (section 6). */

import type { Node } from '../graph/node';
import type { Context } from './context';
import type { Loop, ThreadState } from './state';

/** True while the node repeats its own work and no bound has been reached. */
export function isLooping(thread: ThreadState, node: Node): boolean {
	return thread.loop !== null && thread.loop.nodeId === node.logical_id && thread.loop.outcome === null;
}

/** After an attempt without an exit: repeat, pause first, or stop on a bound (R6.4, R6.8). */
export async function repeatOrExhaust(context: Context, thread: ThreadState, node: Node): Promise<void> {
	const loop = thread.loop as Loop;
	const config = node.self_loop_config;
	const { clock } = context.ports;
	if (loop.dueMs === null) {
		if (config?.max_retries != null && loop.attempts > config.max_retries) {
			exhaust(context, thread, 'max_retries');
			return;
		}
		if (isSpent(loop, clock.now())) {
			exhaust(context, thread, 'expiry_time');
			return;
		}
		const delayMs = (config?.time_between_retries ?? 0) * 1000;
		if (delayMs > 0) {
			const defers = thread.parentId !== null;
			const dueMs = Math.min(clock.now() + delayMs, loop.deadlineMs ?? Infinity);
			context.emit({
				type: 'loopDelayed',
				thread: thread.id,
				nodeId: thread.nodeId,
				dueMs,
				attempt: loop.attempts + 1,
				delayMs,
				defers,
			});
			// A companion's pause is background work: the turn goes on without it (R5.13, R6.7).
			if (defers) return;
			await context.flush();
		}
	}
	await sleepUntilDue(context, loop);
	nextAttempt(context, thread);
}

/** Begins the attempt that is due, or ends the loop when its time ran out meanwhile. */
export function nextAttempt(context: Context, thread: ThreadState): void {
	const loop = thread.loop as Loop;
	if (isSpent(loop, context.ports.clock.now())) exhaust(context, thread, 'expiry_time');
	else
		context.emit({
			type: 'loopRepeated',
			thread: thread.id,
			nodeId: thread.nodeId,
			attempt: loop.attempts + 1,
		});
}

/** R6.8: the variable tells which bound was reached; the exits are then evaluated once more (R6.9). */
export function exhaust(context: Context, thread: ThreadState, outcome: 'max_retries' | 'expiry_time'): void {
	const loop = thread.loop as Loop;
	context.emit({
		type: 'wrote',
		thread: thread.id,
		lane: null,
		nodeId: thread.nodeId,
		values: { self_loop_outcome: outcome },
		workflowValues: {},
	});
	context.emit({
		type: 'loopEnded',
		thread: thread.id,
		nodeId: thread.nodeId,
		outcome,
		attempts: loop.attempts,
	});
}

async function sleepUntilDue(context: Context, loop: Loop): Promise<void> {
	const { clock } = context.ports;
	const leftMs = (loop.dueMs ?? 0) - clock.now();
	if (leftMs > 0) await clock.sleep(leftMs, context.signal);
}

function isSpent(loop: Loop, nowMs: number): boolean {
	return loop.deadlineMs !== null && nowMs >= loop.deadlineMs;
}
