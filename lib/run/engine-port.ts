/** The interpreter as the driver uses it; tests put a scripted one in its place. */

import type { AdvanceRequest, RunEvent } from '../engine/contract';
import * as engine from '../engine/engine';
import type { Projector, RunState } from '../engine/engine';
import type { Graph } from '../graph/graph';
import type { JsonObject } from '../json';

export interface Engine {
	createState(): RunState;
	fold(state: RunState, event: RunEvent, graph: Graph): void;
	advance(request: AdvanceRequest): Promise<void>;
	encodeEvents(events: readonly RunEvent[], graph: Graph): string;
	decodeEvents(text: string, graph: Graph): RunEvent[];
	saveState(state: RunState): string;
	loadState(text: string): RunState;
	createProjector(graph: Graph, state: RunState, globals?: JsonObject): Projector;
	hasBackgroundWork(graph: Graph, state: RunState): boolean;
	nextDueAt(graph: Graph, state: RunState): number | null;
	restUntil(graph: Graph, state: RunState, dueAtMs: number | null): void;
	activeCompanions(state: RunState): ReadonlyArray<{ id: string }>;
}

export const realEngine: Engine = engine;
