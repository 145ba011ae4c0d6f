/** Edges of parked threads judged in a pump: what holds moves its thread, the rest is remembered (R5.24–R5.31). */

import { countStrike } from '../edge/guardrail';
import { evaluateWaiting, triggerOf, type WaitingEdge } from '../edge/waiting';
import type { Context } from './context';
import { takeHop } from './hop';
import { endThread, firstNode } from './place';
import { activeCompanions, mainThreads, memoryOf, rememberTime, takeTimes, waitingEdges } from './standing';
import type { ThreadState } from './state';
import { runThread } from './thread';
import { waitingLine } from './waiting-line';

/** Edges of a parked thread that were judged, in edge order. */
interface Judged {
	thread: ThreadState;
	nodeId: string;
	edges: readonly WaitingEdge[];
}

/** The edge that holds, and what its condition was read as. */
interface Match {
	waiting: WaitingEdge;
	expression: string;
	hydrated: string;
	/** The edges judged, this one the last of them. */
	edgeIds: string[];
}

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
	writeTimes(context);
}

/** What ticks left unwritten goes with the first write that comes anyway (R5.28). */
export function writeTimes(context: Context): void {
	for (const thread of mainThreads(context.state)) {
		for (const [edgeId, judgedMs] of takeTimes(thread))
			context.emit({ type: 'waitingSeen', thread: thread.id, edgeIds: [edgeId], closes: false, judgedMs });
	}
}

/** Judges the due waiting edges of every parked thread; the first true one of each moves the thread. */
export async function judgeWaiting(context: Context): Promise<void> {
	const vain: Judged[] = [];
	for (const thread of mainThreads(context.state)) {
		const edges = waitingEdges(context.graph, context.state, thread, context.ports.clock.now(), ['due']);
		if (edges.length === 0) continue;
		const { nodeId } = thread;
		const match = firstMatch(context, thread, edges);
		if (match === null) {
			vain.push({ thread, nodeId, edges });
			continue;
		}
		await take(context, thread, match);
		await finishTransition(context, thread, { nodeId, edgeIds: match.edgeIds });
	}
	vain.forEach((judged, index) => tellVain(context, judged, index === vain.length - 1));
}

/** The thread goes on from where the edge led to, and settles again (R5.29). */
export async function finishTransition(
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

function firstMatch(context: Context, thread: ThreadState, edges: readonly WaitingEdge[]): Match | null {
	const warn = (message: string, onceKey?: string) => context.warn(thread.id, message, onceKey);
	for (const [index, waiting] of edges.entries()) {
		const { holds, expression, hydrated } = evaluateWaiting(waiting, { scope: context.scope(thread), warn });
		if (holds) return { waiting, expression, hydrated, edgeIds: idsOf(edges.slice(0, index + 1)) };
	}
	return null;
}

/**
 * What completions armed is judged once for each, so it is written that it was (R5.27). Where only time armed
 * it, the index of runs tells when it is due again, and nothing is written for as long as the user is silent;
 * beside companions the index tells of them instead.
 */
function tellVain(context: Context, { thread, nodeId, edges }: Judged, isLast: boolean): void {
	const { state, ports } = context;
	const edgeIds = idsOf(edges);
	const isOpen = state.openTurn !== null;
	const byCompletion = edges.some(
		({ edge }) => edge.evaluate_while_waiting_config?.trigger_mode === 'on_node_completion',
	);
	if (isOpen || byCompletion || activeCompanions(state).length > 0)
		context.emit({
			type: 'waitingSeen',
			thread: thread.id,
			edgeIds,
			closes: !isOpen && isLast,
			judgedMs: null,
		});
	else for (const edgeId of edgeIds) rememberTime(thread, edgeId, ports.clock.now());
	context.show({
		type: 'waitingJudged',
		thread: thread.id,
		nodeId,
		edgeIds,
		transitioned: false,
		stillWaiting: true,
	});
}

async function take(context: Context, thread: ThreadState, match: Match): Promise<void> {
	const { graph, state } = context;
	const { edge, destination } = match.waiting;
	if (state.openTurn === null) startPump(context);
	const from = graph.nodesById.get(thread.nodeId);
	const to = firstNode(destination, context);
	if (!from || !to) {
		// Only disabled nodes follow: no hop is made, and nothing is told of one (R3.57).
		await endThread(context, thread, 'nothing_follows');
		return;
	}
	// Before the match is recorded: the hop follows that at once (R5.33).
	const message = await waitingLine(context, thread, match.waiting);
	const strike = countStrike({ graph, from, to, strikes: state.strikes, isCompanion: false });
	record(context, thread, match, strike.outcome === 'redirect' ? destination.logical_id : null);
	const hop = {
		kind: 'conditional',
		edge,
		globalNodeId: null,
		destination,
		reason: match.hydrated,
		args: {},
		message,
		judgedBy: null,
	} as const;
	const end = takeHop(context, thread, hop, 'waiting');
	if (end !== null) await endThread(context, thread, end);
}

function record(context: Context, thread: ThreadState, match: Match, redirectedFrom: string | null): void {
	const { state, ports } = context;
	const { waiting, expression, hydrated, edgeIds } = match;
	const edgeId = waiting.edge.logical_id ?? '';
	const memory = memoryOf(thread, edgeId);
	const view = { completions: state.completions, memory, nowMs: ports.clock.now() };
	const trigger = triggerOf(waiting.edge, view);
	context.emit({
		type: 'waitingMatched',
		thread: thread.id,
		edgeId,
		expression,
		hydrated,
		triggerNodeId: trigger?.nodeId ?? null,
		completions: trigger?.completions ?? 0,
		transitions: (memory?.transitions ?? 0) + 1,
		redirectedFrom,
		edgeIds,
	});
}

function idsOf(edges: readonly WaitingEdge[]): string[] {
	return edges.map(({ edge }) => edge.logical_id ?? '');
}
