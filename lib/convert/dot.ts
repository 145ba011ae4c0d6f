/** A drawing in Graphviz's language. */

import type { DrawnEdge, DrawnNode, Drawing } from './drawing';
import { wrap } from './label';
import {
	COMPANION_COLOR,
	edgeStyle,
	GLOBAL_COLOR,
	nodeStyle,
	PAPER_COLOR,
	PATH_COLOR,
	QUIET_COLOR,
	TEXT_COLOR,
} from './palette';

/** The face whose widths Graphviz knows; the font that PNG files are drawn with has the same widths. */
export const FONT_FAMILY = 'Arial';

/** The whole drawing without its legend, title on top; `settings` are further graph attributes. */
export function dotText(drawing: Drawing, settings: Record<string, string> = {}): string {
	const grouped = new Set(drawing.groups.flatMap((group) => group.nodeKeys));
	const byKey = new Map(drawing.nodes.map((node) => [node.key, node]));
	return [
		'digraph workflow {',
		...dotDefaults(),
		attributes('graph', { label: titleLabel(drawing.title), labelloc: 't', labeljust: 'l', ...settings }),
		...drawing.nodes.filter((node) => !grouped.has(node.key)).map(dotNode),
		...drawing.groups.flatMap((group) => [
			`subgraph ${quoted(`cluster_${group.key}`)} {`,
			attributes('graph', groupAttributes(group)),
			...group.nodeKeys.flatMap((key) => byKey.get(key) ?? []).map(dotNode),
			'}',
		]),
		...drawing.nodes.filter((node) => node.marks.has('start')).flatMap(startMark),
		...drawing.edges.map(dotEdge),
		'}',
	].join('\n');
}

/** Settings that the picture and its legend share. */
export function dotDefaults(): string[] {
	return [
		attributes('graph', {
			bgcolor: PAPER_COLOR,
			fontname: FONT_FAMILY,
			fontcolor: TEXT_COLOR,
			fontsize: '11',
			nodesep: '0.45',
			ranksep: '0.55',
			pad: '0.25',
		}),
		attributes('node', { fontname: FONT_FAMILY, fontcolor: TEXT_COLOR, fontsize: '12', margin: '0.16,0.09' }),
		attributes('edge', { fontname: FONT_FAMILY, fontcolor: TEXT_COLOR, fontsize: '10', arrowsize: '0.8' }),
	];
}

export function dotNode(node: DrawnNode): string {
	const style = nodeStyle(node);
	const isOnPath = node.visits.length > 0;
	return attributes(node.key, {
		label: nodeLabel(node),
		shape: style.shape,
		style: style.style,
		...(style.margin === undefined ? {} : { margin: style.margin }),
		fillcolor: style.fill,
		color: isOnPath
			? PATH_COLOR
			: node.marks.has('global') && !node.marks.has('guardrail')
				? GLOBAL_COLOR
				: style.line,
		fontcolor: node.marks.has('disabled') ? QUIET_COLOR : TEXT_COLOR,
		penwidth: isOnPath ? '3' : node.marks.has('guardrail') ? '2' : '1.2',
		peripheries: node.look === 'end' ? '2' : '1',
	});
}

function nodeLabel(node: DrawnNode): string {
	const quiet = (line: string) => `<FONT POINT-SIZE="9.5" COLOR="${QUIET_COLOR}">${markup(line)}</FONT>`;
	const note = (line: string) => `<FONT POINT-SIZE="9.5"><I>${markup(line)}</I></FONT>`;
	const visit = (line: string) =>
		`<FONT POINT-SIZE="9.5" COLOR="${PATH_COLOR}"><B>${markup(line)}</B></FONT>`;
	const title = (line: string) =>
		node.marks.has('disabled') ? `<B><S>${markup(line)}</S></B>` : `<B>${markup(line)}</B>`;
	const rows = [
		...wrap(node.title, 30, 2).map(title),
		quiet(node.subtitle),
		...node.notes.flatMap((text) => wrap(text, 42, 3)).map(note),
		...(node.visits.length === 0 ? [] : [visit(visitText(node.visits))]),
	].map((line) => `<TR><TD>${line}</TD></TR>`);
	return `<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1">${rows.join('')}</TABLE>>`;
}

