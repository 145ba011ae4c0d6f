/** The legend of a picture: one sample of each look that the picture uses, and no more. */

import { attributes, dotDefaults, dotNode, markup } from './dot';
import type { DrawnNode, Drawing } from './drawing';
import { EDGE_STYLES, NODE_STYLES, PATH_COLOR, QUIET_COLOR, TEXT_COLOR, type EdgeStyle } from './palette';

/** One thing a reader may want explained. */
export interface LegendEntry {
	meaning: string;
	sample:
		| { type: 'start' }
		| { type: 'node'; node: Pick<DrawnNode, 'look' | 'marks'> }
		| { type: 'edge'; style: EdgeStyle }
		| { type: 'text'; text: string };
}

/** Entries for what the drawing holds: nodes, then edges. */
export function legendOf(drawing: Drawing): LegendEntry[] {
	const looks = new Set(drawing.nodes.map((node) => node.look));
	const marks = new Set(drawing.nodes.flatMap((node) => [...node.marks]));
	const edgeLooks = new Set(drawing.edges.map((edge) => edge.look));
	const entries: LegendEntry[] = [];
	const addNode = (node: Pick<DrawnNode, 'look' | 'marks'>, meaning: string) =>
		entries.push({ meaning, sample: { type: 'node', node } });

	if (marks.has('start')) entries.push({ meaning: 'where a conversation starts', sample: { type: 'start' } });
	for (const look of keysOf(NODE_STYLES)) {
		if (looks.has(look) && look !== 'missing') addNode({ look, marks: new Set() }, NODE_STYLES[look].meaning);
	}
	if (marks.has('guardrail')) addNode({ look: 'speech', marks: new Set(['guardrail']) }, 'guardrail');
	if (marks.has('disabled')) addNode({ look: 'speech', marks: new Set(['disabled']) }, 'disabled, skipped');
	for (const look of keysOf(EDGE_STYLES)) {
		const style = EDGE_STYLES[look];
		if (edgeLooks.has(look)) entries.push({ meaning: style.meaning, sample: { type: 'edge', style } });
	}
	if (drawing.edges.some((edge) => edge.priority !== null)) {
		entries.push({ meaning: 'order of judging, smallest first', sample: { type: 'text', text: '#1' } });
	}
	if (drawing.hasPath) {
		const style = { ...EDGE_STYLES.direct, line: PATH_COLOR, width: '3' };
		entries.push({ meaning: 'path of the run', sample: { type: 'edge', style } });
	}
	return entries;
}

const ROW_HEIGHT = 24;
const CAPTION_WIDTH = 190;
const SAMPLE_WIDTH = 36;

/** The legend as a graph of its own whose places are given: a sample and its meaning in each row. */
export function legendDot(drawing: Drawing): string {
	return [
		'digraph legend {',
		...dotDefaults(),
		attributes('graph', { pad: '0.15' }),
		...legendOf(drawing).flatMap(({ sample, meaning }, index) => {
			const y = -ROW_HEIGHT * index;
			const caption = {
				shape: 'plain',
				label: captionLabel(meaning),
				pos: place(SAMPLE_WIDTH + CAPTION_WIDTH / 2, y),
			};
			return [...sampleStatements(sample, `l${index}`, y), attributes(`t${index}`, caption)];
		}),
		'}',
	].join('\n');
}

/** A fixed place, given in points; Graphviz counts places in inches. */
const place = (x: number, y: number) => `${x / 72},${y / 72}!`;

function sampleStatements(sample: LegendEntry['sample'], key: string, y: number): string[] {
	const box = { width: '0.46', height: '0.22', fixedsize: 'true', label: '', pos: place(0, y) };
	switch (sample.type) {
		case 'start': {
			const dot = { shape: 'circle', style: 'filled', fillcolor: TEXT_COLOR, width: '0.16', height: '0.16' };
			return [attributes(key, { ...box, ...dot })];
		}
		case 'node': {
			const node = { id: '', key, title: '', subtitle: '', notes: [], visits: [], ...sample.node };
			return [dotNode(node), attributes(key, box)];
		}
		case 'text':
			return [attributes(key, { ...box, shape: 'plain', label: sample.text, fontsize: '10' })];
		case 'edge': {
			const { line, style, tail, head, width = '1.2' } = sample.style;
			const ends = [
				attributes(`${key}a`, endAt(-SAMPLE_WIDTH / 2, y)),
				attributes(`${key}b`, endAt(SAMPLE_WIDTH / 2, y)),
			];
			const look = { color: line, style, arrowtail: tail, arrowhead: head, dir: 'both', penwidth: width };
			return [...ends, attributes(`${key}a -> ${key}b`, look)];
		}
	}
}

const endAt = (x: number, y: number) => ({ shape: 'point', style: 'invis', width: '0.01', pos: place(x, y) });

/** A table of fixed width, so that all captions begin at the same place. */
function captionLabel(meaning: string): string {
	const text = `<FONT POINT-SIZE="10" COLOR="${QUIET_COLOR}">${markup(meaning)}</FONT>`;
	const cell = `<TD ALIGN="LEFT" WIDTH="${CAPTION_WIDTH}">${text}</TD>`;
	return `<<TABLE BORDER="0" CELLPADDING="1" CELLSPACING="0"><TR>${cell}</TR></TABLE>>`;
}

const keysOf = <K extends string>(record: Record<K, unknown>) => Object.keys(record) as K[];
