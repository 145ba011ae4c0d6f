/** What a document turns out to be: its kind, the graphs and parts in it, what is wrong around them. */

import type { Json, JsonObject } from '../json';
import { anError, type Fault } from './fault';

export type DocumentKind =
	/** `node_configs` or `edge_configs` at the top (1.2). */
	| 'hydrated'
	/** A workflow answer or document around a hydrated graph (1.3). */
	| 'workflow'
	/** A workflow whose nodes and edges are only named by id (1.4). */
	| 'not_hydrated'
	/** One saved version (1.6). */
	| 'version'
	/** An export bundle, layout `v2` or flat, or the import body around one (1.7). */
	| 'bundle'
	| 'node'
	| 'edge'
	| 'tool'
	| 'llm_config'
	| 'tool_bundle'
	| 'variable'
	| 'node_library'
	| 'workflow_template'
	/** A super node's description with the embedded graph (1.8.7). */
	| 'super_node'
	/** A run record (2.17). */
	| 'run'
	/** What a run is given (2.17). */
	| 'run_input'
	/** Rows of any of these (1.9). */
	| 'list'
	| 'unknown';

/** One graph found in a document, not yet built. */
export interface FoundVersion {
	/** `version_number`, else the position. */
	number: number;
	name: string | null;
	/** JSON path of the hydrated object. */
	path: string;
	/** The hydrated object; null when the version holds none. */
	raw: JsonObject | null;
	isMarkedActive: boolean;
	/** True when `raw` is no part of the document but was made for a workflow without a graph. */
	isMade: boolean;
}

export interface Envelope {
	kind: DocumentKind;
	versions: FoundVersion[];
	/** Graphs that repeat a version: spelled alike, never imported. */
	copies: Array<{ raw: JsonObject; path: string }>;
	/** The active number as the document states it, or null. */
	activeVersion: number | null;
	/** What the import body asks for (1.7), or null. */
	selection: { versions: number[] | null; name: string | null } | null;
	/** Standalone documents: the node, edge, tool or model config itself. */
	part: { value: JsonObject; path: string } | null;
	/** Lists: the rows. */
	rows: Array<{ value: Json; path: string }>;
	/** Name as the document gives it outside of the graph. */
	name: string | null;
	faults: Fault[];
}

export const EXPECTED = 'expected node_configs, workflow, version or versions';

export function empty(kind: DocumentKind): Envelope {
	return {
		kind,
		versions: [],
		copies: [],
		activeVersion: null,
		selection: null,
		part: null,
		rows: [],
		name: null,
		faults: [],
	};
}

export function single(kind: DocumentKind, found: FoundVersion): Envelope {
	return { ...empty(kind), versions: [found], activeVersion: found.number };
}

const EXPORT_AGAIN =
	'Export the workflow with its graph (fully hydrated), or as a bundle, and import that file.';

export function unknownDocument(message: string, advice = EXPORT_AGAIN): Envelope {
	return { ...empty('unknown'), faults: [anError({ rule: 'R-01', path: '$', message, advice })] };
}
