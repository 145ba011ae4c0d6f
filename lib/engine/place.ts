/** Where a thread stands: its node, whether that waits for the user, and how the thread stops there. */

import { pastDisabled } from '../edge/direct';
import { InteractlyError } from '../errors';
import type { Graph } from '../graph/graph';
import type { Node } from '../graph/node';
import type { Context } from './context';
import type { ThreadState } from './state';

/** The loop protection fired: the run ends as `aborted_looping_risk` (R3.56). */
export class LoopingRisk extends Error {}

/**
 * Ends the thread once the workers beside its nodes are done: nothing of a thread follows its end (R5.33).
 * Companions that were told to end with it are ended by the turn.
 */
export async function endThread(context: Context, thread: ThreadState, reason: string): Promise<void> {
	if (hasLanes(thread)) await settleLanes(context, thread, Object.keys(thread.lanes));
	if (thread.status === 'ended') return;
	context.emit({ type: 'threadEnded', thread: thread.id, nodeId: thread.nodeId, reason });
}

/** Ends a thread that came to wait for the user although the conversation was ended (R1.26). */
export function endClosed(context: Context, thread: ThreadState): Promise<void> {
	return endUnheard(context, thread, 'the conversation was ended');
}

/** Ends a thread at a node that waits for words which cannot come, and tells why. */
export function endUnheard(context: Context, thread: ThreadState, why: string): Promise<void> {
	const name = context.graph.nodesById.get(thread.nodeId)?.name ?? thread.nodeId;
	context.warn(thread.id, `"${name}" waits for the user, but ${why}; the thread ends here.`);
	return endThread(context, thread, 'closed');
}

/** True while companion-edge workers are at work on the thread. */
export function hasLanes({ lanes }: ThreadState): boolean {
	for (const edgeId in lanes) return edgeId in lanes;
	return false;
}

/** Waits for the companion-edge workers at work on the thread over these edges (R5.15). */
export async function settleLanes(
	context: Context,
	thread: ThreadState,
	edgeIds: readonly string[],
): Promise<void> {
	const lanes = edgeIds.flatMap((edgeId) => context.lanes.get(`${thread.id}|${edgeId}`) ?? []);
	if (lanes.length === 0) return;
	await Promise.allSettled(lanes);
	context.signal.throwIfAborted();
}

/** The node to start at: the one given, or what its direct edges lead to when it is disabled (R3.57). */
export function firstNode(node: Node, context: Pick<Context, 'graph'>): Node | null {
	const passed = pastDisabled(context.graph, node);
	if (passed.tooMany)
		throw new LoopingRisk(
			`More than 100 disabled nodes follow one another from "${node.name ?? node.logical_id}".`,
		);
	return passed.node;
}

/** Where a run that is to start at the node begins: there, or past it when it is disabled; null for nowhere. */
export function beginningAt(graph: Graph, node: Node): Node | null {
	return pastDisabled(graph, node).node;
}

export function nodeOf(context: Pick<Context, 'graph'>, thread: ThreadState): Node {
	const node = context.graph.nodesById.get(thread.nodeId);
	if (!node) {
		throw new InteractlyError(
			'NODE_MISSING',
			`The run stands at node "${thread.nodeId}", which its graph does not have.`,
			{
				advice: 'Start a new run on the present version of the workflow.',
				place: `thread "${thread.id}"`,
			},
		);
	}
	return node;
}

/** R0.2: an LLM node that waits for the user. */
export function isInteractive(node: Node): boolean {
	return isLlmNode(node) && node.wait_for_user_message;
}

function isLlmNode(node: Node): node is Extract<Node, { type: 'say_llm' | 'worker_llm' }> {
	return node.type === 'say_llm' || node.type === 'worker_llm';
}
