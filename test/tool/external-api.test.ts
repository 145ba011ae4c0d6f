/** External API tools against real servers: slots, secrets, failures, limits (R7.10.3–R7.10.10). */

import type { ServerResponse } from 'node:http';
import { createHttp } from '../../lib/http/client';
import type { JsonObject } from '../../lib/json';
import type { ToolOutcome } from '../../lib/tool/contract';
import { createTools, sideEffectOf, timeoutMsOf } from '../../lib/tool/registry';
import { cutSlots, slotNames } from '../../lib/tool/slots';
import { startServer, type Received } from '../http/servers';
import type { TestSources } from '../value/sources';
import { requestOf, toolOf } from './samples';

const http = createHttp({ allow: ['127.0.0.1'] });
const tools = createTools({
	http,
	integrationToken: async (id) => (id === 'crm' ? 'token-of-crm' : null),
});

const sources: TestSources = {
	supplied: { city: 'New York', braces: '{id} {{key}}', list: [1, 2] },
	thread: { rec: { dob: '1980', tags: ['a'] }, absent: null },
	secrets: { key: 'hunter2222' },
};

interface Exchange {
	outcome: ToolOutcome;
	received: Received[];
	url: string;
}

type Answer = (received: Received, response: ServerResponse) => void;

async function callApi(
	fields: JsonObject,
	args: JsonObject = {},
	answer: Answer = (_, response) => response.end('{}'),
): Promise<Exchange> {
	const server = await startServer(answer);
	const tool = toolOf({ ...fields, api_endpoint: `${server.url}${String(fields['api_endpoint'] ?? '/')}` });
	const outcome = await tools.call(requestOf(tool, args, sources));
	return { outcome, received: server.received, url: server.url };
}

describe('the request', () => {
	test.each<[string, JsonObject, string]>([
		['/m/{id}', { id: 7 }, '/m/7'],
		['/m/{id}', { id: '../admin?x=1&y#z' }, '/m/..%2Fadmin%3Fx%3D1%26y%23z'],
		['/m?q={q}&r={r}', { q: 'a b&c', r: true }, '/m?q=a%20b%26c&r=true'],
		['/m/{rec.ids[1]}', { rec: { ids: [1, 2] } }, '/m/2'],
		['/{city}/{{city}}', { city: 'Rome' }, '/Rome/New%20York'],
		['/x?k={{key}}', {}, '/x?k=hunter2222'],
		['/x?o={o}', { o: { a: 1 } }, '/x?o=%7B%22a%22%3A1%7D'],
	])('R7.10.5: endpoint %s with %j asks for %s', async (api_endpoint, args, path) => {
		const { received } = await callApi({ api_endpoint }, args);
		expect(received[0]?.path).toBe(path);
	});

	test('R7.10.5: headers take slots and variables, secrets revealed', async () => {
		const api_headers = { Authorization: 'Bearer {{key}}', 'X-Trace': '{trace}-[[rec.dob]]', 'X-Plain': 5 };
		const { received } = await callApi({ api_headers }, { trace: 't1' });
		expect(received[0]?.headers).toMatchObject({
			authorization: 'Bearer hunter2222',
			'x-trace': 't1-1980',
			'x-plain': '5',
		});
	});

	test('R7.10.5: a body value that is one slot or one placeholder takes the value itself', async () => {
		const api_body = {
			whole: '{rec}',
			part: 'id {rec.id}',
			list: ['{n}', '{{list}}', '[[rec]]'],
			fixed: [1, null, true],
			escaped: '{ {n}',
			'{n}': 'key',
			absent: '[[absent]]',
			optional: '{optional}',
			quoted: '{{braces}}',
		};
		const { received } = await callApi(
			{ api_method: 'POST', api_body, args_schema: {} },
			{ rec: { id: 4 }, n: 2 },
		);
		expect(JSON.parse(received[0]?.body ?? '')).toEqual({
			whole: { id: 4 },
			part: 'id 4',
			list: [2, [1, 2], { dob: '1980', tags: ['a'] }],
			fixed: [1, null, true],
			escaped: '{ {n}',
			'{n}': 'key',
			absent: null,
			quoted: '{id} {{key}}',
		});
		expect(received[0]).toMatchObject({ method: 'POST', headers: { 'content-type': 'application/json' } });
	});

	test.each<[unknown, string, JsonObject, string | undefined, string]>([
		['{"a": "{n}"}', 'PUT', {}, 'application/json', '{"a":2}'],
		['"{n}"', 'POST', {}, 'application/json', '2'],
		['  ', 'POST', {}, undefined, ''],
		[null, 'DELETE', {}, undefined, ''],
		['not json {n}', 'POST', { 'content-type': 'text/plain' }, 'text/plain', 'not json 2'],
		[
			{ a: '{n}', b: 'x y' },
			'POST',
			{ 'Content-Type': 'application/x-www-form-urlencoded' },
			'application/x-www-form-urlencoded',
			'a=2&b=x+y',
		],
	])('the body %j is sent with %s and %j', async (...row) => {
		const [api_body, api_method, api_headers, contentType, sent] = row;
		const { received } = await callApi(
			{ api_method, api_headers, api_body: api_body as string, args_schema: {} },
			{ n: 2 },
		);
		expect(received[0]).toMatchObject({ method: api_method, body: sent });
		expect(received[0]?.headers['content-type']).toBe(contentType);
	});

	test('R7.10.5: the integration token authorizes the call unless a header does', async () => {
		const integration_auth = { integration_id: 'crm' };
		const added = await callApi({ integration_auth });
		expect(added.received[0]?.headers.authorization).toBe('Bearer token-of-crm');
		const own = await callApi({ integration_auth, api_headers: { AUTHORIZATION: 'Basic x' } });
		expect(own.received[0]?.headers.authorization).toBe('Basic x');
		const unknown = await callApi({ integration_auth: { integration_id: 'none' } });
		expect(unknown.outcome).toMatchObject({ ok: false, code: 'TOOL_INTEGRATION_UNKNOWN' });
		expect(unknown.received).toEqual([]);
	});
});

