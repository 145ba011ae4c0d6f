/** Edges in other spellings: labels, conditions given as text, ends given by node names (4.2, 4.3, 4.6). */

import { isJsonObject, type JsonObject } from '../../json';
import { Draft, normalizeKey, type Spot } from './draft';
import type { NodeNames } from './node-names';
import { readDiscriminator } from './tool-fields';
import { EDGE_KEYS, edgeType } from './types';

const ENDS: ReadonlyMap<string, string> = new Map([
	['source', 'source_node_logical_id'],
	['target', 'destination_node_logical_id'],
]);

export function edgeToWireForm(raw: JsonObject, spot: Spot, names: NodeNames): JsonObject {
	if (isPlain(raw)) return raw;
	const draft = new Draft(raw, spot);
	liftKnownConfig(draft);
	readDiscriminator(draft, 'edge_type', (word) => edgeType(word));
	if (draft.get('type') === 'companion' && raw.type !== 'companion') {
		const message =
			'read as an edge of type companion, which runs its target beside the source in the same turn';
		draft.warn(
			'4.5',
			'type',
			message,
			'For a thread of its own use a direct edge with companion_thread_config.',
		);
	}
	const type = draft.get('type');
	const wireKeys = typeof type === 'string' ? EDGE_KEYS.get(type) : undefined;
	if (wireKeys === undefined) return draft.result();
	for (const key of draft.keys()) {
		if (wireKeys.has(key)) continue;
		const normal = normalizeKey(key);
		const end = ENDS.get(normal);
		if (end !== undefined) moveEnd(draft, { key, end, names });
		else if (normal !== key && wireKeys.has(normal)) draft.move(key, normal);
	}
	convertCondition(draft, 'condition');
	return draft.result();
}

/** A nested `config` is lifted only in edges of a known type: a newer type may have a field of that name. */
function liftKnownConfig(draft: Draft): void {
	const config = draft.get('config');
	if (!isJsonObject(config)) return;
	const word = draft.get('type') ?? draft.get('edge_type') ?? config.type ?? config.edge_type;
	if (typeof word === 'string' && edgeType(word) !== null) liftConfig(draft);
}

function isPlain(raw: JsonObject): boolean {
	const keys = typeof raw.type === 'string' ? EDGE_KEYS.get(raw.type) : undefined;
	if (keys === undefined || typeof raw.condition === 'string') return false;
	return Object.keys(raw).every((key) => keys.has(key));
}

function moveEnd(draft: Draft, given: { key: string; end: string; names: NodeNames }): void {
	const { key, end, names } = given;
	const word = draft.get(key);
	const byName = typeof word === 'string' ? names.idOf(word) : null;
	if (byName === null) draft.move(key, end);
	else draft.move(key, end, { value: byName });
}

/** A condition given as text is plain English, never an expression (4.5). */
export function convertCondition(owner: Draft, key: string): void {
	const value = owner.get(key);
	if (typeof value === 'string') {
		owner.convert(key, { condition_freeform: value }, `${key} given as text is read as condition_freeform`);
	} else if (isJsonObject(value) && 'condition_string' in value) {
		const message = `${key}.condition_string is not a field and is not evaluated`;
		owner.warn(
			'4.6',
			key,
			message,
			'Use condition_freeform for plain words or condition_expression for a formula.',
		);
	}
}

/** A nested `config` inside a node or edge: its keys, lifted up (4.6); keys given twice stay in it. */
export function liftConfig(draft: Draft): void {
	const config = draft.get('config');
	if (!isJsonObject(config)) return;
	const entries = Object.entries(config);
	const lifted = entries.filter(([key]) => !draft.has(key));
	const left = entries.filter(([key]) => draft.has(key));
	draft.warn(
		'4.6',
		'config',
		'the keys of the nested config are read as keys of the object itself',
		'Write them one level up.',
	);
	if (left.length > 0) {
		const names = left.map(([key]) => key).join(', ');
		draft.warn(
			'4.1',
			'config',
			`${names} are given twice; those outside of config count`,
			'Remove them from config.',
		);
	}
	draft.splice('config', [
		...lifted,
		...(left.length > 0 ? [['config', Object.fromEntries(left)] as [string, JsonObject]] : []),
	]);
}
