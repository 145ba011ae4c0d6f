/** A scope for tests: every source empty unless given, and what was reported as unresolved. */

import type { Json, JsonObject } from '../../lib/json';
import type { Scope, ScopeSources } from '../../lib/value/contract';
import { createScope } from '../../lib/value/scope';

export interface TestSources extends Partial<ScopeSources> {
	threads?: Record<string, JsonObject>;
}

export interface TestScope extends Scope {
	readonly reports: Array<[string, string]>;
}

export function scopeOf(sources: TestSources = {}): TestScope {
	const reports: Array<[string, string]> = [];
	const scope = createScope({
		system: {},
		supplied: {},
		provided: {},
		defaults: {},
		globals: {},
		secrets: {},
		thread: {},
		workflow: {},
		otherThread: (id) => sources.threads?.[id],
		onUnresolved: (placeholder, reason) => reports.push([placeholder, reason]),
		...sources,
	});
	return Object.assign(scope, { reports });
}

/** A scope whose thread holds one variable `x`. */
export function scopeWithX(x: Json): TestScope {
	return scopeOf({ thread: { x } });
}
