/** What changed between two graphs, told as a person would: new ids and another order are no change. */

import type { Json, JsonObject } from '../json';
import { isJsonObject } from '../json';
import { applyChanges, fieldChanges, shown, type Change, type FieldChange } from './change';
import { contentOf, matchElements, type MatchRequest, type Pairs } from './match';
import { isMeant, type Meaning } from './meaning';

export type DiffStatus = 'added' | 'removed' | 'modified';

interface ElementDiff {
	/** The id in the newer graph; in the older one when the element was removed. Empty when it has none. */
	logical_id: string;
	name: string | null;
	status: DiffStatus;
	/** Filled for `modified` only, as the API does. */
	changes: Change[];
}

export type NodeDiff = ElementDiff & { node_type: string | null };
export type EdgeDiff = ElementDiff & { edge_type: string | null };

export interface DiffSummary {
	nodes_added: number;
	nodes_removed: number;
	nodes_modified: number;
	edges_added: number;
	edges_removed: number;
	edges_modified: number;
	workflow_config_changes: number;
}

/** How to make the newer list out of the older one, to the letter. */
export interface ListPatch {
	/** For each place of the newer list the place in the older one, or the new element; null: all as before. */
	order: Array<number | { added: Json }> | null;
	/** Changes of elements that were there before, by place in the newer list. */
	changes: Record<number, FieldChange[]>;
}

export interface GraphDiff {
	workflow_config_changes: Change[];
	/** Changes beside workflow config, nodes and edges: `dynamic_variables.clinic_name`. */
	document_changes: Change[];
	nodes: NodeDiff[];
	edges: EdgeDiff[];
	summary: DiffSummary;
	/** Everything that differs, reported or not; what `applyDiff` uses. */
	patch: { document: FieldChange[]; nodes: ListPatch; edges: ListPatch };
}

/**
 * Compares two hydrated graphs (1.2) field by field. Elements are paired by logical id, then by name and
 * type (edges: by their ends), then by likeness. Not reported: the order of lists, ids generated anew and
 * references that follow them, owner ids, and a default that is written on one side and absent on the other.
 */
export function diffGraphs(before: JsonObject, after: JsonObject): GraphDiff {
	const nodeLists = listsOf(before, after, 'node_configs');
	const edgeLists = listsOf(before, after, 'edge_configs');
	const nodePairs = matchElements({ ...nodeLists, recognitions: NODE_RECOGNITIONS });
	const newIds = renamesOf(nodeLists, nodePairs);
	const edgePairs = matchElements({ ...edgeLists, recognitions: edgeRecognitions(newIds) });

	const nodePatch = listPatch(nodeLists, nodePairs);
	const edgePatch = listPatch(edgeLists, edgePairs);
	const documentChanges = fieldChanges(withoutLists(before, after), withoutLists(after, before));

	const nodes = elementDiffs({ lists: nodeLists, pairs: nodePairs, patch: nodePatch, kind: 'node', newIds });
	const edges = elementDiffs({ lists: edgeLists, pairs: edgePairs, patch: edgePatch, kind: 'edge', newIds });
	const meant = documentChanges.filter((change) =>
		isMeant(change, { kind: 'document', before, after, newIds }),
	);
	const workflow = meant.filter(({ segments }) => segments[0] === 'workflow_config' && segments.length > 1);

	return {
		workflow_config_changes: workflow.map((change) =>
			shown({ ...change, segments: change.segments.slice(1) }),
		),
		document_changes: meant.filter((change) => !workflow.includes(change)).map(shown),
		nodes: nodes.map(({ type, ...entry }) => ({ ...entry, node_type: type })),
		edges: edges.map(({ type, ...entry }) => ({ ...entry, edge_type: type })),
		summary: {
			...countStatuses(nodes, 'nodes'),
			...countStatuses(edges, 'edges'),
			workflow_config_changes: workflow.length,
		} as DiffSummary,
		patch: { document: documentChanges, nodes: nodePatch, edges: edgePatch },
	};
}

/** True when nothing is reported: the two graphs mean the same. */
export function isEmptyDiff(diff: GraphDiff): boolean {
	const { workflow_config_changes, document_changes, nodes, edges } = diff;
	return [workflow_config_changes, document_changes, nodes, edges].every((list) => list.length === 0);
}

/** The newer graph out of the older one and their difference, equal to it as a JSON value. */
export function applyDiff(before: JsonObject, diff: GraphDiff): JsonObject {
	const document = applyChanges(before, diff.patch.document) as JsonObject;
	const lists = (['nodes', 'edges'] as const).flatMap((name) => {
		const key = name === 'nodes' ? 'node_configs' : 'edge_configs';
		const old = before[key];
		return Array.isArray(old) && Array.isArray(document[key])
			? [[key, applyList(old, diff.patch[name])]]
			: [];
	});
	return { ...document, ...(Object.fromEntries(lists) as JsonObject) };
}

function applyList(old: readonly Json[], { order, changes }: ListPatch): Json[] {
	const moved = order?.map((from) => (typeof from === 'number' ? (old[from] as Json) : from.added)) ?? old;
	return moved.map((element, index) => applyChanges(element, changes[index] ?? []) as Json);
}

