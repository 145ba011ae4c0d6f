/** The speaking LLM node: its prompt, tool rounds, dropped text, failures and structured output. */

import { ROUTING_RULES } from '../../lib/behavior/prompt';
import { sayLlm } from '../../lib/behavior/say-llm';
import type { Step } from '../../lib/behavior/contract';
import { ConfigurationError, EffectError } from '../../lib/errors';
import type { SayLlmNode } from '../../lib/graph/node';
import type { JsonObject } from '../../lib/json';
import { assistant, call, fakeStep, modelFailure, user, type FakeOptions } from './fake-step';

const lookup: JsonObject = {
	type: 'inbuilt_function',
	name: 'lookup',
	result_runtime_variable_name: 'found',
};
const remind: JsonObject = {
	type: 'inbuilt_function',
	name: 'remind',
	result_runtime_variable_name: 'reminder',
};
const dropping = { ignore_content_received_during_llm_tool_call_specification: true };
const schema: JsonObject = {
	type: 'object',
	properties: { mood: { type: 'string' }, age: { type: 'number' } },
};

async function run(options: Omit<FakeOptions, 'node'> & { node?: JsonObject }) {
	const made = fakeStep<SayLlmNode>({
		history: [user('Hello')],
		...options,
		node: { type: 'say_llm', ...options.node },
	});
	const outcome = await sayLlm.execute(made.step as Step<SayLlmNode>);
	return { ...made, outcome };
}

describe('the call', () => {
	test('R8.1: prefix, node prompt and suffix are joined by blank lines and hydrated', async () => {
		const { did } = await run({
			workflow: {
				default_prompt_prefix: 'You work for {{clinic}}.',
				default_prompt_suffix: 'Be brief, [[caller]].',
			},
			node: { main_response_config: { prompt: 'Ask for the birth date.' } },
			dynamic: { clinic: 'Elm Street' },
			variables: { caller: 'Ann' },
			replies: [{ text: 'Hi.' }],
		});
		expect(did.calls[0]?.messages).toEqual([
			{ role: 'system', content: 'You work for Elm Street.\n\nAsk for the birth date.\n\nBe brief, Ann.' },
			user('Hello'),
		]);
	});

	test.each([
		['an ignored prefix', { ignore_default_prompt_prefix: true }, 'Own.\n\nSuffix.'],
		['an ignored suffix', { ignore_default_prompt_suffix: true }, 'Prefix.\n\nOwn.'],
		['both ignored', { ignore_default_prompt_prefix: true, ignore_default_prompt_suffix: true }, 'Own.'],
		['an empty own prompt', { main_response_config: { prompt: '  ' } }, 'Prefix.\n\nWorkflow.\n\nSuffix.'],
	])('R8.1: %s', async (_title, node, expected) => {
		const { did } = await run({
			workflow: {
				default_prompt_prefix: 'Prefix.',
				default_prompt_suffix: 'Suffix.',
				main_response_config: { prompt: 'Workflow.' },
			},
			node: { main_response_config: { prompt: 'Own.' }, ...node },
			replies: [{ text: 'Hi.' }],
		});
		expect(did.calls[0]?.messages[0]?.content).toBe(expected);
	});

	test('R4.9a: a part that is blank once filled leaves no blank lines behind', async () => {
		const { did } = await run({
			workflow: { default_prompt_prefix: '<<<managed_prompt:nobody_made_it>>>' },
			node: { main_response_config: { prompt: 'Own.' } },
			replies: [{ text: 'Hi.' }],
		});
		expect(did.calls[0]?.messages[0]?.content).toBe('Own.');
	});

	test('without exits the routing rules are not sent', async () => {
		const { did } = await run({ replies: [{ text: 'Hi.' }] });
		expect(did.calls[0]?.messages[0]?.content).not.toContain(ROUTING_RULES);
	});

	test('R8.10: the filler prompt is the node’s, else the workflow’s', async () => {
		const workflow = { backchannel_response_config: { prompt: 'Workflow filler.' } };
		const first = await run({ workflow, replies: [{ text: 'Hi.' }] });
		expect(first.did.calls[0]).toMatchObject({
			audible: true,
			fills: true,
			fillerPrompt: 'Workflow filler.',
		});
		const second = await run({
			workflow,
			node: { backchannel_response_config: { prompt: 'For {{x}}.' } },
			dynamic: { x: 'you' },
			replies: [{ text: 'Hi.' }],
		});
		expect(second.did.calls[0]?.fillerPrompt).toBe('For you.');
	});

	test('R8.2: without any model the run fails with advice', async () => {
		await expect(run({ withoutModel: true })).rejects.toMatchObject({ code: 'LLM_NOT_CONFIGURED' });
	});
});

