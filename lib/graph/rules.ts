/** All rules of part 3 that a graph can break, checked together; nothing stops at the first. */

import { buildGraph } from './build';
import { embeddedGraphs } from './embedded';
import type { Fault } from './fault';
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

export type { CheckOptions } from './rules/context';

/** In the order in which their faults are told. */
const FAMILIES = [
	checkIdentity,
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
	const check = new Check(graph, options);
	check.faults.push(...readingFaults(check));
	for (const family of FAMILIES) family(check);
	for (const inner of embeddedGraphs(graph.raw, check.path)) {
		const embedded = buildGraph(inner.raw, inner.path).graph;
		// An embedded graph may well be entered from its parent only, and its names are its own.
		check.faults.push(
			...checkGraph(embedded, { ...options, path: inner.path }).filter(({ rule }) => rule[0] !== '4'),
		);
	}
	return check.faults;
}

/** Unknown edge types, and unknown tools and models of the workflow, are forgiven on import only. */
function readingFaults(check: Check): Fault[] {
	const { faults, path: readAt } = check.graph;
	return faults.map((fault): Fault => {
		const isRaised = check.purpose !== 'import' && (fault.rule === 'R-05' || fault.rule === 'R-06');
		const path = check.path === readAt ? fault.path : check.path + fault.path.slice(readAt.length);
		return { ...fault, path, severity: isRaised ? 'error' : fault.severity };
	});
}

/** Every fault of a parsed document: its envelope, all its versions and rows, without repetition. */
export function checkDocument(document: ParsedDocument, options: Omit<CheckOptions, 'path'> = {}): Fault[] {
	const graphs = [document, ...document.rows]
		.flatMap(({ versions }) => versions)
		.flatMap(({ graph }) => graph ?? []);
	const checked = graphs.flatMap((graph) => checkGraph(graph, options));
	const known = new Set(checked.map(keyOf));
	const others = [...document.faults, ...document.warnings].filter((fault) => !known.has(keyOf(fault)));
	return [...others, ...checked];
}

function keyOf({ rule, path, message }: Fault): string {
	return `${rule} ${path} ${message}`;
}
