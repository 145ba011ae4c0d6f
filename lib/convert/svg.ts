/** A graph as an SVG picture: laid out by Graphviz, with its legend beside or below it. */

import { LimitError } from '../errors';
import type { Graph } from '../graph/graph';
import { dotText, FONT_FAMILY } from './dot';
import { drawingOf, type DrawnPath } from './drawing';
import { layOut, type LayoutJob } from './layout';
import { legendDot, legendOf } from './legend';
import { PAPER_COLOR } from './palette';

export interface DrawOptions {
	/** What a run did, drawn over the graph. */
	path?: DrawnPath | null;
	/** Default true. */
	withLegend?: boolean;
	/** Milliseconds for a careful layout (default 15,000); after them a rough one is made in twice the time. */
	limitMs?: number;
}

/** Names to try when the first is not there; all of them have the widths the layout was made for. */
const FONT_FALLBACKS = `${FONT_FAMILY}, Helvetica, 'Liberation Sans', Arimo, sans-serif`;

/**
 * Straight lines and few improvements: a graph that is tangled beyond a careful layout in any time.
 * Crossings stay, and the picture is there in seconds.
 */
const ROUGH = { splines: 'line', nslimit: '1', nslimit1: '1', mclimit: '0.1' };

/**
 * @returns A whole SVG document.
 * @throws {LimitError} `DRAWING_TOO_LARGE`: no layout was found in time.
 */
export async function drawSvg(graph: Graph, options: DrawOptions = {}): Promise<string> {
	const { path = null, withLegend = true, limitMs = 15_000 } = options;
	const drawing = drawingOf(graph, path);
	const legend: LayoutJob[] =
		withLegend && legendOf(drawing).length > 0 ? [{ dot: legendDot(drawing), engine: 'neato' }] : [];
	const jobs = (settings: Record<string, string>): LayoutJob[] => [
		{ dot: dotText(drawing, settings), engine: 'dot' },
		...legend,
	];
	const pictures = (await layOut(jobs({}), limitMs)) ?? (await layOut(jobs(ROUGH), 2 * limitMs));
	const [main, below] = pictures?.map(pictureOf) ?? [];
	if (main === undefined) throw tooLarge(graph, 3 * limitMs);
	return compose({ title: drawing.title, main, legend: below ?? null });
}

function tooLarge(graph: Graph, spentMs: number): LimitError {
	const size = `${graph.node_configs.length} nodes and ${graph.edge_configs.length} edges`;
	return new LimitError(
		'DRAWING_TOO_LARGE',
		`No layout for ${size} was found in ${Math.round(spentMs / 1000)} seconds.`,
		{ advice: 'Draw the graph as mermaid text, or split it with super nodes.' },
	);
}

interface Picture {
	width: number;
	height: number;
	/** The SVG elements inside the outermost one. */
	content: string;
}

function pictureOf(svg: string): Picture {
	const [, width = '0', height = '0'] = /viewBox="[\d.-]+ [\d.-]+ ([\d.]+) ([\d.]+)"/.exec(svg) ?? [];
	const content = svg
		.slice(svg.indexOf('>', svg.indexOf('<svg')) + 1, svg.lastIndexOf('</svg>'))
		// Comments and titles repeat our own short keys; ids would occur twice in one document.
		.replace(/<!--[^]*?-->\n?/g, '')
		.replace(/<title>[^<]*<\/title>\n?/g, '')
		.replace(/ id="(graph|node|edge|clust)\d+"/g, '')
		.replaceAll(`font-family="${FONT_FAMILY}"`, `font-family="${FONT_FALLBACKS}"`);
	return { width: Number(width), height: Number(height), content };
}

function compose({ title, main, legend }: { title: string; main: Picture; legend: Picture | null }): string {
	// Beside a tall picture there is room; below a wide or small one the page stays compact.
	const isBeside = legend !== null && main.height >= legend.height;
	const width =
		legend === null ? main.width : isBeside ? main.width + legend.width : Math.max(main.width, legend.width);
	const height = legend === null ? main.height : isBeside ? main.height : main.height + legend.height;
	const place = isBeside ? `x="${main.width}" y="0"` : `x="0" y="${main.height}"`;
	const parts = [
		`<svg xmlns="http://www.w3.org/2000/svg" role="img" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
		title === '' ? '' : `<title>${escapeXml(title)}</title>`,
		`<rect width="100%" height="100%" fill="${PAPER_COLOR}"/>`,
		nested(main, 'x="0" y="0"'),
		legend === null ? '' : nested(legend, place),
		'</svg>\n',
	];
	return parts.filter((part) => part !== '').join('\n');
}

const nested = ({ width, height, content }: Picture, place: string) =>
	`<svg ${place} width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${content}</svg>`;

const escapeXml = (text: string) =>
	text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
