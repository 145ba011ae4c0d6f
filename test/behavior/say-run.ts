/** Runs a speaking node on a scripted step, with the tools its tests share. */

import { sayLlm } from '../../lib/behavior/say-llm';
import type { SayLlmNode } from '../../lib/graph/node';
import type { JsonObject } from '../../lib/json';
import { fakeStep, user, type FakeOptions } from './fake-step';

export const lookup: JsonObject = {
	type: 'inbuilt_function',
	name: 'lookup',
	result_runtime_variable_name: 'found',
};
export const remind: JsonObject = {
	type: 'inbuilt_function',
	name: 'remind',
	result_runtime_variable_name: 'reminder',
};
export const dropping = { ignore_content_received_during_llm_tool_call_specification: true };

export async function run(options: Omit<FakeOptions, 'node'> & { node?: JsonObject }) {
	const made = fakeStep<SayLlmNode>({
		history: [user('Hello')],
		...options,
		node: { type: 'say_llm', ...options.node },
	});
	return { ...made, outcome: await sayLlm.execute(made.step) };
}
