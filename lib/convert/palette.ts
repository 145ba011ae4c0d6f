/** Shapes, line styles and colors of drawings; every pair differs by shape or line too, for print without color. */

import type { DrawnEdge, DrawnNode, EdgeLook, NodeLook } from './drawing';

export interface NodeStyle {
	/** Graphviz shape. */
	shape: string;
	/** Inches around the text; pointed shapes leave room of their own. */
	margin?: string;
	/** Graphviz style words. */
	style: string;
	fill: string;
	line: string;
	/** What the legend says. */
	meaning: string;
}

export const TEXT_COLOR = '#1f2937';
export const QUIET_COLOR = '#5b6472';
export const PATH_COLOR = '#d9480f';
export const GLOBAL_COLOR = '#6d5bd0';
export const GUARDRAIL_COLOR = '#c92a2a';
export const COMPANION_COLOR = '#0b7285';
export const PAPER_COLOR = '#ffffff';

export const NODE_STYLES: Record<NodeLook, NodeStyle> = {
	speech: {
		shape: 'box',
		style: 'rounded,filled',
		fill: '#e7f1fd',
		line: '#2b6cb0',
		meaning: 'speaks to the user',
	},
	worker: {
		shape: 'cds',
		margin: '0.3,0.16',
		style: 'filled',
		fill: '#efe9fb',
		line: '#6b46c1',
		meaning: 'model works silently',
	},
	action: {
		shape: 'component',
		style: 'filled',
		fill: '#fff3dc',
		line: '#b7791f',
		meaning: 'calls a tool or service',
	},
	step: { shape: 'box', style: 'filled', fill: '#f1f3f5', line: '#868e96', meaning: 'plain step' },
	nested: {
		shape: 'box3d',
		style: 'filled',
		fill: '#e3f6ee',
		line: '#2f855a',
		meaning: 'super node, a graph inside',
	},
	end: {
		shape: 'box',
		style: 'rounded,filled,bold',
		fill: '#e9ecef',
		line: '#343a40',
		meaning: 'ends the conversation',
	},
	unknown: {
		shape: 'note',
		style: 'filled,dotted',
		fill: '#fdf2f8',
		line: '#a61e4d',
		meaning: 'type not known here',
	},
	missing: { shape: 'box', style: 'dashed', fill: '#ffffff', line: '#c92a2a', meaning: 'no such node' },
};

/** The style of a node with its marks: guardrails are octagons, disabled nodes are pale and dashed. */
export function nodeStyle({ look, marks }: Pick<DrawnNode, 'look' | 'marks'>): NodeStyle {
	const base = NODE_STYLES[look];
	if (marks.has('disabled')) {
		return {
			...base,
			style: base.style.replace('filled', 'filled,dashed'),
			fill: '#ffffff',
			line: '#adb5bd',
		};
	}
	if (marks.has('guardrail'))
		return { ...base, shape: 'octagon', margin: '0.02,0.02', style: 'filled,bold', line: GUARDRAIL_COLOR };
	return base;
}

export interface EdgeStyle {
	line: string;
	/** Graphviz line style. */
	style: 'solid' | 'dashed' | 'dotted';
	tail: string;
	head: string;
	width?: string;
	meaning: string;
}

export const EDGE_STYLES: Record<EdgeLook, EdgeStyle> = {
	direct: { line: '#343a40', style: 'solid', tail: 'none', head: 'normal', meaning: 'always taken' },
	conditional: {
		line: '#1864ab',
		style: 'solid',
		tail: 'odiamond',
		head: 'normal',
		meaning: 'taken when its condition holds',
	},
	waiting: {
		line: '#6b46c1',
		style: 'solid',
		tail: 'odot',
		head: 'normal',
		meaning: 'condition, judged while waiting too',
	},
	fork: {
		line: COMPANION_COLOR,
		style: 'dashed',
		tail: 'none',
		head: 'vee',
		meaning: 'starts a companion thread',
	},
	companion: {
		line: COMPANION_COLOR,
		style: 'dotted',
		tail: 'dot',
		head: 'dot',
		meaning: 'works beside it in the same turn',
	},
	unknown: {
		line: '#a61e4d',
		style: 'dotted',
		tail: 'none',
		head: 'empty',
		meaning: 'edge type not known here',
	},
};

export function edgeStyle({ look, isDisabled }: Pick<DrawnEdge, 'look' | 'isDisabled'>): EdgeStyle {
	const base = EDGE_STYLES[look];
	return isDisabled ? { ...base, line: '#adb5bd', style: 'dashed' } : base;
}
