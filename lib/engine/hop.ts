/** Taking a hop: strikes, forks, the edge's event, its arguments and its message (R3.8, R3.9). */

import type { Hop } from '../edge/contract';
import { forksOf, type Fork } from '../edge/direct';
import { countStrike } from '../edge/guardrail';
import { interiorsEntered } from '../graph/interior';
import type { JsonObject } from '../json';
import { fillText, fillValue } from '../value/template';
import type { Context } from './context';
import type { HopKind } from './contract';
import type { ThreadState } from './state';
import { firstNode } from './place';

/**
 * Moves the thread over the edge. `kind` differs from the hop's own for waiting edges.
 *
 * @returns Why the thread is to end there (`endThread` does it), or null.
 */
export function takeHop(
	context: Context,
	thread: ThreadState,
	hop: Hop,
	kind: HopKind = hop.kind,
): string | null {
	const { graph, state } = context;
	const from = graph.nodesById.get(thread.nodeId);
	// Where only disabled nodes follow, the main edge is taken all the same (R5.1, R3.57).
	if (kind === 'direct')
		for (const fork of forksOf(graph, thread.nodeId)) startCompanion(context, thread, fork);
	const destination = firstNode(hop.destination, context);
	if (!from || !destination) return 'nothing_follows';
	const strike = countStrike({
		graph,
		from,
		to: destination,
		strikes: state.strikes,
		isCompanion: thread.parentId !== null,
	});
	const escalation =
		strike.outcome === 'follow'
			? null
			: {
					toNodeId: strike.outcome === 'redirect' ? (strike.destination.logical_id ?? null) : null,
					strikes: strike.strikes,
				};
	const fromNodeId = thread.nodeId;
	const enters = enterInteriors(
		context,
		thread,
		fromNodeId,
		(escalation ? escalation.toNodeId : destination.logical_id) ?? null,
	);
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
		context.emit({
			type: 'wrote',
			thread: thread.id,
			lane: null,
			nodeId: fromNodeId,
			values: hop.args,
			workflowValues: {},
		});
	}
	for (const write of enters) write();
	if (hop.message) say(context, thread, hop.message.type, hop.message.text);
	if (strike.outcome !== 'end') return null;
	if (strike.message) say(context, thread, 'escalation', strike.message);
	return 'guardrail_escalation';
}

/**
 * What entering super nodes writes (R7.3.11): the values are filled where control comes from, and written
 * once the hop is made.
 */
export function enterInteriors(
	context: Context,
	thread: ThreadState,
	fromNodeId: string | null,
	toNodeId: string | null,
): Array<() => void> {
	if (toNodeId === null || context.graph.interiors.size === 0) return [];
	return interiorsEntered(context.graph, fromNodeId, toNodeId).map((interior) => {
		const scope = context.scope(thread);
		const values: JsonObject = {};
		const runtime: JsonObject = {};
		for (const write of interior.entryWrites) {
			(write.scope === 'dynamic' ? values : runtime)[write.name] = fillValue(write.value, scope, {
				preserveTypes: true,
			});
		}
		return () => {
			context.emit({ type: 'interiorEntered', thread: thread.id, interiorId: interior.id, values });
			if (Object.keys(runtime).length === 0) return;
			context.emit({
				type: 'wrote',
				thread: thread.id,
				lane: null,
				nodeId: interior.id,
				values: runtime,
				workflowValues: {},
			});
		};
	});
}

function say(
	context: Context,
	thread: ThreadState,
	messageType: 'edge_static' | 'edge_dynamic' | 'escalation',
	text: string,
): void {
	const filled = messageType === 'edge_dynamic' ? text : fillText(text, context.scope(thread));
	if (filled.trim() === '') return;
	context.emit({
		type: 'spoke',
		thread: thread.id,
		lane: null,
		messageType,
		text: filled,
		call: null,
		split: false,
	});
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
	if (!thread) return;
	for (const write of enterInteriors(context, thread, parent.nodeId, thread.nodeId)) write();
	context.spawn(thread);
}

/** Companions without an authored id always start anew under a fresh one (R5.8). */
function companionName(context: Context, fork: Fork): string {
	return context.uuid(`companion|${fork.edge.logical_id ?? ''}`);
}
