/** Runs an HTTP node against a made-up server, for the tests of both directions. */

import { httpRequest } from '../../lib/behavior/http-request';
import type { HttpRequestNode } from '../../lib/graph/node';
import type { HttpResponse } from '../../lib/http';
import type { JsonObject } from '../../lib/json';
import { fakeStep, type FakeOptions } from './fake-step';

export const MASK = '**********';

export function response(
	body: string | Uint8Array | JsonObject | unknown[],
	status = 200,
	headers: Record<string, string> = {},
): HttpResponse {
	const isBytes = body instanceof Uint8Array;
	const bytes = isBytes ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
	return { status, headers, body: bytes };
}

export async function run(node: JsonObject, more: Omit<FakeOptions, 'node'> = {}) {
	const made = fakeStep<HttpRequestNode>({
		http: () => response({ ok: true }),
		...more,
		node: { type: 'http_request', url: 'https://api.example/v1', ...node },
	});
	const outcome = await httpRequest.execute(made.step);
	return { ...made, outcome, sent: made.did.httpRequests[0], event: made.did.reports[0]?.fields };
}
