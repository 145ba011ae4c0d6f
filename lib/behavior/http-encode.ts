/** From an `http_request` node to the request that leaves: URL, query, headers, body (R7.11.1, R7.11.2). */

import { EffectError } from '../errors';
import type { HttpRequestNode } from '../graph/node';
import { isJsonObject, type Json, type JsonObject } from '../json';
import { placeholdersIn } from '../value/placeholder';
import { fillText, renderText } from '../value/template';
import type { Scope } from '../value/contract';
import type { Step } from './contract';
import { fillJsonText, parseJson } from './json-text';
import { overrideOf } from './override';

/** A request ready to be sent. */
export interface OutboundRequest {
	url: string;
	method: string;
	headers: Record<string, string>;
	body: string | Uint8Array | undefined;
	timeoutMs: number;
	/** The body as curl would be given it: text, or form fields. */
	shown: { text: string } | { fields: Array<[string, string]> } | null;
}

/** `timeout` 0 means this (R7.11.2). */
const LONGEST_TIMEOUT_SECONDS = 300;
const BODYLESS = new Set(['GET', 'HEAD']);
const REVEAL = { reveal: true };

/** @throws {EffectError} `HTTP_URL_INVALID`, `HTTP_QUERY_INVALID`, `HTTP_BODY_INVALID`, `unresolved_variables`. */
export async function encodeRequest(step: Step<HttpRequestNode>): Promise<OutboundRequest> {
	const { node, scope } = step;
	const method = node.method;
	const url = withQuery(readUrl(step), node, scope);
	const headers = readHeaders(node.headers, scope);
	const encoded = BODYLESS.has(method) ? null : await encodeBody(node, scope);
	if (encoded?.contentType && !hasHeader(headers, 'content-type'))
		headers['Content-Type'] = encoded.contentType;
	const seconds = Math.max(0, node.timeout);
	return {
		url,
		method,
		headers,
		body: encoded?.body,
		timeoutMs: (seconds === 0 ? LONGEST_TIMEOUT_SECONDS : Math.min(seconds, LONGEST_TIMEOUT_SECONDS)) * 1000,
		shown: encoded?.shown ?? null,
	};
}

/** Placeholders in the query may stay literal (R4.9): a poller's cursor is unresolved at first (R6.14). */
function readUrl(step: Step<HttpRequestNode>): string {
	const override = overrideOf(step, 'override_url');
	const authored = step.node.url ?? '';
	const text = (override ?? fillText(authored, step.scope, REVEAL)).trim();
	const [address = ''] = text.split('?');
	const left =
		override !== null ? [] : placeholdersIn(address).filter(({ source }) => authored.includes(source));
	if (left.length > 0) {
		const names = left.map(({ source }) => source).join(', ');
		throw new EffectError('unresolved_variables', `The URL still holds ${names}, which no variable fills.`);
	}
	if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) {
		throw new EffectError('HTTP_URL_INVALID', 'The URL is not an absolute http or https address.');
	}
	return text;
}

function withQuery(url: string, node: HttpRequestNode, scope: Scope): string {
	const text = node.query_parameters ?? '';
	if (text.trim() === '') return url;
	const query = parseJson(fillJsonText(text, scope));
	if (!isJsonObject(query))
		throw new EffectError('HTTP_QUERY_INVALID', 'The query parameters are not a JSON object.');
	const pairs = pairsOf(query).map(
		([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`,
	);
	if (pairs.length === 0) return url;
	const [address = '', fragment] = url.split('#', 2);
	const joint = !address.includes('?') ? '?' : /[?&]$/.test(address) ? '' : '&';
	return `${address}${joint}${pairs.join('&')}${fragment === undefined ? '' : `#${fragment}`}`;
}

function readHeaders(raw: JsonObject | null, scope: Scope): Record<string, string> {
	const headers: Record<string, string> = {};
	for (const [name, value] of Object.entries(raw ?? {})) {
		if (value === null || name.trim() === '') continue;
		// A line break in a value would begin a header of its own.
		headers[name.trim()] = fillText(renderText(value), scope, REVEAL)
			.replace(/[\r\n]+/g, ' ')
			.trim();
	}
	return headers;
}

interface EncodedBody {
	body: string | Uint8Array;
	contentType: string | null;
	shown: OutboundRequest['shown'];
}

async function encodeBody(node: HttpRequestNode, scope: Scope): Promise<EncodedBody | null> {
	const authored = node.body_parameters ?? '';
	if (authored.trim() === '') return null;
	if (node.body_content_type === 'text/plain') {
		return textBody(fillText(authored, scope, REVEAL), 'text/plain; charset=utf-8');
	}
	const text = fillJsonText(authored, scope);
	const value = parseJson(text);
	if (node.body_content_type === 'application/json') {
		if (value === undefined) throw new EffectError('HTTP_BODY_INVALID', 'The body is not valid JSON.');
		return textBody(text, 'application/json');
	}
	if (!isJsonObject(value)) {
		throw new EffectError(
			'HTTP_BODY_INVALID',
			'The body of a form is a JSON object of its fields, and this one is not.',
		);
	}
	if (node.body_content_type === 'application/x-www-form-urlencoded') {
		return textBody(new URLSearchParams(pairsOf(value)).toString(), 'application/x-www-form-urlencoded');
	}
	return formBody(pairsOf(value));
}

function textBody(text: string, contentType: string): EncodedBody {
	return { body: text, contentType, shown: { text } };
}

/** The platform's own form encoder chooses the boundary and escapes the names. */
async function formBody(fields: Array<[string, string]>): Promise<EncodedBody> {
	const form = new FormData();
	for (const [name, value] of fields) form.append(name, value);
	const encoded = new Response(form);
	const body = new Uint8Array(await encoded.arrayBuffer());
	return { body, contentType: encoded.headers.get('content-type'), shown: { fields } };
}

/** Name and value pairs; lists repeat their name, null is left out, objects become JSON. */
function pairsOf(object: JsonObject): Array<[string, string]> {
	return Object.entries(object).flatMap(([name, value]) =>
		(Array.isArray(value) ? value : [value])
			.filter((each: Json) => each !== null)
			.map((each): [string, string] => [name, renderText(each)]),
	);
}

function hasHeader(headers: Record<string, string>, name: string): boolean {
	return Object.keys(headers).some((key) => key.toLowerCase() === name);
}
