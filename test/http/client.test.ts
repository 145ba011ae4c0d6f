/** The HTTP port against real servers: limits, redirects, compression, and refused addresses (design part 9). */

import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import type { HttpRequest } from '../../lib/http';
import { createHttp, type HttpOptions } from '../../lib/http/client';
import { startServer } from './servers';

function request(url: string, more: Partial<HttpRequest> = {}): HttpRequest {
	return { url, method: 'GET', headers: {}, timeoutMs: 5000, ...more };
}

const loopback: HttpOptions = { allow: ['127.0.0.1'] };
const http = createHttp(loopback);
const text = (body: Uint8Array) => Buffer.from(body).toString();

async function faultOf(act: Promise<unknown>) {
	const fault = await act.then(
		() => null,
		(error: unknown) => error,
	);
	return fault as { code: string; message: string; advice: string; retryable: boolean };
}

test('a request arrives with method, headers and body, and a non-2xx answer is a response', async () => {
	const server = await startServer((_, response) =>
		response.writeHead(418, { 'X-Kind': 'teapot' }).end('short'),
	);
	const answer = await http.send(
		request(`${server.url}/a?b=c`, {
			method: 'post',
			headers: { 'X-Name': 'v', 'content-length': '999', Connection: 'upgrade' },
			body: '{"a":"ü"}',
		}),
	);
	expect(answer).toMatchObject({ status: 418, headers: { 'x-kind': 'teapot' } });
	expect(text(answer.body)).toBe('short');
	expect(server.received[0]?.headers['user-agent']).toBe('n8n-nodes-interactly');
	expect(server.received).toMatchObject([
		{ method: 'POST', path: '/a?b=c', headers: { 'x-name': 'v', 'content-length': '10' }, body: '{"a":"ü"}' },
	]);
});

test.each([
	['gzip', gzipSync],
	['deflate', deflateSync],
	['deflate', deflateRawSync],
	['br', brotliCompressSync],
	['identity', (body: string) => Buffer.from(body)],
])('a body in %s is decoded', async (encoding, compress) => {
	const server = await startServer((_, response) =>
		response.writeHead(200, { 'content-encoding': encoding }).end(compress('hello '.repeat(100))),
	);
	const answer = await http.send(request(server.url));
	expect(text(answer.body)).toBe('hello '.repeat(100));
	expect(answer.headers['content-encoding']).toBeUndefined();
	expect(server.received[0]?.headers['accept-encoding']).toContain('gzip');
});

test('an unknown encoding is handed on as it came, and empty bodies are never decoded', async () => {
	const server = await startServer((received, response) =>
		received.path === '/empty'
			? response.writeHead(204, { 'content-encoding': 'gzip' }).end()
			: response.writeHead(200, { 'content-encoding': 'zap' }).end('raw'),
	);
	expect(text((await http.send(request(server.url))).body)).toBe('raw');
	expect((await http.send(request(`${server.url}/empty`))).body).toHaveLength(0);
	const head = await http.send(request(server.url, { method: 'HEAD', maxBytes: 1 }));
	expect(head.body).toHaveLength(0);
});

describe('limits', () => {
	test.each([
		['announced', (size: number) => ({ 'content-length': String(size) })],
		['streamed', () => ({})],
	])('an %s body over the limit is HTTP_TOO_LARGE, one at the limit passes', async (_, headersOf) => {
		const server = await startServer((received, response) => {
			const body = 'x'.repeat(Number(received.path.slice(1)));
			response.writeHead(200, headersOf(body.length)).write(body.slice(0, 500));
			response.end(body.slice(500));
		});
		const fault = await faultOf(http.send(request(`${server.url}/1001`, { maxBytes: 1000 })));
		expect(fault.code).toBe('HTTP_TOO_LARGE');
		expect(fault.message).toContain('1000 bytes');
		expect((await http.send(request(`${server.url}/1000`, { maxBytes: 1000 }))).body).toHaveLength(1000);
	});

	test('an announced size over the limit is refused before the body comes', async () => {
		const server = await startServer((_, response) => {
			response.writeHead(200, { 'content-length': '1001' }).flushHeaders();
		});
		expect((await faultOf(http.send(request(server.url, { maxBytes: 1000 })))).code).toBe('HTTP_TOO_LARGE');
	});

	test('the default limit is 5 MiB', async () => {
		const limit = 5 * 1024 * 1024;
		const server = await startServer((received, response) =>
			response.end(Buffer.alloc(Number(received.path.slice(1)))),
		);
		expect((await http.send(request(`${server.url}/${limit}`))).body).toHaveLength(limit);
		expect((await faultOf(http.send(request(`${server.url}/${limit + 1}`)))).code).toBe('HTTP_TOO_LARGE');
	});

	test('a small body that unpacks to a huge one is HTTP_TOO_LARGE', async () => {
		const bomb = gzipSync(Buffer.alloc(20_000_000));
		const server = await startServer((_, response) =>
			response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb),
		);
		expect((await faultOf(http.send(request(server.url)))).code).toBe('HTTP_TOO_LARGE');
	});

	test.each([
		['no answer', () => undefined],
		['a body that never ends', (write: (text: string) => void) => write('start')],
	])('%s is HTTP_TIMEOUT', async (_, act) => {
		const server = await startServer((__, response) => act((chunk) => response.write(chunk)));
		const fault = await faultOf(http.send(request(server.url, { timeoutMs: 100 })));
		expect(fault).toMatchObject({ code: 'HTTP_TIMEOUT', retryable: true });
		expect(fault.message).toContain('100 ms');
	});

	test('the timeout covers redirects together', async () => {
		const server = await startServer((_, response) => {
			setTimeout(() => response.writeHead(302, { location: '/again' }).end(), 80);
		});
		expect((await faultOf(http.send(request(server.url, { timeoutMs: 200 })))).code).toBe('HTTP_TIMEOUT');
	});

	test("a caller's abort rejects with the caller's reason", async () => {
		const server = await startServer(() => undefined);
		const controller = new AbortController();
		const sent = faultOf(http.send(request(server.url, { signal: controller.signal })));
		const reason = new Error('stopped');
		controller.abort(reason);
		expect(await sent).toBe(reason);
		expect(await faultOf(http.send(request(server.url, { signal: controller.signal })))).toBe(reason);
	});
});

