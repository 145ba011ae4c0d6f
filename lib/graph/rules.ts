/** All rules of part 3 that a graph can break, checked together; nothing stops at the first. */

import { buildGraph } from './build';
import { embeddedGraphs, threadNames } from './embedded';
import { blocksImport, type Fault, movedFault } from './fault';
import type { Graph } from './graph';
import type { ParsedDocument } from './parse';
import { checkBounds } from './rules/bounds';
import { checkCompanions } from './rules/companions';
import { checkConditions } from './rules/conditions';
import { Check, type CheckOptions } from './rules/context';
import { checkIdentity } from './rules/identity';
import { checkModels } from './rules/models';
import { checkSuperNodes } from './rules/super-nodes';
import { checkTools } from './rules/tools';
import { checkVariables } from './rules/variables';
import { checkWaiting } from './rules/waiting';
import { checkWords } from './rules/words';
import type { StandalonePart } from './standalone';
import type { JsonObject } from '../json';

export type { CheckOptions } from './rules/context';

/** In the order in which their faults are told. */
const FAMILIES = [
	checkIdentity,
	checkWords,
	checkBounds,
	checkConditions,
	checkCompanions,
	checkWaiting,
	checkTools,
	checkSuperNodes,
	checkModels,
	checkVariables,
];

/**
 * Every fault of a graph and of the graphs embedded in it: those found while reading, then by rule
 * family, each in document order. Errors stay errors for every purpose; see `blocksImport` for what
 * keeps an import out.
 */
export function checkGraph(graph: Graph, options: CheckOptions = {}): Fault[] {
	const inners = embeddedGraphs(graph.raw, options.path ?? graph.path);
	const threads = options.threads ?? (inners.length === 0 ? undefined : threadNames(graph.raw));
	const check = new Check(graph, { ...options, threads });
	check.faults.push(...readingFaults(check));
	for (const family of FAMILIES) family(check);
	for (const inner of inners) {
		const embedded = buildGraph(inner.raw, inner.path).graph;
		// An embedded graph may well be entered from its parent only, and its names are its own.
		check.faults.push(
			...checkGraph(embedded, { ...options, threads, path: inner.path }).filter(
				({ rule }) => rule[0] !== '4',
			),
		);
	}
	return check.faults;
}

/**
 * Unknown edge types, and unknown tools and models of the workflow, are refused at save only. What reading
 * found stops no run: it costs the object it is about, whose turn comes when it is reached (5.3).
 */
function readingFaults(check: Check): Fault[] {
	const { faults, path: readAt } = check.graph;
	return faults.map((fault): Fault => {
		const isRaised = check.purpose === 'save' && (fault.rule === 'R-05' || fault.rule === 'R-06');
		const isBorne = check.purpose === 'run' && !blocksImport(fault);
		const severity = isRaised ? 'error' : isBorne ? 'warning' : fault.severity;
		return { ...movedFault(fault, readAt, check.path), severity };
	});
}

/** Rules about a node's or edge's surroundings: they say nothing about one that stands alone. */
const NEEDS_GRAPH: ReadonlySet<string> = new Set([
	'R-14',
	'R-15',
	'R-16',
	'R-17',
	'R-35',
	'R-36',
	'R-41',
	'R-50',
	'R-54',
	'R-87',
]);

/** Every fault of a standalone node, edge, tool or model (1.8), as far as it can be judged alone. */
export function checkPart(
	part: StandalonePart,
	options: Omit<CheckOptions, 'path' | 'threads'> = {},
): Fault[] {
	const held = holderOf(part);
	if (held === null) return part.faults;
	const faults = checkGraph(buildGraph(held.raw).graph, options);
	return faults.flatMap((fault) => {
		if (NEEDS_GRAPH.has(fault.rule) || !fault.path.startsWith(held.path)) return [];
		return [movedFault(fault, held.path, part.path)];
	});
}

/** A graph that holds nothing but the part, and the part's path in it. */
function holderOf(part: StandalonePart): { raw: JsonObject; path: string } | null {
	switch (part.kind) {
		case 'node':
			return { raw: { node_configs: [part.raw], edge_configs: [] }, path: '$.node_configs[0]' };
		case 'edge':
			return { raw: { node_configs: [], edge_configs: [part.raw] }, path: '$.edge_configs[0]' };
		case 'tool': {
			const raw = { workflow_config: { tools_config: { tools: [part.raw] } }, node_configs: [] };
			return { raw, path: '$.workflow_config.tools_config.tools[0]' };
		}
		case 'llm_config': {
			const raw = { workflow_config: { llms_config: part.raw }, node_configs: [] };
			return { raw, path: '$.workflow_config.llms_config' };
		}
		case 'other':
			return null;
	}
}

/** Every fault of a parsed document: its envelope, all its versions, parts and rows, without repetition. */
export function checkDocument(
	document: ParsedDocument,
	options: Omit<CheckOptions, 'path' | 'threads'> = {},
): Fault[] {
	const documents = [document, ...document.rows];
	const checked = [
		...documents
			.flatMap(({ versions }) => versions)
			.flatMap(({ graph, path }) => (graph === null ? [] : checkGraph(graph, { ...options, path }))),
		...documents.flatMap(({ part }) => (part === null ? [] : checkPart(part, options))),
	];
	const known = new Set(checked.map(keyOf));
	const others = [...document.faults, ...document.warnings].filter((fault) => !known.has(keyOf(fault)));
	return [...others, ...checked];
}

function keyOf({ rule, path, message }: Fault): string {
	return `${rule} ${path} ${message}`;
}
