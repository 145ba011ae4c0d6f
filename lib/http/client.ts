/** The real form of the HTTP port, on node:http and node:https, with every limit and address check applied. */

import { lookup, type LookupAddress } from 'node:dns';
import {
	request as requestHttp,
	type ClientRequest,
	type IncomingMessage,
	type RequestOptions,
} from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { codeOf, EffectError, messageOf } from '../errors';
import type { Http, HttpRequest, HttpResponse } from '../http';
import { createAddressRules, plainHost, type AddressRules } from './address';
import { decodeBody } from './decode';
import { firstHop, nextHop, type Hop } from './redirect';

export interface HttpOptions {
	/** Hosts, addresses and networks that may be reached although they are not public. Default none. */
	allow?: readonly string[];
	/** All addresses of a host name. Default: the machine's resolver. */
	resolve?: (host: string) => Promise<LookupAddress[]>;
}

const DEFAULT_MAX_BYTES = 5 * 1024 * 1024;
const MAX_REDIRECTS = 5;
/** The longest wait a timer can count. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** What one exchange needs to know of the whole. */
interface Exchange {
	rules: AddressRules;
	resolve: (host: string) => Promise<LookupAddress[]>;
	signal: AbortSignal;
	maxBytes: number;
}

/**
 * An HTTP client for requests that graphs ask for. Each call has a connection of its own, so no request
 * is ever sent twice; the address is checked where the connection is made, so a name cannot be
 * resolved to one address for the check and to another one for the call.
 *
 * @throws {ConfigurationError} `HTTP_ALLOW_LIST_INVALID`
 */
export function createHttp({ allow = [], resolve = resolveHost }: HttpOptions = {}): Http {
	const rules = createAddressRules(allow);
	return {
		async send(request) {
			const timeout = AbortSignal.timeout(Math.min(Math.max(request.timeoutMs, 1), MAX_TIMEOUT_MS));
			const signal = request.signal === undefined ? timeout : AbortSignal.any([timeout, request.signal]);
			const exchange: Exchange = { rules, resolve, signal, maxBytes: request.maxBytes ?? DEFAULT_MAX_BYTES };
			try {
				return await follow(firstHop(request, readUrl(request.url, request.method)), exchange);
			} catch (error) {
				if (request.signal?.aborted) throw request.signal.reason;
				if (timeout.aborted) throw timeoutError(request);
				throw error instanceof EffectError ? error : failure(request.method, hostOf(request.url), error);
			}
		},
	};
}

async function follow(start: Hop, exchange: Exchange): Promise<HttpResponse> {
	let hop = start;
	for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
		const answer = await exchangeOnce(hop, exchange);
		const next = redirectOf(hop, answer);
		if (next === null) return readAnswer(hop, answer, exchange);
		answer.destroy();
		hop = next;
	}
	throw new EffectError(
		'HTTP_TOO_MANY_REDIRECTS',
		`${start.method} ${start.url.origin} was redirected more than ${MAX_REDIRECTS} times`,
		{ advice: 'Use the address that the redirects lead to, or mend the loop on the server.' },
	);
}

/** Sends one hop and waits for the head of its answer. */
function exchangeOnce(hop: Hop, exchange: Exchange): Promise<IncomingMessage> {
	const host = plainHost(hop.url.hostname);
	if (isIP(host) !== 0 && !exchange.rules.allowsHost(host) && !exchange.rules.allowsAddress(host)) {
		return Promise.reject(refusedAddress(hop));
	}
	const options: RequestOptions = {
		method: hop.method,
		headers: hop.headers,
		agent: false,
		lookup: checkedLookup(hop, exchange),
		signal: exchange.signal,
	};
	return new Promise((resolve, reject) => {
		const request: ClientRequest = (hop.url.protocol === 'https:' ? requestHttps : requestHttp)(
			hop.url,
			options,
		);
		request.on('response', resolve);
		request.on('error', reject);
		request.end(hop.body);
	});
}

/** Resolves a name and hands over only the addresses that may be reached. */
function checkedLookup(hop: Hop, { rules, resolve }: Exchange): LookupFunction {
	return (host, options, callback) => {
		resolve(host).then(
			(found) => {
				const usable = rules.allowsHost(host)
					? found
					: found.filter(({ address }) => rules.allowsAddress(address));
				const [first] = usable;
				if (first === undefined) callback(refusedAddress(hop), []);
				else if (options.all === true) callback(null, usable);
				else callback(null, first.address, first.family);
			},
			(error: NodeJS.ErrnoException) => callback(error, []),
		);
	};
}