describe('redirects', () => {
	test('R7.11.2: five are followed, the sixth is HTTP_TOO_MANY_REDIRECTS', async () => {
		const server = await startServer((received, response) => {
			const left = Number(received.path.slice(1));
			if (left === 0) response.end('done');
			else response.writeHead(302, { location: `/${left - 1}` }).end('ignored');
		});
		expect(text((await http.send(request(`${server.url}/5`))).body)).toBe('done');
		expect((await faultOf(http.send(request(`${server.url}/6`)))).code).toBe('HTTP_TOO_MANY_REDIRECTS');
	});

	test.each([
		[301, 'POST', 'GET', ''],
		[302, 'POST', 'GET', ''],
		[302, 'PUT', 'PUT', 'body'],
		[303, 'PUT', 'GET', ''],
		[307, 'POST', 'POST', 'body'],
		[308, 'PUT', 'PUT', 'body'],
		[303, 'HEAD', 'HEAD', ''],
	])('%i after %s asks with %s', async (...row) => {
		const [status, method, nextMethod, nextBody] = row;
		const server = await startServer((received, response) =>
			received.path === '/' ? response.writeHead(status, { location: '/next' }).end() : response.end(),
		);
		const body = method === 'HEAD' ? undefined : 'body';
		await http.send(
			request(server.url, { method, body, headers: { 'content-type': 'text/plain', authorization: 'a' } }),
		);
		const next = server.received[1];
		expect(next).toMatchObject({
			method: nextMethod,
			path: '/next',
			body: nextBody,
			headers: { authorization: 'a' },
		});
		expect(next?.headers['content-type']).toBe(nextMethod === 'GET' ? undefined : 'text/plain');
	});

	test('another origin never sees credentials', async () => {
		const target = await startServer((_, response) => response.end('there'));
		const server = await startServer((_, response) =>
			response.writeHead(307, { location: target.url }).end(),
		);
		const headers = { Authorization: 'Bearer x', Cookie: 'c', 'X-Api-Key': 'k', Accept: 'text/plain' };
		await http.send(request(server.url, { headers }));
		const seen = target.received[0]?.headers ?? {};
		expect(seen).toMatchObject({ accept: 'text/plain', host: `127.0.0.1:${target.port}` });
		expect(
			Object.keys(seen).filter((name) => ['authorization', 'cookie', 'x-api-key'].includes(name)),
		).toEqual([]);
	});

	test('a redirect without a location is the answer, one to no web address fails', async () => {
		const server = await startServer((received, response) => {
			const location =
				received.path === '/file' ? 'file:///etc/passwd' : received.path === '/bad' ? 'http://[' : undefined;
			response.writeHead(302, location === undefined ? {} : { location }).end('body');
		});
		expect(await http.send(request(server.url))).toMatchObject({ status: 302 });
		expect((await faultOf(http.send(request(`${server.url}/file`)))).message).toContain('file:');
		expect((await faultOf(http.send(request(`${server.url}/bad`)))).code).toBe('HTTP_FAILED');
	});
});

