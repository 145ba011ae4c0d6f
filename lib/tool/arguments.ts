/** The arguments of a call: what the caller gives, hydrated, then the bindings to the workflow (R4.34, R4.35). */

import type { Tool, VariableArgument } from '../graph/tool';
import type { Json, JsonObject } from '../json';
import type { Scope } from '../value/contract';
import { fillValue, resolvePlaceholder } from '../value/template';
import { toolName } from './definition';

export interface ArgumentSource {
	tool: Tool;
	/** What the caller gives: a model's arguments, or the `tool_arguments` of a tool node. */
	provided: JsonObject;
	scope: Scope;
	/**
	 * `model`: used as they are, without hidden ones, because a model must not fill what it is not shown.
	 * `author`: texts are hydrated first; with `preserveTypes` a lone placeholder keeps its type (R4.34).
	 */
	from: { type: 'model' } | { type: 'author'; preserveTypes: boolean };
}

export type ResolvedArguments =
	{ ok: true; arguments: JsonObject } | { ok: false; code: 'TOOL_ARGUMENT_MISSING'; message: string };

/** Arguments ready for the call; secrets are revealed, since a call is an outbound field (R4.27). */
export function resolveArguments(source: ArgumentSource): ResolvedArguments {
	const { tool, scope } = source;
	const resolved = callerArguments(source);
	for (const binding of tool.variable_arguments) {
		const name = binding.argument_name;
		if (name === '__proto__') continue;
		const provided = Object.hasOwn(resolved, name) ? resolved[name] : undefined;
		if (!binding.override_provided_value && !isMissing(provided)) continue;
		const bound = boundValue(binding, scope);
		if (!isMissing(bound)) resolved[name] = bound as Json;
		else if (isMissing(provided) && binding.required) return missingArgument(tool, binding);
		else if (isMissing(provided)) resolved[name] = binding.default ?? null;
	}
	return { ok: true, arguments: resolved };
}

function callerArguments({ tool, provided, scope, from }: ArgumentSource): JsonObject {
	if (from.type === 'author') {
		return fillValue(provided, scope, { reveal: true, preserveTypes: from.preserveTypes }) as JsonObject;
	}
	const hidden = tool.variable_arguments.filter((binding) => !binding.expose_to_llm);
	const names = new Set(hidden.map((binding) => binding.argument_name));
	return Object.fromEntries(Object.entries(provided).filter(([name]) => !names.has(name)));
}

/** What the workflow supplies for a binding, with its native type; undefined when it knows nothing. */
function boundValue(binding: VariableArgument, scope: Scope): Json | undefined {
	if (binding.source === 'literal') return binding.literal_value;
	const path = plainPath(binding.variable_path ?? '');
	if (path === '') return undefined;
	const read = (kind: 'runtime' | 'dynamic') =>
		resolvePlaceholder({ kind, source: path, path, filters: null }, scope, { reveal: true });
	if (binding.source === 'runtime') return read('runtime');
	if (binding.source === 'dynamic') return read('dynamic');
	const runtime = read('runtime');
	return isMissing(runtime) ? read('dynamic') : runtime;
}

/** The path of a binding, also when its author wrote the brackets of a placeholder around it. */
function plainPath(path: string): string {
	const bracketed = /^\s*(?:\[\[(.*)\]\]|\{\{(.*)\}\})\s*$/s.exec(path);
	return (bracketed?.[1] ?? bracketed?.[2] ?? path).trim();
}

function isMissing(value: Json | undefined): boolean {
	return value === undefined || value === null;
}

function missingArgument(tool: Tool, binding: VariableArgument): ResolvedArguments {
	const origin =
		binding.source === 'literal' ? 'its literal value' : `the variable ${binding.variable_path ?? ''}`;
	return {
		ok: false,
		code: 'TOOL_ARGUMENT_MISSING',
		message:
			`Tool ${toolName(tool)} needs the argument ${binding.argument_name}, but ${origin} is absent. ` +
			'Write the variable before this call, or give the binding a default.',
	};
}
