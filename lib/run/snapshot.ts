/** Snapshots of folded states beside the log: a cache that is written seldom and may be deleted. */

import type { RunState } from '../engine/engine';
import type { Snapshot } from '../store/contract';
import type { Engine } from './engine-port';

/** Raised when the shape of a state changes, so that older snapshots are passed over. */
const format = '1';

/** Fewer events than this are folded faster than a snapshot is read. */
const minTailEvents = 256;

/**
 * True when folding the tail alone costs more than half of folding everything: snapshots then double
 * their distance, and all of them together cost less than the log.
 */
export function deservesSnapshot(eventCount: number, snapshotEvents: number): boolean {
	const tail = eventCount - snapshotEvents;
	return tail > Math.max(minTailEvents, eventCount / 2);
}

export function writeSnapshot(engine: Engine, state: RunState, head: number): Snapshot {
	return { head, data: `${format}\n${engine.saveState(state)}` };
}

/** The state, or null when the snapshot was written by another version and must be passed over. */
export function readSnapshot(engine: Engine, snapshot: Snapshot): RunState | null {
	const mark = `${format}\n`;
	return snapshot.data.startsWith(mark) ? engine.loadState(snapshot.data.slice(mark.length)) : null;
}
