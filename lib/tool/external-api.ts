/** Calls an HTTP API as an `external_api` tool describes it: templates filled, answer read (R7.10.5, R7.10.10). */

import { codeOf, messageOf } from '../errors';
import type { ExternalApiTool } from '../graph/tool';
import type { Http, HttpResponse } from '../http';
import type { Json } from '../json';
import { maskSecrets } from '../value/mask';
import { renderText } from '../value/template';
import { buildRequest, type BuiltRequest } from './api-request';
import type { ToolKind, ToolOutcome, ToolRequest } from './contract';
import { toolName } from './definition';

export interface ExternalApiOptions {
	http: Http;
	/** The token of a saved integration, or null when there is none of that id. Default: none exist. */
	integrationToken?: (integrationId: string, signal: AbortSignal) => Promise<string | null>;
}

/** As much of an error answer as is shown to a model and kept in `<name>_error`. */
const MAX_SHOWN_BODY = 500;

export function createExternalApi({ http, integrationToken }: ExternalApiOptions): ToolKind<ExternalApiTool> {
	return {
		async call(tool, request) {
			const built = buildRequest(tool, request);
			if (!built.ok) return built;
			const token = await tokenFor(tool, built.request, request.signal);
			if (!token.ok) return token;
			const outcome = await send(tool, built.request, request);
			return outcome.ok ? outcome : { ...outcome, message: clean(outcome.message, request, token.value) };
		},
	};

	/** Adds the integration's token unless a header already authorizes the call; answers the token. */
	async function tokenFor(
		tool: ExternalApiTool,
		built: BuiltRequest,
		signal: AbortSignal,
	): Promise<{ ok: true; value: string } | (ToolOutcome & { ok: false })> {
		const integrationId = tool.integration_auth?.integration_id;
		const isAuthorized = Object.keys(built.headers).some((name) => name.toLowerCase() === 'authorization');
		if (!integrationId || isAuthorized) return { ok: true, value: '' };
		const token = (await integrationToken?.(integrationId, signal)) ?? null;
		if (token !== null) {
			built.headers['authorization'] = `Bearer ${token}`;
			return { ok: true, value: token };
		}
		const message =
			`Tool ${toolName(tool)} asks for the integration ${integrationId}, which does not exist here. ` +
			'Set an Authorization header on the tool, for example from a secret variable.';
		return { ok: false, code: 'TOOL_INTEGRATION_UNKNOWN', message };
	}

	async function send(
		tool: ExternalApiTool,
		built: BuiltRequest,
		request: ToolRequest,
	): Promise<ToolOutcome> {
		let response: HttpResponse;
		try {
			response = await http.send({ ...built, timeoutMs: request.timeoutMs, signal: request.signal });
		} catch (error) {
			if (request.signal.aborted) throw error;
			return {
				ok: false,
				code: codeOf(error),
				message: `Tool ${toolName(tool)} failed: ${messageOf(error)}.`,
			};
		}
		if (response.status < 200 || response.status > 299) return refusedBy(tool, built, response);
		return { ok: true, value: tool.result_as_media ? mediaOf(response) : valueOf(response) };
	}
}

function refusedBy(tool: ExternalApiTool, built: BuiltRequest, response: HttpResponse): ToolOutcome {
	const origin = URL.canParse(built.url) ? new URL(built.url).origin : 'the server';
	const body = renderText(valueOf(response)).trim();
	const shown = body.length > MAX_SHOWN_BODY ? `${body.slice(0, MAX_SHOWN_BODY)}…` : body;
	const message = `Tool ${toolName(tool)} got status ${response.status} from ${built.method} ${origin}`;
	return {
		ok: false,
		code: 'TOOL_HTTP_STATUS',
		message: shown === '' ? `${message}.` : `${message}: ${shown}`,
	};
}

/** JSON where the body is JSON, whatever its content type says, else text; null when it is empty. */
function valueOf(response: HttpResponse): Json {
	const text = new TextDecoder(charsetOf(response)).decode(response.body);
	if (text.trim() === '') return null;
	try {
		return JSON.parse(text) as Json;
	} catch {
		// Plain text, HTML or XML is a result too.
		return text;
	}
}

/** A media result in the form in which an HTTP node hands out binary answers (R7.11.3). */
function mediaOf(response: HttpResponse): Json {
	return {
		content_type: response.headers['content-type'] ?? 'application/octet-stream',
		base64: Buffer.from(response.body).toString('base64'),
	};
}

function charsetOf(response: HttpResponse): string {
	const label = /charset="?([\w-]+)/i.exec(response.headers['content-type'] ?? '')?.[1] ?? 'utf-8';
	return isKnownCharset(label) ? label : 'utf-8';
}

function isKnownCharset(label: string): boolean {
	try {
		return new TextDecoder(label).encoding !== '';
	} catch {
		// An unknown label is read as UTF-8, which is what most servers mean.
		return false;
	}
}

function clean(message: string, request: ToolRequest, token: string): string {
	return maskSecrets(request.scope.mask(message), [token]);
}
