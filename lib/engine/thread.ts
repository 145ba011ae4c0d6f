/** One thread on its way: enter a node, execute it, select what follows, until it settles (R2.5). */

import { companionsOf, type Companion } from '../edge/companion';
import { messageOf } from '../errors';
import type { Node } from '../graph/node';
import type { Context } from './context';
import type { Entry } from './contract';
import { executeNode } from './execute';
import { miscellaneousInteger } from './flags';
import {
	endClosed,
	endThread,
	endUnheard,
	hasLanes,
	isInteractive,
	LoopingRisk,
	nodeOf,
	settleLanes,
} from './place';
import { select } from './select';
import type { ThreadState } from './state';

/** Node executions a thread may make in one turn or pump (R3.56); `max_node_executions_per_turn`. */
const DEFAULT_MAX_EXECUTIONS = 100;

/** Entries by a hop or a start; the others go on with the visit. */
const BEGINS_VISIT: ReadonlySet<Entry> = new Set(['start', 'direct', 'conditional', 'waiting']);

/** Runs the thread until it is parked, paused, deferred or ended. */
export async function runThread(context: Context, thread: ThreadState): Promise<void> {
	while (thread.status === 'executing') {
		context.signal.throwIfAborted();
		const mustPause = context.pauseRequested() || (context.turnError !== null && thread.parentId === null);
		if (mustPause && thread.phase !== 'executing') {
			context.emit({ type: 'threadPaused', thread: thread.id, nodeId: thread.nodeId, betweenNodes: true });
			return;
		}
		if (thread.phase === 'entering') {
			const entering = enter(context, thread);
			if (entering) await entering;
		} else if (thread.phase === 'executing') await executeNode(context, thread);
		// A crash came between the hop and the end it leads to (R3.48).
		else if (thread.phase === 'escalated') await endThread(context, thread, 'guardrail_escalation');
		else await select(context, thread);
		if (isWorthAWrite(context, thread)) await context.flush();
	}
}

/**
 * A thread that runs alone is written once a step, when it has left its node: what reaches outside on the way
 * flushes by itself, and where the thread settles the turn ends with a write. Threads beside each other take
 * turns at every write, so that their order is the same again when a crash repeats them.
 */
function isWorthAWrite(context: Context, thread: ThreadState): boolean {
	if (context.started.size > 1 || hasLanes(thread)) return true;
	return thread.status === 'executing' && thread.phase === 'entering';
}

/** A companion's failure ends that companion, not the run (R5.10). */
export async function runCompanion(context: Context, thread: ThreadState): Promise<void> {
	try {
		await runThread(context, thread);
	} catch (error) {
		context.signal.throwIfAborted();
		if (error instanceof LoopingRisk) throw error;
		context.warn(thread.id, `The companion thread "${thread.id}" was ended by an error: ${messageOf(error)}`);
		await endThread(context, thread, 'error');
		await context.flush();
	}
}

/** Parks at a node that waits for the user, or begins its execution (R2.9–R2.12); null when that is done at once. */
function enter(context: Context, thread: ThreadState): Promise<void> | null {
	const { graph, state } = context;
	const node = nodeOf(context, thread);
	forgetLastVisit(context, thread, node);
	if (isInteractive(node) && thread.entry !== 'retry' && (thread.closed || !thread.owed)) {
		if (!thread.closed && thread.parentId === null) {
			context.emit({ type: 'parked', thread: thread.id, nodeId: thread.nodeId, selfLoop: false });
			return null;
		}
		if (thread.closed) return endClosed(context, thread);
		return endUnheard(context, thread, 'companion threads receive no messages');
	}
	const limit = miscellaneousInteger(
		graph.workflow_config.miscellaneous,
		'max_node_executions_per_turn',
		DEFAULT_MAX_EXECUTIONS,
	);
	if (thread.entry !== 'retry' && (state.openTurn?.executions[thread.id] ?? 0) >= limit) {
		throw new LoopingRisk(
			`Thread "${thread.id}" executed ${limit} nodes in one turn without settling; the run was stopped at "${node.name ?? thread.nodeId}".`,
		);
	}
	const companions = companionsOf(graph, thread.nodeId, (message) =>
		context.warn(thread.id, message, `nowhere:${message}`),
	);
	const begin = () => beginExecution(context, thread, { node, companions });
	// Workers of an earlier execution of this node come to their end first: there is one of each at a time.
	if (companions.length > 0)
		return settleLanes(
			context,
			thread,
			companions.map(({ edge }) => edge.logical_id ?? ''),
		).then(begin);
	begin();
	return null;
}

/** What a visit left behind is forgotten when the next one begins (R2.51). */
function forgetLastVisit(context: Context, thread: ThreadState, node: Node): void {
	if (!('max_turns' in node) || node.max_turns === null || !BEGINS_VISIT.has(thread.entry)) return;
	forget(context, thread, 'max_turns_reached');
}

/** Clears a variable, also where only its name qualified by this node still holds a value. */
function forget(context: Context, thread: ThreadState, name: string): void {
	const values = [thread.variables[name], thread.variables[`${thread.nodeId}.${name}`]];
	if (values.every((value) => value === undefined || value === null)) return;
	context.emit({
		type: 'wrote',
		thread: thread.id,
		lane: null,
		nodeId: thread.nodeId,
		values: { [name]: null },
		workflowValues: {},
	});
}

function beginExecution(
	context: Context,
	thread: ThreadState,
	{ node, companions }: { node: Node; companions: readonly Companion[] },
): void {
	const { ports } = context;
	const loop = node.self_loop_config;
	if (loop?.enabled && thread.entry !== 'retry') {
		forget(context, thread, 'self_loop_outcome');
		const deadlineMs = loop.expiry_time === null ? null : ports.clock.now() + loop.expiry_time * 1000;
		context.emit({ type: 'loopStarted', thread: thread.id, nodeId: thread.nodeId, deadlineMs });
	}
	context.emit({
		type: 'nodeStarted',
		thread: thread.id,
		nodeId: thread.nodeId,
		entry: thread.entry,
		attempt: thread.loop?.attempts ?? 1,
		lane: null,
	});
	// Companion-edge workers begin in the same moment as their source (R5.15).
	for (const { edge, destination } of companions) {
		context.emit({
			type: 'nodeStarted',
			thread: thread.id,
			nodeId: destination.logical_id ?? '',
			entry: 'direct',
			attempt: 1,
			lane: edge.logical_id ?? '',
		});
	}
}
