/** `field_extractor`: restricts an object or a list to the paths to retain (R7.16). */

import type { FieldExtractorNode } from '../graph/node';
import { isJsonObject, type Json } from '../json';
import type { Behavior, Step } from './contract';
import { readParsed } from './input-variable';
import { restrictTop, selectionOf } from './selection';

type Result = { value: Json } | { problem: string };

export const fieldExtractor: Behavior<FieldExtractorNode> = {
	async execute(step) {
		const result = extract(step);
		const name = step.node.output_runtime_variable_name || 'field_extractor_result';
		const failed = 'problem' in result;
		const value = failed ? null : result.value;
		const error = failed ? result.problem : null;
		step.write([
			{ name, value },
			{ name: `${name}_success`, value: !failed },
			{ name: `${name}_error`, value: error },
		]);
		return { output: { success: !failed, extracted_result: value, error_message: error } };
	},
};

function extract({ node, scope }: Step<FieldExtractorNode>): Result {
	const input = readParsed(scope, node.input_runtime_variable_name);
	if (!isJsonObject(input) && !Array.isArray(input)) {
		const what = input === undefined ? 'has no value' : 'is neither an object nor a list';
		return { problem: `The variable "${node.input_runtime_variable_name ?? ''}" ${what}.` };
	}
	const paths = pathsOf(readParsed(scope, node.keys_to_retain_runtime_variable_name)) ?? node.keys_to_retain;
	const named = paths.filter((path) => path.trim() !== '');
	if (named.length === 0) return { problem: 'No keys to retain are set.' };
	return { value: restrictTop(input, selectionOf(named)) };
}

/** A list of paths, or one path as text. */
function pathsOf(value: Json | undefined): string[] | null {
	if (typeof value === 'string' && value.trim() !== '') return [value];
	if (!Array.isArray(value)) return null;
	return value.filter((path): path is string => typeof path === 'string');
}
