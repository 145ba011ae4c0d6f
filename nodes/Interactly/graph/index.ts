/** The resource Graph of the Interactly node. */

import type { Resource } from '../operation';
import { checkGraph } from './check.operation';
import { compareGraphs } from './diff.operation';
import { drawGraph } from './draw.operation';
import { formatGraph } from './format.operation';

export const graphResource: Resource = {
	option: { name: 'Graph', value: 'graph', description: 'A graph to look at, pasted or from the store' },
	operations: [checkGraph, compareGraphs, drawGraph, formatGraph],
	preselected: 'check',
};
