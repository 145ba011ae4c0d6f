/** Edge ends given by node names: which id a name means, and ids for nodes that have only a name. */

import { isJsonObject, type Json, type JsonObject } from '../../json';
import { aWarning, type Fault, pathTo } from '../fault';

export interface NodeNames {
	/** The id that an end of an edge means, or null when the word is an id already or no node's name. */
	idOf(word: string): string | null;
	/** Names that edges used and whose nodes have no id of their own: the name becomes the id. */
	readonly adopted: ReadonlySet<string>;
}

/** Nothing is gathered before an edge asks. Names that several nodes share mean none of them. */
export function nodeNames(nodes: Json | undefined): NodeNames {
	let known: { ids: Set<string>; idByName: Map<string, string | null> } | null = null;
	const adopted = new Set<string>();
	return {
		adopted,
		idOf(word) {
			known ??= gather(Array.isArray(nodes) ? nodes.filter(isJsonObject) : []);
			if (known.ids.has(word)) return null;
			const id = known.idByName.get(word);
			if (id === undefined) return null;
			if (id === null) adopted.add(word);
			return id ?? word;
		},
	};
}

function gather(nodes: readonly JsonObject[]): { ids: Set<string>; idByName: Map<string, string | null> } {
	const ids = new Set<string>();
	const idByName = new Map<string, string | null>();
	const shared = new Set<string>();
	for (const { logical_id, name } of nodes) {
		if (typeof logical_id === 'string') ids.add(logical_id);
		if (typeof name !== 'string' || name.trim() === '') continue;
		if (idByName.has(name)) shared.add(name);
		idByName.set(name, typeof logical_id === 'string' ? logical_id : null);
	}
	for (const name of shared) idByName.delete(name);
	return { ids, idByName };
}

/** The nodes with the ids that edges gave them by using their names. */
export function withAdoptedIds(
	nodes: Json[],
	names: NodeNames,
	place: { path: string; faults: Fault[] },
): Json[] {
	if (names.adopted.size === 0) return nodes;
	return nodes.map((node, index) => {
		if (!isJsonObject(node) || typeof node.logical_id === 'string') return node;
		if (typeof node.name !== 'string' || !names.adopted.has(node.name)) return node;
		const path = pathTo(place.path, index);
		const message = 'edges refer to the node by its name, which becomes its logical_id';
		const advice = 'Give the node a logical_id and use it in the edges.';
		place.faults.push(aWarning({ rule: '4.3', path, subject: node.name, message, advice }));
		return { ...node, logical_id: node.name };
	});
}
