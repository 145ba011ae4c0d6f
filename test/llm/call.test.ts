/** One config, one answer: attempts, waits, circuits, deadlines. */

import { ConfigurationError, ProviderError } from '../../lib/errors';
import { createCircuits } from '../../lib/llm/circuit';
import { waitBefore, withRetries } from '../../lib/llm/retry';
import { createHandClock, createHurryingClock } from './clock';
import { createStage, one, overloaded, type Script } from './scripted';

describe('attempts', () => {
	it('R8.18: waits 500 ms doubling to 8 s, the upper half of it by chance, and three times by default', async () => {
		const clock = createHurryingClock();
		const stage = createStage(clock, { m: [{ error: overloaded() }] });
		await expect(stage.call(one('m'))).rejects.toMatchObject({ code: 'LLM_UNAVAILABLE', status: 503 });
		expect(stage.asked).toHaveLength(4);
		expect(clock.slept).toEqual([375, 750, 1500]);
		expect([1, 2, 3, 4, 5, 6, 9].map((n) => waitBefore(n, overloaded(), () => 0))).toEqual([
			250, 500, 1000, 2000, 4000, 4000, 4000,
		]);
		expect(waitBefore(9, overloaded(), () => 0.999999)).toBe(8000);
	});

	it('R8.18: Retry-After is honored exactly, and one beyond a minute ends the attempts', async () => {
		const clock = createHurryingClock();
		const stage = createStage(clock, {
			m: [{ error: overloaded({ retryAfterMs: 3210 }) }, { reply: { text: 'Here.' } }],
		});
		expect((await stage.call(one('m'))).text).toBe('Here.');
		expect(clock.slept).toEqual([3210]);
		const far = createStage(createHurryingClock(), { m: [{ error: overloaded({ retryAfterMs: 61_000 }) }] });
		await expect(far.call(one('m'))).rejects.toMatchObject({ retryAfterMs: 61_000 });
		expect(far.asked).toHaveLength(1);
	});

	it.each([
		['a refusal', new ProviderError('LLM_REQUEST_REFUSED', 'no', { status: 400 }), 1],
		['a configuration error', new ConfigurationError('LLM_CREDENTIAL_MISSING', 'no'), 1],
		['an error of nobody', new TypeError('x is not a function'), 1],
		['a rate limit', new ProviderError('LLM_RATE_LIMITED', 'slow', { status: 429, retryable: true }), 4],
	])('R8.18: %s is tried %#', async (_name, error, attempts) => {
		const stage = createStage(createHurryingClock(), { m: [{ error }] });
		await expect(stage.call(one('m'))).rejects.toBe(error);
		expect(stage.asked).toHaveLength(attempts);
	});

	it.each([
		[0, 1],
		[1, 2],
		[null, 4],
	])('max_retries %j makes %i attempts', async (maxRetries, attempts) => {
		const stage = createStage(createHurryingClock(), { m: [{ error: overloaded() }] });
		await expect(stage.call(one('m', { max_retries: maxRetries }))).rejects.toThrow();
		expect(stage.asked).toHaveLength(attempts);
	});

	it('an abort while waiting ends the call with the caller’s reason', async () => {
		const clock = createHandClock();
		const controller = new AbortController();
		const running = withRetries(() => Promise.reject(overloaded()), {
			clock,
			random: () => 0,
			maxRetries: 3,
			signal: controller.signal,
		});
		const outcome = expect(running).rejects.toThrow('stopped');
		await clock.advance(10);
		controller.abort(new Error('stopped'));
		await outcome;
	});

	it('a stream that breaks off is begun again, and no words are passed on twice', async () => {
		const attempts: Script[] = [
			{
				says: [
					[0, 'Your appointment '],
					[0, 'is on '],
				],
				error: overloaded(),
			},
			{
				says: [
					[0, 'Your appoint'],
					[0, 'ment is on Monday.'],
				],
			},
		];
		const stage = createStage(createHurryingClock(), { m: attempts });
		const pieces: string[] = [];
		const answer = await stage.call(one('m'), { onText: (text) => pieces.push(text) });
		expect(answer.text).toBe('Your appointment is on Monday.');
		expect(pieces).toEqual(['Your appointment ', 'is on ', 'Monday.']);
	});

	it('a stream begun again with other words stays silent; the whole reply is the answer', async () => {
		const stage = createStage(createHurryingClock(), {
			m: [
				{ says: [[0, 'Hello']], error: overloaded() },
				{
					says: [
						[0, 'Good '],
						[0, 'day.'],
					],
				},
			],
		});
		const pieces: string[] = [];
		const answer = await stage.call(one('m'), { onText: (text) => pieces.push(text) });
		expect(answer.text).toBe('Good day.');
		expect(pieces).toEqual(['Hello']);
	});
});

