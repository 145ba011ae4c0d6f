/** Graphs to look at: out of a document somebody has, or out of the store. */

import { InputError, RunError } from '../errors';
import { toWire } from '../graph/dialect/wire';
import type { Fault } from '../graph/fault';
import type { Graph } from '../graph/graph';
import { parseDocument, type ParsedDocument, type ParsedVersion } from '../graph/parse';
import { checkGraph } from '../graph/rules';
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
	const document = parseDocument(await readSource(store, source));
	const found = chosenVersion(document, source.type === 'document' ? source.version : 'active');
	if (found?.graph && found.raw !== null) return { graph: found.graph, raw: toWire(found.raw).value };
	const [fault] = document.faults;
	throw new InputError('GRAPH_UNREADABLE', `There is no readable graph: ${messageText(fault)}`, {
		advice: fault?.advice ?? 'Export the workflow with its nodes and edges.',
		...(fault === undefined ? {} : { place: fault.path }),
	});
}

const messageText = (fault: Fault | undefined) => `${fault?.message ?? 'the document holds none'}.`;

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

/** Every finding about a document: reading it, then the rules of each of its graphs. */
export function checkDocument(input: string | Json): CheckedDocument {
	const document = parseDocument(input);
	const { kind, name, graph } = document;
	const ofRules = document.versions.flatMap((version) =>
		version.graph === null
			? []
			: checkGraph(version.graph, {
					purpose: 'save',
					checkExpression: expressionProblem,
					path: version.path,
				}),
	);
	const all = [...document.faults, ...document.warnings, ...ofRules];
	const byKey = new Map(all.map((fault) => [JSON.stringify([fault.rule, fault.path, fault.message]), fault]));
	const size = { nodes: graph?.node_configs.length ?? 0, edges: graph?.edge_configs.length ?? 0 };
	return { kind, name, ...size, faults: [...byKey.values()] };
}

function chosenVersion(document: ParsedDocument, version: number | 'active'): ParsedVersion | undefined {
	const { versions } = document;
	if (version === 'active') {
		// A version fetched alone may name another one as active: it is still the one meant.
		return versions.find(({ number }) => number === document.activeVersion) ?? versions[0];
	}
	const found = versions.find(({ number }) => number === version);
	if (found !== undefined || versions.length === 0) return found;
	throw new InputError('VERSION_UNKNOWN', `The document has no version ${version}.`, {
		place: 'Version',
		advice: `It has ${versions.map(({ number }) => number).join(', ')}.`,
	});
}
