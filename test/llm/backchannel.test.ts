/** Fillers while the main model thinks, and the mark that separates them from the answer. */

import fc from 'fast-check';
import { createPrefixGate, cutPrefix } from '../../lib/llm/prefix';
import { createHandClock } from './clock';
import { createStage, one, overloaded, type Script } from './scripted';

const says = (afterMs: number, text: string): Script => ({ says: [[afterMs, text]] });
const withFiller = (settings: object = {}) => ({
	type: 'llm_group_with_backchannel',
	main_llm_config: { type: 'llm_group', llms: [one('main')] },
	...settings,
});
const STATIC = { backchannel_static_responses: ['One moment.', 'Let me look.'] };

describe('backchannel', () => {
	it('R8.10: nothing is said when the main model answers within 2000 ms', async () => {
		const clock = createHandClock();
		const stage = createStage(clock, { main: [says(1999, 'Answer.')] });
		const fillers: string[] = [];
		const answer = stage.call(withFiller(STATIC), { onFiller: (text) => fillers.push(text) });
		await clock.advance(3000);
		expect(await answer).toMatchObject({ text: 'Answer.', saidFiller: false });
		expect(fillers).toEqual([]);
		expect(clock.waiting).toBe(0);
	});

	it('R8.10: exactly one static filler is said after the patience, chosen by the run', async () => {
		const clock = createHandClock();
		const stage = createStage(clock, { main: [says(9000, 'Answer.')] });
		const fillers: string[] = [];
		const answer = stage.call(
			withFiller({
				...STATIC,
				backchannel_static_responses_selection_mode: 'sequence',
				backchannel_min_patience_time_ms: 700,
			}),
			{
				onFiller: (text) => fillers.push(text),
				chooseFiller: (texts, mode) => (mode === 'sequence' ? (texts[1] ?? null) : null),
			},
		);
		await clock.advance(699);
		expect(fillers).toEqual([]);
		await clock.advance(9000);
		expect(await answer).toMatchObject({ saidFiller: true });
		expect(fillers).toEqual(['Let me look.']);
	});

	it('R8.10: static texts win over a filler model, and where no filler may be said none is asked for', async () => {
		const clock = createHandClock();
		const scripts = { main: [says(5000, 'Answer.')], filler: [says(1, 'Hm.')] };
		const config = withFiller({
			...STATIC,
			backchannel_llm_config: { type: 'llm_group', llms: [one('filler')] },
		});
		const stage = createStage(clock, scripts);
		const answer = stage.call(config);
		await clock.advance(5000);
		expect((await answer).saidFiller).toBe(false);
		expect(stage.asked).toEqual(['main']);
	});

	it('R8.10: a generated filler uses the given prompt, and its tokens are counted', async () => {
		const clock = createHandClock();
		const stage = createStage(clock, { main: [says(9000, 'Answer.')], filler: [says(100, 'Bear with me.')] });
		const fillers: string[] = [];
		const answer = stage.call(
			withFiller({ backchannel_llm_config: { type: 'llm_group', llms: [one('filler')] } }),
			{
				onFiller: (text) => fillers.push(text),
				fillerPrompt: 'Say you are looking.',
			},
		);
		await clock.advance(2100);
		expect(fillers).toEqual(['Bear with me.']);
		await clock.advance(9000);
		const { calls } = await answer;
		expect(stage.requests[1]?.messages[0]).toEqual({ role: 'system', content: 'Say you are looking.' });
		expect(calls.map(({ model, won }) => [model, won])).toEqual([
			['filler', false],
			['main', true],
		]);
	});

	it('R8.10: a filler slower than the main model is dropped, and a failing one harms nothing', async () => {
		const clock = createHandClock();
		const config = withFiller({
			backchannel_llm_config: { type: 'llm_group', llms: [one('filler', { max_retries: 0 })] },
		});
		for (const filler of [says(9000, 'Too late.'), { error: overloaded() }]) {
			const stage = createStage(clock, { main: [says(3000, 'Answer.')], filler: [filler] });
			const fillers: string[] = [];
			const answer = stage.call(config, { onFiller: (text) => fillers.push(text) });
			await clock.advance(3000);
			expect(await answer).toMatchObject({ text: 'Answer.', saidFiller: false });
			expect(fillers).toEqual([]);
		}
	});

	it('R8.10: with streaming the first token is the answer, so no filler follows it', async () => {
		const clock = createHandClock();
		const stage = createStage(clock, {
			main: [
				{
					says: [
						[1000, 'An '],
						[3000, 'answer.'],
					],
				},
			],
		});
		const fillers: string[] = [];
		const answer = stage.call(withFiller(STATIC), {
			onFiller: (text) => fillers.push(text),
			onText: () => undefined,
		});
		await clock.advance(5000);
		expect((await answer).text).toBe('An answer.');
		expect(fillers).toEqual([]);
	});

	it('R8.11: after a filler only the text behind the mark is said, in the answer and in the stream', async () => {
		const clock = createHandClock();
		const stage = createStage(clock, {
			main: [
				{
					says: [
						[3000, 'Sure, I look. AN'],
						[1, 'SWER: Mon'],
						[1, 'day.'],
					],
				},
			],
		});
		const pieces: string[] = [];
		const answer = stage.call(withFiller({ ...STATIC, non_backchannel_response_prefix: 'ANSWER:' }), {
			onFiller: () => undefined,
			onText: (text) => pieces.push(text),
		});
		await clock.advance(4000);
		expect((await answer).text).toBe('Monday.');
		expect(pieces.join('')).toBe('Monday.');
	});

	it('R8.9: without a main group it is a configuration error', async () => {
		const stage = createStage(createHandClock(), {});
		await expect(stage.call(withFiller({ main_llm_config: null }))).rejects.toMatchObject({
			code: 'LLM_GROUP_EMPTY',
		});
	});
});

describe('R8.11: the mark', () => {
	it.each([
		['Hm. ANSWER: yes', true, 'yes'],
		['no mark here', true, 'no mark here'],
		['ANSWER: yes', false, 'yes'],
		['  ANSWER: yes', false, 'yes'],
		['Hm. ANSWER: yes', false, 'Hm. ANSWER: yes'],
		['', true, ''],
	])('%j after a filler: %j gives %j', (text, saidFiller, expected) => {
		expect(cutPrefix(text, 'ANSWER:', saidFiller)).toBe(expected);
	});

	it('a stream gives the same text as the whole, however it is cut into pieces', () => {
		const words = fc.array(fc.constantFrom('AN', 'SWER', ':', 'ANSWER:', ' ', 'yes', 'A', '\n'), {
			maxLength: 12,
		});
		fc.assert(
			fc.property(words, fc.boolean(), (pieces, saidFiller) => {
				let heard = '';
				const gate = createPrefixGate({
					prefix: 'ANSWER:',
					saidFiller: () => saidFiller,
					onText: (text) => (heard += text),
				});
				for (const piece of pieces) gate.add(piece);
				gate.end();
				expect(heard).toBe(cutPrefix(pieces.join(''), 'ANSWER:', saidFiller));
			}),
		);
	});
});
