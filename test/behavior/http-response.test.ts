/** The HTTP node inbound: variables, outputs, failures as values, and what is recorded. */

import { httpRequest } from '../../lib/behavior/http-request';
import { EffectError } from '../../lib/errors';
import type { HttpRequestNode } from '../../lib/graph/node';
import type { HttpResponse } from '../../lib/http';
import type { JsonObject } from '../../lib/json';
import { fakeStep, type FakeOptions } from './fake-step';
import { MASK, response, run } from './http-run';

describe('what comes back', () => {
	test.each<[string, JsonObject, HttpResponse, unknown, unknown]>([
		['a JSON object', {}, response({ id: 1 }), { id: 1 }, { id: 1 }],
		['a JSON list', {}, response([1, 2]), [1, 2], { data: [1, 2] }],
		['a JSON scalar', {}, response('7'), 7, { data: 7 }],
		['no body', {}, response('', 204), null, null],
		['text', { response_format: 'text' }, response('Hallo'), 'Hallo', { text: 'Hallo' }],
		[
			'text in another charset',
			{ response_format: 'text' },
			response(Uint8Array.from([0x4d, 0xfc, 0x6c]), 200, {
				'content-type': 'text/plain; charset=iso-8859-1',
			}),
			'Mül',
			{ text: 'Mül' },
		],
		[
			'bytes',
			{ response_format: 'binary' },
			response(Uint8Array.from([0, 255]), 200, { 'content-type': 'image/png' }),
			'AP8=',
			{ base64: 'AP8=', content_type: 'image/png' },
		],
	])('R7.11.3: %s', async (_title, node, received, variable, shown) => {
		const { did, outcome, event } = await run(node, { http: () => received });
		expect(did.variables).toEqual({
			http_request_result: variable,
			http_request_result_success: true,
			http_request_result_status_code: received.status,
			http_request_result_error: null,
		});
		expect(outcome.output).toMatchObject({
			success: true,
			http_status_code: received.status,
			http_response: shown,
		});
		expect(event).toMatchObject({ status_code: received.status, response_body: shown });
		expect(event).not.toHaveProperty('error');
	});

	test.each([
		[199, false],
		[200, true],
		[299, true],
		[300, false],
		[404, false],
		[500, false],
	])('R7.11.4: status %d is a success: %s', async (status, success) => {
		const { did } = await run({}, { http: () => response({ reason: 'x' }, status) });
		expect(did.variables).toMatchObject({
			http_request_result: { reason: 'x' },
			http_request_result_success: success,
			http_request_result_status_code: status,
			http_request_result_error: success ? null : `The server answered with status ${status}.`,
		});
	});

	test('an error page that is no JSON is told by its status', async () => {
		const { did } = await run({}, { http: () => response('<html>Bad gateway</html>', 502) });
		expect(did.variables).toMatchObject({
			http_request_result: null,
			http_request_result_status_code: 502,
			http_request_result_error: 'The server answered with status 502.',
		});
	});

	test('R7.11.5: the result goes by the node’s own name', async () => {
		const { did } = await run({ result_runtime_variable_name: 'refill' });
		expect(Object.keys(did.variables)).toEqual([
			'refill',
			'refill_success',
			'refill_status_code',
			'refill_error',
		]);
	});
});

describe('R7.11.5: response mapping', () => {
	const mapped = (response_mapping: JsonObject[], body: JsonObject = { a: { b: 5 } }, status = 200) =>
		run({ response_mapping }, { http: () => response(body, status) });

	test('paths, defaults and scopes', async () => {
		const { did } = await mapped([
			{ target_variable_name: 'five', result_path: 'a.b' },
			{ target_variable_name: 'all', result_path: '' },
			{ target_variable_name: 'shared', result_path: 'a.b', scope: 'workflow' },
			{ target_variable_name: 'none', result_path: 'x', default: 'n/a' },
			{ target_variable_name: 'absent', result_path: 'x' },
		]);
		expect(did.variables).toMatchObject({
			five: 5,
			all: { a: { b: 5 } },
			none: 'n/a',
			absent: null,
			http_request_result: { a: { b: 5 } },
		});
		expect(did.workflowVariables).toEqual({ shared: 5 });
	});

	test('R4.32: a mapping onto the result’s own name replaces it, outcome keys are never overwritten', async () => {
		const { did } = await mapped([
			{ target_variable_name: 'http_request_result', result_path: 'a.b' },
			{ target_variable_name: 'http_request_result_success', result_path: 'a' },
		]);
		expect(did.variables).toMatchObject({ http_request_result: 5, http_request_result_success: true });
	});

	test('R4.37: null at the end of a path is a value, and takes no default', async () => {
		const mappings = [{ target_variable_name: 'x', result_path: 'a', default: 'n/a', required: true }];
		const { did, outcome } = await mapped(mappings, { a: null });
		expect(outcome.output['success']).toBe(true);
		expect(did.variables['x']).toBeNull();
	});

	test('R4.37: a required path that is missing makes the call a failure', async () => {
		const { did, outcome } = await mapped([
			{ target_variable_name: 'x', result_path: 'a.c', required: true },
		]);
		expect(outcome.output['success']).toBe(false);
		expect(did.variables['http_request_result_error']).toBe(
			'The response has nothing at "a.c", which "x" requires.',
		);
		expect(did.variables).not.toHaveProperty('x');
	});

	test('a response that is no success maps nothing', async () => {
		const { did } = await mapped(
			[{ target_variable_name: 'five', result_path: 'a.b' }],
			{ a: { b: 5 } },
			500,
		);
		expect(did.variables).not.toHaveProperty('five');
	});
});

