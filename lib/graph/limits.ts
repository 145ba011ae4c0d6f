/** How much a document may hold (part 9 of the design) before it is refused with a clear fault. */

export interface GraphLimits {
	/** Bytes of the text in UTF-8. Default 8 MiB. */
	textBytes: number;
	/** Nodes of one graph, those of embedded graphs included. Default 5,000. */
	nodes: number;
	/** Objects and arrays inside one another. Default 200: twenty embedded graphs and room for schemas. */
	depth: number;
	/** Super nodes inside one another (5.4). Default 20. */
	embeddedGraphs: number;
}

export const DEFAULT_LIMITS: Readonly<GraphLimits> = {
	textBytes: 8 * 1024 * 1024,
	nodes: 5000,
	depth: 200,
	embeddedGraphs: 20,
};
