/** One thread on its way: enter a node, execute it, select what follows, until it settles (R2.5). */

import { pastDisabled } from '../edge/direct';
import { InteractlyError, messageOf } from '../errors';
import type { Node } from '../graph/node';
import type { Context } from './context';
import { executeNode } from './execute';
import { miscellaneousInteger } from './flags';
import { select } from './select';
import type { ThreadState } from './state';

/** Node executions a thread may make in one turn or pump (R3.56); `max_node_executions_per_turn`. */
const DEFAULT_MAX_EXECUTIONS = 100;

/** The loop protection fired: the run ends as `aborted_looping_risk` (R3.56). */
export class LoopingRisk extends Error {}

/** Runs the thread until it is parked, paused, deferred or ended. */
export async function runThread(context: Context, thread: ThreadState): Promise<void> {
	while (thread.status === 'executing') {
		context.signal.throwIfAborted();
		const mustPause = context.pauseRequested() || (context.turnError !== null && thread.parentId === null);
		if (mustPause && thread.phase !== 'executing') {
			context.emit({ type: 'threadPaused', thread: thread.id, nodeId: thread.nodeId, betweenNodes: true });
			return;
		}
		if (thread.phase === 'entering') enter(context, thread);
		else if (thread.phase === 'executing') await executeNode(context, thread);
		else await select(context, thread);
		await context.flush();
	}
}

/** A companion's failure ends that companion, not the run (R5.10). */
export async function runCompanion(context: Context, thread: ThreadState): Promise<void> {
	try {
		await runThread(context, thread);
	} catch (error) {
		context.signal.throwIfAborted();
		if (error instanceof LoopingRisk) throw error;
		context.warn(thread.id, `The companion thread "${thread.id}" was ended by an error: ${messageOf(error)}`);
		endThread(context, thread, 'error');
		await context.flush();
	}
}

/** Parks at a node that waits for the user, or begins its execution (R2.9–R2.12). */
function enter(context: Context, thread: ThreadState): void {
	const { graph, state } = context;
	const node = nodeOf(context, thread);
	if (waitsForUser(node) && thread.entry !== 'retry' && !thread.owed) {
		if (thread.closed || thread.parentId !== null) {
			const why = thread.closed ? 'the conversation was ended' : 'companion threads receive no messages';
			context.warn(thread.id, `"${node.name ?? thread.nodeId}" waits for the user, but ${why}; the thread ends here.`);
			endThread(context, thread, 'closed');
			return;
		}
		context.emit({ type: 'parked', thread: thread.id, nodeId: thread.nodeId, selfLoop: false });
		return;
	}
	if (isInteractive(node) && thread.closed) {
		context.warn(thread.id, `"${node.name ?? thread.nodeId}" was reached after the conversation was ended; the thread ends here.`);
		endThread(context, thread, 'closed');
		return;
	}
	const limit = miscellaneousInteger(graph.workflow_config.miscellaneous, 'max_node_executions_per_turn', DEFAULT_MAX_EXECUTIONS);
	if (thread.entry !== 'retry' && (state.openTurn?.executions[thread.id] ?? 0) >= limit) {
		throw new LoopingRisk(`Thread "${thread.id}" executed ${limit} nodes in one turn without settling; the run was stopped at "${node.name ?? thread.nodeId}".`);
	}
	beginExecution(context, thread, node);
}

function beginExecution(context: Context, thread: ThreadState, node: Node): void {
	const { graph, ports } = context;
	const loop = node.self_loop_config;
	if (loop?.enabled && thread.entry !== 'retry') {
		if (thread.variables['self_loop_outcome'] !== undefined && thread.variables['self_loop_outcome'] !== null) {
			context.emit({ type: 'wrote', thread: thread.id, lane: null, nodeId: thread.nodeId, values: { self_loop_outcome: null }, workflowValues: {} });
		}
		const deadlineMs = loop.expiry_time === null ? null : ports.clock.now() + loop.expiry_time * 1000;
		context.emit({ type: 'loopStarted', thread: thread.id, nodeId: thread.nodeId, deadlineMs });
	}
	context.emit({ type: 'nodeStarted', thread: thread.id, nodeId: thread.nodeId, entry: thread.entry, attempt: thread.loop?.attempts ?? 1, lane: null });
	// Companion-edge workers begin in the same moment as their source (R5.15).
	for (const edge of graph.edgesBySource.get(thread.nodeId) ?? []) {
		if (edge.type !== 'companion') continue;
		const destination = graph.nodesById.get(edge.destination_node_logical_id ?? '');
		if (!destination || destination.disabled) continue;
		context.emit({ type: 'nodeStarted', thread: thread.id, nodeId: destination.logical_id ?? '', entry: 'direct', attempt: 1, lane: edge.logical_id ?? '' });
	}
}

/** Ends the thread; companions that were told to end with it are ended by the turn. */
export function endThread(context: Context, thread: ThreadState, reason: string): void {
	if (thread.status === 'ended') return;
	context.emit({ type: 'threadEnded', thread: thread.id, nodeId: thread.nodeId, reason });
}

/** The node to start at: the one given, or what its direct edges lead to when it is disabled (R3.57). */
export function firstNode(node: Node, context: Pick<Context, 'graph'>): Node | null {
	const passed = pastDisabled(context.graph, node);
	if (passed.tooMany) throw new LoopingRisk(`More than 100 disabled nodes follow one another from "${node.name ?? node.logical_id}".`);
	return passed.node;
}

export function nodeOf(context: Pick<Context, 'graph'>, thread: ThreadState): Node {
	const node = context.graph.nodesById.get(thread.nodeId);
	if (!node) {
		throw new InteractlyError('NODE_MISSING', `The run stands at node "${thread.nodeId}", which its graph does not have.`, {
			advice: 'Start a new run on the present version of the workflow.',
			place: `thread "${thread.id}"`,
		});
	}
	return node;
}

export function waitsForUser(node: Node): boolean {
	return isLlmNode(node) && node.wait_for_user_message;
}

/** R0.2: an LLM node that waits for the user. */
export function isInteractive(node: Node): boolean {
	return waitsForUser(node);
}

function isLlmNode(node: Node): node is Extract<Node, { type: 'say_llm' | 'worker_llm' }> {
	return node.type === 'say_llm' || node.type === 'worker_llm';
}
