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
