/** Any failure of a provider's SDK as one ProviderError: code, status, waiting time, worth a retry or not. */

import { ConfigurationError, InteractlyError, messageOf, ProviderError } from '../errors';
import type { AdapterRequest } from './contract';
import { scrub } from './scrub';

/** R8.18: these may go away by themselves; every 5xx as well. */
const PASSING_STATUSES = new Set([408, 409, 425, 429]);

/** Vendors say 429 also for an empty account, which no waiting mends. */
const SPENT = /insufficient_quota|exceeded your current quota|billing|credit balance/i;

/** What the vendor's SDK error tells, read by shape: the SDKs share no class. */
interface SdkFailure {
	status: number | null;
	code: string | null;
	message: string;
	retryAfterMs: number | null;
	/** A mistake in code, ours or the SDK's: the network raises TypeErrors too, but with a cause. */
	isOurs: boolean;
}

/**
 * Turns what an adapter caught into the error to throw: the abort reason when the caller ended the
 * call, an error of ours unchanged, else a ProviderError whose text is free of secrets.
 */
export function toFailure(error: unknown, request: AdapterRequest): unknown {
	if (request.signal.aborted) return request.signal.reason;
	if (error instanceof InteractlyError) return error;
	// What the parser complains of is the text itself, so it is not repeated.
	if (error instanceof SyntaxError) return malformedReply(request, 'something that is not JSON');
	const failure = readFailure(error);
	const who = `model "${modelName(request)}" of provider "${request.config.provider ?? request.config.type}"`;
	const said = scrub(failure.message, request);
	const kind = classify(failure);
	return new ProviderError(kind.code, `${who} ${kind.verb}: ${said}`, {
		status: failure.status,
		retryAfterMs: failure.retryAfterMs,
		retryable: kind.retryable,
		advice: kind.advice,
	});
}

/** A reply that came whole but is none: empty, or not in the vendor's shape. */
export function malformedReply(request: AdapterRequest, what: string): ProviderError {
	return new ProviderError(
		'LLM_MALFORMED_REPLY',
		`model "${modelName(request)}" of provider "${request.config.provider ?? request.config.type}" answered with ${what}`,
		{ retryable: true, advice: 'Try again; if it stays, check that the address speaks this provider’s API.' },
	);
}

/**
 * The key to call with. Servers at an address of their own often ask for none, but every SDK insists on
 * one; the vendor's own address is not called without.
 */
export function keyOf(request: AdapterRequest, provider: string): string {
	const { apiKey, baseUrl } = request.credential;
	if (apiKey !== undefined) return apiKey;
	if (baseUrl !== undefined) return 'none';
	throw new ConfigurationError(
		'LLM_CREDENTIAL_MISSING',
		`model "${modelName(request)}" of provider "${provider}" has no key to be called with`,
		{ advice: 'Write the key into the credential or into api_key of the LLM config.' },
	);
}

export function modelName(request: Pick<AdapterRequest, 'config'>): string {
	const { model } = request.config;
	return typeof model === 'string' && model !== '' ? model : 'unnamed';
}

function classify(failure: SdkFailure): { code: string; verb: string; retryable: boolean; advice: string } {
	const { status, code, message } = failure;
	if (failure.isOurs) {
		return {
			code: 'LLM_UNEXPECTED',
			verb: 'could not be asked',
			retryable: false,
			advice:
				'Report this with the model and the kind of graph; it is a fault of this package or of the vendor’s SDK.',
		};
	}
	if (status === 401 || status === 403) {
		return {
			code: 'LLM_KEY_REFUSED',
			verb: 'refused the credential',
			retryable: false,
			advice: 'Check the key and what it is allowed to use.',
		};
	}
	if (status === 429 || status === 402) {
		const isSpent = status === 402 || SPENT.test(`${code ?? ''} ${message}`);
		return isSpent
			? {
					code: 'LLM_QUOTA_SPENT',
					verb: 'has no quota left',
					retryable: false,
					advice: 'Raise the limit or top up the account at the provider.',
				}
			: {
					code: 'LLM_RATE_LIMITED',
					verb: 'asked to slow down',
					retryable: true,
					advice: 'Try again later, or raise the rate limit at the provider.',
				};
	}
	if (status !== null && (status >= 500 || PASSING_STATUSES.has(status))) {
		return { code: 'LLM_UNAVAILABLE', verb: 'failed', retryable: true, advice: 'Try again later.' };
	}
	if (status === 404) {
		return {
			code: 'LLM_NOT_FOUND',
			verb: 'was not found',
			retryable: false,
			advice: 'Check the model’s name and the address; the vendor may have removed the model.',
		};
	}
	if (status !== null && status >= 400) {
		return {
			code: 'LLM_REQUEST_REFUSED',
			verb: 'refused the request',
			retryable: false,
			advice: 'Change what the sentence names in the LLM config, or choose another model.',
		};
	}
	return {
		code: 'LLM_UNREACHABLE',
		verb: 'could not be reached or broke off',
		retryable: true,
		advice: 'Check the address and the network, then try again.',
	};
}

