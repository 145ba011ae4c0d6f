/** A clinic's lab line: talks to the patient while a companion asks the lab every 3 s, and tells the result. */

import type { Http } from '../../lib/http';
import type { JsonObject } from '../../lib/json';
import type { TurnResult } from '../../lib/run/contract';
import { direct, expression, fork, graphOf, line, noop, start } from '../engine/graphs';
import { openRoom, talk, type Room, type RoomOptions } from './room';

export interface Lab {
	room: Room;
	/** The lab's server: how often it was asked. */
	http: { calls: number };
	source: { type: 'document'; document: JsonObject };
	/** The same talk without a lab. */
	quiet: { type: 'document'; document: JsonObject };
	/** The node that talks and waits. */
	chat: JsonObject;
	begin(sessionKey: string): Promise<TurnResult>;
	/** Lets time pass in small steps, each of which gives work in progress a chance to finish. */
	pass(ms: number): Promise<void>;
	close(): Promise<void>;
}

const stepMs = 50;

/** @param readyAt Which call of the lab's server brings the result. */
export async function openLab({ readyAt, ...options }: RoomOptions & { readyAt: number }): Promise<Lab> {
	const http = { calls: 0 };
	const server: Http = {
		send: () => {
			http.calls += 1;
			const body = JSON.stringify({ status: http.calls >= readyAt ? 'ready' : 'pending' });
			const headers = { 'content-type': 'application/json' };
			return Promise.resolve({ status: 200, headers, body: new TextEncoder().encode(body) });
		},
	};
	const room = await openRoom(options);
	room.ports.http = server;
	const chat = talk('chat', { name: 'chat' });
	const source = { type: 'document', document: labGraph(chat) } as const;
	const document = graphOf([noop('entry', start), chat], [direct('entry', 'chat')]);
	return {
		room,
		http,
		source,
		quiet: { type: 'document', document },
		chat,
		begin: (sessionKey) => room.turn({ source, sessionKey, command: 'start' }),
		async pass(ms) {
			for (let left = ms; left > 0; left -= stepMs) {
				await room.clock.move(Math.min(stepMs, left));
				for (let tick = 0; tick < 5; tick += 1) await new Promise(setImmediate);
			}
		},
		close: () => room.close(),
	};
}

function labGraph(chat: JsonObject): JsonObject {
	return graphOf(
		[
			noop('entry', start),
			chat,
			{
				type: 'http_request',
				logical_id: 'poll',
				name: 'poll',
				url: 'https://lab.example/status',
				self_loop_config: { enabled: true, max_retries: 20, time_between_retries: 3 },
			},
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
				},
			}),
		],
	);
}