describe('addresses', () => {
	const closedHttp = createHttp();

	test.each([
		'http://127.0.0.1:1/',
		'http://0x7f.1:1/',
		'http://2130706433:1/',
		'http://[::1]:1/',
		'http://[::ffff:127.0.0.1]:1/',
		'http://169.254.169.254/latest/meta-data',
		'http://10.0.0.1/',
		'http://localhost:1/',
	])('%s is refused without a connection', async (url) => {
		const fault = await faultOf(closedHttp.send(request(url)));
		expect(fault.code).toBe('HTTP_REFUSED_ADDRESS');
		expect(fault.advice).toContain('allowed');
	});

	test('a redirect to a private address is refused before anything is sent there', async () => {
		const inner = await startServer((_, response) => response.end('secret'));
		const server = await startServer((_, response) =>
			response.writeHead(302, { location: inner.url.replace('127.0.0.1', '127.0.0.2') }).end(),
		);
		const fault = await faultOf(http.send(request(server.url)));
		expect(fault.code).toBe('HTTP_REFUSED_ADDRESS');
		expect(inner.received).toEqual([]);
		const viaName = await startServer((_, response) =>
			response.writeHead(302, { location: inner.url.replace('127.0.0.1', 'inner.example') }).end(),
		);
		const rebound = createHttp({
			allow: ['127.0.0.1/32'],
			resolve: async () => [{ address: '127.0.0.3', family: 4 }],
		});
		expect((await faultOf(rebound.send(request(viaName.url)))).code).toBe('HTTP_REFUSED_ADDRESS');
		expect(inner.received).toEqual([]);
	});

	test('the checked address is the one connected to: a name is resolved once per connection', async () => {
		const server = await startServer((_, response) => response.end('mine'));
		const answers = [['127.0.0.1'], ['10.0.0.1']];
		let asked = 0;
		const pinned = createHttp({
			allow: ['127.0.0.1'],
			resolve: async () => (answers[asked++] ?? []).map((address) => ({ address, family: 4 })),
		});
		const url = `http://rebinding.example:${server.port}/`;
		expect(text((await pinned.send(request(url))).body)).toBe('mine');
		expect(asked).toBe(1);
		expect((await faultOf(pinned.send(request(url)))).code).toBe('HTTP_REFUSED_ADDRESS');
	});

	test('of several addresses only the allowed ones are used', async () => {
		const server = await startServer((_, response) => response.end('ok'));
		const addresses = ['10.0.0.1', '127.0.0.1', '::1'].map((address) => ({
			address,
			family: address === '::1' ? 6 : 4,
		}));
		const mixed = createHttp({ allow: ['127.0.0.1'], resolve: async () => addresses });
		expect(text((await mixed.send(request(`http://mixed.example:${server.port}/`))).body)).toBe('ok');
	});

	test('an allowed host may have any address', async () => {
		const server = await startServer((_, response) => response.end('ok'));
		const named = createHttp({
			allow: ['intranet.example'],
			resolve: async () => [{ address: '127.0.0.1', family: 4 }],
		});
		expect(text((await named.send(request(`http://INTRANET.example.:${server.port}/`))).body)).toBe('ok');
	});
});

describe('failures', () => {
	test.each(['ftp://a/', 'file:///etc/passwd', '/relative', 'nonsense', ''])(
		'%p is no web address',
		async (url) => {
			const fault = await faultOf(http.send(request(url)));
			expect(fault).toMatchObject({ code: 'HTTP_FAILED', retryable: false });
			expect(fault.advice).toContain('https://');
		},
	);

	test('a refused connection and an unknown host say so, and never show path or query', async () => {
		const url = 'http://127.0.0.1:1/patient/ann?key=hunter2222';
		const fault = await faultOf(http.send(request(url)));
		expect(fault).toMatchObject({ code: 'HTTP_FAILED', retryable: true });
		expect(fault.message).toBe(
			'GET http://127.0.0.1:1 failed: the server refused the connection (ECONNREFUSED)',
		);
		const unknown = createHttp({
			resolve: () => Promise.reject(Object.assign(new Error('x'), { code: 'ENOTFOUND' })),
		});
		expect((await faultOf(unknown.send(request('http://none.example/')))).message).toContain('ENOTFOUND');
	});

	test('https is spoken to https addresses', async () => {
		const server = await startServer((_, response) => response.end('plain'));
		const fault = await faultOf(http.send(request(server.url.replace('http:', 'https:'))));
		expect(fault.code).toBe('HTTP_FAILED');
		expect(server.received).toEqual([]);
	});

	test('a header that would split the request is refused without showing its value', async () => {
		const fault = await faultOf(
			http.send(request('http://127.0.0.1:1/', { headers: { 'x-a': 'secret\r\nx-b: 1' } })),
		);
		expect(fault.code).toBe('HTTP_FAILED');
		expect(fault.message).not.toContain('secret');
	});

	test('a connection cut in the middle of the body fails', async () => {
		const server = await startServer((_, response) => {
			response.writeHead(200, { 'content-length': '100' }).write('half');
			setTimeout(() => response.destroy(), 20);
		});
		expect((await faultOf(http.send(request(server.url)))).message).toContain('ECONNRESET');
	});
});
