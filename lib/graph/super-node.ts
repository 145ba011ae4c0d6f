/** Super nodes (2.10): the placeholder of an embedded workflow, and the inputs that workflow asks for. */

import { z } from 'zod';
import type { JsonObject } from '../json';
import {
	anyJson,
	decimal,
	exactlyOneOf,
	flag,
	freeObject,
	freeObjectOrNull,
	list,
	listOrEmpty,
	oneOf,
	orNull,
	text,
	whole,
} from './field';
import { llmOrGroupSchema } from './model';
import { nodeBase } from './node-base';

export const TARGET_TYPES = [
	'node_config_field',
	'edge_config_field',
	'workflow_config_field',
	'dynamic_variable',
	'runtime_variable',
] as const;

export const inputMappingSchema = z.looseObject({
	target_type: z.enum(TARGET_TYPES),
	target_node_or_edge_logical_id: text(),
	target_field_path: text(),
	target_variable_name: text(),
});
export type InputMapping = z.infer<typeof inputMappingSchema>;

export const inputFieldSchema = z.looseObject({
	name: z.string(),
	description: text(),
	required: flag(true),
	default_value: anyJson.optional(),
	json_schema: freeObjectOrNull,
	mappings: list(inputMappingSchema),
	value_type: exactlyOneOf(
		['string', 'integer', 'number', 'boolean', 'object', 'array', 'enum', 'any'],
		'any',
	),
	enum_values: listOrEmpty(anyJson),
	min_value: decimal(),
	max_value: decimal(),
	min_length: whole(),
	max_length: whole(),
});
export type InputField = z.infer<typeof inputFieldSchema>;

export const superNodeInterfaceSchema = z.looseObject({ input_fields: list(inputFieldSchema) });

export const superNodeSchema = z.looseObject({
	...nodeBase,
	type: z.literal('super_node'),
	super_workflow_id: text(),
	super_workflow_version_number: whole(),
	field_values: freeObject,
	override_llm_config: flag(false),
	override_only_workflow_default_nodes: flag(false),
	attachable_llm_config_id: text(),
	llms_config: orNull(llmOrGroupSchema),
	reverse_edge_scope: oneOf(['all_interior_llm_nodes', 'terminal_nodes'], 'all_interior_llm_nodes'),
	/** As it was read; `readInterface` gives the typed form. */
	super_node_interface: freeObjectOrNull,
	encapsulated_workflow_config: freeObjectOrNull,
});
export type SuperNode = z.infer<typeof superNodeSchema>;

export interface InterfaceReading {
	fields: Array<{ field: InputField; index: number }>;
	/** Fields and mappings that cannot be read: their index, the key concerned, and why. */
	problems: Array<{ index: number; mapping: number | null; key: string; name: string | null }>;
}

/** The inputs an interface declares; what cannot be read is listed and left out. */
export function readInterface(raw: JsonObject | null): InterfaceReading {
	const reading: InterfaceReading = { fields: [], problems: [] };
	const rows = Array.isArray(raw?.input_fields) ? raw.input_fields : [];
	for (const [index, row] of rows.entries()) {
		const result = inputFieldSchema.safeParse(row);
		if (result.success) {
			reading.fields.push({ field: result.data, index });
			continue;
		}
		const name = (row as { name?: unknown } | null)?.name;
		for (const issue of result.error.issues) {
			const mapping =
				issue.path[0] === 'mappings' && typeof issue.path[1] === 'number' ? issue.path[1] : null;
			const key = String(issue.path.at(-1) ?? 'input_fields');
			reading.problems.push({ index, mapping, key, name: typeof name === 'string' ? name : null });
		}
	}
	return reading;
}
