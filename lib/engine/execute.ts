/** Executing a node: its exits offered, its companions beside it, its behavior run, its end recorded. */

import type { StepOutcome } from '../behavior/contract';
import { outcomeNameOf } from '../behavior/outcome-name';
import { behaviorOf } from '../behavior/registry';
import type { JudgedPick } from '../edge/contract';
import { carriesExits, exitsOf, independentExits, offeredExits } from '../edge/exits';
import { judgeFirst } from '../edge/judge';
import { offerExits } from '../edge/offer';
import { messageOf } from '../errors';
import type { Node } from '../graph/node';
import type { Context } from './context';
import { exhaust } from './loop';
import { mustAnswerInText, positionOf, storePick } from './position';
import { nonce } from './random';
import type { Frame, ThreadState } from './state';
import { StepRun } from './step';
import { hasLanes, nodeOf } from './place';

const NONE: readonly never[] = [];

/** How long speech is held back for independent evaluations at most (R3.26). */
const CLEARANCE_LIMIT_MS = 5_000;

/** Executes the thread's current node, and its companion-edge workers beside it. */
export async function executeNode(context: Context, thread: ThreadState): Promise<void> {
	const node = nodeOf(context, thread);
	const frame = thread.frame as Frame;
	startLanes(context, thread);
	const deadlineMs = thread.loop?.nodeId === thread.nodeId ? thread.loop.deadlineMs : null;
	const expiry = deadlineMs === null ? null : startExpiry(context, deadlineMs);
	const signal = expiry?.signal ?? context.signal;
	try {
		const outcome = await runBehavior(context, thread, node, { lane: null, signal });
		endExecution(context, thread, node, { lane: null, outcome });
	} catch (error) {
		context.signal.throwIfAborted();
		if (signal.aborted) {
			context.emit({
				type: 'nodeExpired',
				thread: thread.id,
				nodeId: thread.nodeId,
				attempt: frame.attempt,
				reason: 'The time of the loop was spent while the node was executing.',
			});
			exhaust(context, thread, 'expiry_time');
		} else if (node.self_loop_config?.enabled) {
			failAttempt(context, thread, node, context.mask(messageOf(error)));
		} else throw error;
	} finally {
		expiry?.stop();
	}
}

/** An attempt that throws counts as failed, and the loop goes on (R6.13). */
function failAttempt(context: Context, thread: ThreadState, node: Node, message: string): void {
	context.warn(
		thread.id,
		`Attempt ${thread.loop?.attempts ?? 1} of "${node.name ?? thread.nodeId}" failed: ${message}`,
	);
	const name = outcomeNameOf(node);
	if (name !== null) {
		const values = { [`${name}_success`]: false, [`${name}_error`]: message };
		context.emit({
			type: 'wrote',
			thread: thread.id,
			lane: null,
			nodeId: thread.nodeId,
			values,
			workflowValues: {},
		});
	}
	endExecution(context, thread, node, { lane: null, outcome: failedOutcome(message) });
}

/** Begins, or after a crash continues, the companion-edge workers of the execution (R5.14–R5.19). */
export function startLanes(context: Context, thread: ThreadState): void {
	if (!hasLanes(thread)) return;
	for (const lane of Object.keys(thread.lanes)) {
		const key = `${thread.id}|${lane}`;
		if (context.lanes.has(key)) continue;
		const work = runLane(context, thread, lane).finally(() => context.lanes.delete(key));
		context.lanes.set(key, work);
		context.track(work);
	}
}

async function runLane(context: Context, thread: ThreadState, lane: string): Promise<void> {
	const frame = thread.lanes[lane] as Frame;
	const node = context.graph.nodesById.get(frame.nodeId) as Node;
	try {
		const outcome = await runBehavior(context, thread, node, { lane, signal: context.signal });
		endExecution(context, thread, node, { lane, outcome });
	} catch (error) {
		context.signal.throwIfAborted();
		context.warn(
			thread.id,
			`"${node.name ?? frame.nodeId}", working beside another node, failed: ${messageOf(error)}`,
		);
		endExecution(context, thread, node, { lane, outcome: failedOutcome(context.mask(messageOf(error))) });
	}
	await context.flush();
}

interface Place {
	lane: string | null;
	signal: AbortSignal;
}