async function readAnswer(hop: Hop, answer: IncomingMessage, exchange: Exchange): Promise<HttpResponse> {
	const headers: Record<string, string> = {};
	for (const [name, value] of Object.entries(answer.headers)) {
		if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
	}
	const status = answer.statusCode ?? 0;
	const raw = await collect(hop, answer, exchange);
	const encoding = headers['content-encoding'];
	if (encoding === undefined || raw.length === 0) return { status, headers, body: raw };
	const body = await decodeBody(raw, encoding, exchange.maxBytes).catch((error: unknown) => {
		throw codeOf(error) === 'ERR_BUFFER_TOO_LARGE' ? tooLarge(hop, exchange.maxBytes) : error;
	});
	if (body === null) return { status, headers, body: raw };
	delete headers['content-encoding'];
	delete headers['content-length'];
	return { status, headers, body };
}

async function collect(hop: Hop, answer: IncomingMessage, { maxBytes }: Exchange): Promise<Uint8Array> {
	const chunks: Uint8Array[] = [];
	let sizeBytes = 0;
	const announced = hop.method === 'HEAD' ? 0 : Number(answer.headers['content-length'] ?? 0);
	if (announced > maxBytes) {
		answer.destroy();
		throw tooLarge(hop, maxBytes);
	}
	for await (const chunk of answer as AsyncIterable<Uint8Array>) {
		sizeBytes += chunk.length;
		// Leaving the loop closes the connection.
		if (sizeBytes > maxBytes) throw tooLarge(hop, maxBytes);
		chunks.push(chunk);
	}
	return new Uint8Array(Buffer.concat(chunks));
}

function redirectOf(hop: Hop, answer: IncomingMessage): Hop | null {
	let next: Hop | null;
	try {
		next = nextHop(hop, { status: answer.statusCode ?? 0, location: answer.headers.location });
	} catch (error) {
		answer.destroy();
		throw failure(
			hop.method,
			hop.url.origin,
			new Error('it redirects to no valid address', { cause: error }),
		);
	}
	if (next === null || isWeb(next.url)) return next;
	answer.destroy();
	throw failure(
		hop.method,
		hop.url.origin,
		new Error(`it redirects to ${next.url.protocol}, which is not followed`),
	);
}

function resolveHost(host: string): Promise<LookupAddress[]> {
	return new Promise((resolve, reject) => {
		lookup(host, { all: true }, (error, addresses) => (error === null ? resolve(addresses) : reject(error)));
	});
}

function readUrl(text: string, method: string): URL {
	const url = URL.canParse(text) ? new URL(text) : null;
	if (url !== null && isWeb(url)) return url;
	throw new EffectError(
		'HTTP_FAILED',
		`${method} was asked for an address that is no absolute http or https URL`,
		{
			advice: 'Write the address with its scheme and host, as in https://api.example/path.',
		},
	);
}

function isWeb(url: URL): boolean {
	return url.protocol === 'http:' || url.protocol === 'https:';
}

/** Scheme and host alone: path and query may hold secrets or a patient's words. */
function hostOf(url: string): string {
	return URL.canParse(url) ? new URL(url).origin : 'an unreadable address';
}

function refusedAddress(hop: Hop): EffectError {
	return new EffectError(
		'HTTP_REFUSED_ADDRESS',
		`${hop.method} ${hop.url.origin} leads to an address that is not on the public Internet`,
		{
			advice:
				`If graphs may reach it, add ${plainHost(hop.url.hostname)} or its network to the list of allowed ` +
				'addresses in the credential or the settings of this package.',
		},
	);
}

function timeoutError({ method, url, timeoutMs }: HttpRequest): EffectError {
	return new EffectError('HTTP_TIMEOUT', `${method} ${hostOf(url)} took longer than ${timeoutMs} ms`, {
		advice: 'Try again, or raise the timeout of this call.',
		retryable: true,
	});
}

function tooLarge(hop: Hop, maxBytes: number): EffectError {
	return new EffectError(
		'HTTP_TOO_LARGE',
		`${hop.method} ${hop.url.origin} answered with more than ${maxBytes} bytes`,
		{ advice: 'Ask the server for less: a filter, a page or fewer fields.' },
	);
}

function failure(method: string, origin: string, cause: unknown): EffectError {
	const code = codeOf(cause);
	const reason = code === 'UNEXPECTED' ? messageOf(cause) : (REASONS[code] ?? code);
	return new EffectError('HTTP_FAILED', `${method} ${origin} failed: ${reason}`, {
		advice: 'Check the address and that the server answers; the failure may pass by itself.',
		retryable: code !== 'UNEXPECTED',
		cause,
	});
}

const REASONS: Readonly<Record<string, string>> = {
	ECONNREFUSED: 'the server refused the connection (ECONNREFUSED)',
	ECONNRESET: 'the server closed the connection (ECONNRESET)',
	ENOTFOUND: 'no such host (ENOTFOUND)',
	EAI_AGAIN: 'the host name could not be resolved just now (EAI_AGAIN)',
	ETIMEDOUT: 'the server did not answer (ETIMEDOUT)',
	ERR_INVALID_CHAR: 'a header holds a character that HTTP does not allow (ERR_INVALID_CHAR)',
	ERR_INVALID_HTTP_TOKEN: 'the method or a header name is not valid (ERR_INVALID_HTTP_TOKEN)',
};
