/** `http_request`: sends one request, keeps the parsed response, and reports failures as values (R7.11). */

import { messageOf } from '../errors';
import type { HttpRequestNode } from '../graph/node';
import type { HttpResponse } from '../http';
import { isJsonObject, type Json, type JsonObject } from '../json';
import type { Behavior, Step, Write } from './contract';
import { curlCommand } from './curl';
import { isEffectFailure } from './failure';
import { encodeRequest, type OutboundRequest } from './http-encode';
import { parseJson } from './json-text';
import { maskTexts, MAX_DEPTH, isTooDeep } from './recorded';
import { mapResponse } from './response-mapping';

/** What is journaled of a response. */
interface Received extends JsonObject {
	status: number;
	contentType: string;
	/** Text, or Base64 when the node wants bytes. */
	body: string;
}

interface Outcome {
	success: boolean;
	status: number | null;
	/** The bare value, as the variable holds it. */
	value: Json;
	/** The value as an object, as outputs and events show it (R7.11.3). */
	shown: JsonObject | null;
	error: string | null;
	mapped: Write[];
}

const READING_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

export const httpRequest: Behavior<HttpRequestNode> = {
	async execute(step) {
		let curl: string | null = null;
		let outcome: Outcome;
		try {
			const request = await encodeRequest(step);
			curl = curlCommand(request, step.scope);
			outcome = readResponse(step, await send(step, request));
		} catch (error) {
			if (!isEffectFailure(error) || step.signal.aborted) throw error;
			outcome = {
				success: false,
				status: null,
				value: null,
				shown: null,
				error: messageOf(error),
				mapped: [],
			};
		}
		const error = outcome.error === null ? null : step.scope.mask(outcome.error);
		const { success, status } = outcome;
		const shown = maskTexts(outcome.shown, step.scope);
		step.report('http_request', {
			curl_command: curl,
			status_code: status,
			response_body: shown,
			// Absent rather than null: readers of streams take a text there or nothing.
			...(error === null ? {} : { error }),
		});
		step.write(writesOf(step.node, { ...outcome, error }));
		return { output: { curl_command: curl, success, http_status_code: status, http_response: shown } };
	},
};

function send(step: Step<HttpRequestNode>, request: OutboundRequest): Promise<Received> {
	const isBinary = step.node.response_format === 'binary';
	const effect = {
		key: 'http',
		kind: 'http' as const,
		target: `${request.method} ${new URL(request.url).host}`,
		sideEffect: READING_METHODS.has(request.method) ? ('reads' as const) : ('writes' as const),
	};
	return step.perform(effect, async (signal) => {
		const { url, method, headers, body, timeoutMs } = request;
		const response = await step.http.send({ url, method, headers, body, timeoutMs, signal });
		const contentType = response.headers['content-type'] ?? '';
		const text = isBinary ? Buffer.from(response.body).toString('base64') : decode(response, contentType);
		return { status: response.status, contentType, body: text };
	});
}

function decode({ body }: HttpResponse, contentType: string): string {
	const charset = /charset="?([\w-]+)/i.exec(contentType)?.[1] ?? 'utf-8';
	try {
		return new TextDecoder(charset).decode(body);
	} catch {
		// An unknown charset is read as the web's default.
		return new TextDecoder().decode(body);
	}
}

function readResponse(step: Step<HttpRequestNode>, received: Received): Outcome {
	const { status } = received;
	const isGood = status >= 200 && status <= 299;
	const { value, shown, problem } = parse(step.node.response_format, received);
	const outcome: Outcome = { success: isGood, status, value, shown, error: null, mapped: [] };
	if (!isGood) return { ...outcome, error: `The server answered with status ${status}.` };
	if (problem !== null) return { ...outcome, success: false, error: problem };
	const mapping = mapResponse(step.node, value);
	if (!mapping.ok) return { ...outcome, success: false, error: mapping.message };
	return { ...outcome, mapped: mapping.writes };
}

/** An answer without a body, as to HEAD or with status 204, is null in every format. */
function parse(
	format: HttpRequestNode['response_format'],
	{ body, contentType }: Received,
): { value: Json; shown: JsonObject | null; problem: string | null } {
	if (body === '') return { value: null, shown: null, problem: null };
	if (format === 'binary') {
		return { value: body, shown: { base64: body, content_type: contentType }, problem: null };
	}
	if (format === 'text') return { value: body, shown: { text: body }, problem: null };
	const value = parseJson(body);
	if (value === undefined) return { value: null, shown: null, problem: 'The response is not valid JSON.' };
	if (isTooDeep(value)) {
		return {
			value: null,
			shown: null,
			problem: `The response is nested more than ${MAX_DEPTH} levels deep.`,
		};
	}
	return {
		value,
		shown: isJsonObject(value) ? value : value === null ? null : { data: value },
		problem: null,
	};
}

/** Later writes win: mapped values first, then the result, unless a mapping replaced it, then the outcome. */
function writesOf(node: HttpRequestNode, outcome: Outcome): Write[] {
	const name = node.result_runtime_variable_name || 'http_request_result';
	const isReplaced = outcome.mapped.some((write) => write.name === name && write.scope !== 'workflow');
	return [
		...outcome.mapped,
		...(isReplaced ? [] : [{ name, value: outcome.value }]),
		{ name: `${name}_success`, value: outcome.success },
		{ name: `${name}_status_code`, value: outcome.status },
		{ name: `${name}_error`, value: outcome.error },
	];
}
