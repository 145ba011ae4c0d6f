/** Fills the templates of an external API tool: endpoint, headers and body become one HTTP request (R7.10.5). */

import type { ExternalApiTool } from '../graph/tool';
import { isJsonObject, type Json, type JsonObject } from '../json';
import type { Scope } from '../value/contract';
import { readPath } from '../value/path';
import { fillText, fillValue, placeholdersIn, renderText } from '../value/template';
import type { ToolOutcome } from './contract';
import { toolName } from './definition';
import { cutSlots, textsIn, type Piece, type Slot } from './slots';

export interface BuiltRequest {
	url: string;
	method: string;
	headers: Record<string, string>;
	body?: string;
}

export type Built = { ok: true; request: BuiltRequest } | (ToolOutcome & { ok: false });

/** Filling one tool's templates; what could not be filled is collected and reported together. */
interface Filling {
	args: JsonObject;
	scope: Scope;
	unresolved: Set<string>;
	missing: Set<string>;
	/** Set when an argument would change the host that the author wrote. */
	changesHost: boolean;
}

/** One request, with secrets revealed; a failure when a template cannot be filled completely (R7.10.10). */
export function buildRequest(tool: ExternalApiTool, source: { arguments: JsonObject; scope: Scope }): Built {
	const filling: Filling = {
		args: source.arguments,
		scope: source.scope,
		unresolved: new Set(),
		missing: new Set(),
		changesHost: false,
	};
	const url = fillEndpoint(tool.api_endpoint ?? '', filling);
	const headers: Record<string, string> = {};
	for (const [name, value] of Object.entries(tool.api_headers)) {
		headers[name] = typeof value === 'string' ? fillPieces(cutSlots(value), filling) : renderText(value);
	}
	const { value: template, isPlainText } = readBody(tool.api_body);
	const body = fillBody(template, filling);
	const fault = faultOf(tool, filling, url);
	if (fault !== null) return fault;
	const request: BuiltRequest = { url, method: tool.api_method, headers };
	if (body !== undefined && body !== null) {
		request.body = isPlainText ? renderText(body) : encodeBody(body, headers);
	}
	return { ok: true, request };
}

function faultOf(tool: ExternalApiTool, filling: Filling, url: string): (ToolOutcome & { ok: false }) | null {
	const name = toolName(tool);
	if (filling.missing.size > 0) {
		const message = `Tool ${name} needs the argument ${list(filling.missing)}, which was not given.`;
		return { ok: false, code: 'TOOL_ARGUMENT_MISSING', message };
	}
	if (filling.unresolved.size > 0) {
		const message =
			`Tool ${name} was not called: ${list(filling.unresolved)} has no value. ` +
			'Supply the variable, give it a default, or remove it from the endpoint, the headers or the body.';
		return { ok: false, code: 'unresolved_variables', message };
	}
	if (!isAbsolute(url)) {
		const message =
			`Tool ${name} was not called: its endpoint is no absolute address. ` +
			'Write api_endpoint with scheme and host, as in https://api.example/path.';
		return { ok: false, code: 'unresolved_variables', message };
	}
	if (filling.changesHost || climbs(url)) {
		const message = `Tool ${name} was not called: an argument would lead to another host or path of its endpoint.`;
		return { ok: false, code: 'TOOL_ENDPOINT_INVALID', message };
	}
	return null;
}

/**
 * The endpoint. Arguments may come from a model or a user, so behind the host they are encoded: none can
 * add a path segment or a query parameter. An argument at the very start may be a whole address.
 */
function fillEndpoint(template: string, filling: Filling): string {
	let url = '';
	for (const piece of cutSlots(template.trim())) {
		if (piece.type !== 'slot') {
			url += fillPieces([piece], filling);
			continue;
		}
		const value = fillPieces([piece], filling);
		if (/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*$/i.test(url)) {
			filling.changesHost ||= !/^[\w.:[\]-]*$/.test(value);
			url += value;
		} else {
			url += url.includes('://') ? encodePart(value) : value;
		}
	}
	return url;
}

/** A value as one part of a URL. */
function encodePart(value: string): string {
	return encodeURIComponent(Buffer.from(value).toString());
}

