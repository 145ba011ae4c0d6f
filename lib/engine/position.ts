/** What edge selection needs to know of a thread, read from the state (R3.1, R6.5). */

import type { Exit, Pick, Position } from '../edge/contract';
import type { Node } from '../graph/node';
import type { Context } from './context';
import type { StoredPick } from './contract';
import { miscellaneousFlag, miscellaneousInteger } from './flags';
import type { ThreadState } from './state';

export function positionOf(context: Context, thread: ThreadState, node: Node): Position {
	const looping = thread.loop !== null && thread.loop.nodeId === node.logical_id;
	return {
		graph: context.graph,
		node,
		scope: context.scope(thread),
		isCompanion: thread.parentId !== null,
		callers: thread.callers,
		loop: looping ? (thread.loop?.outcome === null ? 'repeating' : 'exhausted') : undefined,
		warn: (message, onceKey) => context.warn(thread.id, message, onceKey),
	};
}

/** Hops in a row after which the next model call must answer in text (R3.52), default 3. */
const DEFAULT_MAX_CONSECUTIVE = 3;

/** True when the next model call of the thread gets no tools (R3.52, R3.54). */
export function mustAnswerInText(context: Context, thread: ThreadState): boolean {
	const { miscellaneous } = context.graph.workflow_config;
	if (
		thread.forcedText &&
		miscellaneousFlag(
			miscellaneous,
			'no_consecutive_conditional_edge_after_reverse_conditional_edge_taken',
			true,
		)
	) {
		return true;
	}
	return (
		thread.consecutive >=
		miscellaneousInteger(miscellaneous, 'consecutive_conditional_edges_max_limit', DEFAULT_MAX_CONSECUTIVE)
	);
}

/** A pick with its exit by ids, as events keep it. */
export function storePick(pick: Pick): StoredPick {
	return {
		kind: pick.exit.kind,
		edgeId: pick.exit.edge?.logical_id ?? null,
		globalNodeId: pick.exit.globalNodeId,
		destinationId: pick.exit.destination.logical_id ?? '',
		justification: pick.justification,
		args: pick.args,
		dynamicMessage: pick.dynamicMessage,
	};
}

/** Picks of the finished execution, matched to the exits that are open now. */
export function restorePicks(picks: readonly StoredPick[], exits: readonly Exit[]): Pick[] {
	return picks.flatMap((stored) => {
		const exit = exits.find(
			(each) =>
				each.kind === stored.kind &&
				(each.edge?.logical_id ?? null) === stored.edgeId &&
				each.globalNodeId === stored.globalNodeId,
		);
		if (!exit) return [];
		return [
			{ exit, justification: stored.justification, args: stored.args, dynamicMessage: stored.dynamicMessage },
		];
	});
}