/** `visit 1, 4, 7`; long lists are cut. */
export function visitText(visits: readonly number[]): string {
	const shown = visits.slice(0, 6).join(', ');
	return `visit ${shown}${visits.length > 6 ? `, … ${visits.length} in all` : ''}`;
}

export function dotEdge(edge: DrawnEdge): string {
	const style = edgeStyle(edge);
	const color = edge.isOnPath ? PATH_COLOR : style.line;
	return attributes(`${edge.from} -> ${edge.to}`, {
		color,
		fontcolor: edge.isDisabled ? QUIET_COLOR : TEXT_COLOR,
		style: style.style,
		penwidth: edge.isOnPath ? '3' : '1.2',
		dir: 'both',
		arrowtail: style.tail,
		arrowhead: style.head,
		...(edge.label === null && !edge.isDisabled ? {} : { label: edgeLabel(edge) }),
	});
}

function edgeLabel(edge: DrawnEdge): string {
	const lines = wrap(edge.label ?? '', 44, 3).map(markup);
	if (edge.priority !== null) lines[0] = `<B>#${edge.priority}</B> ${lines[0] ?? ''}`;
	if (edge.note !== null) {
		lines.push(
			...wrap(edge.note, 42, 2).map((line) => `<FONT COLOR="${QUIET_COLOR}"><I>${markup(line)}</I></FONT>`),
		);
	}
	if (edge.isDisabled) lines.push(`<I>disabled</I>`);
	// Spaces keep the text off the line it belongs to.
	return `<${lines.map((line) => ` ${line} `).join('<BR ALIGN="LEFT"/>')}<BR ALIGN="LEFT"/>>`;
}

function startMark(node: DrawnNode): string[] {
	return [
		attributes('start', {
			shape: 'circle',
			label: '',
			width: '0.16',
			style: 'filled',
			fillcolor: TEXT_COLOR,
			color: TEXT_COLOR,
		}),
		attributes(`start -> ${node.key}`, { color: TEXT_COLOR }),
	];
}

function groupAttributes({ title, look }: Drawing['groups'][number]): Record<string, string> {
	const color = look === 'global' ? GLOBAL_COLOR : COMPANION_COLOR;
	return {
		label: `<<FONT COLOR="${color}">${markup(title)}</FONT>>`,
		style: look === 'global' ? 'rounded,dashed' : 'rounded,dotted',
		color,
		penwidth: '1.4',
		margin: '14',
		labeljust: 'l',
		// Edges come from above: below, nothing crosses the caption.
		labelloc: look === 'global' ? 't' : 'b',
	};
}

function titleLabel(title: string): string {
	if (title === '') return '';
	return `<<FONT POINT-SIZE="16"><B>${wrap(title, 60, 2).map(markup).join('<BR ALIGN="LEFT"/>')}</B></FONT><BR ALIGN="LEFT"/><BR/>>`;
}

/** One statement: `n1 [label=<…>, shape="box"];`. A label in angle brackets is markup, all else is quoted. */
export function attributes(subject: string, values: Record<string, string>): string {
	const list = Object.entries(values).map(([name, value]) => {
		const isMarkup = name === 'label' && value.startsWith('<') && value.endsWith('>');
		return `${name}=${isMarkup ? value : quoted(value)}`;
	});
	return `${subject} [${list.join(', ')}];`;
}

const quoted = (text: string) => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;

/** Text as Graphviz's markup takes it. */
export function markup(text: string): string {
	return text
		.replaceAll('&', '&amp;')
		.replaceAll('<', '&lt;')
		.replaceAll('>', '&gt;')
		.replaceAll('"', '&quot;');
}
