/** Static messages, the end of a conversation, and the registry of node types. */

import { endConversation, TRANSCRIPT_INSTRUCTION } from '../../lib/behavior/end-conversation';
import { behaviorOf } from '../../lib/behavior/registry';
import { sayStatic } from '../../lib/behavior/say-static';
import type { EndConversationNode, SayStaticNode } from '../../lib/graph/node';
import type { JsonObject } from '../../lib/json';
import { fakeStep, modelFailure, type FakeOptions } from './fake-step';

type More = Omit<FakeOptions, 'node'>;

describe('R7.8: say_static', () => {
	const run = async (config: JsonObject | null, more: More = {}) => {
		const { step, did } = fakeStep<SayStaticNode>({
			...more,
			node: { type: 'say_static', static_messages_config: config },
		});
		return { did, outcome: await sayStatic.execute(step), step };
	};

	test('R7.8.2: the chosen message is hydrated and said; it answers nobody', async () => {
		const { did, outcome } = await run(
			{ static_messages: ['Hello {{name}}.', 'Hi.'] },
			{ dynamic: { name: 'Ann' } },
		);
		expect(did.said).toEqual([{ text: 'Hello Ann.', type: 'static', hasAnswer: false }]);
		expect(outcome).toEqual({ output: {} });
	});

	test('R7.8.3: the message list is known by the node', async () => {
		const { step } = fakeStep<SayStaticNode>({
			node: { type: 'say_static', static_messages_config: { static_messages: ['A'] } },
		});
		const keys: string[] = [];
		step.choose = (_messages, key) => {
			keys.push(key);
			return 'A';
		};
		await sayStatic.execute(step);
		expect(keys).toEqual(['node:n']);
	});

	test.each([[null], [{ static_messages: [] }]])('R7.8.5: without a message it warns: %j', async (config) => {
		const { did } = await run(config);
		expect(did.said).toEqual([]);
		expect(did.warnings).toEqual(['Node "Test Node" has no message to say.']);
	});
});

describe('R7.13: end_conversation', () => {
	const transcript = [
		{ role: 'assistant' as const, text: 'Hello.' },
		{ role: 'user' as const, text: 'I need\na refill.' },
	];
	const raw = 'Assistant: Hello.\nUser: I need\n  a refill.';
	const run = async (node: JsonObject = {}, more: More = {}) => {
		const { step, did } = fakeStep<EndConversationNode>({
			transcript,
			...more,
			node: { type: 'end_conversation', ...node },
		});
		return { did, outcome: await endConversation.execute(step) };
	};

	test('R7.13.2: without a prompt the processed transcript is the raw one, and no model is asked', async () => {
		const { did, outcome } = await run();
		expect(did.variables).toEqual({ raw_conversation_transcript: raw, processed_transcript: raw });
		expect(did.calls).toEqual([]);
		expect(outcome).toEqual({ output: { processed_transcript: raw }, closesThread: true });
		expect(did.reports).toEqual([{ type: 'end_conversation', fields: { processed_transcript: raw } }]);
	});

	test('R7.13.2: with a prompt one call works on the transcript as data', async () => {
		const { did, outcome } = await run(
			{ process_transcript_prompt: { prompt: 'Summarize for {{clinic}}.' } },
			{ dynamic: { clinic: 'Elm Street' }, replies: [{ text: ' A refill. ' }] },
		);
		expect(did.calls).toHaveLength(1);
		expect(did.calls[0]).toMatchObject({
			purpose: 'transcript',
			tools: [],
			messages: [
				{ role: 'system', content: TRANSCRIPT_INSTRUCTION },
				{ role: 'user', content: `Summarize for Elm Street.\n\nTranscript:\n${raw}` },
			],
		});
		expect(outcome.output).toEqual({ processed_transcript: 'A refill.' });
		expect(did.variables['processed_transcript']).toBe('A refill.');
	});

	test('a prompt that quotes the transcript gets it once', async () => {
		const { did } = await run(
			{ process_transcript_prompt: { prompt: 'Sum up: [[raw_conversation_transcript]]' } },
			{ replies: [{ text: 'x' }] },
		);
		expect(did.calls[0]?.messages[1]?.content).toBe(`Sum up: ${raw}`);
	});

	test.each<[string, More]>([
		['the call fails', { replies: [modelFailure()] }],
		['the model says nothing', { replies: [{ text: ' ' }] }],
		['no model is configured', { withoutModel: true }],
	])('R7.13.5: when %s the processed transcript is the raw one, with a warning', async (_title, more) => {
		const { did, outcome } = await run({ process_transcript_prompt: { prompt: 'Summarize.' } }, more);
		expect(did.variables['processed_transcript']).toBe(raw);
		expect(did.warnings).toHaveLength(1);
		expect(outcome.closesThread).toBe(true);
	});

	test('an empty conversation has an empty transcript', async () => {
		expect((await run({}, { transcript: [] })).did.variables['raw_conversation_transcript']).toBe('');
	});
});

describe('the registry', () => {
	test('R7.19.1: an unknown type is refused when it is executed, with its type and advice', () => {
		const { step } = fakeStep({ node: { type: 'teleport' } });
		expect(() => behaviorOf(step.node)).toThrow(
			expect.objectContaining({
				code: 'NODE_TYPE_UNKNOWN',
				message: 'Node "Test Node" has type "teleport", which cannot be executed.',
				advice: expect.any(String),
				place: 'node "Test Node"',
			}),
		);
	});

	test('5.3: a known type whose field cannot be read says which, and not that its type is unknown', () => {
		const { step } = fakeStep({ node: { type: 'http_request', name: 5, method: 'QUERY' } });
		expect(() => behaviorOf(step.node)).toThrow(
			expect.objectContaining({
				code: 'NODE_UNREADABLE',
				message: expect.stringContaining('"QUERY" is not one of GET, POST'),
				advice: 'Use one of the listed words.',
				place: expect.stringMatching(/\.method$/),
			}),
		);
	});

	test('a super node that was not expanded is refused', () => {
		const { step } = fakeStep({ node: { type: 'super_node' } });
		expect(() => behaviorOf(step.node)).toThrow(expect.objectContaining({ code: 'SUPER_NODE_NOT_EXPANDED' }));
	});

	test.each([
		'say_llm',
		'worker_llm',
		'say_static',
		'tool_node',
		'http_request',
		'send_sms',
		'start_conversation',
		'end_conversation',
		'workflow_run_fetch',
		'workflow_run_evaluator',
		'no_op',
		'deduplicate',
		'field_extractor',
		'google_docs',
		'athena_patients_search',
		'athena_patients_create',
		'athena_patients_update',
		'athena_appointments_create',
	])('%s has a behavior', (type) => {
		const { step } = fakeStep({ node: { type } });
		expect(behaviorOf(step.node).execute).toBeInstanceOf(Function);
	});
});
