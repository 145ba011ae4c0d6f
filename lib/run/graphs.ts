/** Graphs ready to run: read from a source once, pinned by content, kept while they are in use. */

import { InputError } from '../errors';
import { loadGraph } from '../graph/build';
import type { Graph } from '../graph/graph';
import { parseDocument } from '../graph/parse';
import { refuseDocument } from '../graph/refusal';
import type { Json, JsonObject } from '../json';
import { createRecent } from './recent';

export interface ReadGraph {
	graph: Graph;
	/** JSON text to pin (R1.29): the hydrated object as it was read. */
	pinned: string;
	versionName: string | null;
}

export interface Graphs {
	/** The active graph of a document of any kind (graph-format 1.1). @throws {GraphError} `GRAPH_REFUSED`. */
	read(document: string | JsonObject): ReadGraph;
	/** The graph of a run; `text` is asked for only when the graph is not known. */
	pinned(hash: string, text: () => Promise<string | null>): Promise<Graph>;
}

/** Texts this long are worth a place of their own in memory; together at most this many characters. */
const maxCharacters = 32 * 1024 * 1024;
const maxGraphs = 64;

export function createGraphs(): Graphs {
	const byText = createRecent<string, ReadGraph>({ maxCount: maxGraphs, maxSize: maxCharacters });
	const byHash = createRecent<string, Graph>({ maxCount: maxGraphs, maxSize: maxCharacters });
	return {
		read(document) {
			if (typeof document !== 'string') return readDocument(document);
			const known = byText.get(document);
			if (known !== undefined) return known;
			const read = readDocument(document);
			byText.set(document, read, document.length);
			return read;
		},
		async pinned(hash, text) {
			const known = byHash.get(hash);
			if (known !== undefined) return known;
			const document = await text();
			if (document === null) {
				throw new InputError(
					'GRAPH_MISSING',
					`The graph ${hash} that the run was started on is not in the store.`,
					{
						advice: 'Restore the store from a backup; without its graph the run cannot go on.',
					},
				);
			}
			const graph = loadGraph(JSON.parse(document) as JsonObject);
			byHash.set(hash, graph, document.length);
			return graph;
		},
	};
}

function readDocument(document: string | Json): ReadGraph {
	const parsed = parseDocument(document);
	if (parsed.graph === null) throw refuseDocument('run the document', parsed.faults);
	const active = parsed.versions.find(({ isActive }) => isActive);
	return {
		graph: loadGraph(parsed.graph.raw),
		pinned: JSON.stringify(parsed.graph.raw),
		versionName: active?.name ?? null,
	};
}
