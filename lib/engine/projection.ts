/** What the projection of one event reads: the graph, the state before it, and the turn it belongs to. */

import type { Graph } from '../graph/graph';
import type { JsonObject } from '../json';
import type { TurnRecord } from './pair';
import type { RunState } from './state';
import type { WireMaker } from './wire';

export interface Projection {
	graph: Graph;
	state: RunState;
	globals: JsonObject;
	turn: TurnRecord;
	wire: WireMaker;
}
