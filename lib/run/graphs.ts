/** Graphs ready to run: read from a source, super nodes expanded, pinned by content, kept while in use. */

import { RunError } from '../errors';
import { loadGraph } from '../graph/build';
import { expandSuperNodes, type ResolveWorkflow } from '../graph/expand';
import type { Fault } from '../graph/fault';
import type { Graph } from '../graph/graph';
import { parseDocument } from '../graph/parse';
import { refuseDocument } from '../graph/refusal';
import { isJsonObject, type Json, type JsonObject } from '../json';
import { createRecent } from './recent';

/** A graph with its super nodes expanded. */
export interface RunnableGraph {
	graph: Graph;
	/** Why a run of it fails at its start (R7.3.10, R7.3.13); empty as a rule. */
	faults: readonly Fault[];
}

export interface ReadGraph extends RunnableGraph {
	/** JSON text to pin (R1.29): the hydrated object as it was read, and every workflow it refers to. */
	pinned: string;
	versionName: string | null;
}

export interface Graphs {
	/**
	 * The active graph of a document of any kind (graph-format 1.1).
	 * @param workflowId The stored workflow it belongs to, so that one that embeds itself is found.
	 * @throws {GraphError} `GRAPH_REFUSED`.
	 */
	read(document: string | JsonObject, workflowId: string | null): Promise<ReadGraph>;
	/** The graph of a run; `text` is asked for only when the graph is not known. */
	pinned(hash: string, text: () => Promise<string | null>): Promise<RunnableGraph>;
}

/** Graphs kept in memory: at most this many, and at most this many characters of their texts together. */
const limits = { maxCount: 64, maxSize: 32 * 1024 * 1024 };

export function createGraphs(resolve: ResolveWorkflow): Graphs {
	const byText = createRecent<string, ReadGraph>(limits);
	const byHash = createRecent<string, RunnableGraph>(limits);
	return {
		async read(document, workflowId) {
			const key = typeof document === 'string' ? document : null;
			const known = key === null ? undefined : byText.get(key);
			if (known !== undefined) return known;
			const { read, isWhole } = await readDocument(document, { resolve, workflowId });
			// What a document refers to may be published anew; only a whole one reads the same each time.
			if (key !== null && isWhole) byText.set(key, read, key.length);
			return read;
		},
		async pinned(hash, text) {
			const known = byHash.get(hash);
			if (known !== undefined) return known;
			const document = await text();
			if (document === null) throw graphMissing(hash);
			const graph = await loadPinned(JSON.parse(document) as JsonObject);
			byHash.set(hash, graph, document.length);
			return graph;
		},
	};
}

type Embedded = Record<string, Json>;

const embeddedKey = (workflowId: string, version: number | null) => `${workflowId}@${version ?? 'active'}`;

async function readDocument(
	document: string | Json,
	{ resolve, workflowId }: { resolve: ResolveWorkflow; workflowId: string | null },
): Promise<{ read: ReadGraph; isWhole: boolean }> {
	const parsed = parseDocument(document);
	if (parsed.graph === null) throw refuseDocument('run the document', parsed.faults);
	const { raw } = parsed.graph;
	const embedded: Embedded = {};
	const expanded = await expandSuperNodes(loadGraph(raw), {
		workflowId,
		resolve: async (id, version) => (embedded[embeddedKey(id, version)] = await resolve(id, version)),
	});
	const isWhole = Object.keys(embedded).length === 0;
	const pinned = isWhole ? raw : { pinned_graph: raw, embedded_workflows: embedded, workflow_id: workflowId };
	const versionName = parsed.versions.find(({ isActive }) => isActive)?.name ?? null;
	return { read: { ...errorsOf(expanded), pinned: JSON.stringify(pinned), versionName }, isWhole };
}

/** The same expansion again, from what was pinned alone. */
async function loadPinned(pinned: JsonObject): Promise<RunnableGraph> {
	const { pinned_graph: raw, embedded_workflows: embedded, workflow_id: workflowId } = pinned;
	if (!isJsonObject(raw) || !isJsonObject(embedded))
		return errorsOf(await expandSuperNodes(loadGraph(pinned)));
	return errorsOf(
		await expandSuperNodes(loadGraph(raw), {
			workflowId: typeof workflowId === 'string' ? workflowId : null,
			resolve: (id, version) => Promise.resolve(embedded[embeddedKey(id, version)] ?? null),
		}),
	);
}

function errorsOf({ graph, faults }: RunnableGraph): RunnableGraph {
	return { graph, faults: faults.filter(({ severity }) => severity === 'error') };
}

function graphMissing(hash: string): RunError {
	return new RunError('GRAPH_MISSING', `The graph ${hash} that the run was started on is not in the store.`, {
		status: 500,
		advice: 'Restore the store from a backup; without its graph the run cannot go on.',
	});
}
