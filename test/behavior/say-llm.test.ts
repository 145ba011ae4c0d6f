/** The speaking LLM node: its prompt, its speech, failures and structured output. */

import { RECORD_REQUEST } from '../../lib/behavior/structured';
import { ROUTING_RULES } from '../../lib/behavior/prompt';
import { ConfigurationError } from '../../lib/errors';
import type { JsonObject } from '../../lib/json';
import { assistant, call, modelFailure, user } from './fake-step';
import { lookup, run } from './say-run';

const schema: JsonObject = {
	type: 'object',
	properties: { mood: { type: 'string' }, age: { type: 'number' } },
};

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
		// R2.37: the line that asks for it is none of the conversation.
		expect(second?.messages.slice(3)).toEqual([{ role: 'user', content: RECORD_REQUEST, isOurs: true }]);
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
