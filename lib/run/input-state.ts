/** The checks of a turn's input that need the run: which threads take messages, which node is parked. */

import type { Node } from '../graph/node';
import type { ReadTurn } from './input';
import type { LiveRun } from './live';
import { inputRefused } from './refusals';

/** @throws {RunError} `RUN_INPUT_REFUSED`, status 400 (R1.19, R1.20) or 409 for a thread that ended (R5.32). */
export function checkAgainstRun(turn: ReadTurn, { state, graph }: Pick<LiveRun, 'state' | 'graph'>): void {
	for (const [threadId, messages] of Object.entries(turn.input.messages)) {
		const place = `run_input.thread_to_node_inputs[${JSON.stringify(threadId)}]`;
		const thread = state.threads[threadId];
		if (thread === undefined) {
			throw inputRefused(place, 'the run has no such thread (R1.19)', 'The main thread is "0".');
		}
		if (thread.parentId !== null) {
			throw inputRefused(
				place,
				'companion threads take no user messages (R1.19)',
				'Send the message to thread "0".',
			);
		}
		if (thread.status === 'ended' && messages.length > 0) {
			throw inputRefused(place, 'the thread has ended (R1.19)', 'Start a new run.');
		}
	}
	for (const { threadId, nodeId, place } of turn.addressed) {
		const parked = state.threads[threadId]?.nodeId;
		if (parked === nodeId) continue;
		const name = parked === undefined ? null : (graph.nodesById.get(parked)?.name ?? null);
		throw inputRefused(
			place,
			`the input names node "${nodeId}", but "${parked ?? 'none'}" waits (R1.20)`,
			`Leave "node_logical_id" out, or name the waiting node${name === null ? '' : ` "${name}"`}.`,
		);
	}
}

/** For a run's first turn: only the main thread exists. */
export function checkFirstInput(turn: ReadTurn, start: Node): void {
	for (const threadId of Object.keys(turn.input.messages)) {
		if (threadId === '0') continue;
		throw inputRefused(
			`run_input.thread_to_node_inputs[${JSON.stringify(threadId)}]`,
			'a new run has only the main thread (R1.19)',
			'Send the message to thread "0".',
		);
	}
	for (const { nodeId, place } of turn.addressed) {
		if (nodeId === start.logical_id) continue;
		throw inputRefused(
			place,
			`the input names node "${nodeId}", but the run starts at "${start.logical_id}" (R1.20)`,
			'Leave "node_logical_id" out.',
		);
	}
}
