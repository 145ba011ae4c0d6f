/** Rewrites what names a node or a thread when an embedded graph gets new ids (R7.3.3). */

import type { Json, JsonObject } from '../json';

export interface Renaming {
	/** Old node id → new node id. */
	nodes: ReadonlyMap<string, string>;
	/** Old thread id → new thread id; only those that would be taken twice. */
	threads: ReadonlyMap<string, string>;
}

/** Fields that hold a variable path without brackets. */
const PATH_KEYS: ReadonlySet<string> = new Set([
	'variable_path',
	'input_runtime_variable_name',
	'keys_to_retain_runtime_variable_name',
	'dedup_key_runtime_variable_name',
]);

/** Parts that have names of their own. */
const OWN_NAMES: ReadonlySet<string> = new Set(['encapsulated_workflow_config', 'super_node_interface']);

/** A copy in which `[[old_id.x]]` and `[[thread_old.x]]` read `[[new_id.x]]` and `[[thread_new.x]]`. */
export function renameReferences(object: JsonObject, renaming: Renaming): JsonObject {
	return renamed(object, '', renaming) as JsonObject;
}

function renamed(value: Json, key: string, renaming: Renaming): Json {
	if (typeof value === 'string') {
		if (PATH_KEYS.has(key)) return renamedPath(value, renaming);
		return value.includes('[[') ? renamedText(value, renaming) : value;
	}
	if (typeof value !== 'object' || value === null) return value;
	if (Array.isArray(value)) return value.map((item) => renamed(item, key, renaming));
	const entries = Object.entries(value).map(([name, inner]): [string, Json] => {
		return [name, OWN_NAMES.has(name) ? inner : renamed(inner, name, renaming)];
	});
	return Object.fromEntries(entries);
}

function renamedText(text: string, renaming: Renaming): string {
	return text.replace(
		/(\[\[\s{0,20})([^[\]|]+)/g,
		(_whole, open: string, path: string) => open + renamedPath(path, renaming),
	);
}

/** The longest head of the path that is an id counts: ids may hold dots. */
function renamedPath(path: string, { nodes, threads }: Renaming): string {
	for (let end = path.lastIndexOf('.'); end > 0; end = path.lastIndexOf('.', end - 1)) {
		const head = path.slice(0, end);
		const node = nodes.get(head);
		if (node !== undefined) return node + path.slice(end);
		const thread = head.startsWith('thread_') ? threads.get(head.slice('thread_'.length)) : undefined;
		if (thread !== undefined) return `thread_${thread}${path.slice(end)}`;
	}
	return path;
}