type Lists = Pick<MatchRequest, 'before' | 'after'>;

/** Both lists, when both graphs have one; else none, and the key is compared as any other. */
function listsOf(before: JsonObject, after: JsonObject, key: string): Lists {
	const [old, fresh] = [before[key], after[key]];
	return Array.isArray(old) && Array.isArray(fresh)
		? { before: old, after: fresh }
		: { before: [], after: [] };
}

function withoutLists(graph: JsonObject, other: JsonObject): JsonObject {
	const isList = (key: string) =>
		['node_configs', 'edge_configs'].includes(key) && Array.isArray(graph[key]) && Array.isArray(other[key]);
	return Object.fromEntries(Object.entries(graph).filter(([key]) => !isList(key)));
}

const textOf = (element: Json | undefined, key: string): string | null => {
	const value = isJsonObject(element) ? element[key] : null;
	return typeof value === 'string' && value !== '' ? value : null;
};

const nameAndType = (element: JsonObject) => {
	const name = textOf(element, 'name');
	return name === null ? null : JSON.stringify([textOf(element, 'type'), name]);
};
const wholeContent = (element: JsonObject) => JSON.stringify([...contentOf(element)].sort());
const byId = (element: JsonObject) => textOf(element, 'logical_id');

const NODE_RECOGNITIONS = [byId, nameAndType, wholeContent].map((key) => ({ before: key, after: key }));

/** Edges have ends; an end of the older graph is spelled with the id it has in the newer one. */
function edgeRecognitions(newIds: ReadonlyMap<string, string>): MatchRequest['recognitions'] {
	const ends =
		(rename: (id: string) => string, label: (edge: JsonObject) => string | null) => (edge: JsonObject) => {
			const [source, target] = [
				textOf(edge, 'source_node_logical_id'),
				textOf(edge, 'destination_node_logical_id'),
			];
			if (source === null || target === null) return null;
			return JSON.stringify([rename(source), rename(target), textOf(edge, 'type'), label(edge)]);
		};
	const renamed = (id: string) => newIds.get(id) ?? id;
	const kept = (id: string) => id;
	const name = (edge: JsonObject) => textOf(edge, 'name');
	const condition = (edge: JsonObject) => JSON.stringify(edge['condition'] ?? null);
	const nothing = () => null;
	return [
		{ before: byId, after: byId },
		...[name, condition, nothing].map((label) => ({
			before: ends(renamed, label),
			after: ends(kept, label),
		})),
	];
}

/** Ids of the older graph that became others in the newer one. */
function renamesOf({ before, after }: Lists, pairs: Pairs): Map<string, string> {
	const renames = new Map<string, string>();
	for (const [from, to] of pairs) {
		const [old, fresh] = [textOf(before[from], 'logical_id'), textOf(after[to], 'logical_id')];
		if (old !== null && fresh !== null && old !== fresh) renames.set(old, fresh);
	}
	return renames;
}

function listPatch({ before, after }: Lists, pairs: Pairs): ListPatch {
	const origins = originsOf(pairs);
	const order = after.map((element, index) => origins.get(index) ?? { added: element });
	const isAsBefore = before.length === after.length && order.every((from, index) => from === index);
	const changes: ListPatch['changes'] = {};
	for (const [to, from] of origins) {
		const found = fieldChanges(before[from], after[to]);
		if (found.length > 0) changes[to] = found;
	}
	return { order: isAsBefore ? null : order, changes };
}

const originsOf = (pairs: Pairs) => new Map([...pairs].map(([from, to]) => [to, from]));

interface ElementsRequest {
	lists: Lists;
	pairs: Pairs;
	patch: ListPatch;
	kind: 'node' | 'edge';
	newIds: ReadonlyMap<string, string>;
}

type TypedDiff = ElementDiff & { type: string | null };

/** Reported elements: those of the newer graph in its order, then those that are gone. */
function elementDiffs({ lists, pairs, patch, kind, newIds }: ElementsRequest): TypedDiff[] {
	const origins = originsOf(pairs);
	const present = lists.after.flatMap((element, index) => {
		const from = origins.get(index);
		if (from === undefined) return [entryOf(element, 'added', [])];
		const meaning: Meaning = { kind, before: lists.before[from] as Json, after: element, newIds };
		const changes = (patch.changes[index] ?? []).filter((change) => isMeant(change, meaning));
		return changes.length === 0 ? [] : [entryOf(element, 'modified', changes.map(shown))];
	});
	const gone = lists.before.flatMap((element, index) =>
		pairs.has(index) ? [] : [entryOf(element, 'removed', [])],
	);
	return [...present, ...gone];
}

function entryOf(element: Json, status: DiffStatus, changes: Change[]): TypedDiff {
	return {
		logical_id: textOf(element, 'logical_id') ?? '',
		name: textOf(element, 'name'),
		type: textOf(element, 'type'),
		status,
		changes,
	};
}

function countStatuses(entries: readonly TypedDiff[], name: 'nodes' | 'edges'): Record<string, number> {
	const count = (status: DiffStatus) => entries.filter((entry) => entry.status === status).length;
	return {
		[`${name}_added`]: count('added'),
		[`${name}_removed`]: count('removed'),
		[`${name}_modified`]: count('modified'),
	};
}
