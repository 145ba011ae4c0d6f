/** The scope of a thread: which values its placeholders read, from the run's state and the deployment. */

import type { Interior } from '../graph/interior';
import { isJsonObject, type JsonObject } from '../json';
import type { Scope } from '../value/contract';
import { mergeVariables } from '../value/merge';
import { readPath } from '../value/path';
import { createScope } from '../value/scope';
import { systemValues } from '../value/system';
import type { Context } from './context';
import { drawer } from './random';
import { authoredThreadId, type RunState, type ThreadState } from './state';

/** Placeholders of a thread, valid for the turn in progress; variables are read live. */
export function scopeOf(context: Context, thread: ThreadState, interior: Interior | null): Scope {
	const { state, surroundings } = context;
	const system = once(() => systemOf(state));
	const defaults = once(() =>
		interiorLayers(interior, (each) => each.defaults as JsonObject, defaultsOf(context)),
	);
	const provided = once(() =>
		interiorLayers(interior, (each) => state.interiorValues[each.id] ?? {}, state.provided),
	);
	const base = createScope({
		get system() {
			return system();
		},
		get supplied() {
			return state.dynamicVariables;
		},
		get provided() {
			return provided();
		},
		get defaults() {
			return defaults();
		},
		globals: surroundings.globals,
		secrets: surroundings.secrets,
		thread: thread.variables,
		otherThread: (threadId) => threadByAuthoredId(state, threadId)?.variables,
		workflow: state.workflowVariables,
		onUnresolved(placeholder, reason) {
			if (reason === 'prompt') {
				context.warn(
					null,
					`No global variable holds the managed prompt "${placeholder}"; it was left empty. Create a global variable of that name.`,
					`run:prompt:${placeholder}`,
				);
			} else if (reason === 'filter') {
				context.warn(
					thread.id,
					`Unknown filter in ${placeholder}; the value was used unchanged.`,
					`filter:${placeholder}`,
				);
			} else {
				context.warn(
					thread.id,
					`No value for ${placeholder}; it was left as it stands.`,
					`unresolved:${placeholder}`,
				);
			}
		},
	});
	const builtIn: Record<string, () => JsonObject | number> = {
		input_dynamic_variables: () => state.dynamicVariables,
		all_dynamic_variables: () => allDynamicVariables(context),
		workflow_invoke_count: () => state.turnCount,
	};
	return {
		...base,
		// R4.15: present from the start, hidden by a variable of the same name.
		runtime(path) {
			const value = base.runtime(path);
			if (value !== undefined) return value;
			const end = path.search(/[.[]/);
			const name = end < 0 ? path : path.slice(0, end);
			// Only its own names: a path may well be called `constructor`.
			const provide = Object.hasOwn(builtIn, name) ? builtIn[name] : undefined;
			if (!provide) return undefined;
			return end < 0 ? provide() : readPath(provide(), path.slice(path[end] === '.' ? end + 1 : end));
		},
	};
}

/** Values of the super nodes around a node, inner ones over outer ones, over those of the graph itself. */
function interiorLayers(
	interior: Interior | null,
	valuesOf: (interior: Interior) => JsonObject,
	base: JsonObject,
): JsonObject {
	if (interior === null) return base;
	return mergeVariables(interiorLayers(interior.parent, valuesOf, base), valuesOf(interior));
}

/** R4.22, constant within a turn: derived from its start time and the run's seed. */
export function systemOf(state: RunState): JsonObject {
	return systemValues({
		nowMs: state.openTurn?.startedAtMs ?? state.updatedAtMs,
		turnCount: state.turnCount,
		random: drawer(state.seed, `system:${state.turnCount}`),
	});
}

/** Every dynamic variable a turn can read, secrets excluded (R9.50). */
export function allDynamicVariables(context: Pick<Context, 'graph' | 'state' | 'surroundings'>): JsonObject {
	const { state, surroundings } = context;
	let all: JsonObject = { ...surroundings.globals };
	for (const layer of [defaultsOf(context), state.provided, state.dynamicVariables, systemOf(state)]) {
		all = mergeVariables(all, layer);
	}
	return all;
}

/** `default_dynamic_variables` over the values the graph itself carries (R4.20). */
function defaultsOf({ graph }: Pick<Context, 'graph'>): JsonObject {
	const defaults = graph.workflow_config.miscellaneous['default_dynamic_variables'];
	return isJsonObject(defaults) ? mergeVariables(graph.dynamic_variables, defaults) : graph.dynamic_variables;
}

function threadByAuthoredId(state: RunState, authored: string): ThreadState | undefined {
	if (authored === '0') return state.threads['0'];
	return Object.values(state.threads).find(
		(thread) => thread.parentId !== null && authoredThreadId(thread.id) === authored,
	);
}

function once<T>(make: () => T): () => T {
	let made: { value: T } | null = null;
	return () => (made ??= { value: make() }).value;
}
