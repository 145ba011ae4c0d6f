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

/** The way of a run as a picture shows it. */
export function drawnPathOf({ path }: Pick<Journey, 'path'>): DrawnPath {
	return { nodeIds: path.map(({ nodeId }) => nodeId), edgeIds: path.flatMap(({ edgeId }) => edgeId ?? []) };
}
