/** Small graphs for the tests of the convert room, written as a person would write them. */

import type { Json, JsonObject } from '../../lib/json';

export function clinic(): JsonObject {
	return {
		workflow_config: {
			logical_id: 'workflow_clinic',
			name: 'Clinic line',
			default_prompt_prefix: 'You answer the phone.',
			miscellaneous: { default_dynamic_variables: { clinic_name: 'Elm Street Clinic' } },
		},
		node_configs: [
			{
				type: 'say_llm',
				logical_id: 'greet',
				name: 'Greeting',
				is_start: true,
				main_response_config: { prompt: 'Greet.' },
			},
			{
				type: 'worker_llm',
				logical_id: 'triage',
				name: 'Triage',
				main_response_config: { prompt: 'Judge urgency.' },
			},
			{
				type: 'say_static',
				logical_id: 'bye',
				name: 'Goodbye',
				static_messages_config: { static_messages: ['Bye.'] },
			},
		],
		edge_configs: [
			{
				type: 'direct',
				logical_id: 'e1',
				source_node_logical_id: 'greet',
				destination_node_logical_id: 'triage',
			},
			{
				type: 'conditional',
				logical_id: 'e2',
				name: 'Done',
				source_node_logical_id: 'triage',
				destination_node_logical_id: 'bye',
				condition: { condition_expression: 'isPresent([[triage.urgency]])' },
			},
		],
		dynamic_variables: {},
		runtime_variables: {},
	};
}

/** A copy with one value replaced; `place` is a list of keys and indexes. */
export function edited(graph: JsonObject, place: ReadonlyArray<string | number>, value: Json): JsonObject {
	const copy = structuredClone(graph);
	let inside = copy as Record<string | number, Json>;
	for (const key of place.slice(0, -1)) inside = inside[key] as Record<string | number, Json>;
	inside[place.at(-1) as string | number] = value;
	return copy;
}

/** The graph as it comes back from a platform that gives every node and edge a new id. */
export function withNewIds(graph: JsonObject): JsonObject {
	const ids = [...JSON.stringify(graph).matchAll(/"logical_id":"([^"]+)"/g)].map(
		(match) => match[1] as string,
	);
	const text = ids.reduce(
		(all, id) => all.replaceAll(`"${id}"`, `"fresh_${id}"`).replaceAll(`[[${id}.`, `[[fresh_${id}.`),
		JSON.stringify(graph),
	);
	return JSON.parse(text) as JsonObject;
}

/** A graph in which every look, mark and kind of edge occurs. */
export function gallery(): JsonObject {
	const edge = (type: string, [source, target]: [string, string], more: JsonObject = {}): JsonObject => ({
		type,
		logical_id: `${source}_${target}`,
		source_node_logical_id: source,
		destination_node_logical_id: target,
		...more,
	});
	return {
		workflow_config: {
			name: 'Refill line & <more>',
			guardrail_strikes_config: {
				max_guardrail_nodes_before_escalation: 3,
				escalation_node_logical_id: 'person',
			},
		},
		node_configs: [
			{ type: 'start_conversation', logical_id: 'call', name: 'Dial', is_start: true },
			{ type: 'say_llm', logical_id: 'ask', name: 'Ask for the drug' },
			{ type: 'worker_llm', logical_id: 'judge', name: 'Judge urgency' },
			{
				type: 'http_request',
				logical_id: 'file',
				name: 'File request',
				self_loop_config: { enabled: true, max_retries: 3 },
			},
			{ type: 'tool_node', logical_id: 'lookup', name: 'Look up pharmacy' },
			{ type: 'send_sms', logical_id: 'sms', name: 'Text a confirmation', disabled: true },
			{ type: 'no_op', logical_id: 'mark', name: 'Checkpoint' },
			{
				type: 'super_node',
				logical_id: 'pay',
				name: 'Collect payment',
				encapsulated_workflow_config: { node_configs: [{ type: 'no_op', is_start: true }], edge_configs: [] },
			},
			{ type: 'fax_node', logical_id: 'fax', name: 'Send a fax' },
			{
				type: 'say_llm',
				logical_id: 'emergency',
				name: 'Emergency',
				is_guardrail_node: true,
				global_node_config: {
					is_global: true,
					condition: { condition_freeform: 'The caller describes an emergency' },
					reverse_conditional_edge: { condition_freeform: 'It was a false alarm' },
				},
			},
			{
				type: 'say_llm',
				logical_id: 'person',
				name: 'Hand over',
				global_node_config: {
					is_global: true,
					condition: { condition_expression: "[[wants_person]] == 'yes'" },
				},
			},
			{ type: 'end_conversation', logical_id: 'bye', name: 'Hang up' },
		],
		edge_configs: [
			edge('direct', ['call', 'ask']),
			edge('direct', ['call', 'lookup'], {
				companion_thread_config: { is_companion_thread: true, thread_id: 'pharmacy' },
			}),
			edge('direct', ['lookup', 'mark']),
			edge('companion', ['ask', 'judge']),
			edge('conditional', ['ask', 'file'], {
				condition: { condition_expression: 'isPresent([[drug]])' },
				priority: 10,
			}),
			edge('conditional', ['ask', 'pay'], {
				condition: { condition_expression: 'isPresent([[thread_pharmacy.tool_result]])' },
				evaluate_while_waiting_config: { enabled: true, trigger_node_logical_ids: ['lookup'] },
			}),
			edge('direct', ['file', 'sms']),
			edge('direct', ['sms', 'bye']),
			edge('direct', ['pay', 'fax']),
			edge('direct', ['fax', 'bye'], { disabled: true }),
			edge('teleport', ['fax', 'gone']),
		],
	};
}
