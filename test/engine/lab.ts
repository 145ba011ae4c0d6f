/** A lab that is asked again and again by a companion while the patient is talked to. */

import type { Http } from '../../lib/http';
import type { JsonObject } from '../../lib/json';
import { direct, expression, fork, graphOf, line, noop, say, start } from './graphs';

/** A poller that answers `pending` until the given call, then `ready`. */
export function lab(readyAt: number): Http & { calls: number } {
	const http = {
		calls: 0,
		send: () => {
			http.calls += 1;
			const body = JSON.stringify({ status: http.calls >= readyAt ? 'ready' : 'pending', calls: http.calls });
			return Promise.resolve({
				status: 200,
				headers: { 'content-type': 'application/json' },
				body: new TextEncoder().encode(body),
			});
		},
	};
	return http;
}

export const poll = (id: string, loop: JsonObject): JsonObject => ({
	type: 'http_request',
	logical_id: id,
	name: id,
	url: 'https://lab.example/status',
	self_loop_config: { enabled: true, ...loop },
});

export const labGraph = (loop: JsonObject, waiting: JsonObject = {}) =>
	graphOf(
		[
			noop('entry', start),
			say('chat', true, true),
			poll('poll', loop),
			noop('landed'),
			line('tell', 'Your result is in.'),
		],
		[
			direct('entry', 'chat'),
			fork('entry', 'poll', 'lab'),
			expression('poll', 'landed', "[[http_request_result.status]] == 'ready'"),
			expression('chat', 'tell', "[[thread_lab.http_request_result.status]] == 'ready'", {
				evaluate_while_waiting_config: {
					enabled: true,
					trigger_mode: 'on_node_completion',
					trigger_node_logical_ids: ['poll'],
					...waiting,
				},
			}),
		],
	);
