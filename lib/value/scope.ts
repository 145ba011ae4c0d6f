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

type DynamicHit = Hit & { isGlobal: boolean };

const GLOBAL_PREFIX = 'global.';

/** A scope over the sources; nothing is computed before a path asks for it. */
export function createScope(sources: ScopeSources): Scope {
	return new SourcesScope(sources);
}

/** A class because a scope is made in every turn: methods are shared, closures would be made anew. */
class SourcesScope implements Scope {
	constructor(private readonly sources: ScopeSources) {}

	dynamic(path: string): Json | undefined {
		return this.findDynamic(path.trim())?.value;
	}

	/** The order of R4.12, and after it what the runtime itself provides (R4.15). */
	runtime(path: string): Json | undefined {
		const value = this.findRuntime(path.trim());
		return value === undefined ? this.findBuiltIn(path.trim()) : value;
	}

	isSecret(path: string): boolean {
		const hit = this.findDynamic(path.trim());
		return hit !== undefined && this.isSecretHit(hit);
	}

	prompt(name: string): string | undefined {
		const text = own(this.sources.globals, name);
		return typeof text === 'string' ? text : undefined;
	}

	isAuthored(path: string): boolean {
		const { system, provided, supplied } = this.sources;
		const hit = this.findDynamic(path.trim());
		if (hit === undefined || this.isSecretHit(hit)) return false;
		if (hit.isGlobal) return true;
		if (Object.hasOwn(system, hit.key)) return false;
		return isBlank(find(path.trim(), (key) => mergeLevels(key, [provided, supplied]))?.value);
	}

	mask(text: string): string {
		return maskSecrets(text, Object.values(this.sources.secrets));
	}

	unresolved(placeholder: string, reason: 'unknown' | 'filter' | 'prompt'): void {
		this.sources.onUnresolved?.(placeholder, reason);
	}

	/** The winning source of a dynamic path. */
	private findDynamic(path: string): DynamicHit | undefined {
		const isGlobal = path.startsWith(GLOBAL_PREFIX);
		const hit = isGlobal
			? find(path.slice(GLOBAL_PREFIX.length).trim(), (key) => this.readGlobal(key))
			: find(path, (key) => this.readDynamic(key));
		return hit && { ...hit, isGlobal };
	}

	private readDynamic(key: string): Json | undefined {
		const { system, secrets, globals, defaults, provided, supplied } = this.sources;
		if (Object.hasOwn(system, key)) return system[key];
		return mergeLevels(key, [secrets, globals, defaults, provided, supplied]);
	}

	private readGlobal(key: string): Json | undefined {
		return own(this.sources.globals, key) ?? own(this.sources.secrets, key);
	}

	private isSecretHit({ key, isGlobal }: DynamicHit): boolean {
		const { secrets, globals } = this.sources;
		if (!Object.hasOwn(secrets, key)) return false;
		return isGlobal ? !Object.hasOwn(globals, key) : !this.isHidden(key);
	}

	/** True when a source above the team's secrets supplies the name. */
	private isHidden(key: string): boolean {
		const { system, globals, defaults, provided, supplied } = this.sources;
		if (Object.hasOwn(system, key) || !isBlank(own(globals, key))) return true;
		return [defaults, provided, supplied].some((level) => !isBlank(own(level, key)));
	}

	private findRuntime(path: string): Json | undefined {
		const { thread, workflow } = this.sources;
		const exact = own(thread, path);
		if (exact !== undefined) return exact;
		const elsewhere = this.findInOtherThread(path);
		if (elsewhere !== undefined) return elsewhere;
		const hit = find(path, (key) => own(thread, key));
		// A thread variable hides a workflow variable of the same name, even where the path is broken.
		if (hit !== undefined) return hit.value;
		// R4.14: the runtime's own keys are not readable from the shared store.
		return find(path, (key) => (key.startsWith('_') ? undefined : own(workflow, key)))?.value;
	}

	private findInOtherThread(path: string): Json | undefined {
		const named = /^thread_([A-Za-z0-9_-]+)\s*\.(.*)$/s.exec(path);
		if (named === null) return undefined;
		const variables = this.sources.otherThread(named[1] ?? '');
		if (variables === undefined) return undefined;
		return find((named[2] ?? '').trim(), (key) => own(variables, key))?.value;
	}

	private findBuiltIn(path: string): Json | undefined {
		const end = path.search(/[.[]/);
		const value = this.sources.builtIn?.(end < 0 ? path : path.slice(0, end));
		if (value === undefined || end < 0) return value;
		return readPath(value, path.slice(path[end] === '.' ? end + 1 : end));
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
