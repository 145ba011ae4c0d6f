/** Model configs in other spellings: missing types, provider labels, the old name of an auth key (4.6). */

import { isJsonObject, type Json, type JsonObject } from '../../json';
import { pathTo, quoted } from '../fault';
import { Draft, type Spot } from './draft';
import { LLM_TYPES, llmType } from './types';

/** A model or group in wire form. */
export function llmToWireForm(raw: JsonObject, spot: Spot): JsonObject {
	const draft = new Draft(raw, spot);
	readType(draft);
	if (draft.get('type') === 'custom_llm' && draft.has('okta_auth'))
		draft.move('okta_auth', 'integration_auth', { rule: '4.6' });
	const members = draft.get('llms');
	if (Array.isArray(members))
		draft.put(
			'llms',
			mapChanged(members, (one, index) => inner(one, spot, ['llms', index])),
		);
	for (const key of ['main_llm_config', 'backchannel_llm_config'] as const) {
		const group = draft.get(key);
		if (isJsonObject(group)) draft.put(key, inner(group, spot, [key]));
	}
	return draft.result();
}

function inner(value: Json, spot: Spot, segments: Array<string | number>): Json {
	if (!isJsonObject(value)) return value;
	return llmToWireForm(value, { ...spot, path: pathTo(spot.path, ...segments) });
}

function readType(draft: Draft): void {
	const type = draft.get('type');
	const provider = draft.get('provider');
	if (typeof type === 'string') {
		if (LLM_TYPES.has(type)) return;
		const meant = llmType(type);
		if (meant === null) return;
		draft.warn('4.2', 'type', `model type ${quoted(type)} is read as ${meant}`, `Write ${meant}.`);
		draft.put('type', meant);
		return;
	}
	if (type !== undefined || typeof provider !== 'string') return;
	const meant = llmType(provider);
	if (meant === null) return;
	draft.warn(
		'4.6',
		'provider',
		`a model without type; its provider makes it ${meant}`,
		`Write "type": "${meant}".`,
	);
	draft.splice('provider', [
		['type', meant],
		['provider', provider],
	]);
}

/**
 * The `llms_config` of a node or workflow. One that only names a saved config is not how to reference
 * it (2.14): its id becomes `attachable_llm_config_id` (4.6).
 */
export function convertLlm(owner: Draft, key: string): void {
	const value = owner.get(key);
	if (!isJsonObject(value)) return;
	const isReference = value.type === undefined && value.provider === undefined;
	if (isReference && typeof value.named_llm_config_id === 'string' && key === 'llms_config') {
		const rest = Object.keys(value).filter((name) => !/^named_llm_config_(id|name)$/.test(name));
		if (rest.length === 0) {
			moveReference(owner, key, value.named_llm_config_id);
			return;
		}
	}
	if (
		isReference &&
		typeof value.named_llm_config_name === 'string' &&
		value.named_llm_config_id === undefined
	) {
		const message = `${key} names a saved model by its name only, which cannot be resolved`;
		owner.warn('4.6', key, message, 'Set attachable_llm_config_id to the id of the saved config.');
		return;
	}
	owner.put(key, llmToWireForm(value, { ...owner.spot, path: pathTo(owner.spot.path, key) }));
}

function moveReference(owner: Draft, key: string, id: string): void {
	const present = owner.get('attachable_llm_config_id');
	const held = owner.get(key);
	const name = isJsonObject(held) ? held.named_llm_config_name : null;
	const advice = 'Write attachable_llm_config_id.';
	if (present !== undefined && present !== null && present !== id) {
		const message = `${key} names saved model ${quoted(id)}, but attachable_llm_config_id names another and counts`;
		owner.warn('4.6', key, message, advice);
		return;
	}
	owner.warn('4.6', key, `${key} without type names a saved model; read as attachable_llm_config_id`, advice);
	// The name says nothing to a reader, but it stays: in a config that the attached one beats (2.7).
	const rest: Array<[string, Json]> =
		typeof name === 'string' ? [[key, { type: 'global_default_llm', named_llm_config_name: name }]] : [];
	if (present === null) owner.put('attachable_llm_config_id', id);
	owner.splice(key, present === undefined ? [['attachable_llm_config_id', id], ...rest] : rest);
}

/** Maps a list and returns the list itself when no item changed. */
export function mapChanged(items: Json[], change: (item: Json, index: number) => Json): Json[] {
	let changed: Json[] | null = null;
	for (const [index, item] of items.entries()) {
		const next = change(item, index);
		if (next === item) continue;
		changed ??= [...items];
		changed[index] = next;
	}
	return changed ?? items;
}
