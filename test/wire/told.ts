/** Checks what a run has told: each event against its row, all of them together against the rules of order. */

import type { RunEvent, WireEvent } from '../../lib/engine/contract';
import { createProjector, createState, fold } from '../../lib/engine/engine';
import type { Graph } from '../../lib/graph/graph';
import type { JsonObject } from '../../lib/json';
import { shapeFaults } from './events';
import { runRecord } from './record';
import { orderFaults } from './order';

/** Throws with every deviation of these events from the catalogue. */
export function expectShapes(events: readonly unknown[], place: 'stream' | 'record' = 'stream'): void {
	const faults = new Set(events.flatMap((event) => shapeFaults(event, place)));
	if (faults.size > 0) throw new Error(`Wire events deviate:\n${[...faults].join('\n')}`);
}

/** Throws when the events of a run, from its first on, break a rule of order. */
export function expectOrder(events: readonly WireEvent[]): void {
	const faults = orderFaults(events);
	if (faults.length > 0)
		throw new Error(`${faults.join('\n')}\n\n${events.map((event) => event.type).join('\n')}`);
}

/** Throws when the record of a run is not made as the protocol says (R9.49). */
export function expectRecord(record: unknown): void {
	const read = runRecord.safeParse(record);
	const faults = read.success
		? read.data.input_output_pairs.flatMap((pair) =>
				pair.run_output.events.flatMap((event) => shapeFaults(event, 'record')),
			)
		: read.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
	if (faults.length > 0) throw new Error(`The record deviates:\n${[...new Set(faults)].join('\n')}`);
}

/** Every recorded event of a log as the wire shows it. */
export function tellAll(run: { graph: Graph; log: readonly RunEvent[]; globals?: JsonObject }): WireEvent[] {
	const { graph, log, globals = {} } = run;
	const state = createState();
	const projector = createProjector(graph, state, globals);
	return log.flatMap((event) => {
		const told = projector.project(event);
		fold(state, event, graph);
		return told;
	});
}
