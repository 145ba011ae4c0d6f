/** A thousand turns while every fifth request fails: each ends in the right answer or in one clear error. */

import { LLMock } from '@copilotkit/aimock';
import { InteractlyError } from '../../lib/errors';
import { llmConfigSchema } from '../../lib/graph/model';
import { createModels } from '../../lib/llm/models';
import { createHurryingClock } from './clock';
import { credentialFor, urlOf } from './address';
import { SUBJECTS } from './features';

const TURNS = 1_000;
const AT_ONCE = 20;
/** Real time a turn may take at most; nothing in it waits for real. */
const HANGS_AFTER_MS = 20_000;

describe('at 20 % faults', () => {
	// Drawn one after the other, the four rates make a fifth of all requests fail.
	const chaos = { dropRate: 0.05, malformedRate: 0.04, rateLimitRate: 0.06, disconnectRate: 0.03 };
	const mock = new LLMock({ port: 0, host: '127.0.0.1', chaos, chunkSize: 4, journalMaxEntries: 10 });
	beforeAll(() => mock.start());
	afterAll(() => mock.stop());

	const answerTo = (turn: number) => `The answer to turn ${turn} is ${turn * 7} and nothing else.`;
	const turnIn = (request: { messages: Array<{ role: string; content: unknown }> }) =>
		Number(
			/turn (\d+)$/.exec(JSON.stringify(request.messages.at(-1)?.content).replace(/["}\]]+$/, ''))?.[1] ?? -1,
		);

	it('R8.18: 1,000 turns over all providers: none hangs, none is answered wrongly or twice', async () => {
		const cut = new Set<number>();
		mock.on(
			{
				// Breaks off in mid-stream, on the first attempt of every twentieth turn.
				predicate: (request) => {
					const turn = turnIn(request);
					if (turn % 20 !== 7 || cut.has(turn) || request.stream !== true) return false;
					cut.add(turn);
					return true;
				},
			},
			(request) => ({ content: answerTo(turnIn(request)) }),
			{ truncateAfterChunks: 3 },
		);
		mock.on({ predicate: (request) => turnIn(request) >= 0 }, (request) => ({
			content: answerTo(turnIn(request)),
		}));

		const clock = createHurryingClock();
		const ports = SUBJECTS.map((subject) => ({
			subject,
			models: createModels({ credentials: () => credentialFor(urlOf(mock.url, subject)), clock }),
		}));
		const tally = { right: 0, failed: 0, wrong: [] as string[] };
		const play = async (turn: number) => {
			const port = ports[turn % ports.length];
			if (port === undefined) return;
			const pieces: string[] = [];
			const streams = turn % 3 !== 0;
			try {
				const answer = await Promise.race([
					port.models.call({
						config: llmConfigSchema.parse(port.subject.config),
						messages: [{ role: 'user', content: `turn ${turn}` }],
						tools: [],
						signal: new AbortController().signal,
						...(streams ? { onText: (text: string) => pieces.push(text) } : {}),
					}),
					hangs(turn),
				]);
				const heard = streams ? pieces.join('') : answerTo(turn);
				if (
					answer.text === answerTo(turn) &&
					heard === answer.text &&
					answer.calls.filter(({ won }) => won).length === 1
				)
					tally.right += 1;
				else tally.wrong.push(`${port.subject.id} turn ${turn}: ${answer.text} / ${heard}`);
			} catch (error) {
				if (error instanceof InteractlyError && error.code.startsWith('LLM_') && error.advice !== undefined)
					tally.failed += 1;
				else tally.wrong.push(`${port.subject.id} turn ${turn}: ${String(error)}`);
			}
		};
		let next = 0;
		const work = async () => {
			while (next < TURNS) await play(next++);
		};
		await Promise.all(Array.from({ length: AT_ONCE }, work));

		expect(tally.wrong).toEqual([]);
		expect(tally.right + tally.failed).toBe(TURNS);
		// Four attempts all fail for about two turns in a thousand.
		expect(tally.right).toBeGreaterThan(TURNS * 0.97);
		expect(cut.size).toBeGreaterThan(20);
		expect(clock.slept.length).toBeGreaterThan(100);
	}, 120_000);
});

function hangs(turn: number): Promise<never> {
	return new Promise((_resolve, reject) => {
		setTimeout(() => reject(new Error(`turn ${turn} hangs`)), HANGS_AFTER_MS).unref();
	});
}
