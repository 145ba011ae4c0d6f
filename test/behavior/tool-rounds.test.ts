/** Tool rounds of a speaking node, and the free text that comes beside calls. */

import { sayLlm } from '../../lib/behavior/say-llm';
import { EffectError } from '../../lib/errors';
import type { SayLlmNode } from '../../lib/graph/node';
import type { JsonObject } from '../../lib/json';
import { call, fakeStep } from './fake-step';
import { dropping, lookup, remind, run } from './say-run';

describe('tool rounds', () => {
	test('R2.44: calls of one answer are one round, and after the last round no ordinary tools are offered', async () => {
		const { did } = await run({
			node: { tools_config: { tools: [lookup, remind] } },
			tools: { lookup: { ok: true, value: { id: 7 } }, remind: { ok: true, value: 'done' } },
			replies: [{ toolCalls: [call('lookup'), call('remind')] }, { text: 'Found it.' }],
		});
		expect(did.calls.map((each) => each.tools.map((tool) => tool.name))).toEqual([['lookup', 'remind'], []]);
		expect(did.calls[1]?.messages.slice(2)).toEqual([
			{ role: 'assistant', content: '', toolCalls: [call('lookup'), call('remind')] },
			{ role: 'tool', toolCallId: 'call_lookup', toolName: 'lookup', content: '{"id":7}' },
			{ role: 'tool', toolCallId: 'call_remind', toolName: 'remind', content: 'done' },
		]);
		expect(did.variables).toEqual({ found: { id: 7 }, reminder: 'done' });
		expect(did.said.map((each) => each.text)).toEqual(['Found it.']);
	});

	test('R2.44: max_consecutive_tool_calls allows more rounds', async () => {
		const { did } = await run({
			node: { tools_config: { tools: [lookup] }, max_consecutive_tool_calls: 2 },
			tools: { lookup: { ok: true, value: 1 } },
			replies: [{ toolCalls: [call('lookup')] }, { toolCalls: [call('lookup')] }, { text: 'Done.' }],
		});
		expect(did.calls.map((each) => each.tools.length)).toEqual([1, 1, 0]);
		expect(did.effects.map((each) => each.key)).toEqual(['tool:0.0', 'tool:1.0']);
	});

	test('R2.44: the calls of one answer run side by side', async () => {
		let running = 0;
		let most = 0;
		const slow = async () => {
			most = Math.max(most, ++running);
			await new Promise((resolve) => setImmediate(resolve));
			running -= 1;
			return { ok: true as const, value: null };
		};
		await run({
			node: { tools_config: { tools: [lookup, remind] } },
			tools: { lookup: slow, remind: slow },
			replies: [{ toolCalls: [call('lookup'), call('remind')] }, { text: 'Done.' }],
		});
		expect(most).toBe(2);
	});

	test('R2.47: a failed tool becomes a result the model reads, and its variable is null', async () => {
		const { did } = await run({
			node: { tools_config: { tools: [lookup] } },
			tools: { lookup: { ok: false, code: 'TOOL_TIMEOUT', message: 'no answer within 30 s' } },
			replies: [{ toolCalls: [call('lookup')] }, { text: 'I could not look that up.' }],
		});
		expect(did.toolResults[0]?.content).toContain('no answer within 30 s');
		expect(did.variables).toEqual({ found: null });
		expect(did.said).toHaveLength(1);
	});

	test('R2.47: arguments that are no JSON object are answered without running the tool', async () => {
		const { did } = await run({
			node: { tools_config: { tools: [lookup] } },
			replies: [{ toolCalls: [{ ...call('lookup'), invalidArguments: '{oops' }] }, { text: 'Sorry.' }],
		});
		expect(did.toolRequests).toEqual([]);
		expect(did.toolResults[0]?.content).toContain('not a JSON object');
	});

	test('R7.10.9: of two tools with one name the node’s wins over the workflow’s', async () => {
		const { did } = await run({
			workflow: { tools_config: { tools: [{ ...lookup, signature: 'workflow' }, remind] } },
			node: { tools_config: { tools: [{ ...lookup, signature: 'node' }] } },
			replies: [{ text: 'Hi.' }],
		});
		expect(did.calls[0]?.tools.map(({ name, description }) => [name, description])).toEqual([
			['lookup', 'node'],
			['remind', expect.any(String)],
		]);
	});

	test('R7.10.2: a tool says its waiting line when the call starts, unless a filler was said', async () => {
		const talking = { ...lookup, static_messages_config: { static_messages: ['One moment, {{name}}.'] } };
		const options = {
			node: { tools_config: { tools: [talking] } },
			dynamic: { name: 'Ann' },
			tools: { lookup: { ok: true as const, value: 1 } },
		};
		const first = await run({ ...options, replies: [{ toolCalls: [call('lookup')] }, { text: 'Done.' }] });
		expect(first.did.said[0]).toMatchObject({ text: 'One moment, Ann.', type: 'tool_filler' });
		expect(first.did.trail.indexOf('say:tool_filler')).toBeLessThan(
			first.did.trail.indexOf('effect:tool:0.0'),
		);
		const second = await run({
			...options,
			replies: [{ toolCalls: [call('lookup')], saidFiller: true }, { text: 'Done.' }],
		});
		expect(second.did.said.map((each) => each.type)).toEqual(['llm']);
	});

	test('R7.10.8: servers that cannot be reached give a warning, and the node works without their tools', async () => {
		const workflow = { mcp_servers: [{ name: 'Labs', server_url: 'https://mcp.example' }] };
		const asked = await run({ workflow, node: { use_mcp_tools: true }, replies: [{ text: 'Hi.' }] });
		expect(asked.did.warnings).toEqual([
			'Node "Test Node" uses MCP tools, but "Labs" cannot be reached from here; it works without them.',
		]);
		expect(asked.did.said).toHaveLength(1);
		const unasked = await run({ workflow, replies: [{ text: 'Hi.' }] });
		expect(unasked.did.warnings).toEqual([]);
	});

	test('R3.52: withoutTools offers neither tools nor exits', async () => {
		const { did } = await run({
			node: { tools_config: { tools: [lookup] } },
			withoutTools: true,
			replies: [{ text: 'In words.' }],
		});
		expect(did.calls[0]?.tools).toEqual([]);
	});

	test('a call whose outcome a crash left unknown is told to the model, not made again', async () => {
		const made = fakeStep<SayLlmNode>({
			node: { type: 'say_llm', tools_config: { tools: [lookup] } },
			replies: [{ toolCalls: [call('lookup')] }, { text: 'I am not sure it went through.' }],
		});
		made.step.perform = () => Promise.reject(new EffectError('EFFECT_OUTCOME_UNKNOWN', 'It is unknown.'));
		await sayLlm.execute(made.step);
		expect(made.did.toolRequests).toEqual([]);
		expect(made.did.toolResults[0]?.content).toBe('The call failed: It is unknown.');
	});

	test('an error that is no effect failure is not swallowed', async () => {
		const bug = async () => Promise.reject(new TypeError('bug'));
		const running = run({
			node: { tools_config: { tools: [lookup] } },
			tools: { lookup: bug },
			replies: [{ toolCalls: [call('lookup')] }],
		});
		await expect(running).rejects.toThrow('bug');
	});
});

