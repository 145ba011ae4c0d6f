/** One step of LangGraph JS: a chain of 1,000 nodes, each of which returns a result, without a saver. */

import { Annotation, END, START, StateGraph } from '@langchain/langgraph';
import { medianTime, perPiece, report } from '../subject.ts';

const NODES = 1000;

await report(async () => {
	const state = Annotation.Root({ no_op_result_success: Annotation<boolean> });
	const graph = new StateGraph(state) as StateGraph<unknown, unknown, unknown, string>;
	for (let index = 0; index < NODES; index += 1) {
		graph.addNode(`node_${index}`, () => ({ no_op_result_success: true }));
	}
	graph.addEdge(START, 'node_0');
	for (let index = 1; index < NODES; index += 1) graph.addEdge(`node_${index - 1}`, `node_${index}`);
	graph.addEdge(`node_${NODES - 1}`, END);
	const app = graph.compile();
	const taken = await medianTime(
		() => app.invoke({ no_op_result_success: false }, { recursionLimit: NODES + 1 }),
		{ warmUps: 1, times: 1 },
	);
	return perPiece('step.langgraph', taken, NODES);
});