function readFailure(error: unknown): SdkFailure {
	const source = (typeof error === 'object' && error !== null ? error : {}) as Record<string, unknown>;
	const metadata = source.$metadata as { httpStatusCode?: unknown } | undefined;
	const status = numberOf(source.status) ?? numberOf(metadata?.httpStatusCode) ?? numberOf(source.statusCode);
	const response = source.$response as { headers?: unknown } | undefined;
	const message = deepestMessage(error);
	return {
		status,
		code: typeof source.code === 'string' ? source.code : null,
		message: sentenceIn(message),
		retryAfterMs: retryAfter(source.headers ?? response?.headers) ?? retryDelayIn(message),
		isOurs: isMistake(error) && status === null,
	};
}

function isMistake(error: unknown): boolean {
	const isKind = error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError;
	return (
		isKind && error.cause === undefined && !/fetch|network|terminated|socket|aborted/i.test(error.message)
	);
}

/** "Connection error." alone helps nobody: the cause below it names the host or the socket's fault. */
function deepestMessage(error: unknown): string {
	const parts: string[] = [];
	let current: unknown = error;
	while (current !== undefined && current !== null && parts.length < 4) {
		const text = messageOf(current).trim();
		if (text !== '' && !parts.some((part) => part.includes(text))) parts.push(text);
		current = current instanceof Error ? current.cause : undefined;
	}
	return parts.join(': ') || 'no reason given';
}

/** Google's SDK throws the whole body as text, and others put a status in front of it; the sentence is inside. */
function sentenceIn(message: string): string {
	const start = message.indexOf('{');
	if (start === -1) return message;
	try {
		const body = JSON.parse(message.slice(start)) as { error?: { message?: unknown }; message?: unknown };
		const inner = body.error?.message ?? body.message;
		return typeof inner === 'string' && inner !== '' ? sentenceIn(inner) : message;
	} catch {
		return message;
	}
}

/** Google writes the wished-for pause into the body: `"retryDelay": "34s"`. */
function retryDelayIn(message: string): number | null {
	const seconds = /"retryDelay"\s*:\s*"(\d+(?:\.\d+)?)s"/.exec(message)?.[1];
	return seconds === undefined ? null : Number(seconds) * 1000;
}

/** Seconds, or a date; a date is measured against the server's own clock. */
function retryAfter(headers: unknown): number | null {
	const exact = Number(headerOf(headers, 'retry-after-ms') ?? 'none');
	if (Number.isFinite(exact) && exact >= 0) return exact;
	const text = headerOf(headers, 'retry-after');
	if (text === null) return null;
	const seconds = Number(text);
	if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
	const wait = Date.parse(text) - Date.parse(headerOf(headers, 'date') ?? '');
	return Number.isFinite(wait) ? Math.max(0, wait) : null;
}

function headerOf(headers: unknown, name: string): string | null {
	if (typeof (headers as Headers | undefined)?.get === 'function') return (headers as Headers).get(name);
	const value = (headers as Record<string, unknown> | undefined | null)?.[name];
	return typeof value === 'string' ? value : null;
}

function numberOf(value: unknown): number | null {
	return typeof value === 'number' && Number.isInteger(value) ? value : null;
}
