/** What a graph asks for from outside: its dynamic variables (end of 2.13) and its stored prompts. */

import { isJsonObject, type Json, type JsonObject } from '../json';

/** Lists made for an index are cut here: `{{a[999999999]}}` must not fill the memory. */
const MAX_LIST = 100;
const MAX_SEGMENTS = 20;

/**
 * The dynamic variables a graph reads, as nested objects with `""` leaves: every `{{…}}` in workflow
 * config, nodes and edges, cut at the first `|`; then `default_dynamic_variables` over the top level.
 */
export function dynamicVariablesOf(raw: JsonObject): JsonObject {
	const variables: JsonObject = Object.create(null) as JsonObject;
	const text = JSON.stringify([raw.workflow_config ?? null, raw.node_configs ?? [], raw.edge_configs ?? []]);
	const seen = new Set<string>();
	for (const inside of dynamicPlaceholders(text)) {
		const path = inside.split('|', 1)[0]?.trim() ?? '';
		if (path === '' || seen.has(path)) continue;
		seen.add(path);
		place(variables, segmentsOf(path));
	}
	const config = raw.workflow_config;
	const miscellaneous = isJsonObject(config) ? config.miscellaneous : null;
	const defaults = isJsonObject(miscellaneous) ? miscellaneous.default_dynamic_variables : null;
	return Object.fromEntries([
		...Object.entries(variables),
		...(isJsonObject(defaults) ? Object.entries(defaults) : []),
	]);
}

/** The insides of all `{{…}}`, found without a pattern: a text of a million braces costs one pass. */
function* dynamicPlaceholders(text: string): Generator<string> {
	let from = 0;
	for (let end = text.indexOf('}}'); end >= 0; end = text.indexOf('}}', from)) {
		const before = text.slice(from, end);
		const start = before.lastIndexOf('{{');
		const inside = before.slice(start + 2);
		if (start >= 0 && !inside.includes('}')) yield inside;
		from = end + 2;
	}
}

function segmentsOf(path: string): Array<string | number> {
	const segments: Array<string | number> = [];
	for (const part of path.split('.')) {
		const [name, ...indexes] = part.split('[');
		if (name !== undefined && name.trim() !== '') segments.push(name.trim());
		for (const index of indexes) {
			const number = /^\s*(\d+)\s*\]\s*$/.exec(index)?.[1];
			if (number !== undefined) segments.push(Math.min(Number(number), MAX_LIST - 1));
		}
	}
	return segments.slice(0, MAX_SEGMENTS);
}

/** Builds the objects and lists along a path; what is there already stays and grows. */
function place(root: JsonObject, segments: Array<string | number>): void {
	let here: JsonObject | Json[] = root;
	for (const [position, segment] of segments.entries()) {
		const following = segments[position + 1];
		const existing: Json | undefined = read(here, segment);
		let next: Json;
		if (following === undefined) next = existing ?? '';
		else if (typeof following === 'number') next = Array.isArray(existing) ? existing : [];
		else next = isJsonObject(existing) ? existing : (Object.create(null) as JsonObject);
		write(here, segment, next);
		if (following === undefined || typeof next !== 'object' || next === null) return;
		here = next;
	}
}

function read(holder: JsonObject | Json[], key: string | number): Json | undefined {
	if (Array.isArray(holder)) return typeof key === 'number' ? holder[key] : undefined;
	return Object.hasOwn(holder, key) ? holder[key] : undefined;
}

function write(holder: JsonObject | Json[], key: string | number, value: Json): void {
	if (!Array.isArray(holder)) {
		Object.defineProperty(holder, key, { value, writable: true, enumerable: true, configurable: true });
		return;
	}
	if (typeof key !== 'number') return;
	while (holder.length <= key) holder.push('');
	holder[key] = value;
}

/** Names of the stored prompts (`<<<managed_prompt:name>>>`, R4.9a) a graph uses, sorted. */
export function managedPromptsOf(raw: JsonObject): string[] {
	const names = new Set<string>();
	for (const [, name] of JSON.stringify(raw).matchAll(/<<<\s*managed_prompt:([^<>"\\]{1,200})>>>/g)) {
		if (name !== undefined && name.trim() !== '') names.add(name.trim());
	}
	return [...names].sort();
}
