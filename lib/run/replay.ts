/** The first answer again for a repeated delivery, rebuilt from the log exactly as it was. */

import type { RunRow } from '../store/contract';
import { runUnknown } from '../store/refusals';
import type { TurnResult } from './contract';
import { copyState } from './copy-state';
import { readEvents, splitLog } from './log';
import type { RunnerParts } from './parts';
import { buildResult } from './result';

/**
 * The result of the turn that was delivered with this key.
 * @throws {RunError} `RUN_UNKNOWN` when the run has no such turn, as after its deletion.
 */
export async function answerOfKey(
	parts: RunnerParts,
	{ row, key }: { row: RunRow; key: string },
): Promise<TurnResult> {
	const { engine, store, graphs } = parts;
	const { graph } = await graphs.pinned(row.graphHash, () => store.readGraph(row.graphHash));
	const { globals } = await parts.surroundings();
	const state = engine.createState();
	for (const part of splitLog(await readEvents({ store, engine, graph }, row))) {
		const before = part.key === key ? copyState(state) : null;
		for (const event of part.events) engine.fold(state, event, graph);
		if (before === null) continue;
		const stretch = { events: part.events, before };
		return buildResult({ engine, graph, row, state, stretch, globals, recovered: false, repeated: true });
	}
	throw runUnknown(row.id);
}
