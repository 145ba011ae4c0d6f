/** The scope of a thread: which values its placeholders read, from the run's state and the deployment. */

import type { Interior } from '../graph/interior';
import { isJsonObject, type Json, type JsonObject } from '../json';
import type { Scope, ScopeSources } from '../value/contract';
import { mergeVariables } from '../value/merge';
import { createScope } from '../value/scope';
import { systemValues } from '../value/system';
import type { Context } from './context';
import { drawer } from './random';
import { authoredThreadId, type RunState, type ThreadState } from './state';

/** Placeholders of a thread, valid for the turn in progress; variables are read live. */
export function scopeOf(context: Context, thread: ThreadState, interior: Interior | null): Scope {
	return createScope(new ThreadSources(context, thread, interior));
}

/**
 * What a thread reads, computed when first read. A class, because an object literal with getters is given a
 * shape of its own each time, and that shape outlives the turn by far.
 */
class ThreadSources implements ScopeSources {
	readonly globals: JsonObject;
	readonly secrets: Readonly<Record<string, string>>;
	readonly thread: JsonObject;
	readonly workflow: JsonObject;
	private knownSystem: JsonObject | null = null;
	private knownProvided: JsonObject | null = null;
	private knownDefaults: JsonObject | null = null;

	constructor(
		private readonly context: Context,
		private readonly reader: ThreadState,
		private readonly interior: Interior | null,
	) {
		this.globals = context.surroundings.globals;
		this.secrets = context.surroundings.secrets;
		this.thread = reader.variables;
		this.workflow = context.state.workflowVariables;
	}

	get system(): JsonObject {
		return (this.knownSystem ??= systemOf(this.context.state));
	}

	get supplied(): JsonObject {
		return this.context.state.dynamicVariables;
	}

	get provided(): JsonObject {
		const { interiorValues, provided } = this.context.state;
		return (this.knownProvided ??= interiorLayers(
			this.interior,
			({ id }) => interiorValues[id] ?? {},
			provided,
		));
	}

	get defaults(): JsonObject {
		return (this.knownDefaults ??= interiorLayers(
			this.interior,
			({ defaults }) => defaults as JsonObject,
			defaultsOf(this.context),
		));
	}

	otherThread(threadId: string): JsonObject | undefined {
		return threadByAuthoredId(this.context.state, threadId)?.variables;
	}

	builtIn(name: string): Json | undefined {
		const { state } = this.context;
		if (name === 'input_dynamic_variables') return state.dynamicVariables;
		if (name === 'all_dynamic_variables') return allDynamicVariables(this.context);
		return name === 'workflow_invoke_count' ? state.turnCount : undefined;
	}

	onUnresolved(placeholder: string, reason: 'unknown' | 'filter' | 'prompt'): void {
		if (reason === 'prompt') {
			this.context.warn(
				null,
				`No global variable holds the managed prompt "${placeholder}"; it was left empty. Create a global variable of that name.`,
				`run:prompt:${placeholder}`,
			);
		} else if (reason === 'filter') {
			this.context.warn(
				this.reader.id,
				`Unknown filter in ${placeholder}; the value was used unchanged.`,
				`filter:${placeholder}`,
			);
		} else {
			this.context.warn(
				this.reader.id,
				`No value for ${placeholder}; it was left as it stands.`,
				`unresolved:${placeholder}`,
			);
		}
	}
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
