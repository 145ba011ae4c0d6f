/** A graph as Mermaid flowchart text, for places that render Mermaid: READMEs, wikis, pull requests. */

import type { Graph } from '../graph/graph';
import { visitText } from './dot';
import {
	drawingOf,
	type DrawnEdge,
	type DrawnNode,
	type DrawnPath,
	type Drawing,
	type NodeLook,
} from './drawing';
import { legendOf } from './legend';
import { COMPANION_COLOR, GLOBAL_COLOR, nodeStyle, PATH_COLOR, edgeStyle } from './palette';

/** Brackets of each shape. */
const SHAPES: Record<NodeLook, readonly [string, string]> = {
	speech: ['(', ')'],
	worker: ['>', ']'],
	action: ['[[', ']]'],
	step: ['[', ']'],
	nested: ['[(', ')]'],
	end: ['([', '])'],
	unknown: ['[/', '/]'],
	missing: ['[', ']'],
};

export interface MermaidOptions {
	/** What a run did, drawn over the graph. */
	path?: DrawnPath | null;
	/** Samples of the node shapes in use; edges carry their kind as text. Default true. */
	withLegend?: boolean;
}

export function mermaidText(graph: Graph, options: MermaidOptions = {}): string {
	const drawing = drawingOf(graph, options.path ?? null);
	const grouped = new Set(drawing.groups.flatMap((group) => group.nodeKeys));
	const byKey = new Map(drawing.nodes.map((node) => [node.key, node]));
	const start = drawing.nodes.find((node) => node.marks.has('start'));
	const lines = [
		...(drawing.title === '' ? [] : ['---', `title: ${JSON.stringify(plainTitle(drawing.title))}`, '---']),
		'flowchart TD',
		...drawing.nodes.filter((node) => !grouped.has(node.key)).map((node) => `    ${nodeText(node)}`),
		...drawing.groups.flatMap((group) => [
			`    subgraph ${group.key}[${label(group.title)}]`,
			...group.nodeKeys.flatMap((key) => byKey.get(key) ?? []).map((node) => `        ${nodeText(node)}`),
			'    end',
		]),
		...drawing.edges.map((edge) => `    ${edgeText(edge)}`),
		...(start === undefined ? [] : ['    start((" "))', `    start --> ${start.key}`]),
		...((options.withLegend ?? true) ? legendLines(drawing) : []),
		...styles(drawing),
		...(start === undefined ? [] : ['    style start fill:#1f2937,stroke:#1f2937']),
	];
	return `${lines.join('\n')}\n`;
}

function nodeText(node: DrawnNode): string {
	const [open, close] = node.marks.has('guardrail') ? ['{{', '}}'] : SHAPES[node.look];
	const lines = [`<b>${escape(node.title)}</b>`];
	if (node.subtitle !== '') lines.push(`<small>${escape(node.subtitle)}</small>`);
	for (const note of node.notes) lines.push(`<small><i>${escape(note)}</i></small>`);
	if (node.visits.length > 0) lines.push(`<b>${escape(visitText(node.visits))}</b>`);
	return `${node.key}${open}"${lines.join('<br/>')}"${close}:::${classOf(node)}`;
}

function legendLines(drawing: Drawing): string[] {
	const samples = legendOf(drawing).flatMap(({ sample, meaning }, index) => {
		if (sample.type !== 'node') return [];
		const node = {
			id: '',
			key: `legend${index}`,
			title: meaning,
			subtitle: '',
			notes: [],
			visits: [],
			...sample.node,
		};
		return [`        ${nodeText(node)}`];
	});
	return samples.length === 0 ? [] : ['    subgraph legend["Legend"]', ...samples, '    end'];
}

const ARROWS = { solid: '-->', dashed: '-.->', dotted: '-.->' } as const;

function edgeText(edge: DrawnEdge): string {
	const arrow = edge.look === 'companion' ? '-.-' : ARROWS[edgeStyle(edge).style];
	const parts = [
		edge.priority === null ? '' : `<b>#35;${edge.priority}</b>`,
		escape(edge.label ?? ''),
		edge.note === null ? '' : `<i>${escape(edge.note)}</i>`,
		edge.look === 'companion' ? 'beside it' : '',
		edge.isDisabled ? '<i>disabled</i>' : '',
	].filter((part) => part !== '');
	return `${edge.from} ${arrow}${parts.length === 0 ? '' : `|"${parts.join(' ')}"|`} ${edge.to}`;
}

function styles(drawing: Drawing): string[] {
	const samples = legendOf(drawing).flatMap(({ sample }) => (sample.type === 'node' ? [sample.node] : []));
	const classes = new Map([...drawing.nodes, ...samples].map((node) => [classOf(node), node]));
	const lines = [...classes].map(([name, node]) => {
		const style = nodeStyle(node);
		const dash = style.style.includes('dashed')
			? ',stroke-dasharray:6 4'
			: style.style.includes('dotted')
				? ',stroke-dasharray:2 3'
				: '';
		const width = node.marks.has('guardrail') || node.look === 'end' ? 3 : 1;
		const color = node.marks.has('disabled') ? '#5b6472' : '#1f2937';
		return `    classDef ${name} fill:${style.fill},stroke:${style.line},color:${color},stroke-width:${width}px${dash}`;
	});
	for (const group of drawing.groups) {
		const color = group.look === 'global' ? GLOBAL_COLOR : COMPANION_COLOR;
		lines.push(`    style ${group.key} fill:none,stroke:${color},color:${color},stroke-dasharray:6 4`);
	}
	for (const node of drawing.nodes) {
		if (node.visits.length > 0) lines.push(`    style ${node.key} stroke:${PATH_COLOR},stroke-width:4px`);
	}
	drawing.edges.forEach((edge, index) => {
		if (edge.isOnPath) lines.push(`    linkStyle ${index} stroke:${PATH_COLOR},stroke-width:4px`);
		else if (edge.look !== 'direct') lines.push(`    linkStyle ${index} stroke:${edgeStyle(edge).line}`);
	});
	return lines;
}

/** One class for each look and the marks that change it; the prefix keeps clear of words like `end`. */
function classOf(node: Pick<DrawnNode, 'look' | 'marks'>): string {
	const mark = node.marks.has('disabled') ? 'Disabled' : node.marks.has('guardrail') ? 'Guardrail' : '';
	return `is${node.look[0]?.toUpperCase()}${node.look.slice(1)}${mark}`;
}

/** Mermaid reads a title as markup but shows entities as they are written. */
const plainTitle = (text: string) => text.replaceAll('&', 'and').replaceAll('<', '‹').replaceAll('>', '›');
const label = (text: string) => `"${escape(text)}"`;

/** Text inside quotes: Mermaid reads entities written with `#`, and `;` after digits. */
function escape(text: string): string {
	return text
		.replaceAll('#', '#35;')
		.replaceAll('&', '#38;')
		.replaceAll('"', '#34;')
		.replaceAll('<', '#60;')
		.replaceAll('>', '#62;')
		.replaceAll('`', '#96;')
		.replaceAll('\\', '#92;');
}
