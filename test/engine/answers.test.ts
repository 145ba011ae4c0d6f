/** What a model's answer leaves behind: history, prompts, interrupted speech, fillers, and calls that failed. */

import { ProviderError } from '../../lib/errors';
import { freeform, graphOf, say, start } from './graphs';
import { createWorld, type World } from './world';

describe('history and prompts', () => {
	test('R2.30, R2.32: routing calls leave no trace, memos do, and one system message leads', async () => {
		const world = createWorld({
			graph: graphOf([say('A', true, true, start), say('B', true, true)], [freeform('A', 'B')]),
			script: (request) => (request.tools.length > 0 ? { pick: 'B' } : { text: 'here is B' }),
		});
		await world.start('go on');
		const last = world.requests.at(-1)?.messages ?? [];
		expect(last.map((message) => message.role)).toEqual(['system', 'user', 'assistant']);
		expect(last[2]?.content).toContain(
			'[internal note, not said to the user] "A" handed over to "B" over a conditional edge.',
		);
		expect(world.state.threads['0']?.history.map((message) => message.type)).toEqual(['human', 'ai', 'ai']);
	});

	test('R2.49: a failing call after all retries says the error message and the run goes on', async () => {
		const world = createWorld({
			graph: graphOf([say('A', true, true, { ...start, default_error_message: 'Sorry?' })]),
			script: () => ({ fail: new ProviderError('LLM_UNAVAILABLE', 'the model failed') }),
		});
		expect(await world.start('hi')).toBe('S(A) P(A)');
		expect(world.spoken()).toEqual(['Sorry?']);
	});

	test('R2.50: without an error message the failure ends the run', async () => {
		const world = createWorld({
			graph: graphOf([say('A', true, true, { ...start, default_error_message: null })]),
			script: () => ({ fail: new ProviderError('LLM_UNAVAILABLE', 'the model failed') }),
		});
		await world.start('hi');
		expect(world.state.status).toBe('failed');
		expect(world.types().at(-1)).toBe('workflow_error');
	});
});

describe('interrupted speech', () => {
	test.each([
		[{}, 'First part.'],
		[{ miscellaneous: { keep_skipped_messages_in_history: 'true' } }, 'First part. Second part.'],
	])(
		'R2.43: the fragment the caller talked over leaves the history unless the workflow keeps it: %p',
		async (config, kept) => {
			const world = createWorld({
				graph: graphOf([say('A', true, true, start)], [], config),
				script: () => ({ text: 'First part. Second part.' }),
			});
			await world.start('hi');
			const second = world.wire.filter((event) => event.type === 'assistant_response')[1];
			expect(second?.['content']).toBe('Second part.');
			await world.say('wait', { interruptedEventIds: [String(second?.logical_id)] });
			expect(world.requests[1]?.messages.find((message) => message.role === 'assistant')?.content).toBe(kept);
		},
	);

	const said = (world: World): string[] =>
		world.wire.flatMap((event) => (event.type === 'assistant_response' ? [event.logical_id] : []));
	const remembered = (world: World): string | undefined =>
		world.requests.at(-1)?.messages.find((message) => message.role === 'assistant')?.content;

	test('R2.43, R8.16: a reply that was said in one piece is forgotten in one piece', async () => {
		const llms_config = { type: 'openai_llm', do_not_split_sentences: true };
		const world = createWorld({
			graph: graphOf([say('A', true, true, start)], [], { llms_config }),
			script: () => ({ text: 'First part. Second part.' }),
		});
		await world.start('hi');
		expect(said(world)).toHaveLength(1);
		await world.say('wait', { interruptedEventIds: said(world) });
		expect(world.requests[1]?.messages.map((message) => message.role)).toEqual(['system', 'user', 'user']);
	});

	test('R2.43: further pieces of a reply may be named later, and the same ones again', async () => {
		const world = createWorld({
			graph: graphOf([say('A', true, true, start)]),
			script: () => ({ text: 'One is said. Two is said. Three is said.' }),
		});
		await world.start('hi');
		const [one = '', two = '', three = ''] = said(world);
		await world.say('wait', { interruptedEventIds: [two] });
		expect(remembered(world)).toBe('One is said. Three is said.');
		world.crash();
		await world.say('wait', { interruptedEventIds: [two] });
		expect(remembered(world)).toBe('One is said. Three is said.');
		await world.say('wait', { interruptedEventIds: [two, three] });
		expect(remembered(world)).toBe('One is said.');
		await world.say('wait', { interruptedEventIds: [one] });
		expect(world.requests.at(-1)?.messages.map(({ content }) => content)).not.toContain('One is said.');
		expect(world.refold()).toEqual(world.state);
	});
});

describe('fillers and failed calls', () => {
	test('R8.10, R7.8.3: fillers in sequence follow the run, and take no place among the messages a node chooses', async () => {
		const world = createWorld({
			graph: graphOf([say('A', true, true, start)]),
			script: (request) => {
				const filler = request.chooseFiller?.(['One moment.', 'Still looking.'], 'sequence');
				if (filler) request.onFiller?.(filler);
				return { text: 'here' };
			},
		});
		await world.start('a');
		world.crash();
		await world.say('b');
		expect(world.spoken()).toEqual(['One moment.', 'here', 'Still looking.', 'here']);
	});

	test('R9.48: calls that were made before a request failed count', async () => {
		const usage = { promptTokens: 7, completionTokens: 0, totalTokens: 7, estimated: false };
		const calls = [
			{
				provider: 'openai',
				model: 'm',
				namedConfigId: null,
				namedConfigName: null,
				usage,
				latencyMs: 3,
				won: false,
				usedUserKey: false,
			},
		];
		const world = createWorld({
			graph: graphOf([say('A', true, true, start)]),
			script: () => ({ fail: Object.assign(new ProviderError('LLM_UNAVAILABLE', 'down'), { calls }) }),
		});
		await world.start('a');
		expect(world.state.totals).toMatchObject([{ model: 'm', calls: 1, totalTokens: 7 }]);
		expect(world.refold().totals).toEqual(world.state.totals);
	});
});
