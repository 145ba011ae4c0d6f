/** Pictures of graphs as files: an SVG for drawing programs, a PNG for every place that only shows bitmaps. */

import type { DrawnPath } from '../convert/drawing';
import { pngOf } from '../convert/png';
import { drawSvg } from '../convert/svg';
import type { Graph } from '../graph/graph';
import type { Journey } from '../run/contract';

export interface Picture {
	svg: string;
	/** Null when only the SVG was asked for. */
	png: Uint8Array | null;
}

export interface PictureRequest {
	graph: Graph;
	/** What a run did, drawn over the graph. */
	path?: DrawnPath | null;
	/** Default true. */
	withLegend?: boolean;
	/** Default true; drawing pixels takes most of the time. */
	withPng?: boolean;
}

/** @throws {LimitError} `DRAWING_TOO_LARGE`. */
export async function drawPicture(request: PictureRequest): Promise<Picture> {
	const { graph, path = null, withLegend = true, withPng = true } = request;
	const svg = await drawSvg(graph, { path, withLegend });
	return { svg, png: withPng ? await pngOf(svg) : null };
}

/**
 * The way of a run over a graph: its own, or another form of it in which super nodes are not expanded.
 * What happened inside one is shown as one visit of it.
 */
export function drawnPathOf({ path }: Pick<Journey, 'path'>, graph: Graph): DrawnPath {
	const places = path.map(({ nodeId }) => ({ nodeId, shown: shownNode(nodeId, graph) }));
	const isFurtherInside = ({ nodeId, shown }: (typeof places)[number], index: number) =>
		shown !== nodeId && places[index - 1]?.shown === shown;
	return {
		nodeIds: places.filter((place, index) => !isFurtherInside(place, index)).map(({ shown }) => shown),
		edgeIds: path.flatMap(({ edgeId }) => edgeId ?? []),
	};
}

/** The node itself or the innermost super node of the graph that it came from (`outer__inner`). */
function shownNode(id: string, { nodesById }: Graph): string {
	if (nodesById.has(id)) return id;
	for (let end = id.lastIndexOf('__'); end > 0; end = id.lastIndexOf('__', end - 1)) {
		if (nodesById.has(id.slice(0, end))) return id.slice(0, end);
	}
	return id;
}
