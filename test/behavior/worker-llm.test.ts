/** The silent LLM node: one structured call, tool rounds before it, and failures that end nothing. */

import { call, modelFailure, user } from './fake-step';
import { exits, lookup, pick, picked, schema, work } from './routing-run';

describe('workers', () => {
	test('R7.5.2: with a schema and nothing to call, one structured call', async () => {
		const { did, outcome } = await work({
			node: { structured_output_schema: schema },
			replies: [{ output: { mood: 'calm' } }],
		});
		expect(did.calls).toHaveLength(1);
		expect(did.calls[0]).toMatchObject({ purpose: 'worker', fills: true });
		expect(did.calls[0]?.audible).toBeUndefined();
		expect(outcome.output).toEqual({ structured_output: { mood: 'calm' } });
		expect(did.variables).toEqual({ mood: 'calm' });
		expect(did.said).toEqual([]);
	});

	test('R2.33: an empty prompt is legal', async () => {
		const { did } = await work({ node: { structured_output_schema: schema }, replies: [{ output: {} }] });
		expect(did.calls[0]?.messages).toEqual([{ role: 'system', content: '' }, user('Hello')]);
	});

	test('R7.5.2: without a schema the text stays in the record', async () => {
		const { did, outcome } = await work({ replies: [{ text: 'Noted.' }] });
		expect(did.said).toEqual([]);
		expect(did.writes).toEqual([]);
		expect(outcome.output).toEqual({ structured_output: {} });
	});

	test('R7.5.3: tool rounds first, exits in them, the structured call last even when an exit was picked', async () => {
		const { did, outcome } = await work({
			exits,
			node: { structured_output_schema: schema, tools_config: { tools: [lookup] } },
			tools: { lookup: { ok: true, value: 7 } },
			replies: [{ toolCalls: [call('lookup')] }, { toolCalls: [pick(0)] }, { output: { mood: 'calm' } }],
		});
		expect(did.calls.map((each) => each.tools.length)).toEqual([4, 3, 0]);
		expect(did.calls[2]?.output?.schema).toEqual(schema);
		expect(picked(outcome)).toEqual(['n-d0']);
		expect(did.variables).toEqual({ found: 7, mood: 'calm' });
	});

	test('with tools alone the structured call follows the last round at once', async () => {
		const { did } = await work({
			node: { structured_output_schema: schema, tools_config: { tools: [lookup] } },
			tools: { lookup: { ok: true, value: 7 } },
			replies: [{ toolCalls: [call('lookup')] }, { output: { mood: 'calm' } }],
		});
		expect(did.calls.map((each) => each.output !== undefined)).toEqual([false, true]);
		expect(did.calls[1]?.messages.at(-1)).toMatchObject({ role: 'tool', content: '7' });
	});

	test('R7.10.2: a worker’s tools say no waiting line', async () => {
		const talking = { ...lookup, static_messages_config: { static_messages: ['One moment.'] } };
		const { did } = await work({
			node: { tools_config: { tools: [talking] } },
			tools: { lookup: { ok: true, value: 7 } },
			replies: [{ toolCalls: [call('lookup')] }, { text: 'Noted.' }],
		});
		expect(did.said).toEqual([]);
	});

	test.each([
		['a failed call', { node: { structured_output_schema: schema } }, modelFailure()],
		[
			'an unparsable answer',
			{ node: { structured_output_schema: schema } },
			modelFailure('LLM_OUTPUT_UNPARSABLE'),
		],
		['a failed call without a schema', {}, modelFailure()],
	])(
		'R2.50: after %s the output is {}, nothing is said, a warning is given',
		async (_title, options, failure) => {
			const { did, outcome } = await work({ ...options, replies: [failure] });
			expect(outcome.output).toEqual({ structured_output: {} });
			expect(did.said).toEqual([]);
			expect(did.warnings).toHaveLength(1);
			expect(did.writes).toEqual([]);
		},
	);

	test('R2.50: with default_error_message null the failure ends the run', async () => {
		const failing = work({ node: { default_error_message: null }, replies: [modelFailure()] });
		await expect(failing).rejects.toMatchObject({ code: 'LLM_FAILED' });
	});

	test('R3.26: a failure is no matter when a global condition matched meanwhile', async () => {
		const { did, outcome } = await work({ clearances: [false], replies: [modelFailure()] });
		expect(outcome).toEqual({ output: { structured_output: {} } });
		expect(did.warnings).toEqual([]);
	});

	test('R3.26: an answer that is not cleared is discarded and writes nothing', async () => {
		const { did, outcome } = await work({
			node: { structured_output_schema: schema },
			clearances: [false],
			replies: [{ text: 'x', output: { mood: 'calm' } }],
		});
		expect(did.discarded).toEqual(['x']);
		expect(did.writes).toEqual([]);
		expect(outcome.output).toEqual({ structured_output: {} });
	});
});
