/** The least that a step can be: from a node over its direct edge to the next, in the typed graph. */

import { chainOf, loadGraph } from '../ours.ts';
import { medianTime, perPiece, report } from '../subject.ts';

const NODES = 1000;

await report(async () => {
	const graph = loadGraph(chainOf(NODES));
	const taken = await medianTime(
		() => {
			let node = graph.nodesById.get('node_0');
			let steps = 0;
			while (node) {
				steps += 1;
				const edge = graph.edgesBySource.get(node.logical_id ?? '')?.find(({ type }) => type === 'direct');
				node = graph.nodesById.get(edge?.destination_node_logical_id ?? '');
			}
			if (steps !== NODES) throw new Error(`The walk made ${steps} steps`);
		},
		{ warmUps: 10, times: 21 },
	);
	return perPiece('step.floor', taken, NODES);
});
