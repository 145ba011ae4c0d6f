/** One background pass: due companions first, then the armed evaluations of parked threads (R5.20). */

import type { ConditionalEdge } from '../graph/edge';
import { evaluateWaiting, triggerOf, type WaitingEdge } from '../edge/waiting';
import { countStrike } from '../edge/guardrail';
import type { Context } from './context';
import { takeHop } from './hop';
import { startLanes } from './execute';
import { nextAttempt } from './loop';
import { endThread, firstNode } from './place';
import {
	companionThreads,
	mainThreads,
	memoryOf,
	rememberEvaluation,
	threadOf,
	waitingEdges,
} from './standing';
import type { ThreadState } from './state';
import { runCompanion, runThread } from './thread';
import { waitingLine } from './waiting-line';

/** Opens a pump; its events belong to the last turn's pair (R2.4). */
export function startPump(context: Context): void {
	context.emit({
		type: 'turnStarted',
		kind: 'pump',
		dynamicVariables: {},
		runtimeVariables: {},
		overrides: {},
		idempotencyKey: null,
	});
}

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
		attempts: context.state.openTurn?.stepping?.attempts ?? 0,
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

/** Judges the due waiting edges of every parked thread; a true one moves the thread (R5.24–R5.31). */
export async function judgeWaiting(context: Context): Promise<void> {
	for (const thread of mainThreads(context.state)) {
		const due = waitingEdges(context.graph, context.state, thread, context.ports.clock.now(), ['due']);
		if (due.length === 0) continue;
		const nodeId = thread.nodeId;
		const edgeIds = due.map(({ edge }) => edge.logical_id ?? '');
		if (await judge(context, thread, due)) await finishTransition(context, thread, { nodeId, edgeIds });
		else
			context.show({
				type: 'waitingJudged',
				thread: thread.id,
				nodeId,
				edgeIds,
				transitioned: false,
				stillWaiting: true,
			});
	}
}

async function finishTransition(
	context: Context,
	thread: ThreadState,
	from: { nodeId: string; edgeIds: string[] },
): Promise<void> {
	await runThread(context, thread);
	context.emit({
		type: 'waitingJudged',
		thread: thread.id,
		nodeId: from.nodeId,
		edgeIds: from.edgeIds,
		transitioned: true,
		stillWaiting: thread.status === 'parked',
	});
	await context.flush();
}

async function judge(context: Context, thread: ThreadState, due: readonly WaitingEdge[]): Promise<boolean> {
	for (const waiting of due) {
		const { edge, destination } = waiting;
		const warn = (message: string, onceKey?: string) => context.warn(thread.id, message, onceKey);
		const { holds, expression, hydrated } = evaluateWaiting(waiting, { scope: context.scope(thread), warn });
		if (!holds) {
			rememberEvaluation(context.state, thread, waiting, context.ports.clock.now());
			continue;
		}
		if (context.state.openTurn === null) startPump(context);
		// Before the match is recorded: the hop follows that at once (R5.33).
		const message = await waitingLine(context, thread, waiting);
		const from = context.graph.nodesById.get(thread.nodeId);
		const to = firstNode(destination, context);
		const strike =
			from &&
			to &&
			countStrike({
				graph: context.graph,
				from,
				to,
				strikes: context.state.strikes,
				isCompanion: false,
			});
		const redirectedFrom = strike?.outcome === 'redirect' ? destination.logical_id : null;
		match(context, thread, {
			edge,
			expression,
			hydrated,
			redirectedFrom,
			edgeIds: due.map((each) => each.edge.logical_id ?? ''),
		});
		const end = takeHop(
			context,
			thread,
			{
				kind: 'conditional',
				edge,
				globalNodeId: null,
				destination,
				reason: hydrated,
				args: {},
				message,
				judgedBy: null,
			},
			'waiting',
		);
		if (end !== null) await endThread(context, thread, end);
		return true;
	}
	return false;
}

function match(
	context: Context,
	thread: ThreadState,
	found: {
		edge: ConditionalEdge;
		expression: string;
		hydrated: string;
		redirectedFrom: string | null;
		edgeIds: string[];
	},
): void {
	const { state, ports } = context;
	const edgeId = found.edge.logical_id ?? '';
	const memory = memoryOf(thread, edgeId);
	const trigger = triggerOf(found.edge, { completions: state.completions, memory, nowMs: ports.clock.now() });
	context.emit({
		type: 'waitingMatched',
		thread: thread.id,
		edgeId,
		expression: found.expression,
		hydrated: found.hydrated,
		triggerNodeId: trigger?.nodeId ?? null,
		completions: trigger?.completions ?? 0,
		transitions: (memory?.transitions ?? 0) + 1,
		redirectedFrom: found.redirectedFrom,
		edgeIds: found.edgeIds,
	});
}

function isDue(thread: ThreadState, nowMs: number): boolean {
	return thread.status === 'deferred' && (thread.loop?.dueMs ?? 0) <= nowMs;
}
