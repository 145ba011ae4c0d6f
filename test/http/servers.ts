/** Real HTTP servers on the loopback interface for tests, closed when the test file ends. */

import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
	method: string;
	path: string;
	headers: IncomingMessage['headers'];
	body: string;
}

export interface TestServer {
	url: string;
	port: number;
	received: Received[];
}

type Answer = (request: Received, response: ServerResponse) => void;

const closers: Array<() => Promise<void>> = [];

afterAll(async () => {
	await Promise.all(closers.splice(0).map((close) => close()));
});

/** Starts a server that keeps what it received and answers with `answer`. */
export async function startServer(answer: Answer): Promise<TestServer> {
	const received: Received[] = [];
	const listener: RequestListener = (request, response) => {
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', () => {
			const entry = {
				method: request.method ?? '',
				path: request.url ?? '',
				headers: request.headers,
				body: Buffer.concat(chunks).toString(),
			};
			received.push(entry);
			answer(entry, response);
		});
	};
	const server = createServer(listener);
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	closers.push(
		() =>
			new Promise((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
			}),
	);
	return { url: `http://127.0.0.1:${port}`, port, received };
}
