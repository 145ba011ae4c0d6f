/** From text or data to graphs: any document of part 1 in, typed graphs and every finding out. */

import { isJsonObject, type Json, type JsonObject } from '../json';
import { buildGraph } from './build';
import type { DocumentKind, Envelope } from './document-kind';
import { findGraphs } from './envelope';
import { anError, blocksImport, type Fault, movedFault } from './fault';
import type { Graph } from './graph';
import { checkJsonValue, readJsonText } from './json-text';
import { DEFAULT_LIMITS, type GraphLimits } from './limits';
import { measureEmbedded } from './embedded';
import { readPart, type StandalonePart } from './standalone';

export type { DocumentKind } from './document-kind';

export interface ParseOptions {
	limits?: Partial<GraphLimits>;
}

/** One graph of a document. */
export interface ParsedVersion {
	number: number;
	name: string | null;
	/** JSON path of the hydrated object. */
	path: string;
	/** The typed graph, or null when this version holds none or is refused (`isBlocked`). */
	graph: Graph | null;
	/** The hydrated object as it was read. */
	raw: JsonObject | null;
	isActive: boolean;
	/** A fault of or of a limit stands against importing this version. */
	isBlocked: boolean;
}

export interface ParsedDocument {
	kind: DocumentKind;
	/** All graphs found; one for everything but bundles and workflows with their versions. */
	versions: ParsedVersion[];
	/** Number of the active version, or null when there is no graph. */
	activeVersion: number | null;
	/** The active graph, or null when there is none or the import is refused. */
	graph: Graph | null;
	/** Name of the workflow: given at import, beside the graph, or in its config. */
	name: string | null;
	/** Errors, all of them, paths from the root of the document. */
	faults: Fault[];
	/** Findings that never stand in the way. */
	warnings: Fault[];
	/** True when the document must not be imported: nothing of it is then. */
	isBlocked: boolean;
	/** The document as it was read; null when the text was not JSON. */
	document: Json;
	/** Standalone documents: the typed node, edge, tool or model. */
	part: StandalonePart | null;
	/** Lists: every row as a document of its own. */
	rows: ParsedDocument[];
	/** What an import body asks for (1.7): version numbers, or null for the server's default. */
	selection: Envelope['selection'];
}

/**
 * Reads a document of any kind (1.1). Never throws for what the input may hold: every refusal is a fault.
 *
 * @param input JSON text, or the value it stands for.
 */
export function parseDocument(input: string | Json, options: ParseOptions = {}): ParsedDocument {
	const limits = { ...DEFAULT_LIMITS, ...options.limits };
	if (typeof input !== 'string') {
		const fault = checkJsonValue(input, limits);
		return fault === null ? parseValue(input, limits) : refusedDocument(fault);
	}
	const reading = readJsonText(input, limits);
	if (reading.fault !== null) return refusedDocument(reading.fault);
	const parsed = parseValue(reading.value, limits);
	return reading.warnings.length === 0
		? parsed
		: { ...parsed, warnings: [...reading.warnings, ...parsed.warnings] };
}

function refusedDocument(fault: Fault): ParsedDocument {
	return {
		kind: 'unknown',
		versions: [],
		activeVersion: null,
		graph: null,
		name: null,
		faults: [fault],
		warnings: [],
		isBlocked: true,
		document: null,
		part: null,
		rows: [],
		selection: null,
	};
}

function parseValue(document: Json, limits: GraphLimits): ParsedDocument {
	const envelope = findGraphs(document);
	const all: Fault[] = [...envelope.faults];
	const versions = envelope.versions.map((found) => {
		const { graph, faults } =
			found.raw === null ? { graph: null, faults: [] } : buildWithin(found.raw, found.path, limits);
		all.push(...faults);
		const isBlocked = faults.some(blocksImport);
		const { number, name, path, raw } = found;
		return {
			number,
			name,
			path,
			raw,
			graph: isBlocked ? null : graph,
			isActive: number === envelope.activeVersion,
			isBlocked,
		};
	});
	const part = readPart(envelope);
	all.push(...(part?.faults ?? []));
	const rows = envelope.rows.map((row) => asRow(parseValue(row.value, limits), row.path));
	all.push(...rows.flatMap((row) => [...row.faults, ...row.warnings]));
	const activeVersion = envelope.activeVersion ?? versions[0]?.number ?? null;
	const isBlocked = all.some(blocksImport);
	const active =
		versions.find((version) => version.number === activeVersion) ??
		(versions.length === 1 ? versions[0] : undefined);
	const graph = isBlocked ? null : (active?.graph ?? (rows.length === 1 ? (rows[0]?.graph ?? null) : null));
	return {
		kind: envelope.kind,
		versions,
		activeVersion,
		graph,
		name:
			envelope.selection?.name ??
			envelope.name ??
			nameBeside(active?.raw) ??
			active?.graph?.workflow_config.name ??
			null,
		faults: all.filter((fault) => fault.severity === 'error'),
		warnings: all.filter((fault) => fault.severity === 'warning'),
		isBlocked,
		document,
		part,
		rows,
		selection: envelope.selection,
	};
}

/** A create body names the workflow beside the graph, and that name counts (1.5). */
function nameBeside(raw: JsonObject | null | undefined): string | null {
	return isJsonObject(raw) && typeof raw.name === 'string' ? raw.name : null;
}

function buildWithin(
	raw: JsonObject,
	path: string,
	limits: GraphLimits,
): { graph: Graph | null; faults: readonly Fault[] } {
	const size = measureEmbedded(raw);
	const advice = 'Split the workflow into smaller ones joined by super nodes, or raise the limit.';
	if (size.nodes > limits.nodes) {
		const message = `the graph holds ${size.nodes} nodes, more than ${limits.nodes}`;
		return { graph: null, faults: [anError({ rule: 'L-2', path, message, advice })] };
	}
	if (size.depth > limits.embeddedGraphs) {
		const message = `super nodes are nested deeper than ${limits.embeddedGraphs} levels`;
		return {
			graph: null,
			faults: [anError({ rule: 'L-4', path, message, advice: 'Embed fewer graphs inside one another.' })],
		};
	}
	return buildGraph(raw, path);
}

/** A row of a list: its paths begin at the list, and being no graph is no reason to refuse the other rows. */
function asRow(row: ParsedDocument, path: string): ParsedDocument {
	const within = (at: string) => at.replace(/^\$/, () => path);
	const move = (fault: Fault): Fault => {
		const severity = fault.rule === 'R-01' ? 'warning' : fault.severity;
		return { ...movedFault(fault, '$', path), severity };
	};
	const faults = [...row.faults, ...row.warnings].map(move);
	return {
		...row,
		versions: row.versions.map((version) => ({ ...version, path: within(version.path) })),
		part: row.part && {
			...row.part,
			path: within(row.part.path),
			faults: row.part.faults.map((fault) => movedFault(fault, '$', path)),
		},
		faults: faults.filter(({ severity }) => severity === 'error'),
		warnings: faults.filter(({ severity }) => severity === 'warning'),
	};
}
