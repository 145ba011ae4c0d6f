/** The HTTP node outbound: URL, query, headers and body as they leave. */

import { run } from './http-run';

describe('what is sent', () => {
	test('R7.11.1: method, hydrated URL and headers, with secrets revealed', async () => {
		const { sent } = await run(
			{
				url: 'https://{{host}}/patients/[[patient.id]]',
				headers: { Authorization: 'Bearer {{key}}', 'X-Count': 3, 'X-None': null, 'X-Split': '[[evil]]' },
			},
			{
				dynamic: { host: 'api.example' },
				variables: { patient: { id: 7 }, evil: 'a\r\nX-Admin: 1' },
				secrets: { key: 'top-secret-key' },
			},
		);
		expect(sent).toMatchObject({
			url: 'https://api.example/patients/7',
			method: 'GET',
			headers: { Authorization: 'Bearer top-secret-key', 'X-Count': '3', 'X-Split': 'a X-Admin: 1' },
			body: undefined,
		});
		expect(sent?.headers).not.toHaveProperty('X-None');
	});

	test.each([
		['an empty object', '{}', 'https://api.example/v1'],
		[
			'names and values are encoded',
			'{"a b": "x&y=z", "n": 1, "t": true}',
			'https://api.example/v1?a%20b=x%26y%3Dz&n=1&t=true',
		],
		[
			'a list repeats its name, null is left out',
			'{"id": [1, 2], "x": null}',
			'https://api.example/v1?id=1&id=2',
		],
		['an object becomes JSON', '{"f": {"a": 1}}', 'https://api.example/v1?f=%7B%22a%22%3A1%7D'],
		[
			'values of placeholders',
			'{"q": "[[name]]", "n": [[count]]}',
			'https://api.example/v1?q=O%22Hara%20%26%20Co&n=2',
		],
	])('R7.11.2: query: %s', async (_title, query_parameters, url) => {
		const { sent } = await run({ query_parameters }, { variables: { name: 'O"Hara & Co', count: 2 } });
		expect(sent?.url).toBe(url);
	});

	test.each([
		['https://api.example/v1?a=1', 'https://api.example/v1?a=1&b=2'],
		['https://api.example/v1?', 'https://api.example/v1?b=2'],
		['https://api.example/v1#part', 'https://api.example/v1?b=2#part'],
	])('R7.11.2: the query is appended to %s', async (url, expected) => {
		expect((await run({ url, query_parameters: '{"b": 2}' })).sent?.url).toBe(expected);
	});

	test.each([
		[0, 300_000],
		[20, 20_000],
		[300, 300_000],
		[9000, 300_000],
		[undefined, 30_000],
	])('R7.11.2: timeout %s seconds', async (timeout, expected) => {
		expect((await run(timeout === undefined ? {} : { timeout })).sent?.timeoutMs).toBe(expected);
	});

	test('R1.20: override_url wins and is not hydrated', async () => {
		const { sent } = await run(
			{},
			{ input: { override_url: 'https://other.example/{{x}}' }, dynamic: { x: 'y' } },
		);
		expect(sent?.url).toBe('https://other.example/{{x}}');
	});

	test.each([
		['GET', 'reads'],
		['HEAD', 'reads'],
		['OPTIONS', 'reads'],
		['POST', 'writes'],
		['PUT', 'writes'],
		['PATCH', 'writes'],
		['DELETE', 'writes'],
	])('the journal knows that %s %s', async (method, sideEffect) => {
		const { did } = await run({ method });
		expect(did.effects).toEqual([{ key: 'http', kind: 'http', target: `${method} api.example`, sideEffect }]);
	});
});

describe('R7.11.2: the body', () => {
	const variables = { name: 'Ann "A"\n', count: 2, list: [1, 2], text: '{"x": 1}', nothing: null };

	test.each([
		['quoted placeholders are escaped', '{"n": "[[name]]"}', '{"n": "Ann \\"A\\"\\n"}'],
		[
			'bare placeholders stand as JSON',
			'{"n": [[count]], "l": [[list]], "z": [[nothing]]}',
			'{"n": 2, "l": [1,2], "z": null}',
		],
		['a bare text that is JSON stands as it is', '{"n": [[text]]}', '{"n": {"x": 1}}'],
		['a bare text that is none is quoted', '{"n": [[name]]}', '{"n": "Ann \\"A\\"\\n"}'],
		['a body that is one placeholder', ' [[text]] ', ' {"x": 1} '],
		['an unresolved placeholder in a string stays', '{"n": "[[unknown]]"}', '{"n": "[[unknown]]"}'],
		['nested lists are no placeholders', '{"m": [[1, 2], [3, 4]]}', '{"m": [[1, 2], [3, 4]]}'],
	])('json: %s', async (_title, body_parameters, body) => {
		const { sent } = await run({ method: 'POST', body_parameters }, { variables });
		expect(sent).toMatchObject({ body, headers: { 'Content-Type': 'application/json' } });
	});

	test('form: fields are encoded', async () => {
		const { sent } = await run({
			method: 'POST',
			body_content_type: 'application/x-www-form-urlencoded',
			body_parameters: '{"a": "x y&z", "b": [1, 2], "c": null}',
		});
		expect(sent).toMatchObject({
			body: 'a=x+y%26z&b=1&b=2',
			headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
		});
	});

	test('multipart: fields stand between the boundary of the header', async () => {
		const { sent } = await run({
			method: 'POST',
			body_content_type: 'multipart/form-data',
			body_parameters: '{"a": "x", "b": {"c": 1}}',
		});
		const type = sent?.headers['Content-Type'] ?? '';
		const form = await new Response(sent?.body as Uint8Array<ArrayBuffer>, {
			headers: { 'content-type': type },
		}).formData();
		expect([...form.entries()]).toEqual([
			['a', 'x'],
			['b', '{"c":1}'],
		]);
	});

	test('plain text is filled and sent as it is', async () => {
		const { sent } = await run(
			{ method: 'POST', body_content_type: 'text/plain', body_parameters: 'Dear [[name]]' },
			{ variables },
		);
		expect(sent).toMatchObject({
			body: 'Dear Ann "A"\n',
			headers: { 'Content-Type': 'text/plain; charset=utf-8' },
		});
	});

	test('a content type of the author’s own is kept, however it is spelled', async () => {
		const { sent } = await run({
			method: 'POST',
			body_parameters: '{}',
			headers: { 'content-type': 'application/fhir+json' },
		});
		expect(sent?.headers).toEqual({ 'content-type': 'application/fhir+json' });
	});

	test.each(['GET', 'HEAD'])('%s has none', async (method) => {
		const { sent } = await run({ method, body_parameters: '{"a": 1}' });
		expect(sent?.body).toBeUndefined();
		expect(sent?.headers).toEqual({});
	});
});
