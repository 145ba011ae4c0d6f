/** What to send next when an answer points elsewhere, and what must not travel along. */

import type { HttpRequest } from '../http';

/** One request on the wire: the given one, or one that a redirect asked for. */
export interface Hop {
	url: URL;
	method: string;
	headers: Record<string, string>;
	body: string | Uint8Array | undefined;
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** Headers that another origin may see; every other one may hold a credential. */
const HARMLESS_HEADERS = new Set([
	'accept',
	'accept-encoding',
	'accept-language',
	'content-type',
	'user-agent',
]);

/** Headers that node:http sets from the body and the connection itself. */
const CONNECTION_HEADERS = new Set([
	'connection',
	'content-length',
	'keep-alive',
	'proxy-connection',
	'te',
	'trailer',
	'transfer-encoding',
	'upgrade',
]);

/** The first hop of a request; header names in lower case. */
export function firstHop(request: HttpRequest, url: URL): Hop {
	const headers: Record<string, string> = {};
	for (const [name, value] of Object.entries(request.headers)) {
		if (!CONNECTION_HEADERS.has(name.toLowerCase())) headers[name.toLowerCase()] = value;
	}
	headers['accept-encoding'] ??= 'gzip, deflate, br';
	// Some servers refuse requests that do not say who asks.
	headers['user-agent'] ??= 'n8n-nodes-interactly';
	return { url, method: request.method.toUpperCase(), headers, body: request.body };
}

/**
 * The hop an answer asks for, or null when it is the answer itself. As browsers do, 303 always and
 * 301 and 302 after POST turn into GET; 307 and 308 repeat method and body.
 *
 * @throws {TypeError} when the answer names no usable address.
 */
export function nextHop(hop: Hop, answer: { status: number; location: string | undefined }): Hop | null {
	if (!REDIRECTS.has(answer.status) || answer.location === undefined) return null;
	const url = new URL(answer.location, hop.url);
	const becomesGet =
		(answer.status === 303 && hop.method !== 'HEAD') || (answer.status < 303 && hop.method === 'POST');
	const isSameOrigin = url.origin === hop.url.origin;
	const headers: Record<string, string> = {};
	for (const [name, value] of Object.entries(hop.headers)) {
		if (!isSameOrigin && !HARMLESS_HEADERS.has(name)) continue;
		if (becomesGet && name.startsWith('content-')) continue;
		headers[name] = value;
	}
	if (becomesGet) return { url, method: 'GET', headers, body: undefined };
	return { ...hop, url, headers };
}
