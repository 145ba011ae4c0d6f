/** A model server that answers when it is told to, and a server that counts what is written to it. */

import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JsonObject } from '../../lib/json';
import { answerChat } from '../llm/strict-replies';

export interface HeldModel {
	/** The variables that point the command to it. */
	env: Record<string, string>;
	/** Bodies of the requests so far. */
	asked: JsonObject[];
	/** While true, requests wait. */
	hold(isHeld: boolean): void;
	/** Resolves when so many requests have come. */
	untilAsked(count: number): Promise<void>;
	close(): Promise<void>;
}

interface ChatMessage {
	role: string;
	content: string | null;
}

/** The newest words of the user in a request to a chat completion. */
export const wordsOf = (body: JsonObject) =>
	(body.messages as unknown as ChatMessage[]).findLast(({ role }) => role === 'user')?.content ?? '';

/** Answers `re: ` and the newest user message; with a tool, calls it first, with the message as `key`. */
export async function openHeldModel(): Promise<HeldModel> {
	const asked: JsonObject[] = [];
	const held: Array<() => void> = [];
	let isHeld = false;
	const { url, close, onChange } = await listen((body, response) => {
		asked.push(body);
		const answer = () => {
			const last = (body.messages as unknown as ChatMessage[]).at(-1);
			const tool = (body.tools as Array<{ function: { name: string } }> | undefined)?.[0]?.function.name;
			const calls =
				tool === undefined || last?.role === 'tool'
					? []
					: [{ name: tool, arguments: JSON.stringify({ key: wordsOf(body) }) }];
			const text = calls.length > 0 ? '' : `re: ${wordsOf(body)}`;
			answerChat(response, { model: String(body.model), text, calls }, body.stream === true);
		};
		if (isHeld) held.push(answer);
		else answer();
	});
	return {
		env: { OPENAI_API_KEY: 'sk-held-key', OPENAI_BASE_URL: `${url}/v1` },
		asked,
		hold(next) {
			isHeld = next;
			if (!next) held.splice(0).forEach((answer) => answer());
		},
		untilAsked: (count) => onChange(() => asked.length >= count),
		close,
	};
}

export interface CountingServer {
	url: string;
	/** One line a request, in order: `POST /path?query`. */
	hits: string[];
	untilHit(count: number): Promise<void>;
	close(): Promise<void>;
}

/** Answers every request with the query's `key`, after so many milliseconds. */
export async function openCountingServer(delayMs: () => number): Promise<CountingServer> {
	const hits: string[] = [];
	const { url, close, onChange } = await listen((_body, response, { method, path }) => {
		hits.push(`${method} ${path}`);
		const key = new URL(path, 'http://localhost').searchParams.get('key');
		setTimeout(() => {
			response.setHeader('content-type', 'application/json');
			response.end(JSON.stringify({ key }));
		}, delayMs());
	});
	return { url, hits, untilHit: (count) => onChange(() => hits.length >= count), close };
}

async function listen(
	serve: (body: JsonObject, response: ServerResponse, request: { method: string; path: string }) => void,
) {
	const waiting = new Set<() => void>();
	const server: Server = createServer((request, response) => {
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', () => {
			const body = JSON.parse(Buffer.concat(chunks).toString() || '{}') as JsonObject;
			serve(body, response, { method: request.method ?? '', path: request.url ?? '' });
			waiting.forEach((look) => look());
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		onChange: (holds: () => boolean) =>
			new Promise<void>((resolve) => {
				const look = () => {
					if (!holds()) return;
					waiting.delete(look);
					resolve();
				};
				waiting.add(look);
				look();
			}),
		close: () =>
			new Promise<void>((resolve) => {
				server.closeAllConnections();
				server.close(() => resolve());
			}),
	};
}
