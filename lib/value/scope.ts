/** What placeholders can read: the lookup of `{{path}}` and `[[path]]` over all sources of a run (R4.5–R4.27). */

import type { Json } from '../json';
import type { Scope, ScopeSources } from './contract';
import { maskSecrets } from './mask';
import { isBlank, mergeValues } from './merge';
import { readPath } from './path';

/** A flat map of variables, read key by key. */
type Read = (key: string) => Json | undefined;

/** The key a path starts with, and what the path reads: undefined when the key is there but the path is broken. */
interface Hit {
	key: string;
	value: Json | undefined;
}

const GLOBAL_PREFIX = 'global.';

/** A scope over the sources; nothing is computed before a path asks for it. */
export function createScope(sources: ScopeSources): Scope {
	const readDynamic: Read = (key) => {
		if (Object.hasOwn(sources.system, key)) return sources.system[key];
		return mergeLevels(key, [
			sources.secrets,
			sources.globals,
			sources.defaults,
			sources.provided,
			sources.supplied,
		]);
	};
	const readSupplied: Read = (key) => mergeLevels(key, [sources.provided, sources.supplied]);
	const readGlobal: Read = (key) => own(sources.globals, key) ?? own(sources.secrets, key);
	const readThread: Read = (key) => own(sources.thread, key);
	// R4.14: the runtime's own keys are not readable from the shared store.
	const readWorkflow: Read = (key) => (key.startsWith('_') ? undefined : own(sources.workflow, key));

	/** The winning source of a dynamic path. */
	function findDynamic(path: string): (Hit & { isGlobal: boolean }) | undefined {
		const isGlobal = path.startsWith(GLOBAL_PREFIX);
		const hit = isGlobal
			? find(path.slice(GLOBAL_PREFIX.length).trim(), readGlobal)
			: find(path, readDynamic);
		return hit && { ...hit, isGlobal };
	}

	function isSecretHit(hit: Hit & { isGlobal: boolean }): boolean {
		if (!Object.hasOwn(sources.secrets, hit.key)) return false;
		return hit.isGlobal ? !Object.hasOwn(sources.globals, hit.key) : !isHidden(hit.key);
	}

	/** True when a source above the team's secrets supplies the name. */
	function isHidden(key: string): boolean {
		if (Object.hasOwn(sources.system, key) || !isBlank(own(sources.globals, key))) return true;
		return [sources.defaults, sources.provided, sources.supplied].some((level) => !isBlank(own(level, key)));
	}

	return {
		dynamic: (path) => findDynamic(path.trim())?.value,
		runtime: (path) => findRuntime(path.trim()),
		isSecret(path) {
			const hit = findDynamic(path.trim());
			return hit !== undefined && isSecretHit(hit);
		},
		prompt(name) {
			const text = own(sources.globals, name);
			return typeof text === 'string' ? text : undefined;
		},
		isAuthored(path) {
			const hit = findDynamic(path.trim());
			if (hit === undefined || isSecretHit(hit)) return false;
			if (hit.isGlobal) return true;
			if (Object.hasOwn(sources.system, hit.key)) return false;
			return isBlank(find(path.trim(), readSupplied)?.value);
		},
		mask: (text) => maskSecrets(text, Object.values(sources.secrets)),
		unresolved: (placeholder, reason) => sources.onUnresolved?.(placeholder, reason),
	};

	/** The order of R4.12. */
	function findRuntime(path: string): Json | undefined {
		const exact = readThread(path);
		if (exact !== undefined) return exact;
		const elsewhere = findInOtherThread(path);
		if (elsewhere !== undefined) return elsewhere;
		const hit = find(path, readThread);
		// A thread variable hides a workflow variable of the same name, even where the path is broken.
		return hit === undefined ? find(path, readWorkflow)?.value : hit.value;
	}

	function findInOtherThread(path: string): Json | undefined {
		const named = /^thread_([A-Za-z0-9_-]+)\s*\.(.*)$/s.exec(path);
		if (named === null) return undefined;
		const variables = sources.otherThread(named[1] ?? '');
		if (variables === undefined) return undefined;
		return find((named[2] ?? '').trim(), (key) => own(variables, key))?.value;
	}
}

/**
 * The longest key that begins the path and ends at the end of a segment (R4.12 steps 1, 3 and 4):
 * a node's write stands under `var`, `node id.var` and `node name.var`, so the longest key is the
 * most qualified one. A key whose rest leads nowhere gives way to a shorter one.
 */
function find(path: string, read: Read): Hit | undefined {
	const found = findExactly(path, read);
	if (found !== undefined || !path.includes('.')) return found;
	const tidy = path
		.split('.')
		.map((segment) => segment.trim())
		.join('.');
	return tidy === path ? undefined : findExactly(tidy, read);
}

function findExactly(path: string, read: Read): Hit | undefined {
	const exact = read(path);
	if (exact !== undefined) return { key: path, value: exact };
	let broken: Hit | undefined;
	for (let end = path.length - 1; end > 0; end--) {
		const character = path[end];
		if (character !== '.' && character !== '[') continue;
		const key = path.slice(0, end).trimEnd();
		const base = read(key);
		if (base === undefined) continue;
		const rest = path.slice(character === '.' ? end + 1 : end);
		const value = rest.trim() === '' ? undefined : readPath(base, rest);
		if (value !== undefined) return { key, value };
		broken ??= { key, value: undefined };
	}
	return broken;
}

/** The value of one name over its levels, weakest first (R4.19, R4.21); undefined when every level is blank. */
function mergeLevels(key: string, levels: ReadonlyArray<Readonly<Record<string, Json>>>): Json | undefined {
	let value: Json | undefined;
	for (const level of levels) {
		const next = own(level, key);
		if (next !== undefined && !isBlank(next)) value = mergeValues(value, next);
	}
	return value;
}

function own(map: Readonly<Record<string, Json>>, key: string): Json | undefined {
	return Object.hasOwn(map, key) ? map[key] : undefined;
}
