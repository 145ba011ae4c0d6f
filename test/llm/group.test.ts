/** Groups: who starts when, whose answer counts, what becomes of the others. */

import { createHandClock } from './clock';
import { createStage, one, overloaded, type Script } from './scripted';

const group = (models: string[], settings: object = {}) => ({
	type: 'llm_group',
	llms: models.map((model) => one(model)),
	...settings,
});
const PARALLEL = { operation_mode: 'parallel_select_one' };
const says = (afterMs: number, text: string): Script => ({ says: [[afterMs, text]] });

describe('llm group', () => {
	it('R8.4: the first member alone answers within the minimum patience of 1500 ms', async () => {
		const clock = createHandClock();
		const stage = createStage(clock, { a: [says(1400, 'from a')], b: [says(1, 'from b')] });
		const answer = stage.call(group(['a', 'b']));
		await clock.advance(1499);
		expect((await answer).text).toBe('from a');
		expect(stage.asked).toEqual(['a']);
	});

	it('R8.6: after the minimum patience all others start, and the first answer of any wins', async () => {
		const clock = createHandClock();
		const stage = createStage(clock, {
			a: [says(5000, 'from a')],
			b: [says(900, 'from b')],
			c: [says(800, 'from c')],
		});
		const answer = stage.call(group(['a', 'b', 'c']));
		await clock.advance(1499);
		expect(stage.asked).toEqual(['a']);
		await clock.advance(1);
		expect(stage.asked).toEqual(['a', 'b', 'c']);
		await clock.advance(800);
		expect(await answer).toMatchObject({ text: 'from c', model: 'c' });
		expect(stage.aborted.sort()).toEqual(['a', 'b']);
	});

	it('R8.6: a first member that fails early starts the others at once and is not tried again meanwhile (R8.18)', async () => {
		const clock = createHandClock();
		const stage = createStage(clock, {
			a: [{ failsAfterMs: 100, error: overloaded() }],
			b: [says(50, 'from b')],
		});
		const answer = stage.call(group(['a', 'b']));
		await clock.advance(150);
		expect((await answer).text).toBe('from b');
		expect(stage.asked).toEqual(['a', 'b']);
	});

	it('R8.5: in parallel the best-ranked member that has answered by the minimum patience wins', async () => {
		const clock = createHandClock();
		const stage = createStage(clock, {
			a: [says(5000, 'from a')],
			b: [says(1000, 'from b')],
			c: [says(100, 'from c')],
		});
		const answer = stage.call(group(['a', 'b', 'c'], PARALLEL));
		await clock.advance(0);
		expect(stage.asked).toEqual(['a', 'b', 'c']);
		await clock.advance(1500);
		expect((await answer).text).toBe('from b');
		expect(stage.aborted).toEqual(['a']);
	});

	it('R8.5: in parallel, when all have answered, nobody waits for the patience to pass', async () => {
		const clock = createHandClock();
		const stage = createStage(clock, { a: [says(300, 'from a')], b: [says(100, 'from b')] });
		const answer = stage.call(group(['a', 'b'], PARALLEL));
		await clock.advance(300);
		expect((await answer).text).toBe('from a');
	});

	it('R8.5: in parallel, when none has answered by then, the first to answer wins', async () => {
		const clock = createHandClock();
		const stage = createStage(clock, { a: [says(4000, 'from a')], b: [says(3000, 'from b')] });
		const answer = stage.call(group(['a', 'b'], PARALLEL));
		await clock.advance(3000);
		expect((await answer).text).toBe('from b');
	});

	it('R8.7: after the maximum patience the group yields nothing, and nobody is left running', async () => {
		const clock = createHandClock();
		const stage = createStage(clock, { a: [{ hangs: true }], b: [{ hangs: true }] });
		const answer = stage.call(group(['a', 'b'], { max_patience_time_ms: 4000 }));
		const outcome = expect(answer).rejects.toMatchObject({
			code: 'LLM_GROUP_PATIENCE_SPENT',
			retryable: true,
		});
		await clock.advance(4000);
		await outcome;
		expect(stage.aborted.sort()).toEqual(['a', 'b']);
		expect(clock.waiting).toBe(0);
	});

	it('R8.7: a member’s own request_timeout_ms holds inside a group without a maximum', async () => {
		const clock = createHandClock();
		const stage = createStage(clock, { a: [{ hangs: true }] });
		const answer = stage.call({
			type: 'llm_group',
			llms: [one('a', { request_timeout_ms: 500, max_retries: 0 })],
		});
		const outcome = expect(answer).rejects.toMatchObject({ code: 'LLM_TIMEOUT' });
		await clock.advance(500);
		await outcome;
	});

	it('R8.8: with streaming the first token is the answer, and only the winner is heard', async () => {
		const clock = createHandClock();
		const stage = createStage(clock, {
			a: [
				{
					says: [
						[2000, 'Slow '],
						[100, 'words.'],
					],
				},
			],
			b: [
				{
					says: [
						[100, 'Quick '],
						[5000, 'start.'],
					],
				},
			],
		});
		const pieces: string[] = [];
		const answer = stage.call(group(['a', 'b']), { onText: (text) => pieces.push(text) });
		await clock.advance(1600);
		expect(pieces).toEqual(['Quick ']);
		expect(stage.aborted).toEqual(['a']);
		await clock.advance(5000);
		expect((await answer).text).toBe('Quick start.');
		expect(pieces).toEqual(['Quick ', 'start.']);
	});

	it('R8.8: text that came before the choice is passed on once the member is chosen', async () => {
		const clock = createHandClock();
		const stage = createStage(clock, {
			a: [says(5000, 'late')],
			b: [
				{
					says: [
						[100, 'one '],
						[100, 'two'],
					],
				},
			],
		});
		const pieces: string[] = [];
		const answer = stage.call(group(['a', 'b'], PARALLEL), { onText: (text) => pieces.push(text) });
		await clock.advance(1400);
		expect(pieces).toEqual([]);
		await clock.advance(100);
		await answer;
		expect(pieces.join('')).toBe('one two');
	});

	it('R8.8: usage a provider reported for a loser is counted, and only one call is won', async () => {
		const clock = createHandClock();
		const stage = createStage(clock, { a: [{ hangs: true, usage: [40, 1] }], b: [says(10, 'from b')] });
		const answer = stage.call(group(['a', 'b']));
		await clock.advance(1510);
		const { calls } = await answer;
		expect(calls.map(({ model, won, usage }) => [model, won, usage.totalTokens])).toEqual(
			expect.arrayContaining([
				['a', false, 41],
				['b', true, expect.any(Number)],
			]),
		);
		expect(calls).toHaveLength(2);
	});

	it('a winner that breaks off is replaced by the others, and no words are passed on twice', async () => {
		const clock = createHandClock();
		const stage = createStage(clock, {
			a: [{ says: [[100, 'Good ']], error: overloaded({ retryable: false }) }],
			b: [
				{
					says: [
						[100, 'Good '],
						[0, 'day.'],
					],
				},
			],
		});
		const pieces: string[] = [];
		const answer = stage.call(group(['a', 'b']), { onText: (text) => pieces.push(text) });
		await clock.advance(5000);
		expect((await answer).text).toBe('Good day.');
		expect(pieces).toEqual(['Good ', 'day.']);
	});

	it('when all fail the last running member is tried again, and the group ends with a provider error', async () => {
		const clock = createHandClock();
		const stage = createStage(clock, { a: [{ error: overloaded() }], b: [{ error: overloaded() }] });
		const answer = stage.call(group(['a', 'b']));
		const outcome = expect(answer).rejects.toMatchObject({ code: 'LLM_UNAVAILABLE' });
		await clock.advance(120_000);
		await outcome;
		expect(stage.asked.slice(0, 2)).toEqual(['a', 'b']);
		expect(stage.asked.length).toBeGreaterThan(2);
		expect(clock.waiting).toBe(0);
	});

	it('R8.9: an empty group is a configuration error', async () => {
		const stage = createStage(createHandClock(), {});
		await expect(stage.call(group([]))).rejects.toMatchObject({ code: 'LLM_GROUP_EMPTY' });
	});

	it('R2.38: each member applies its own truncation', async () => {
		const clock = createHandClock();
		const stage = createStage(clock, { a: [says(5000, 'a')], b: [says(1, 'b')] });
		const llms = [
			one('a', { truncated_max_recent_messages: 1 }),
			one('b', { truncated_max_recent_messages: 2 }),
		];
		const answer = stage.call(
			{ type: 'llm_group', llms },
			{ messages: ['1', '2', '3'].map((content) => ({ role: 'user' as const, content })) },
		);
		await clock.advance(1600);
		await answer;
		expect(stage.requests.map(({ messages }) => messages.map(({ content }) => content))).toEqual([
			['3'],
			['2', '3'],
		]);
	});

	it('an abort from outside ends all members with its own reason', async () => {
		const clock = createHandClock();
		const stage = createStage(clock, { a: [{ hangs: true }], b: [{ hangs: true }] });
		const controller = new AbortController();
		const answer = stage.call(group(['a', 'b'], PARALLEL), { signal: controller.signal });
		const outcome = expect(answer).rejects.toThrow('hung up');
		await clock.advance(10);
		controller.abort(new Error('hung up'));
		await outcome;
		await clock.advance(0);
		expect(stage.aborted.sort()).toEqual(['a', 'b']);
		expect(clock.waiting).toBe(0);
	});
});
