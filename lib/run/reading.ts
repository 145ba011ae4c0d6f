/** What can be read of a run without its lease: the record, the wire events, the way taken, the transcript. */

import { runUnknown } from '../store/refusals';
import type { Runner } from './contract';
import { readEvents, splitLog } from './log';
import type { RunnerParts } from './parts';
import { buildRecord } from './record';
import { pathOf } from './speech';
import { transcriptOf } from './transcript';

export function readRun(parts: RunnerParts): Pick<Runner, 'record' | 'events' | 'journey' | 'transcript'> {
	const { store, engine, graphs } = parts;

	async function open(runId: string) {
		const row = await store.findRun(runId);
		if (row === null) throw runUnknown(runId);
		const { graph } = await graphs.pinned(row.graphHash, () => store.readGraph(row.graphHash));
		const events = await readEvents({ store, engine, graph }, row);
		return { row, graph, events };
	}

	return {
		async record(runId) {
			const { row, graph, events } = await open(runId);
			const { globals } = await parts.surroundings();
			return buildRecord({ engine, row, graph, events, globals });
		},
		async events(runId) {
			const { graph, events } = await open(runId);
			const { globals } = await parts.surroundings();
			const state = engine.createState();
			return splitLog(events).flatMap((part) => {
				// One projector a command, as in the turn itself: a pair ends with its command.
				const projector = engine.createProjector(graph, state, globals);
				return part.events.flatMap((event) => {
					// Copied, because some events show lists of the state, which goes on changing.
					const wire = structuredClone(projector.project(event));
					engine.fold(state, event, graph);
					return wire;
				});
			});
		},
		async journey(runId) {
			const { graph, events } = await open(runId);
			return { graph, path: pathOf(events, graph) };
		},
		async transcript(runId) {
			const { graph, events } = await open(runId);
			return transcriptOf(events, graph);
		},
	};
}
