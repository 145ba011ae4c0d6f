/** What the pieces of a runner share. */

import type { Ports, Surroundings } from '../engine/contract';
import type { Store } from '../store/contract';
import type { Bell } from './bell';
import type { Engine } from './engine-port';
import type { Graphs } from './graphs';
import type { Heartbeats } from './lease';
import type { LiveRuns } from './live';

export interface RunnerParts {
	store: Store;
	engine: Engine;
	ports: Ports;
	durability: 'step' | 'turn';
	surroundings(): Promise<Surroundings>;
	graphs: Graphs;
	lives: LiveRuns;
	heartbeats: Heartbeats;
	/** Rings when a run has settled. */
	bell: Bell;
}
