/** Taking a hop: strikes, forks, the edge's event, its arguments and its message (R3.8, R3.9). */

import type { Hop } from '../edge/contract';
import { forksOf, type Fork } from '../edge/direct';
import { countStrike } from '../edge/guardrail';
import { fillText } from '../value/template';
import type { Context } from './context';
import type { HopKind } from './contract';
import type { ThreadState } from './state';
import { endThread, firstNode } from './place';

/** Moves the thread over the edge. `kind` differs from the hop's own for waiting edges. */
export function takeHop(context: Context, thread: ThreadState, hop: Hop, kind: HopKind = hop.kind): void {
	const { graph, state } = context;
	const from = graph.nodesById.get(thread.nodeId);
	const destination = firstNode(hop.destination, context);
	if (!from || !destination) {
		endThread(context, thread, 'nothing_follows');
		return;
	}
	const strike = countStrike({ graph, from, to: destination, strikes: state.strikes, isCompanion: thread.parentId !== null });
	if (kind === 'direct') for (const fork of forksOf(graph, thread.nodeId)) startCompanion(context, thread, fork);
	const escalation =
		strike.outcome === 'follow'
			? null
			: { toNodeId: strike.outcome === 'redirect' ? (strike.destination.logical_id ?? null) : null, strikes: strike.strikes };
	const fromNodeId = thread.nodeId;
	context.emit({
		type: 'hopped',
		thread: thread.id,
		kind,
		edgeId: hop.edge?.logical_id ?? null,
		fromNodeId,
		toNodeId: destination.logical_id ?? '',
		globalNodeId: hop.globalNodeId,
		reason: hop.reason,
		args: hop.args,
		judgedBy: hop.judgedBy,
		escalation,
	});
	if (Object.keys(hop.args).length > 0) {
		context.emit({ type: 'wrote', thread: thread.id, lane: null, nodeId: fromNodeId, values: hop.args, workflowValues: {} });
	}
	if (hop.message) say(context, thread, hop.message.type, hop.message.text);
	if (strike.outcome === 'end') {
		if (strike.message) say(context, thread, 'escalation', strike.message);
		endThread(context, thread, 'guardrail_escalation');
	}
}

function say(context: Context, thread: ThreadState, messageType: 'edge_static' | 'edge_dynamic' | 'escalation', text: string): void {
	const filled = messageType === 'edge_dynamic' ? text : fillText(text, context.scope(thread));
	if (filled.trim() === '') return;
	context.emit({ type: 'spoke', thread: thread.id, lane: null, messageType, text: filled, call: null, split: false });
}

/** R5.1, R5.2, R5.8: starts a companion thread, or ignores the fork while it still runs. */
function startCompanion(context: Context, parent: ThreadState, fork: Fork): void {
	const { state } = context;
	const authored = fork.threadId ?? companionName(context, fork);
	const id = `${parent.id}_companion_${authored}`;
	const running = state.threads[id];
	if (running && running.status !== 'ended') {
		context.warn(parent.id, `The companion thread "${authored}" is still running; it was not forked again.`);
		return;
	}
	const node = firstNode(fork.destination, context);
	if (!node) return;
	context.emit({
		type: 'threadStarted',
		thread: id,
		parent: parent.id,
		edgeId: fork.edge.logical_id,
		nodeId: node.logical_id ?? '',
		forced: false,
		copiesHistory: true,
	});
	const thread = state.threads[id];
	if (thread) context.spawn(thread);
}

/** Companions without an authored id always start anew under a fresh one (R5.8). */
function companionName(context: Context, fork: Fork): string {
	return context.uuid(`companion|${fork.edge.logical_id ?? ''}`);
}
