/** Nodes whose calls carry exits, for the tests of speakers and workers. */

import { sayLlm } from '../../lib/behavior/say-llm';
import { workerLlm } from '../../lib/behavior/worker-llm';
import type { ExitTool } from '../../lib/edge/contract';
import { exitsOf } from '../../lib/edge/exits';
import { offerExits } from '../../lib/edge/offer';
import type { SayLlmNode, WorkerLlmNode } from '../../lib/graph/node';
import type { JsonObject } from '../../lib/json';
import { at, conditional, graphOf } from '../edge/position';
import { call, fakeStep, user, type FakeOptions } from './fake-step';

export const args_schema = {
	type: 'object',
	properties: { day: { type: 'string' }, hour: { type: 'integer' } },
	required: ['day'],
};

export function offered(...conditions: JsonObject[]): ExitTool[] {
	const graph = graphOf({
		nodes: [
			{ logical_id: 'n' },
			...conditions.map((_, index) => ({ logical_id: `d${index}`, name: `Desk ${index}` })),
		],
		edges: conditions.map((condition, index) =>
			conditional('n', `d${index}`, { condition_freeform: 'f', ...condition }),
		),
	});
	const position = at(graph, 'n');
	return offerExits(exitsOf(position), { scope: position.scope, nonce: 'n' });
}

export const exits = offered({}, {}, { args_schema });
export const nameOf = (index: number, from = exits) => from[index]?.definition.name ?? '';
export const pick = (index: number, args: JsonObject = {}, id = `pick_${index}`) =>
	call(nameOf(index), { justification: 'Said so.', ...args }, id);
export const lookup: JsonObject = {
	type: 'inbuilt_function',
	name: 'lookup',
	result_runtime_variable_name: 'found',
};
export const schema: JsonObject = { type: 'object', properties: { mood: { type: 'string' } } };

export async function say(options: Omit<FakeOptions, 'node'> & { node?: JsonObject }) {
	const made = fakeStep<SayLlmNode>({
		history: [user('Hello')],
		exits,
		...options,
		node: { type: 'say_llm', ...options.node },
	});
	return { ...made, outcome: await sayLlm.execute(made.step) };
}

export async function work(options: Omit<FakeOptions, 'node'> & { node?: JsonObject }) {
	const made = fakeStep<WorkerLlmNode>({
		history: [user('Hello')],
		...options,
		node: { type: 'worker_llm', ...options.node },
	});
	return { ...made, outcome: await workerLlm.execute(made.step) };
}

export const picked = (outcome: {
	picks?: Array<{ exit: { edge: { logical_id: string | null } | null } }>;
}) => outcome.picks?.map((each) => each.exit.edge?.logical_id);
