/** A small HTTP server for one test, whole answers written by hand; closed after each test. */

import http from 'node:http';
import https from 'node:https';
import type { JsonObject } from '../../lib/json';

export interface Seen {
	path: string;
	headers: http.IncomingHttpHeaders;
	body: JsonObject;
}

export type Handler = (seen: Seen, response: http.ServerResponse) => void;

const open: Array<http.Server | https.Server> = [];
/** To be called after each test. */
export async function closeServers(): Promise<void> {
	await Promise.all(
		open.splice(0).map(
			(server) =>
				new Promise((resolve) => {
					server.closeAllConnections();
					server.close(resolve);
				}),
		),
	);
}

/** `url` ends in `/v1`, as OpenAI's SDK takes it; `origin` does not. */
export async function serve(
	handler: Handler,
	tls?: { key: string; cert: string },
): Promise<{ url: string; origin: string; seen: Seen[] }> {
	const seen: Seen[] = [];
	const listener: http.RequestListener = (request, response) => {
		let text = '';
		request.on('data', (chunk: Buffer) => (text += chunk.toString()));
		request.on('end', () => {
			const entry = {
				path: request.url ?? '',
				headers: request.headers,
				body: JSON.parse(text) as JsonObject,
			};
			seen.push(entry);
			handler(entry, response);
		});
	};
	const server = tls === undefined ? http.createServer(listener) : https.createServer(tls, listener);
	open.push(server);
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('the server has no port');
	const origin = `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${address.port}`;
	return { url: `${origin}/v1`, origin, seen };
}

/** Answers with JSON. */
export function send(response: http.ServerResponse, status: number, body: JsonObject): void {
	response.writeHead(status, { 'content-type': 'application/json' });
	response.end(JSON.stringify(body));
}

/** Answers with server-sent events. */
export function sendEvents(response: http.ServerResponse, events: readonly JsonObject[]): void {
	response.setHeader('content-type', 'text/event-stream');
	for (const event of events) {
		const name = typeof event.type === 'string' ? `event: ${event.type}\n` : '';
		response.write(`${name}data: ${JSON.stringify(event)}\n\n`);
	}
	response.end();
}