describe('the answer', () => {
	test.each<[string, string, unknown]>([
		['{"a": [1]}', 'application/json', { a: [1] }],
		['[1]', 'text/html', [1]],
		['plain', 'text/plain', 'plain'],
		['', 'application/json', null],
		['{broken', 'application/json', '{broken'],
	])('%p as %s is the value %j', async (body, type, value) => {
		const { outcome } = await callApi({}, {}, (_, response) =>
			response.writeHead(200, { 'content-type': type }).end(body),
		);
		expect(outcome).toEqual({ ok: true, value });
	});

	test('text in another charset is read in it', async () => {
		const { outcome } = await callApi({}, {}, (_, response) =>
			response
				.writeHead(200, { 'content-type': 'text/plain; charset=iso-8859-1' })
				.end(Buffer.from('caf\xe9', 'latin1')),
		);
		expect(outcome).toEqual({ ok: true, value: 'café' });
	});

	test('a media result is handed out with its type', async () => {
		const { outcome } = await callApi({ result_as_media: true }, {}, (_, response) =>
			response.writeHead(200, { 'content-type': 'image/png' }).end(Buffer.from([1, 255])),
		);
		expect(outcome).toEqual({ ok: true, value: { content_type: 'image/png', base64: 'Af8=' } });
	});

	test('R7.10.5: a non-2xx answer is a failure with status and a shortened body, secrets masked', async () => {
		const { outcome, url } = await callApi({ api_endpoint: '/x?k={{key}}' }, {}, (_, response) =>
			response.writeHead(404).end(`no hunter2222 ${'x'.repeat(5000)}`),
		);
		expect(outcome).toMatchObject({ ok: false, code: 'TOOL_HTTP_STATUS' });
		const message = outcome.ok ? '' : outcome.message;
		expect(message).toContain(`status 404 from GET ${url}: no ********** xxx`);
		expect(message.length).toBeLessThan(700);
		expect(message).not.toContain('hunter2222');
	});

	test('a secret at the cut of a shortened body is not shown in part', async () => {
		const { outcome } = await callApi({ api_endpoint: '/x?k={{key}}' }, {}, (_, response) =>
			response.writeHead(400).end(`${'x'.repeat(495)}hunter2222`),
		);
		expect(outcome.ok ? '' : outcome.message).not.toContain('hunt');
	});

	test('an integration token that a server echoes is masked', async () => {
		const { outcome } = await callApi(
			{ integration_auth: { integration_id: 'crm' } },
			{},
			(received, response) => response.writeHead(401).end(`bad ${received.headers.authorization}`),
		);
		expect(outcome.ok ? '' : outcome.message).toContain('bad Bearer **********');
	});

	test('design part 9: a result over 1 MiB is a handled failure', async () => {
		const { outcome } = await callApi({}, {}, (_, response) =>
			response.end(JSON.stringify('x'.repeat(1024 * 1024))),
		);
		expect(outcome).toMatchObject({ ok: false, code: 'TOOL_RESULT_TOO_LARGE' });
		const deep = await callApi({}, {}, (_, response) =>
			response.end('['.repeat(60_000) + ']'.repeat(60_000)),
		);
		expect(deep.outcome).toMatchObject({ ok: false, code: 'TOOL_RESULT_TOO_LARGE' });
	});
});

