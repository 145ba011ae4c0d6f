/** Bare sockets for tests: a tap that sees a client leave, and a server that never answers. */

import net from 'node:net';

interface Listener {
	url: string;
	close(): Promise<void>;
}

/** Passes bytes to the server at `origin`; `clientLeft` settles when a client ends a connection the server still uses. */
export async function openTap(origin: string): Promise<Listener & { clientLeft: Promise<void> }> {
	const { hostname, port } = new URL(origin);
	let leave = (): void => undefined;
	const clientLeft = new Promise<void>((resolve) => {
		leave = resolve;
	});
	const server = net.createServer((client) => {
		const upstream = net.connect(Number(port), hostname);
		let isServing = true;
		upstream.on('close', () => {
			isServing = false;
			client.destroy();
		});
		client.on('close', () => {
			if (isServing) leave();
			upstream.destroy();
		});
		client.on('error', () => client.destroy());
		upstream.on('error', () => upstream.destroy());
		client.pipe(upstream);
		upstream.pipe(client);
	});
	return { ...(await listen(server)), clientLeft };
}

/** Takes connections and says nothing. */
export function openSilentServer(): Promise<Listener> {
	return listen(net.createServer((client) => client.on('error', () => client.destroy())));
}

async function listen(server: net.Server): Promise<Listener> {
	const clients = new Set<net.Socket>();
	server.on('connection', (client) => {
		clients.add(client);
		client.on('close', () => clients.delete(client));
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('the server has no port');
	return {
		url: `http://127.0.0.1:${address.port}`,
		close: () =>
			new Promise((resolve) => {
				for (const client of clients) client.destroy();
				server.close(() => resolve());
			}),
	};
}
