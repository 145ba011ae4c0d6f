/** The tool node: one call, no model, and the variables it leaves. */

import { toolNode } from '../../lib/behavior/tool-node';
import type { ToolNode } from '../../lib/graph/node';
import type { JsonObject } from '../../lib/json';
import { fakeStep, type FakeOptions } from './fake-step';

const tool: JsonObject = { type: 'inbuilt_function', name: 'score', tool_id: 'score' };

async function run(node: JsonObject, more: Omit<FakeOptions, 'node'> = {}) {
	const made = fakeStep<ToolNode>({
		tools: { score: { ok: true, value: { points: 3, name: 'Ann' } } },
		...more,
		node: { type: 'tool_node', tool_config: tool, ...node },
	});
	const outcome = await toolNode.execute(made.step);
	return { ...made, output: outcome.output };
}

test('R7.9.2: the tool is called exactly once, without a model and without a waiting line', async () => {
	const { did, output } = await run({
		tool_config: { ...tool, static_messages_config: { static_messages: ['One moment.'] } },
	});
	expect(did.toolRequests).toHaveLength(1);
	expect(did.calls).toEqual([]);
	expect(did.said).toEqual([]);
	expect(did.effects).toEqual([{ key: 'tool', kind: 'tool', target: 'score', sideEffect: 'writes' }]);
	expect(output).toEqual({ success: true, tool_result: { points: 3, name: 'Ann' }, error_message: null });
});

test('R4.34: arguments are hydrated, as text or with their types', async () => {
	const tool_arguments = { count: '[[count]]', text: 'n=[[count]]', gone: '[[gone]]' };
	const asText = await run({ tool_arguments }, { variables: { count: 3 } });
	expect(asText.did.toolRequests[0]?.arguments).toEqual({ count: '3', text: 'n=3', gone: '[[gone]]' });
	const typed = await run({ tool_arguments, preserve_argument_types: true }, { variables: { count: 3 } });
	expect(typed.did.toolRequests[0]?.arguments).toEqual({ count: 3, text: 'n=3', gone: null });
});

test('R4.35: bindings come after the arguments; a required one that is missing is a failure without a call', async () => {
	const bound = (binding: JsonObject) => ({
		tool_config: { ...tool, variable_arguments: [binding] },
		tool_arguments: { who: 'Bob' },
	});
	const given = await run(bound({ argument_name: 'who', variable_path: 'name' }), {
		variables: { name: 'Ann' },
	});
	expect(given.did.toolRequests[0]?.arguments).toEqual({ who: 'Ann' });
	const missing = await run(bound({ argument_name: 'id', variable_path: 'gone', required: true }));
	expect(missing.did.toolRequests).toEqual([]);
	expect(missing.output['success']).toBe(false);
	expect(missing.did.variables['tool_result_error']).toContain('id');
});

test.each([
	[
		'the node’s name',
		{ result_runtime_variable_name: 'mine' },
		{ result_runtime_variable_name: 'theirs' },
		'mine',
	],
	[
		'the tool’s name when the node has the default',
		{ result_runtime_variable_name: 'tool_result' },
		{ result_runtime_variable_name: 'theirs' },
		'theirs',
	],
	['the default', {}, {}, 'tool_result'],
])('R4.33: the result goes by %s', async (_title, node, more, name) => {
	const { did } = await run({ ...node, tool_config: { ...tool, ...more } });
	expect(did.variables).toEqual({
		[name]: { points: 3, name: 'Ann' },
		[`${name}_success`]: true,
		[`${name}_error`]: null,
	});
});

test('R4.32: expanded keys, then mappings, then the result, then the outcome', async () => {
	const { did } = await run({
		tool_config: {
			...tool,
			expand_result_into_runtime_variables: true,
			result_variable_mappings: [{ target_variable_name: 'name', result_path: 'points' }],
		},
	});
	expect(did.writes.map((write) => write.name)).toEqual([
		'points',
		'name',
		'name',
		'tool_result',
		'tool_result_success',
		'tool_result_error',
	]);
	expect(did.variables['name']).toBe(3);
});

test('R7.9.6: a failed call is an outcome: result null, the reason in the error', async () => {
	const { did, output } = await run(
		{},
		{ tools: { score: { ok: false, code: 'TOOL_TIMEOUT', message: 'No answer.' } } },
	);
	expect(output).toEqual({ success: false, tool_result: null, error_message: 'No answer.' });
	expect(did.variables).toEqual({
		tool_result: null,
		tool_result_success: false,
		tool_result_error: 'No answer.',
	});
});

test.each([
	[null, 30_000],
	[5, 5_000],
	[0, 30_000],
	[9999, 300_000],
])('R7.10.3: timeout_seconds %s gives %d ms', async (timeout_seconds, expected) => {
	const { did } = await run({ tool_config: { ...tool, timeout_seconds } });
	expect(did.toolRequests[0]?.timeoutMs).toBe(expected);
});

test('R7.1.4: a node without a tool cannot be executed', async () => {
	await expect(run({ tool_config: null })).rejects.toMatchObject({ code: 'TOOL_MISSING' });
});