describe('deadline', () => {
	it('counts for each attempt, and a stream that keeps talking is alive', async () => {
		const clock = createHandClock();
		const stage = createStage(clock, {
			m: [
				{
					says: [
						[900, 'a '],
						[900, 'b '],
						[900, 'c'],
					],
				},
				{ hangs: true },
			],
		});
		const answer = stage.call(one('m', { request_timeout_ms: 1000 }), { onText: () => undefined });
		await clock.advance(2700);
		expect((await answer).text).toBe('a b c');
		const late = stage.call(one('m', { max_retries: 0, request_timeout_ms: 0 }));
		const outcome = expect(late).rejects.toMatchObject({ code: 'LLM_TIMEOUT' });
		await clock.advance(59_999);
		expect(clock.waiting).toBeGreaterThan(0);
		await clock.advance(1);
		await outcome;
		expect(clock.waiting).toBe(0);
	});
});

describe('circuit', () => {
	it('opens after five failures in a row, fails fast, lets one probe through after 30 s and closes on its success', async () => {
		const clock = createHandClock();
		const circuits = createCircuits(clock);
		let isDead = true;
		let calls = 0;
		const ask = () =>
			circuits.guard('key', 'model "m"', async () => {
				calls += 1;
				await Promise.resolve();
				if (isDead) throw overloaded();
				return 'alive';
			});
		for (let number = 0; number < 5; number++)
			await expect(ask()).rejects.toMatchObject({ code: 'LLM_UNAVAILABLE' });
		await expect(ask()).rejects.toMatchObject({ code: 'LLM_CIRCUIT_OPEN', retryable: true });
		expect(calls).toBe(5);
		await clock.advance(30_000);
		const probes = await Promise.allSettled([ask(), ask()]);
		expect(probes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
		expect(calls).toBe(6);
		await expect(ask()).rejects.toMatchObject({ code: 'LLM_CIRCUIT_OPEN' });
		isDead = false;
		await clock.advance(30_000);
		await expect(ask()).resolves.toBe('alive');
		await expect(ask()).resolves.toBe('alive');
	});

	it('a refusal and a rate limit are signs of life, and other keys are not concerned', async () => {
		const circuits = createCircuits(createHandClock());
		const fail = (key: string, error: Error) =>
			circuits.guard(key, 'm', () => Promise.reject(error)).catch(() => undefined);
		for (let number = 0; number < 4; number++) await fail('a', overloaded());
		await fail('a', new ProviderError('LLM_RATE_LIMITED', 'slow', { status: 429, retryable: true }));
		for (let number = 0; number < 4; number++) await fail('a', overloaded());
		await expect(circuits.guard('a', 'm', () => Promise.resolve(1))).resolves.toBe(1);
		for (let number = 0; number < 5; number++) await fail('a', overloaded());
		await expect(circuits.guard('a', 'm', () => Promise.resolve(1))).rejects.toMatchObject({
			code: 'LLM_CIRCUIT_OPEN',
		});
		await expect(circuits.guard('b', 'm', () => Promise.resolve(2))).resolves.toBe(2);
	});
});