describe('failures', () => {
	test('R7.10.10: an unresolved placeholder in an outbound field fails the call before it is sent', async () => {
		for (const fields of <JsonObject[]>[
			{ api_endpoint: '/{{nowhere}}' },
			{ api_headers: { 'X-A': 'a [[nowhere.x]]' } },
			{ api_body: { a: ['in {{nowhere}}'] } },
			{ api_body: { a: '{{nowhere}}' } },
		]) {
			const { outcome, received } = await callApi({ api_method: 'POST', ...fields });
			expect(outcome).toMatchObject({
				ok: false,
				code: 'unresolved_variables',
				message: expect.stringContaining('nowhere'),
			});
			expect(received).toEqual([]);
		}
	});

	test('R7.10.10: an argument left with an unresolved placeholder fails the call too', async () => {
		for (const args of <JsonObject[]>[{ a: 'x {{nowhere}}' }, { a: { deep: ['[[nowhere]]'] } }]) {
			for (const fields of <JsonObject[]>[
				{ api_endpoint: '/{a}' },
				{ api_method: 'POST', api_body: { a: '{a}' } },
			]) {
				const { outcome, received } = await callApi(fields, args);
				expect(outcome).toMatchObject({ ok: false, code: 'unresolved_variables' });
				expect(received).toEqual([]);
			}
		}
		const unused = await callApi({ api_endpoint: '/', args_schema: {} }, { a: '{{nowhere}}' });
		expect(unused.outcome.ok).toBe(true);
	});

	test.each(['', 'relative/path', '{path}', 'ftp://a.example/', '//a.example'])(
		'R7.10.10: the endpoint %p is not absolute',
		async (api_endpoint) => {
			const tool = toolOf({ api_endpoint });
			const outcome = await tools.call(requestOf(tool, { path: 'x' }));
			expect(outcome).toMatchObject({ ok: false, code: 'unresolved_variables' });
		},
	);

	test('an argument may be the whole address but cannot change a host', async () => {
		const server = await startServer((_, response) => response.end('1'));
		const whole = await tools.call(requestOf(toolOf({ api_endpoint: '{base}/x' }), { base: server.url }));
		expect(whole).toEqual({ ok: true, value: 1 });
		const tool = toolOf({ api_endpoint: 'https://{tenant}.example/x' });
		const outcome = await tools.call(requestOf(tool, { tenant: 'evil.test/' }));
		expect(outcome).toMatchObject({ ok: false, code: 'TOOL_ENDPOINT_INVALID' });
	});

	test.each([
		['/m/{id}/end', '..'],
		['/m/{id}', '.'],
		['/m/{id}.', '.'],
		['/m/[[up]]?a=1', ''],
	])('no value climbs out of the path of %s', async (api_endpoint, id) => {
		const server = await startServer((_, response) => response.end());
		const tool = toolOf({ api_endpoint: server.url + api_endpoint, args_schema: {} });
		const outcome = await tools.call(requestOf(tool, { id }, { thread: { up: '..' } }));
		expect(outcome).toMatchObject({ ok: false, code: 'TOOL_ENDPOINT_INVALID' });
		expect(server.received).toEqual([]);
		const query = toolOf({ api_endpoint: `${server.url}/m?q=/{id}/`, args_schema: {} });
		expect(await tools.call(requestOf(query, { id: '..' }))).toMatchObject({ ok: true });
	});

	test('an argument that a template needs is named when it is missing', async () => {
		const { outcome, received } = await callApi({ api_endpoint: '/{id}', args_schema: {} });
		expect(outcome).toMatchObject({
			ok: false,
			code: 'TOOL_ARGUMENT_MISSING',
			message: expect.stringContaining('id'),
		});
		expect(received).toEqual([]);
	});

	test('R7.9.2: arguments that break the schema are refused before anything is sent', async () => {
		const args_schema = { type: 'object', properties: { id: { type: 'integer' } } };
		const { outcome, received } = await callApi({ api_endpoint: '/{id}', args_schema }, { id: 'x' });
		expect(outcome).toMatchObject({ ok: false, code: 'TOOL_ARGUMENTS_INVALID' });
		expect(received).toEqual([]);
	});

	test('R7.10.3: a slow server is a handled failure', async () => {
		const server = await startServer(() => undefined);
		const request = requestOf(toolOf({ api_endpoint: server.url }), {});
		expect(await tools.call({ ...request, timeoutMs: 50 })).toMatchObject({
			ok: false,
			code: 'HTTP_TIMEOUT',
		});
	});

	test('a private address is a handled failure', async () => {
		const outcome = await createTools({ http: createHttp() }).call(
			requestOf(toolOf({ api_endpoint: 'http://127.0.0.1:1/' }), {}),
		);
		expect(outcome).toMatchObject({ ok: false, code: 'HTTP_REFUSED_ADDRESS' });
	});

	test('an abort is thrown as its reason: the call has no known outcome', async () => {
		const server = await startServer(() => undefined);
		const controller = new AbortController();
		const request = { ...requestOf(toolOf({ api_endpoint: server.url }), {}), signal: controller.signal };
		const called = tools.call(request);
		const reason = new Error('stopped');
		setTimeout(() => controller.abort(reason), 20);
		await expect(called).rejects.toBe(reason);
	});

	test.each(['inline_python', 'inbuilt_function', 'knowledge_base', 'codebase_function'])(
		'a kind that is not there, %s, is a handled failure that names it',
		async (type) => {
			const outcome = await tools.call(requestOf(toolOf({ type, tool_id: 't' }), {}));
			expect(outcome).toMatchObject({
				ok: false,
				code: 'TOOL_KIND_UNAVAILABLE',
				message: expect.stringContaining(type),
			});
		},
	);

	test('a kind that throws is a handled failure, its secrets masked', async () => {
		const throwing = createTools({
			http,
			kinds: { inline_python: { call: () => Promise.reject(new Error('broke on hunter2222')) } },
		});
		const outcome = await throwing.call(requestOf(toolOf({ type: 'inline_python' }), {}, sources));
		expect(outcome).toEqual({
			ok: false,
			code: 'TOOL_FAILED',
			message: 'Tool lookup failed: broke on **********',
		});
	});
});

