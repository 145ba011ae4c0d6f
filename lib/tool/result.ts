/** What a call writes into variables: the result, its mappings, its keys, and whether it worked (R4.29–R4.39). */

import type { Tool } from '../graph/tool';
import { isJsonObject, type Json } from '../json';
import { isExpandableKey } from '../value/names';
import { readPath } from '../value/path';
import { renderText } from '../value/template';
import type { ToolOutcome, VariableWrite } from './contract';
import { toolName } from './definition';

/** The declared default of `result_runtime_variable_name`. */
const DEFAULT_RESULT_NAME = 'tool_result';

/** A call as its caller should see it: a required mapping that finds nothing makes it a failure. */
export interface AppliedResult {
	outcome: ToolOutcome;
	/** In the order in which they are written; later ones win. */
	writes: VariableWrite[];
}

/**
 * The variable a result goes to (R4.33): the node's name when it differs from the default, else the
 * tool's, else `tool_result`. Decided by value, not by whether a field was set.
 */
export function resultNameOf(tool: Tool, nodeResultName?: string | null): string {
	if (nodeResultName && nodeResultName !== DEFAULT_RESULT_NAME) return nodeResultName;
	return tool.result_runtime_variable_name || DEFAULT_RESULT_NAME;
}

/**
 * The writes of a tool node, in the order of R4.32: expanded keys, mappings, the result, then
 * `_success` and `_error`. A mapping onto the result's own name replaces it.
 */
export function toolNodeWrites(tool: Tool, outcome: ToolOutcome, resultName: string): AppliedResult {
	const applied = applyMappings(tool, outcome, resultName);
	const { ok } = applied.outcome;
	applied.writes.push(
		{ name: `${resultName}_success`, value: ok, scope: 'thread' },
		{
			name: `${resultName}_error`,
			value: applied.outcome.ok ? null : applied.outcome.message,
			scope: 'thread',
		},
	);
	return applied;
}

/** The writes of a call that a model made: as a tool node, without success and error (R4.29, R4.38). */
export function modelCallWrites(tool: Tool, outcome: ToolOutcome): AppliedResult {
	return applyMappings(tool, outcome, resultNameOf(tool));
}

/** An outcome as the text of a tool result message. */
export function outcomeText(outcome: ToolOutcome): string {
	return outcome.ok ? renderText(outcome.value) : `The call failed: ${outcome.message}`;
}

function applyMappings(tool: Tool, outcome: ToolOutcome, resultName: string): AppliedResult {
	if (!outcome.ok) return failed(outcome, resultName);
	const writes = tool.expand_result_into_runtime_variables ? expandedKeys(outcome.value) : [];
	const result: VariableWrite = { name: resultName, value: outcome.value, scope: 'thread' };
	let isReplaced = false;
	for (const mapping of tool.result_variable_mappings) {
		const name = mapping.target_variable_name;
		const found = readPath(outcome.value, mapping.result_path ?? '');
		if (found === undefined && mapping.required) {
			const message =
				`Tool ${toolName(tool)} answered without "${mapping.result_path ?? ''}", which the variable ${name} requires. ` +
				'Mend the path of the mapping, or give it a default.';
			return failed({ ok: false, code: 'TOOL_RESULT_INCOMPLETE', message }, resultName);
		}
		writes.push({
			name,
			value: found === undefined ? (mapping.default ?? null) : found,
			scope: mapping.scope,
		});
		isReplaced ||= name === resultName;
	}
	if (!isReplaced) writes.push(result);
	return { outcome, writes };
}

/** A failed call leaves null as its result, so that no edge reads the result of an earlier call (R7.9.6). */
function failed(outcome: ToolOutcome & { ok: false }, resultName: string): AppliedResult {
	return { outcome, writes: [{ name: resultName, value: null, scope: 'thread' }] };
}

function expandedKeys(value: Json): VariableWrite[] {
	if (!isJsonObject(value)) return [];
	return Object.entries(value)
		.filter(([key]) => isExpandableKey(key))
		.map(([name, item]) => ({ name, value: item, scope: 'thread' }));
}
