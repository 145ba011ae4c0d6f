/** Which differences between two graphs mean something: new ids, owners and written-out defaults do not. */

import isEqual from 'lodash/isEqual';
import { withAdditions } from '../graph/additions';
import { companionEdgeSchema, conditionalEdgeSchema, directEdgeSchema } from '../graph/edge';
import { workflowConfigSchema } from '../graph/graph';
import { nodeSchema } from '../graph/node';
import type { Json, JsonObject } from '../json';
import { isJsonObject } from '../json';
import type { FieldChange } from './change';
import { valueAt } from './path';

/** What a change is part of. */
export interface Meaning {
	kind: 'document' | 'node' | 'edge';
	before: Json;
	after: Json;
	/** Ids of nodes of the older graph that became others in the newer one. */
	newIds: ReadonlyMap<string, string>;
}

/** Keys at the top of a node or edge that name its owner. */
const OWNER_KEYS = new Set(['workflow_id', 'version_number', '_id', 'id']);
/** Lists of database ids; the nodes and edges themselves are compared. */
const DATABASE_LISTS = new Set(['nodes', 'edges']);

/** False for a difference that changes nothing a reader or a run would notice. */
export function isMeant(change: FieldChange, meaning: Meaning): boolean {
	const { segments, old_value, new_value } = change;
	const last = segments.at(-1);
	const isText = typeof old_value === 'string' && typeof new_value === 'string';
	// Ids of nodes, edges, tools and LLM configs; references to them have other keys.
	if (last === 'logical_id' && (isText || isEmptyMark(old_value) || isEmptyMark(new_value))) return false;
	if (last === 'id' && segments.length > 1 && isText) return false;
	if (meaning.kind === 'document') {
		if (segments[0] === 'workflow_config' && segments.length === 2 && DATABASE_LISTS.has(String(last)))
			return false;
	} else if (segments.length === 1 && OWNER_KEYS.has(String(last))) return false;
	if (old_value !== undefined && isEqual(withNewIds(old_value, meaning.newIds), new_value)) return false;
	return !isSameWhenRead(change, meaning);
}

/** A value with every reference to a renamed node following it: whole texts, and `[[id.variable]]`. */
function withNewIds(value: Json, newIds: ReadonlyMap<string, string>): Json {
	if (newIds.size === 0) return value;
	if (typeof value === 'string') {
		const whole = newIds.get(value);
		if (whole !== undefined) return whole;
		return value.replace(/\[\[([^[\].]{1,200})\./g, (found, id: string) => {
			const fresh = newIds.get(id.trim());
			return fresh === undefined ? found : found.replace(id.trim(), fresh);
		});
	}
	if (Array.isArray(value)) return value.map((item) => withNewIds(item, newIds));
	if (!isJsonObject(value)) return value;
	return Object.fromEntries(Object.entries(value).map(([key, inside]) => [key, withNewIds(inside, newIds)]));
}

/**
 * True when both sides read the same once defaults are filled and lenient spellings are read (0.3): the
 * platform stores every field, so a file written by hand and its export differ in nothing but that.
 */
function isSameWhenRead({ segments, old_value, new_value }: FieldChange, meaning: Meaning): boolean {
	const oldRead = valueAt(read(meaning.before, meaning.kind), segments);
	const freshRead = valueAt(read(meaning.after, meaning.kind), segments);
	if (segments[0] === 'miscellaneous' && meaning.kind !== 'document') {
		const [, name] = segments;
		if (typeof name === 'string' && ADDITIONS.has(name)) return isSameAddition(name, meaning);
		if (name === undefined && ![...ADDITIONS].every((each) => isSameAddition(each, meaning))) return false;
	}
	if (oldRead !== undefined && freshRead !== undefined) return isEqual(oldRead, freshRead);
	return isEmptyMark(old_value) && isEmptyMark(new_value);
}

/** An addition is compared at its own place, wherever it is written (4.4). */
function isSameAddition(name: string, { before, after, kind }: Meaning): boolean {
	return isEqual(valueAt(read(before, kind), [name]), valueAt(read(after, kind), [name]));
}

/** Absent and null are one and the same after a save (0.3 point 2). */
const isEmptyMark = (value: Json | undefined) => value === undefined || value === null;

/** Fields of this package that a file for the platform holds in `miscellaneous` (4.4). */
const ADDITIONS = new Set(['max_turns', 'priority', 'sms_provider', 'response_mapping']);

/** An element with its additions at their own place and nowhere else. */
function withoutAdditionsAside(raw: JsonObject): JsonObject {
	const element = withAdditions(raw);
	if (!isJsonObject(element.miscellaneous)) return element;
	const kept = Object.entries(element.miscellaneous).filter(([name]) => !ADDITIONS.has(name));
	return { ...element, miscellaneous: Object.fromEntries(kept) };
}

const EDGE_SCHEMAS = {
	direct: directEdgeSchema,
	conditional: conditionalEdgeSchema,
	companion: companionEdgeSchema,
};

/** The typed view of a whole element as JSON, or undefined when it does not fit its schema. */
const cache = new WeakMap<object, Json | undefined>();
function read(value: Json, kind: Meaning['kind']): Json | undefined {
	if (!isJsonObject(value)) return undefined;
	if (cache.has(value)) return cache.get(value);
	const typed = parse(kind === 'document' ? value : withoutAdditionsAside(value), kind);
	cache.set(value, typed);
	return typed;
}

function parse(value: Json, kind: Meaning['kind']): Json | undefined {
	if (!isJsonObject(value)) return undefined;
	if (kind === 'node')
		return withoutLlm(nodeSchema.safeParse(value).data as Json | undefined, 'global_default_llm');
	if (kind === 'document') {
		const config = workflowConfigSchema.safeParse(value['workflow_config'] ?? {});
		return config.success
			? { workflow_config: withoutLlm(config.data as Json, 'no_llm') as Json }
			: undefined;
	}
	const type = value['type'];
	const schema =
		typeof type === 'string' && Object.hasOwn(EDGE_SCHEMAS, type)
			? EDGE_SCHEMAS[type as 'direct']
			: undefined;
	return schema?.safeParse(value).data as Json | undefined;
}

/** An LLM config that says "none of my own" reads like an absent one (2.1, 2.7). */
function withoutLlm(element: Json | undefined, emptyType: string): Json | undefined {
	const config = valueAt(element, ['llms_config', 'type']);
	return config === emptyType && isJsonObject(element) ? { ...element, llms_config: null } : element;
}