test.each<[JsonObject, string]>([
	[{ type: 'external_api' }, 'reads'],
	[{ type: 'external_api', api_method: 'POST' }, 'writes'],
	[{ type: 'external_api', api_method: 'DELETE' }, 'writes'],
	[{ type: 'external_api', api_method: 'POST', side_effect: ' Reads ' }, 'reads'],
	[{ type: 'external_api', api_method: 'GET', side_effect: 'sends' }, 'sends'],
	[{ type: 'external_api', side_effect: 'whatever' }, 'reads'],
	[{ type: 'knowledge_base' }, 'reads'],
	[{ type: 'inline_python' }, 'none'],
	[{ type: 'inbuilt_function', tool_id: 'call_forward' }, 'sends'],
	[{ type: 'inbuilt_function', tool_id: 'other' }, 'unknown'],
	[{ type: 'codebase_function' }, 'unknown'],
])('design part 3: %j %s', (fields, effect) => {
	expect(sideEffectOf(toolOf(fields))).toBe(effect);
});

test.each([
	[null, 30_000],
	[5, 5000],
	[300, 300_000],
	[301, 300_000],
	[0, 30_000],
	[-1, 30_000],
])('R7.10.3: timeout_seconds %p is %i ms', (timeout_seconds, timeoutMs) => {
	expect(timeoutMsOf(toolOf({ timeout_seconds }))).toBe(timeoutMs);
});

describe('slots', () => {
	test.each<[string, string[]]>([
		['{a}', ['a']],
		['{a.b} {c[0]}', ['a', 'c']],
		['{a!r} {b:>10}', ['a', 'b']],
		['{ a }', ['a']],
		['{{a}}', []],
		['{{{a}}}', []],
		['{a', []],
		['{a} }', []],
		['{a} {', []],
		['{} {0} {a b} {"k"}', []],
		['{"k": "{a}"}', ['a']],
		['{größe}', ['größe']],
		['{__proto__}', ['__proto__']],
		['}}{a}{{', ['a']],
	])('R-60: %s takes %j', (template, names) => {
		expect(slotNames(template)).toEqual(names);
	});

	test('R-60: doubled braces are single ones in the text', () => {
		expect(cutSlots('a}}b')).toEqual([{ type: 'text', text: 'a}b' }]);
		expect(cutSlots('{{ }} {a}')).toEqual([
			{ type: 'text', text: '{ } ' },
			{ type: 'slot', slot: { name: 'a', path: 'a' } },
		]);
	});
});