describe('R7.11.7: failures are values', () => {
	test.each<[string, JsonObject, FakeOptions['http'], RegExp]>([
		[
			'a network error',
			{},
			() => Promise.reject(new EffectError('HTTP_FAILED', 'The host did not answer.')),
			/did not answer/,
		],
		[
			'a timeout',
			{},
			() => Promise.reject(new EffectError('HTTP_TIMEOUT', 'No answer within 30 s.')),
			/No answer/,
		],
		['a response that is no JSON', {}, () => response('<html>'), /not valid JSON/],
		['a response nested without end', {}, () => response('['.repeat(5000) + ']'.repeat(5000)), /200 levels/],
		['a relative URL', { url: '/v1' }, undefined, /not an absolute/],
		['another scheme', { url: 'file:///etc/passwd' }, undefined, /not an absolute/],
		['no URL', { url: null }, undefined, /not an absolute/],
		[
			'an unresolved placeholder in the address',
			{ url: 'https://x.example/[[id]]' },
			undefined,
			/\[\[id\]\]/,
		],
		['a query that is no JSON object', { query_parameters: 'a=1' }, undefined, /query parameters/],
		[
			'a body that is no JSON',
			{ method: 'POST', body_parameters: '{"a":' },
			undefined,
			/body is not valid JSON/,
		],
		[
			'a form that is no object',
			{ method: 'POST', body_content_type: 'multipart/form-data', body_parameters: '[1]' },
			undefined,
			/JSON object of its fields/,
		],
	])('%s', async (_title, node, http, message) => {
		const { did, outcome, event } = await run(node, http ? { http } : {});
		expect(did.variables).toMatchObject({
			http_request_result: null,
			http_request_result_success: false,
			http_request_result_error: expect.stringMatching(message),
		});
		expect(outcome.output).toMatchObject({ success: false, http_response: null });
		expect(event?.['error']).toMatch(message);
	});

	test('R6.14: an unresolved placeholder in the query stays literal, so that a poller can begin', async () => {
		const { sent } = await run({ url: 'https://x.example/list?after=[[http_request_result.next]]' });
		expect(sent?.url).toBe('https://x.example/list?after=[[http_request_result.next]]');
	});

	test('an error that is no effect failure is not swallowed', async () => {
		await expect(run({}, { http: () => Promise.reject(new TypeError('bug')) })).rejects.toThrow('bug');
	});

	test('a request whose outcome a crash left unknown is reported, not sent again', async () => {
		const made = fakeStep<HttpRequestNode>({
			node: { type: 'http_request', url: 'https://x.example', method: 'POST' },
		});
		made.step.perform = () => Promise.reject(new EffectError('EFFECT_OUTCOME_UNKNOWN', 'It is unknown.'));
		await httpRequest.execute(made.step);
		expect(made.did.httpRequests).toEqual([]);
		expect(made.did.variables).toMatchObject({
			http_request_result_success: false,
			http_request_result_error: 'It is unknown.',
		});
	});

	test('an aborted step is no failure of the request', async () => {
		const stop = new AbortController();
		const stopped = run(
			{},
			{
				signal: stop.signal,
				http: () => {
					stop.abort();
					return Promise.reject(new EffectError('HTTP_FAILED', 'aborted'));
				},
			},
		);
		await expect(stopped).rejects.toMatchObject({ code: 'HTTP_FAILED' });
	});
});

describe('R7.11.6, R4.28: what is recorded', () => {
	test('the curl command repeats the request, secrets and credentials masked', async () => {
		const { outcome, event } = await run(
			{
				method: 'POST',
				url: 'https://user:pass@api.example/v1/{{key}}',
				headers: { Authorization: 'Bearer literal-token', 'X-Api-Key': '{{key}}', Accept: "it's" },
				body_parameters: '{"key": "{{key}}", "name": "Ann"}',
			},
			{ secrets: { key: 'top-secret-key' } },
		);
		const curl = outcome.output['curl_command'];
		expect(curl).toBe(
			`curl -X POST 'https://${MASK}@api.example/v1/${MASK}' -H 'Authorization: Bearer ${MASK}' -H 'X-Api-Key: ${MASK}' ` +
				`-H 'Accept: it'\\''s' -H 'Content-Type: application/json' --data-raw '{"key": "${MASK}", "name": "Ann"}'`,
		);
		expect(event?.['curl_command']).toBe(curl);
	});

	test('multipart fields are shown one by one', async () => {
		const { outcome } = await run({
			method: 'POST',
			body_content_type: 'multipart/form-data',
			body_parameters: '{"a": "x"}',
		});
		expect(outcome.output['curl_command']).toBe(`curl -X POST 'https://api.example/v1' --form-string 'a=x'`);
	});

	test('an error that quotes a secret is masked', async () => {
		const failing = () => Promise.reject(new EffectError('HTTP_FAILED', 'https://x/top-secret-key failed'));
		const { did } = await run({}, { secrets: { key: 'top-secret-key' }, http: failing });
		expect(did.variables['http_request_result_error']).toBe(`https://x/${MASK} failed`);
	});

	test('R4.28: a secret that the server echoes is masked in event and output, not in the variable', async () => {
		const { did, event, outcome } = await run(
			{},
			{ secrets: { key: 'top-secret-key' }, http: () => response({ echo: 'top-secret-key' }) },
		);
		expect(did.variables['http_request_result']).toEqual({ echo: 'top-secret-key' });
		expect(event?.['response_body']).toEqual({ echo: MASK });
		expect(outcome.output['http_response']).toEqual({ echo: MASK });
	});
});
