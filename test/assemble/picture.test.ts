/** The way of a run as pictures show it, also over a graph whose super nodes are closed. */

import { drawnPathOf } from '../../lib/assemble/picture';
import { loadGraph } from '../../lib/graph/build';

const graph = loadGraph({
	node_configs: ['start', 'visit', 'visit__old'].map((id) => ({ type: 'no_op', logical_id: id, name: id })),
	edge_configs: [],
});

const walked = (...nodeIds: string[]) => ({
	path: nodeIds.map((nodeId, index) => ({
		...{ nodeId, nodeName: nodeId, edgeName: null, reason: null },
		edgeId: index === 0 ? null : `to_${nodeId}`,
	})),
});

describe('the way of a run', () => {
	it('is every node execution in order, and the edges taken', () => {
		expect(drawnPathOf(walked('start', 'visit', 'visit', 'start'), graph)).toEqual({
			nodeIds: ['start', 'visit', 'visit', 'start'],
			edgeIds: ['to_visit', 'to_visit', 'to_start'],
		});
	});

	it('shows a stay inside a closed super node as one visit of the innermost one that is drawn', () => {
		const path = walked('start', 'visit__a', 'visit__deep__b', 'start', 'visit__a', 'visit__old__c');
		expect(drawnPathOf(path, graph).nodeIds).toEqual(['start', 'visit', 'start', 'visit', 'visit__old']);
	});

	it('keeps nodes that the graph does not have, so that numbers of visits stay true', () => {
		expect(drawnPathOf(walked('start', 'gone', 'start'), graph).nodeIds).toEqual(['start', 'gone', 'start']);
	});
});
