/** The least that a step can be: from a node over its direct edge to the next, in the typed graph. */

import { chainOf, loadGraph } from '../ours.ts';
import { medianTime, perPiece, report } from '../subject.ts';

const NODES = 1000;
/** One walk is over before the clock of the processor has moved. */
const WALKS = 200;

await report(async () => {
	const graph = loadGraph(chainOf(NODES));
	const walk = () => {
		let node = graph.nodesById.get('node_0');
		let steps = 0;
		while (node) {
			steps += 1;
			const edge = graph.edgesBySource.get(node.logical_id ?? '')?.find(({ type }) => type === 'direct');
			node = graph.nodesById.get(edge?.destination_node_logical_id ?? '');
		}
		if (steps !== NODES) throw new Error(`The walk made ${steps} steps`);
	};
	const taken = await medianTime(
		() => {
			for (let index = 0; index < WALKS; index += 1) walk();
		},
		{ warmUps: 2, times: 9 },
	);
	return perPiece('step.floor', taken, NODES * WALKS);
});
