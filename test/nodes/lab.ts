/** A counting lab server on loopback, and a graph that asks it in the background while the patient is waited for. */

import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { IDataObject } from 'n8n-workflow';

export interface Lab {
	/** How often the lab was asked. */
	calls: number;
	/** Which call brings the result. */
	readyAt: number;
	readonly graph: IDataObject;
	close(): Promise<void>;
}

export async function startLab(readyAt: number): Promise<Lab> {
	const lab = { calls: 0, readyAt };
	// Ports are given out again: what earlier tests left behind must not be answered.
	const path = `/${randomUUID()}`;
	const server = createServer((request, response) => {
		if (request.url !== path) {
			response.writeHead(404, { connection: 'close' }).end();
			return;
		}
		lab.calls += 1;
		response.setHeader('content-type', 'application/json');
		response.setHeader('connection', 'close');
		response.end(JSON.stringify({ status: lab.calls >= lab.readyAt ? 'ready' : 'pending' }));
	});
	await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
	const { port } = server.address() as AddressInfo;
	return Object.assign(lab, {
		graph: labGraph(`http://127.0.0.1:${port}${path}`),
		close: () => new Promise<void>((closed) => server.close(() => closed())),
	});
}

/** Greets and waits; a companion asks once a second; the result is told as soon as it lands. */
export function labGraph(url: string): IDataObject {
	const node = (type: string, id: string, more: IDataObject = {}) => ({
		type,
		logical_id: id,
		name: id,
		...more,
	});
	const line = (id: string, text: string, more: IDataObject = {}) =>
		node('say_static', id, { static_messages_config: { static_messages: [text] }, ...more });
	const edge = (id: string, from: string, to: string, more: IDataObject) => ({
		logical_id: id,
		source_node_logical_id: from,
		destination_node_logical_id: to,
		...more,
	});
	return {
		workflow_config: { name: 'Lab line' },
		node_configs: [
			line('greet', 'I am asking the lab.', { is_start: true }),
			node('say_llm', 'chat', {
				main_response_config: { prompt: 'Talk about the weather.' },
				llms_config: { type: 'openai_llm' },
				wait_for_user_message: true,
				self_loop: true,
			}),
			node('http_request', 'poll', {
				url,
				self_loop_config: { enabled: true, max_retries: 60, time_between_retries: 1 },
			}),
			node('no_op', 'landed'),
			line('tell', 'Your result is in.'),
		],
		edge_configs: [
			edge('e1', 'greet', 'chat', { type: 'direct' }),
			edge('e2', 'greet', 'poll', {
				type: 'direct',
				companion_thread_config: { is_companion_thread: true, thread_id: 'lab' },
			}),
			edge('e3', 'poll', 'landed', {
				type: 'conditional',
				condition: { condition_expression: "[[http_request_result.status]] == 'ready'" },
			}),
			edge('e4', 'chat', 'tell', {
				type: 'conditional',
				condition: { condition_expression: "[[thread_lab.http_request_result.status]] == 'ready'" },
				evaluate_while_waiting_config: {
					enabled: true,
					trigger_mode: 'on_node_completion',
					trigger_node_logical_ids: ['poll'],
				},
			}),
		],
	};
}
