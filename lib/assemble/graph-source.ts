/** Graphs to look at: out of a document somebody has, or out of the store. */

import { InputError, RunError } from '../errors';
import { toWire } from '../graph/dialect/wire';
import type { Fault } from '../graph/fault';
import type { Graph } from '../graph/graph';
import { parseDocument, type ParsedDocument, type ParsedVersion } from '../graph/parse';
import { checkDocument as checkParsed } from '../graph/rules';
import type { Json, JsonObject } from '../json';
import type { Store } from '../store/contract';
import { expressionProblem } from './examine';

export type GraphSource =
	/** A document of any kind (1.1); `version` chooses one of a bundle. */
	| { type: 'document'; document: string | Json; version: number | 'active' }
	| { type: 'stored'; workflowId: string; version: number | 'active' };

/** The document that a source stands for: as it was given, or the stored text of the version. */
export async function readSource(store: Store, source: GraphSource): Promise<string | Json> {
	if (source.type === 'document') return source.document;
	const version = await store.getVersion(source.workflowId, source.version);
	if (version !== null) return version.document;
	const wanted = source.version === 'active' ? '' : ` with version ${source.version}`;
	throw new RunError(
		'VERSION_UNKNOWN',
		`There is no workflow "${source.workflowId}"${wanted} in the store.`,
		{
			status: 404,
			place: 'Workflow',
			advice: 'List the versions with the Interactly node, or choose another workflow.',
		},
	);
}

export interface OpenedGraph {
	graph: Graph;
	/** In wire form, whatever the spelling of the document. */
	raw: JsonObject;
}

/** @throws {InputError} `GRAPH_UNREADABLE`, `VERSION_UNKNOWN`; {RunError} `VERSION_UNKNOWN`. */
export async function openGraph(store: Store, source: GraphSource): Promise<OpenedGraph> {
	const version = source.type === 'document' ? source.version : 'active';
	return graphIn(await readSource(store, source), { version, name: 'The document' });
}

/**
 * The graph of a document that holds one.
 *
 * @param request `name` is how errors speak of the document; `hint` is added to the advice on an unreadable one.
 * @throws {InputError} `GRAPH_UNREADABLE`, `VERSION_UNKNOWN`.
 */
export function graphIn(
	input: string | Json,
	request: { version: number | 'active'; name: string; hint?: string },
): OpenedGraph {
	const whole = parseDocument(input);
	const [row] = whole.rows;
	// A list of one graph is as good as the graph.
	const document = whole.versions.length === 0 && whole.rows.length === 1 && row !== undefined ? row : whole;
	const found = chosenVersion(document, request);
	if (found?.graph && found.raw !== null) return { graph: found.graph, raw: toWire(found.raw).value };
	const [fault] = document.faults;
	const reason = fault === undefined ? '.' : `: ${fault.message}.`;
	throw new InputError('GRAPH_UNREADABLE', `${request.name} holds no readable graph${reason}`, {
		advice:
			`${fault?.advice ?? 'Export the workflow with its nodes and edges.'} ${request.hint ?? ''}`.trim(),
		...(fault === undefined ? {} : { place: fault.path }),
	});
}

export interface CheckedDocument {
	/** What the document is: `hydrated`, `bundle`, `node`, … */
	kind: ParsedDocument['kind'];
	name: string | null;
	/** Of the active graph. */
	nodes: number;
	edges: number;
	/** Errors and warnings, each once, in the order of the document. */
	faults: Fault[];
}

/** Every finding about a document: reading it, then the rules of each of its graphs, parts and rows. */
export function checkDocument(input: string | Json): CheckedDocument {
	const document = parseDocument(input);
	const { kind, name, graph } = document;
	const faults = checkParsed(document, { purpose: 'save', checkExpression: expressionProblem });
	return {
		kind,
		name,
		nodes: graph?.node_configs.length ?? 0,
		edges: graph?.edge_configs.length ?? 0,
		faults,
	};
}

function chosenVersion(
	{ versions, activeVersion }: ParsedDocument,
	{ version, name }: { version: number | 'active'; name: string },
): ParsedVersion | undefined {
	if (version === 'active') {
		// A version fetched alone may name another one as active: it is still the one meant.
		return versions.find(({ number }) => number === activeVersion) ?? versions[0];
	}
	const found = versions.find(({ number }) => number === version);
	if (found !== undefined || versions.length === 0) return found;
	throw new InputError('VERSION_UNKNOWN', `${name} has no version ${version}.`, {
		place: 'Version',
		advice: `It has ${versions.map(({ number }) => number).join(', ')}.`,
	});
}