/** True for an address with `.` or `..` as a path segment, which no encoding keeps from leading elsewhere. */
function climbs(url: string): boolean {
	return /\/(?:\.|%2e){1,2}(?:[/?#]|$)/i.test(url.replace(/[?#].*$/s, ''));
}

function fillPieces(pieces: readonly Piece[], filling: Filling): string {
	let filled = '';
	for (const piece of pieces) {
		if (piece.type === 'text') filled += piece.text;
		else if (piece.type === 'placeholder')
			filled += fillText(piece.placeholder.source, watched(filling), { reveal: true });
		else {
			const value = argumentAt(piece.slot, filling);
			if (value === undefined) filling.missing.add(piece.slot.name);
			filled += value === undefined ? '' : renderText(value);
		}
	}
	return filled;
}

/** A body value that is one slot or one placeholder takes the value itself; an argument not given is left out. */
function fillBody(value: Json, filling: Filling): Json | undefined {
	if (typeof value === 'string') return fillBodyText(value, filling);
	if (Array.isArray(value)) return value.map((item) => fillBody(item, filling) ?? null);
	if (!isJsonObject(value)) return value;
	const filled: JsonObject = {};
	for (const [key, item] of Object.entries(value)) {
		const inner = key === '__proto__' ? undefined : fillBody(item, filling);
		if (inner !== undefined) filled[key] = inner;
	}
	return filled;
}

function fillBodyText(text: string, filling: Filling): Json | undefined {
	const pieces = cutSlots(text);
	const [only] = pieces;
	if (pieces.length !== 1 || only === undefined || only.type === 'text') return fillPieces(pieces, filling);
	if (only.type === 'slot') return argumentAt(only.slot, filling);
	return fillValue(only.placeholder.source, watched(filling), { reveal: true, preserveTypes: true });
}

/** An argument's value. Where its own text was left with a placeholder, that is unresolved too (R4.34, R7.10.10). */
function argumentAt(slot: Slot, { args, unresolved }: Filling): Json | undefined {
	const value = Object.hasOwn(args, slot.name) ? readPath(args, slot.path) : undefined;
	for (const text of textsIn(value ?? null)) {
		for (const { kind, source } of placeholdersIn(text)) if (kind !== 'prompt') unresolved.add(source);
	}
	return value;
}

/** The scope, with every unresolved placeholder remembered. */
function watched({ scope, unresolved }: Filling): Scope {
	return {
		dynamic: (path) => scope.dynamic(path),
		runtime: (path) => scope.runtime(path),
		isSecret: (path) => scope.isSecret(path),
		prompt: (name) => scope.prompt(name),
		isAuthored: (path) => scope.isAuthored(path),
		mask: (text) => scope.mask(text),
		unresolved(placeholder, reason) {
			if (reason === 'unknown') unresolved.add(placeholder);
			scope.unresolved(placeholder, reason);
		},
	};
}

/**
 * The body as stored, or parsed when the graph still holds it as JSON text; blank text is no body (2.16.1).
 * Text that is no JSON is refused at save; a graph that was never checked sends it as it is.
 */
function readBody(body: Json): { value: Json; isPlainText: boolean } {
	if (typeof body !== 'string') return { value: body, isPlainText: false };
	if (body.trim() === '') return { value: null, isPlainText: false };
	try {
		return { value: JSON.parse(body) as Json, isPlainText: false };
	} catch {
		return { value: body, isPlainText: true };
	}
}

/** JSON, or a form where the author's content type says so. */
function encodeBody(body: Json, headers: Record<string, string>): string {
	const name = Object.keys(headers).find((key) => key.toLowerCase() === 'content-type');
	if (name === undefined) headers['content-type'] = 'application/json';
	else if (isJsonObject(body) && /^application\/x-www-form-urlencoded/i.test(headers[name] ?? '')) {
		const form = new URLSearchParams();
		for (const [key, value] of Object.entries(body)) form.append(key, renderText(value));
		return form.toString();
	}
	return JSON.stringify(body);
}

function isAbsolute(url: string): boolean {
	return /^https?:\/\//i.test(url) && URL.canParse(url);
}

function list(names: ReadonlySet<string>): string {
	return [...names].join(', ');
}
