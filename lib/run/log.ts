/** A run's log as stretches: each turn, each pump, and what happened between them. */

import type { RunEvent } from '../engine/contract';
import { isTerminal } from '../engine/engine';
import type { Graph } from '../graph/graph';
import type { RunRow, Store } from '../store/contract';
import type { Engine } from './engine-port';

/** The events of one command. `between`: a pause, a stop, an ending or feedback outside of turns. */
export interface LogPart {
	kind: 'turn' | 'pump' | 'between';
	/** The key its message was delivered with, or null. */
	key: string | null;
	events: RunEvent[];
	/** False for a turn that is still going on or that a crash broke off. */
	isClosed: boolean;
}

/** Cuts a log where commands begin; the start of the run belongs to its first turn. */
export function splitLog(events: readonly RunEvent[]): LogPart[] {
	const parts: LogPart[] = [];
	let part: LogPart | null = null;
	let last: RunEvent | null = null;
	for (const event of events) {
		if (part === null || beginsPart(event, { part, last })) {
			part = { kind: 'between', key: null, events: [], isClosed: false };
			parts.push(part);
		}
		if (event.type === 'turnStarted') {
			part.kind = event.kind === 'pump' ? 'pump' : 'turn';
			part.key = event.idempotencyKey;
		}
		part.events.push(event);
		if (event.type === 'turnEnded') part.isClosed = true;
		last = event;
	}
	return parts;
}

function beginsPart(event: RunEvent, { part, last }: { part: LogPart; last: RunEvent | null }): boolean {
	if (event.type === 'turnStarted') return last?.type !== 'runStarted';
	// The end of the run follows the turn that brought it about.
	if (event.type === 'runEnded' && last?.type === 'turnEnded') return !isTerminal(last.status);
	return part.isClosed;
}

/** All events of a run in order. */
export async function readEvents(
	parts: { store: Store; engine: Engine; graph: Graph },
	row: Pick<RunRow, 'id'>,
): Promise<RunEvent[]> {
	const { store, engine, graph } = parts;
	const batches = await store.readBatches(row.id, 0);
	return batches.flatMap(({ data }) => engine.decodeEvents(data, graph));
}
