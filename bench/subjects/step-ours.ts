/** One no-op step of our engine, nothing stored, in a chain of the given number of nodes. */

import type { Graph } from '../../lib/graph/graph.ts';
import { chainOf, engine, loadGraph, stubPorts } from '../ours.ts';
import { argument, medianTime, perPiece, report } from '../subject.ts';

/** Every turn makes this many steps, whatever the size of the graph. */
const STEPS = 1000;

await report(async () => {
	const nodeCount = Number(argument(0));
	const graph = loadGraph(chainOf(nodeCount));
	const taken = await medianTime(() => walk(graph, nodeCount - STEPS), { warmUps: 10, times: 21 });
	return perPiece(`step.ours.${nodeCount}`, taken, STEPS);
});

async function walk(graph: Graph, firstNode: number): Promise<void> {
	const state = engine.createState();
	await engine.advance({
		graph,
		state,
		command: {
			type: 'turn',
			input: {
				messages: {},
				overrides: {},
				dynamicVariables: {},
				runtimeVariables: {},
				idempotencyKey: null,
			},
			begin: {
				runId: 'run',
				workflowId: null,
				versionNumber: null,
				versionName: null,
				seed: 'seed',
				runBy: null,
				welcomeMessage: null,
				startNodeId: `node_${firstNode}`,
				provided: {},
				miscellaneous: {},
				source: null,
			},
		},
		ports: stubPorts(),
		surroundings: { globals: {}, secrets: {}, namedLlms: {} },
		journal: { append: () => Promise.resolve() },
	});
	if (state.status !== 'completed') throw new Error(`The run is ${state.status}: ${state.errorMessage}`);
}
