/** Response mapping of `http_request`: parts of the response become variables of their own (R7.11.5, R4.37). */

import type { HttpRequestNode } from '../graph/node';
import type { Json } from '../json';
import { readPath } from '../value/path';
import type { Write } from './contract';

export type Mapped = { ok: true; writes: Write[] } | { ok: false; message: string };

/** A missing path gives the mapping's default; with `required` the call counts as failed. */
export function mapResponse(node: HttpRequestNode, value: Json): Mapped {
	const writes: Write[] = [];
	for (const mapping of node.response_mapping) {
		const name = mapping.target_variable_name;
		const found = readPath(value, mapping.result_path ?? '');
		if (found === undefined && mapping.required) {
			return {
				ok: false,
				message: `The response has nothing at "${mapping.result_path}", which "${name}" requires.`,
			};
		}
		// A null that the server sent is an answer; only a path that leads nowhere takes the default.
		const mapped = found === undefined ? (mapping.default ?? null) : found;
		writes.push({ name, value: mapped, scope: mapping.scope });
	}
	return { ok: true, writes };
}
