/** Super-node interfaces as one guide spells them, and the graphs embedded in super nodes (4.6). */

import { isJsonObject, type Json, type JsonObject } from '../../json';
import { pathTo } from '../fault';
import { type Draft, type Spot } from './draft';
import { mapChanged } from './model-fields';

const VARIABLE_TARGETS = new Set(['dynamic_variable', 'runtime_variable']);

/** `super_node_interface` in wire form: `field_values` lists and `field_mappings` respelled. */
export function convertInterface(owner: Draft): void {
	const value = owner.get('super_node_interface');
	if (!isJsonObject(value)) return;
	const spot = { ...owner.spot, path: pathTo(owner.spot.path, 'super_node_interface') };
	const converted = interfaceToWire(value, spot, owner);
	if (converted !== value) owner.put('super_node_interface', converted);
}

function interfaceToWire(value: JsonObject, spot: Spot, owner: Draft): JsonObject {
	let fields = value.input_fields;
	let result = value;
	if (fields === undefined && Array.isArray(value.field_values) && value.field_values.every(isJsonObject)) {
		const message = 'the interface lists its inputs as field_values; read as input_fields';
		owner.warn('4.6', 'super_node_interface', message, 'Write input_fields with mappings.');
		fields = value.field_values.map(inputField);
		result = Object.fromEntries(
			Object.entries(value).map(([key, old]): [string, Json] =>
				key === 'field_values' ? ['input_fields', fields ?? null] : [key, old],
			),
		);
	}
	if (!Array.isArray(fields)) return result;
	const respelled = mapChanged(fields, (field, index) => {
		if (!isJsonObject(field)) return field;
		return mappingsToWire(field, { ...spot, path: pathTo(spot.path, 'input_fields', index) }, owner);
	});
	return respelled === fields ? result : { ...result, input_fields: respelled };
}

/** `{name, type, map_to: "dynamic_variable:x"}` as an input field. */
function inputField(row: JsonObject): JsonObject {
	const entries = Object.entries(row).map(([key, value]): [string, Json] => {
		if (key === 'type' && !('value_type' in row)) return ['value_type', value];
		if (key !== 'map_to' || typeof value !== 'string' || 'mappings' in row) return [key, value];
		const colon = value.indexOf(':');
		const target_type = value.slice(0, Math.max(colon, 0));
		if (!VARIABLE_TARGETS.has(target_type)) return [key, value];
		return ['mappings', [{ target_type, target_variable_name: value.slice(colon + 1) }]];
	});
	return Object.fromEntries(entries);
}

function mappingsToWire(field: JsonObject, spot: Spot, owner: Draft): JsonObject {
	let result = field;
	if (field.mappings === undefined && field.field_mappings !== undefined) {
		owner.warn(
			'4.6',
			'super_node_interface',
			`${spot.path}: field_mappings is read as mappings`,
			'Write mappings.',
		);
		result = Object.fromEntries(
			Object.entries(field).map(([key, value]) => [key === 'field_mappings' ? 'mappings' : key, value]),
		);
	}
	for (const mapping of Array.isArray(result.mappings) ? result.mappings : []) {
		if (!isJsonObject(mapping) || typeof mapping.target_field_path !== 'string') continue;
		if (/(^|\.)condition\.condition_string$/.test(mapping.target_field_path)) {
			const message = `${spot.path}: condition.condition_string is not a field`;
			owner.warn(
				'4.6',
				'super_node_interface',
				message,
				'Use condition.condition_freeform or condition.condition_expression.',
			);
		}
	}
	return result;
}

/** The graph embedded in a super node, however it is wrapped. */
export function convertEmbedded(
	owner: Draft,
	toWire: (raw: JsonObject, path: string) => { value: JsonObject; faults: Spot['faults'] },
): void {
	const key = 'encapsulated_workflow_config';
	const convert = (value: Json, path: string): Json => {
		if (!isJsonObject(value)) return value;
		if ('node_configs' in value || 'edge_configs' in value) {
			const wire = toWire(value, path);
			owner.spot.faults.push(...wire.faults);
			return wire.value;
		}
		const inner = value.workflow_config;
		if (!isJsonObject(inner)) return value;
		const converted = convert(inner, pathTo(path, 'workflow_config'));
		return converted === inner ? value : { ...value, workflow_config: converted };
	};
	const embedded = owner.get(key);
	if (!isJsonObject(embedded)) return;
	owner.put(key, convert(embedded, pathTo(owner.spot.path, key)));
}
