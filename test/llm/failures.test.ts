/** What a provider's failure becomes: code, wait, advice, and no secret. */

import { llmConfigSchema } from '../../lib/graph/model';
import { toFailure } from '../../lib/llm/failure';

describe('failures', () => {
	const request = {
		config: llmConfigSchema.parse({ type: 'openai_llm', model: 'm' }),
		credential: { apiKey: 'very-secret-key-42', defaultHeaders: { 'x-token': 'header-secret' } },
		messages: [{ role: 'user' as const, content: 'my number is 555 1234 and I have a rash' }],
		tools: [],
		signal: new AbortController().signal,
		stream: false,
		onPart: () => undefined,
		onUsage: () => undefined,
	};
	const failureOf = (message: string, fields: object = {}) =>
		toFailure(Object.assign(new Error(message), fields), request) as Error & Record<string, unknown>;

	it('keys and words of the conversation never reach the text', () => {
		const { message } = failureOf(
			'bad key very-secret-key-42 / header-secret / sk-abcdef123456 / Bearer abc.def.ghi; said "555 1234 and I have" in my number is 555 1234 and I have a rash',
			{ status: 400 },
		);
		for (const secret of ['very-secret-key-42', 'header-secret', 'sk-abcdef', 'abc.def', '555 1234'])
			expect(message).not.toContain(secret);
		expect(message).toContain('refused the request');
	});

	it.each([
		[{ status: 429 }, 'LLM_RATE_LIMITED', true],
		[{ status: 429, code: 'insufficient_quota' }, 'LLM_QUOTA_SPENT', false],
		[{ status: 401 }, 'LLM_KEY_REFUSED', false],
		[{ status: 404 }, 'LLM_NOT_FOUND', false],
		[{ status: 422 }, 'LLM_REQUEST_REFUSED', false],
		[{ status: 409 }, 'LLM_UNAVAILABLE', true],
		[{ $metadata: { httpStatusCode: 503 } }, 'LLM_UNAVAILABLE', true],
		[{}, 'LLM_UNREACHABLE', true],
	])('%j is %s', (fields, code, retryable) => {
		expect(failureOf('no', fields)).toMatchObject({ code, retryable });
	});

	it('reads Retry-After in seconds, milliseconds, as a date by the server’s clock, and in Google’s body', () => {
		const wait = (headers: Record<string, string>, message = 'no') =>
			failureOf(message, { status: 429, headers: new Headers(headers) }).retryAfterMs;
		expect(wait({ 'retry-after': '7' })).toBe(7000);
		expect(wait({ 'retry-after-ms': '250', 'retry-after': '7' })).toBe(250);
		expect(
			wait({ 'retry-after': 'Wed, 25 Nov 2026 03:00:09 GMT', date: 'Wed, 25 Nov 2026 03:00:00 GMT' }),
		).toBe(9000);
		expect(wait({}, '{"error":{"message":"slow","details":[{"retryDelay": "34s"}]}}')).toBe(34_000);
		expect(wait({})).toBeNull();
	});

	it('a mistake in code is not taken for the network', () => {
		expect(toFailure(new TypeError('x is not a function'), request)).toMatchObject({
			code: 'LLM_UNEXPECTED',
			retryable: false,
		});
		expect(toFailure(new TypeError('fetch failed'), request)).toMatchObject({
			code: 'LLM_UNREACHABLE',
			retryable: true,
		});
		const { message } = toFailure(
			new SyntaxError('Unexpected token I, "I have a rash" is not valid JSON'),
			request,
		) as Error;
		expect(message).not.toContain('rash');
	});
});