describe('speech', () => {
	test('R7.4.2: the answer is said once, with its accounting', async () => {
		const { did, outcome } = await run({ replies: [{ text: 'Good morning.' }] });
		expect(did.said).toEqual([{ text: 'Good morning.', type: 'llm', hasAnswer: true, whole: false }]);
		expect(outcome).toMatchObject({ spoke: true, output: { structured_output: {} }, picks: [] });
	});

	test('R8.16: do_not_split_sentences says the reply in one piece', async () => {
		const { did } = await run({ config: { do_not_split_sentences: true }, replies: [{ text: 'One. Two.' }] });
		expect(did.said[0]?.whole).toBe(true);
	});

	test('R8.16: in a group the member that answered decides', async () => {
		const config = {
			type: 'llm_group',
			llms: [
				{ type: 'openai_llm', model: 'first' },
				{ type: 'openai_llm', model: 'second', do_not_split_sentences: true },
			],
		} as JsonObject;
		const { did } = await run({ config, replies: [{ text: 'One. Two.', model: 'second-2026-01-01' }] });
		expect(did.said[0]?.whole).toBe(true);
	});

	test('R7.4.6: an empty answer says nothing, owes on, and warns', async () => {
		const { did, outcome } = await run({ replies: [{ text: '  ' }] });
		expect(did.said).toEqual([]);
		expect(outcome.spoke).toBe(false);
		expect(did.warnings).toEqual(['The model of node "Test Node" returned no text.']);
	});

	test('R3.26: an answer that is not cleared is discarded: no speech, no tools', async () => {
		const { did, outcome } = await run({
			node: { tools_config: { tools: [lookup] } },
			clearances: [false],
			replies: [{ text: 'Wrong place.', toolCalls: [call('lookup')] }],
		});
		expect(did.said).toEqual([]);
		expect(did.effects).toEqual([]);
		expect(did.discarded).toEqual(['Wrong place.']);
		expect(outcome).toMatchObject({ spoke: false, picks: [] });
	});
});

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

describe('failures', () => {
	test('R2.49: the default error message is hydrated, said as an error, and no LLM edge may follow', async () => {
		const { did, outcome } = await run({
			node: { default_error_message: 'Sorry, {{name}}.' },
			dynamic: { name: 'Ann' },
			replies: [modelFailure()],
		});
		expect(did.said).toEqual([{ text: 'Sorry, Ann.', type: 'error', hasAnswer: false }]);
		expect(outcome).toMatchObject({ failed: true, spoke: true });
	});

	test('R2.50: without an error message the failure ends the run', async () => {
		await expect(
			run({ node: { default_error_message: null }, replies: [modelFailure()] }),
		).rejects.toMatchObject({
			code: 'LLM_FAILED',
		});
	});

	test('R3.26: no apology is said when a global condition matched meanwhile', async () => {
		for (const default_error_message of ['Sorry.', null]) {
			const { did, outcome } = await run({
				node: { default_error_message },
				clearances: [false],
				replies: [modelFailure()],
			});
			expect(did.said).toEqual([]);
			expect(outcome.failed).toBeUndefined();
		}
	});

	test('a missing credential is never hidden behind an apology', async () => {
		const missing = new ConfigurationError('LLM_CREDENTIAL_MISSING', 'No credential.');
		await expect(run({ replies: [missing] })).rejects.toBe(missing);
	});
});

describe('structured output', () => {
	test('R8.12: it is asked for after the reply, with the reply in the conversation', async () => {
		const { did, outcome } = await run({
			node: { structured_output_schema: schema },
			replies: [{ text: 'How are you?' }, { output: { mood: 'calm', age: null } }],
		});
		expect(did.trail).toEqual(['model:say', 'say:llm', 'model:structured']);
		const second = did.calls[1];
		expect(second?.tools).toEqual([]);
		expect(second?.output?.schema).toEqual(schema);
		expect(second?.messages.slice(1, 3)).toEqual([user('Hello'), assistant('How are you?')]);
		expect(outcome.output).toEqual({ structured_output: { mood: 'calm', age: null } });
	});

	test('R4.31: missing and null fields leave their variables as they were', async () => {
		const { did } = await run({
			node: { structured_output_schema: schema },
			variables: { mood: 'tense', age: 40 },
			replies: [{ text: 'Hm.' }, { output: { mood: 'calm', age: null, _secret: 1 } }],
		});
		expect(did.variables).toEqual({ mood: 'calm', age: 40 });
	});

	test.each([
		['an answer that cannot be parsed', modelFailure('LLM_OUTPUT_UNPARSABLE')],
		['an answer that is no object', { output: ['calm'] }],
	])('R8.14: %s gives {}, no variables and a warning', async (_title, reply) => {
		const { did, outcome } = await run({
			node: { structured_output_schema: schema },
			replies: [{ text: 'Hm.' }, reply],
		});
		expect(outcome).toMatchObject({ output: { structured_output: {} }, spoke: true });
		expect(outcome.failed).toBeUndefined();
		expect(did.writes).toEqual([]);
		expect(did.warnings).toHaveLength(1);
	});
});
