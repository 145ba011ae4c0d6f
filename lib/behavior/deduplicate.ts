/** `deduplicate`: keeps the first object of a list per value of a key (R7.15). */

import type { DeduplicateNode } from '../graph/node';
import { isJsonObject, type Json } from '../json';
import { readPath } from '../value/path';
import type { Behavior, Step } from './contract';
import { readParsed, readVariable } from './input-variable';

type Result = { list: Json[]; removed: number } | { problem: string };

export const deduplicate: Behavior<DeduplicateNode> = {
	async execute(step) {
		const result = keepFirst(step);
		const name = step.node.output_runtime_variable_name || 'deduplicate_result';
		const failed = 'problem' in result;
		const list = failed ? null : result.list;
		const error = failed ? result.problem : null;
		step.write([
			{ name, value: list },
			{ name: `${name}_success`, value: !failed },
			{ name: `${name}_error`, value: error },
		]);
		return {
			output: {
				success: !failed,
				deduplicated_list: list,
				removed_count: failed ? 0 : result.removed,
				error_message: error,
			},
		};
	},
};

function keepFirst({ node, scope }: Step<DeduplicateNode>): Result {
	const input = readParsed(scope, node.input_runtime_variable_name);
	if (!Array.isArray(input)) {
		const what = input === undefined ? 'has no value' : 'is not a list';
		return { problem: `The variable "${node.input_runtime_variable_name ?? ''}" ${what}.` };
	}
	const named = readVariable(scope, node.dedup_key_runtime_variable_name);
	const key = typeof named === 'string' && named.trim() !== '' ? named : (node.dedup_key ?? '');
	if (key.trim() === '') return { problem: 'No key to compare by is set.' };
	const seen = new Set<string>();
	const list = input.filter((item) => {
		const value = isJsonObject(item) ? readPath(item, key) : undefined;
		// An absent or empty key says nothing about sameness, so the item stays.
		if (value === undefined || value === null) return true;
		const mark = canonical(value);
		if (seen.has(mark)) return false;
		seen.add(mark);
		return true;
	});
	return { list, removed: input.length - list.length };
}

/** Equal for deeply equal values, whatever the order of their keys. */
function canonical(value: Json): string {
	return JSON.stringify(value, (_key, part: Json) =>
		isJsonObject(part) ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part,
	);
}