describe('R2.48: text beside tool calls', () => {
	test.each([
		['no flag', {}, {}, [lookup], ['lookup'], true],
		['the workflow’s flag', dropping, {}, [lookup], ['lookup'], false],
		['the node’s flag', {}, dropping, [lookup], ['lookup'], false],
		['the only tool’s flag', {}, {}, [{ ...lookup, ...dropping }], ['lookup'], false],
		[
			'one flagged tool of two called',
			{},
			{},
			[{ ...lookup, ...dropping }, remind],
			['lookup', 'remind'],
			true,
		],
		[
			'all called tools flagged',
			{},
			{},
			[
				{ ...lookup, ...dropping },
				{ ...remind, ...dropping },
			],
			['lookup', 'remind'],
			false,
		],
		['a flagged tool that is not called', {}, {}, [lookup, { ...remind, ...dropping }], ['lookup'], true],
	])('%s', async (_title, workflow, node, tools, called, isSaid) => {
		const { did } = await run({
			workflow,
			node: { ...node, tools_config: { tools } },
			tools: { lookup: { ok: true, value: 1 }, remind: { ok: true, value: 1 } },
			replies: [{ text: 'Let me see.', toolCalls: called.map((name) => call(name)) }, { text: 'Done.' }],
		});
		expect(did.said.map((each) => each.text)).toEqual(isSaid ? ['Let me see.', 'Done.'] : ['Done.']);
		expect(did.calls[1]?.messages[2]?.content).toBe(isSaid ? 'Let me see.' : '');
	});

	test.each<[string, JsonObject, JsonObject[], boolean]>([
		['nothing can be dropped', {}, [lookup], true],
		['the node drops and a tool is offered', dropping, [lookup], false],
		['the node drops but nothing is offered', dropping, [], true],
		['an offered tool drops', {}, [{ ...lookup, ...dropping }], false],
	])(
		'text is shown while it comes only when it is sure to be said: %s',
		async (_title, node, tools, audible) => {
			const { did } = await run({ node: { ...node, tools_config: { tools } }, replies: [{ text: 'Hi.' }] });
			expect(did.calls[0]?.audible).toBe(audible);
		},
	);

	test('text without calls is never dropped', async () => {
		const { did } = await run({ workflow: dropping, node: dropping, replies: [{ text: 'Hi.' }] });
		expect(did.said).toHaveLength(1);
	});
});