function runBehavior(
	context: Context,
	thread: ThreadState,
	node: Node,
	{ lane, signal }: Place,
): Promise<StepOutcome> {
	if (lane === null && carriesExits(node)) return runWithExits(context, thread, node, signal);
	return behaviorOf(node).execute(
		new StepRun({ context, thread, node, lane, exits: NONE, withoutTools: false, signal, clearance: null }),
	);
}

/** Exits ride in the node's own model call, or are judged beside it (R3.13, R3.25). */
async function runWithExits(
	context: Context,
	thread: ThreadState,
	node: Node,
	signal: AbortSignal,
): Promise<StepOutcome> {
	const { graph, state } = context;
	const withoutTools = mustAnswerInText(context, thread);
	const exits = withoutTools ? [] : exitsOf(positionOf(context, thread, node));
	const offered = offeredExits(graph, exits);
	const independent = independentExits(graph, exits);
	const judging = new AbortController();
	let judged: Promise<JudgedPick | null> | null = null;
	const step = new StepRun({
		context,
		thread,
		node,
		lane: null,
		exits:
			offered.length === 0
				? []
				: offerExits(offered, {
						scope: context.scope(thread),
						// The same throughout a run: changing names would defeat the cache of prompts at the provider.
						nonce: nonce(state.seed, `exits|${thread.nodeId}`),
						heard: thread.history.slice(0, thread.frame?.historyStart),
					}),
		withoutTools,
		signal,
		clearance: independent.length === 0 ? null : async () => (await judged) === null,
	});
	if (independent.length > 0) {
		judged = judgeIndependently(context, step, {
			exits: independent,
			signal: AbortSignal.any([signal, judging.signal]),
		});
		// A failure surfaces where the verdict is awaited; until then it must not count as unhandled.
		judged.catch(() => undefined);
	}
	let outcome: StepOutcome;
	try {
		outcome = await behaviorOf(node).execute(step);
	} catch (error) {
		// Without an outcome there is nothing to judge, and no verdict may arrive after the execution.
		judging.abort(error);
		await Promise.allSettled([judged]);
		throw error;
	}
	const verdict = judged === null ? null : await judged;
	if (verdict === null) return outcome;
	return { ...outcome, picks: [verdict.pick], pickedBy: verdict.judgedBy };
}

/** One evaluator call per independently judged global node, beside the main call (R3.25, R3.26). */
async function judgeIndependently(
	context: Context,
	step: StepRun,
	{ exits, signal }: { exits: ReturnType<typeof independentExits>; signal: AbortSignal },
): Promise<JudgedPick | null> {
	const config = step.llmConfigOfNode();
	if (config === null) return null;
	const late = new AbortController();
	const settled = new AbortController();
	const timer = context.ports.clock
		.sleep(CLEARANCE_LIMIT_MS, settled.signal)
		.then(() => late.abort(new Error('Judged too late')))
		.catch(() => undefined);
	try {
		return await judgeFirst(exits, {
			ask: (question) => step.callModel(question),
			config,
			history: step.history,
			scope: step.scope,
			signal: AbortSignal.any([signal, late.signal]),
			warn: (message, onceKey) => context.warn(step.threadId, message, onceKey),
		});
	} finally {
		settled.abort();
		await timer;
	}
}

function endExecution(
	context: Context,
	thread: ThreadState,
	node: Node,
	{ lane, outcome }: { lane: string | null; outcome: StepOutcome },
): void {
	context.signal.throwIfAborted();
	context.emit({
		type: 'nodeEnded',
		thread: thread.id,
		lane,
		nodeId: node.logical_id ?? '',
		output: outcome.output,
		spoke: outcome.spoke ?? false,
		closesThread: outcome.closesThread ?? false,
		failed: outcome.failed ?? false,
		picks: (outcome.picks ?? []).map(storePick),
		pickedBy: outcome.picks?.length ? (outcome.pickedBy ?? null) : null,
	});
}

function failedOutcome(message: string): StepOutcome {
	return { output: { success: false, error_message: message } };
}

/** A signal that aborts when the loop's time is spent, or with the turn (R6.11). */
function startExpiry(context: Context, deadlineMs: number): { signal: AbortSignal; stop: () => void } {
	const expired = new AbortController();
	const stopped = new AbortController();
	void context.ports.clock
		.sleep(Math.max(0, deadlineMs - context.ports.clock.now()), stopped.signal)
		.then(() => expired.abort(new Error('The time of the loop was spent')))
		.catch(() => undefined);
	return { signal: AbortSignal.any([context.signal, expired.signal]), stop: () => stopped.abort() };
}
