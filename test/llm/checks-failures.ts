/** The conformance checks of failures: aborts, timeouts, retries, refusals. */

import { createModels } from '../../lib/llm/models';
import { credentialFor, SECRET, urlOf } from './address';
import { user, type Bench } from './bench';
import type { FailureId } from './checks-answers';
import { createHandClock, createHurryingClock, settle } from './clock';
import { openSilentServer, openTap } from './wire';

export const FAILURE_CHECKS: Record<FailureId, (bench: Bench) => Promise<void>> = {
	async abort({ mock, subject, config }) {
		mock.onMessage('talk forever', { content: 'word '.repeat(60) }, { chunkSize: 5, latency: 20 });
		const tap = await openTap(mock.url);
		const models = createModels({ credentials: () => credentialFor(urlOf(tap.url, subject)) });
		const controller = new AbortController();
		const reason = new Error('the caller hung up');
		let pieces = 0;
		const running = models.call({
			config: config(),
			messages: [user('talk forever')],
			tools: [],
			signal: controller.signal,
			onText: () => {
				pieces += 1;
				if (pieces === 3) controller.abort(reason);
			},
		});
		await expect(running).rejects.toBe(reason);
		await Promise.race([tap.clientLeft, overdue('the client did not leave')]);
		await tap.close();
		expect(pieces).toBe(3);
	},

	async timeout({ subject, config }) {
		const silent = await openSilentServer();
		const clock = createHandClock();
		const models = createModels({ credentials: () => credentialFor(urlOf(silent.url, subject)), clock });
		for (const onText of [undefined, () => undefined]) {
			const running = models.call({
				config: config({ max_retries: 0, request_timeout_ms: 700 }),
				messages: [user('never answered')],
				tools: [],
				signal: new AbortController().signal,
				onText,
			});
			const outcome = expect(running).rejects.toMatchObject({ code: 'LLM_TIMEOUT', retryable: true });
			for (let round = 0; round < 50 && clock.waiting === 0; round++) await settle();
			await clock.advance(699);
			await clock.advance(2);
			await outcome;
		}
		await silent.close();
	},

	async retry({ mock, subject, config }) {
		mock.nextRequestError(429, { message: 'slow down', type: 'rate_limit_error' });
		mock.onMessage('busy hour', { content: 'Now it works.' });
		const clock = createHurryingClock();
		const models = createModels({ credentials: () => credentialFor(urlOf(mock.url, subject)), clock });
		const answer = await models.call({
			config: config(),
			messages: [user('busy hour')],
			tools: [],
			signal: new AbortController().signal,
		});
		expect(answer.text).toBe('Now it works.');
		expect(clock.slept).toEqual([1_000]);
	},

	async refusal({ mock, call }) {
		const before = mock.getRequests().length;
		mock.nextRequestError(401, {
			message: `Incorrect API key provided: ${SECRET}.`,
			type: 'authentication_error',
		});
		const failure = await call({ user: 'with a bad key' }).catch((error: unknown) => error);
		expect(failure).toMatchObject({ code: 'LLM_KEY_REFUSED', status: 401, retryable: false });
		expect(mock.getRequests().length).toBe(before + 1);
		const shown = `${String(failure)} ${JSON.stringify(failure)}`;
		expect(shown).not.toContain(SECRET);
	},
};

/** Fails a test that waits for something that does not come. */
function overdue(what: string): Promise<never> {
	return new Promise((_resolve, reject) => {
		setTimeout(() => reject(new Error(what)), 3_000).unref();
	});
}
