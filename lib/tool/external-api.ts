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
			return send(tool, built.request, { ...request, token: token.value });
		},
	};

	/** The integration's token, or empty where none is asked for or a header already authorizes the call. */
	async function tokenFor(
		tool: ExternalApiTool,
		built: BuiltRequest,
		signal: AbortSignal,
	): Promise<{ ok: true; value: string } | (ToolOutcome & { ok: false })> {
		const integrationId = tool.integration_auth?.integration_id;
		const isAuthorized = Object.keys(built.headers).some((name) => name.toLowerCase() === 'authorization');
		if (!integrationId || isAuthorized) return { ok: true, value: '' };
		const token = (await integrationToken?.(integrationId, signal)) ?? null;
		if (token !== null) return { ok: true, value: token };
		const message =
			`Tool ${toolName(tool)} asks for the integration ${integrationId}, which does not exist here. ` +
			'Set an Authorization header on the tool, for example from a secret variable.';
		return { ok: false, code: 'TOOL_INTEGRATION_UNKNOWN', message };
	}

	async function send(
		tool: ExternalApiTool,
		built: BuiltRequest,
		{ token, signal, timeoutMs, scope }: ToolRequest & { token: string },
	): Promise<ToolOutcome> {
		const headers = token === '' ? built.headers : { ...built.headers, authorization: `Bearer ${token}` };
		let response: HttpResponse;
		try {
			response = await http.send({ ...built, headers, timeoutMs, signal });
		} catch (error) {
			if (signal.aborted) throw error;
			const message = `Tool ${toolName(tool)} failed: ${messageOf(error)}.`;
			return { ok: false, code: codeOf(error), message };
		}
		if (response.status >= 200 && response.status <= 299) {
			return { ok: true, value: tool.result_as_media ? mediaOf(response) : valueOf(response) };
		}
		// Masked before it is cut: half a secret would not be found any more.
		const body = shorten(maskSecrets(scope.mask(renderText(valueOf(response)).trim()), [token]));
		const message = `Tool ${toolName(tool)} got status ${response.status} from ${built.method} ${new URL(built.url).origin}`;
		return {
			ok: false,
			code: 'TOOL_HTTP_STATUS',
			message: body === '' ? `${message}.` : `${message}: ${body}`,
		};
	}
}

function shorten(text: string): string {
	return text.length > MAX_SHOWN_BODY ? `${text.slice(0, MAX_SHOWN_BODY)}…` : text;
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
