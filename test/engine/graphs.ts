/** Short spelling for graphs in tests: nodes by letter, edges by arrow. */

import type { JsonObject } from '../../lib/json';

export function graphOf(nodes: JsonObject[], edges: JsonObject[] = [], config: JsonObject = {}): JsonObject {
	return {
		workflow_config: { name: 'Test', llms_config: { type: 'openai_llm' }, ...config },
		node_configs: nodes,
		edge_configs: edges.map((edge, index) => ({ logical_id: `e${index}`, ...edge })),
	};
}

export const say = (id: string, wait: boolean, loop: boolean, more: JsonObject = {}): JsonObject => ({
	type: 'say_llm',
	logical_id: id,
	name: id,
	main_response_config: { prompt: `You are ${id}.` },
	llms_config: { type: 'global_default_llm' },
	wait_for_user_message: wait,
	self_loop: loop,
	...more,
});

export const worker = (id: string, wait: boolean, loop: boolean, more: JsonObject = {}): JsonObject => ({
	...say(id, wait, loop),
	type: 'worker_llm',
	...more,
});

export const line = (id: string, text = `line of ${id}`, more: JsonObject = {}): JsonObject => ({
	type: 'say_static',
	logical_id: id,
	name: id,
	static_messages_config: { static_messages: [text] },
	...more,
});

export const noop = (id: string, more: JsonObject = {}): JsonObject => ({
	type: 'no_op',
	logical_id: id,
	name: id,
	...more,
});

export const start = { is_start: true };

export const direct = (from: string, to: string, more: JsonObject = {}): JsonObject => ({
	type: 'direct',
	source_node_logical_id: from,
	destination_node_logical_id: to,
	...more,
});

export const fork = (from: string, to: string, threadId: string | null = null): JsonObject =>
	direct(from, to, { companion_thread_config: { is_companion_thread: true, thread_id: threadId } });

export const freeform = (from: string, to: string, text = `to ${to}`, more: JsonObject = {}): JsonObject => ({
	type: 'conditional',
	source_node_logical_id: from,
	destination_node_logical_id: to,
	condition: { condition_freeform: text },
	...more,
});

export const expression = (from: string, to: string, text: string, more: JsonObject = {}): JsonObject => ({
	type: 'conditional',
	source_node_logical_id: from,
	destination_node_logical_id: to,
	condition: { condition_expression: text },
	...more,
});

export const companion = (from: string, to: string): JsonObject => ({
	type: 'companion',
	source_node_logical_id: from,
	destination_node_logical_id: to,
});
