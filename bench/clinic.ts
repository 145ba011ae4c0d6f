/** A large graph as clinics write them: desks that talk, tools that look up, conditions in words and in expressions. */

import type { JsonObject } from '../lib/json.ts';

const PROMPT =
	'You help patients of {{clinic_name}} with appointments. Ask for the date of birth first, and never give ' +
	'medical advice. When the patient is in pain, say that a nurse will call back within the hour.';

/** Desks in groups of five: four that talk in a row, one that asks another system; the last desk of a group may go back. */
export function clinicOf(nodeCount: number): JsonObject {
	const ids = Array.from({ length: nodeCount }, (_, index) => `node_${index}`);
	return {
		workflow_config: {
			name: 'Clinic',
			description: 'Appointments, prescriptions and questions about bills.',
			llms_config: { type: 'openai_llm', model_name: 'gpt-4o', temperature: 0.2, max_tokens: 400 },
			miscellaneous: { default_dynamic_variables: { clinic_name: 'the clinic' } },
		},
		node_configs: ids.map((id, index) => (index % 5 === 4 ? lookup(id) : desk(id, index))),
		edge_configs: ids.slice(1).flatMap((id, index) => edgesBetween(index, id)),
		dynamic_variables: { clinic_name: '' },
		runtime_variables: {},
	};
}

function desk(id: string, index: number): JsonObject {
	return {
		type: 'say_llm',
		logical_id: id,
		name: `Desk ${index}`,
		description: 'Talks with the patient about one subject.',
		is_start: index === 0,
		main_response_config: { prompt: `${PROMPT} This is desk ${index}.` },
		llms_config: { type: 'global_default_llm' },
		wait_for_user_message: true,
		self_loop: true,
	};
}

function lookup(id: string): JsonObject {
	return {
		type: 'http_request',
		logical_id: id,
		name: `Lookup ${id}`,
		method: 'GET',
		url: 'https://records.example.com/patients/{{patient_id}}',
		headers: { accept: 'application/json' },
	};
}

function edgesBetween(index: number, id: string): JsonObject[] {
	const edge = {
		logical_id: `edge_${index}`,
		name: `To ${id}`,
		source_node_logical_id: `node_${index}`,
		destination_node_logical_id: id,
	};
	if (index % 5 === 4) return [{ type: 'direct', ...edge }];
	const onward = {
		type: 'conditional',
		...edge,
		condition: { condition_freeform: 'The patient has answered and is ready to go on.' },
	};
	if (index % 5 !== 3) return [onward];
	const back = {
		type: 'conditional',
		logical_id: `back_${index}`,
		name: 'Back',
		source_node_logical_id: `node_${index}`,
		destination_node_logical_id: `node_${index - 3}`,
		condition: { condition_expression: '[[patient_found]] == false and [[attempts]] < 3' },
	};
	return [onward, back];
}
