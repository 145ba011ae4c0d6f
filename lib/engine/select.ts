/** Selection after an execution: a hop, another attempt, parking, or the end of the thread (R2.14, R3.2). */

import { chooseHop, directHop } from '../edge/choose';
import { COMPANION_WAIT_MS, waitsForCompanions } from '../edge/companion';
import type { Hop, Position } from '../edge/contract';
import { exitsOf } from '../edge/exits';
import type { Node } from '../graph/node';
import type { Context } from './context';
import { takeHop } from './hop';
import { isLooping, repeatOrExhaust } from './loop';
import { positionOf, restorePicks } from './position';
import type { Finished, ThreadState } from './state';
import { selectionStep } from './step';
import { endClosed, endThread, firstNode, hasLanes, nodeOf, settleLanes } from './place';

/** Decides what the thread does now that its node has executed (R3.1). */
export async function select(context: Context, thread: ThreadState): Promise<void> {
	const node = nodeOf(context, thread);
	const finished = thread.finished;
	if (finished === null) {
		await endThread(context, thread, 'nothing_follows');
		return;
	}
	if (thread.loop?.dueMs != null) {
		// The process stopped during the pause between two attempts.
		await repeatOrExhaust(context, thread, node);
		return;
	}
	if (hasLanes(thread)) await waitForCompanions(context, thread, node);
	const chosen = choose(context, thread, node, finished);
	const hop = chosen instanceof Promise ? await chosen : chosen;
	if (hop) {
		// Where only disabled nodes follow, what forks there and the end of the thread are one write.
		if (hasLanes(thread) && firstNode(hop.destination, context) === null)
			await settleLanes(context, thread, Object.keys(thread.lanes));
		const end = takeHop(context, thread, hop);
		if (end !== null) await endThread(context, thread, end);
		return;
	}
	if (isLooping(thread, node)) {
		await repeatOrExhaust(context, thread, node);
		return;
	}
	if (thread.loop?.outcome) {
		await endThread(context, thread, 'loop_exhausted');
		return;
	}
	await settle(context, thread, node, finished);
}

/** Without exits there is nothing to wait for. */
function choose(
	context: Context,
	thread: ThreadState,
	node: Node,
	finished: Finished,
	expressionsOnly = false,
): Promise<Hop | null> | Hop | null {
	const position = positionOf(context, thread, node);
	const exits = exitsOf(position);
	if (exits.length === 0) return directHop(position);
	const exhausted = position.loop === 'exhausted';
	const step = selectionStep(context, thread, node);
	return chooseHop({
		position,
		exits,
		picks: exhausted ? [] : restorePicks(finished.picks, exits),
		pickedBy: finished.pickedBy,
		expressionsOnly: expressionsOnly || finished.failed,
		llmConfig: () => step.llmConfigOfNode(),
		ask: (question) => step.callModel(question),
		result: finished.output,
		history: () => step.wholeHistory(),
		choose: (messages, listKey) => step.choose(messages, listKey),
		signal: context.signal,
	});
}

/** No edge was taken: the matrix of R2.14 with R2.16, and Max Turns (R2.51). */
async function settle(context: Context, thread: ThreadState, node: Node, finished: Finished): Promise<void> {
	const talks = node.type === 'say_llm' || node.type === 'worker_llm';
	if (talks && node.max_turns !== null && thread.answeredInVisit >= node.max_turns) {
		context.emit({
			type: 'wrote',
			thread: thread.id,
			lane: null,
			nodeId: thread.nodeId,
			values: { max_turns_reached: true },
			workflowValues: {},
		});
		const hop = await choose(context, thread, node, finished, true);
		const end = hop ? takeHop(context, thread, hop) : 'max_turns';
		if (end !== null) await endThread(context, thread, end);
		return;
	}
	if (!talks || !node.wait_for_user_message || thread.parentId !== null) {
		await endThread(context, thread, 'nothing_follows');
		return;
	}
	// A worker beside the node may have ended the conversation.
	if (thread.closed) await endClosed(context, thread);
	else if (node.self_loop)
		context.emit({ type: 'parked', thread: thread.id, nodeId: thread.nodeId, selfLoop: true });
	else if (hasWayOut(positionOf(context, thread, node)))
		context.emit({ type: 'parked', thread: thread.id, nodeId: thread.nodeId, selfLoop: false });
	else await endThread(context, thread, 'nothing_follows');
}

/** R2.16: an own conditional edge, or a usable reverse edge; global edges do not count. */
function hasWayOut(position: Position): boolean {
	return exitsOf(position).some((exit) => exit.kind !== 'global');
}

/** Expression edges see what companion-edge workers wrote; a direct edge does not wait (R5.17). */
async function waitForCompanions(context: Context, thread: ThreadState, node: Node): Promise<void> {
	const { ports } = context;
	const lanes = Object.keys(thread.lanes).flatMap((lane) => context.lanes.get(`${thread.id}|${lane}`) ?? []);
	if (!waitsForCompanions(positionOf(context, thread, node))) return;
	const done = new AbortController();
	const late = ports.clock.sleep(COMPANION_WAIT_MS, done.signal).then(
		() => true,
		() => false,
	);
	const isLate = await Promise.race([Promise.all(lanes).then(() => false), late]);
	done.abort();
	context.signal.throwIfAborted();
	if (isLate)
		context.warn(
			thread.id,
			`Workers beside "${thread.nodeId}" took more than 30 s; its conditions are evaluated on the values known so far.`,
		);
}
