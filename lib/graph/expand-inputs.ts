/** Values handed to an embedded graph: chosen, checked, set at their targets or kept for entry (R7.3.10, R7.3.11). */

import { isJsonObject, type Json, type JsonObject } from '../json';
import { anError, type Fault, pathTo, quoted } from './fault';
import { fieldPath, withField } from './field-path';
import type { EntryWrite } from './interior';
import { brokenConstraint, missingKeys } from './rules/super-nodes';
import { subjectOf } from './subject';
import { type InputField, type InputMapping, readInterface, type SuperNode } from './super-node';

export interface InputRequest {
	placeholder: SuperNode;
	/** The interface: the placeholder's copy, or that of the workflow it refers to. */
	declared: JsonObject | null;
	/** The embedded graph in wire form. */
	raw: JsonObject;
	/** JSON path of the placeholder. */
	path: string;
}

export interface Inputs {
	/** The embedded graph with every config field set. */
	raw: JsonObject;
	entryWrites: EntryWrite[];
	faults: Fault[];
}

/** Fields that say what an object is; no input may change them. */
const FIXED_FIELDS: ReadonlySet<string> = new Set([
	'type',
	'logical_id',
	'source_node_logical_id',
	'destination_node_logical_id',
]);

export function applyInputs({ placeholder, declared, raw, path }: InputRequest): Inputs {
	const result: Inputs = { raw, entryWrites: [], faults: [] };
	const subject = subjectOf(placeholder, 'super node');
	const report = (rule: string, message: string, advice: string) =>
		result.faults.push(anError({ rule, path: pathTo(path, 'field_values'), subject, message, advice }));
	for (const { field } of readInterface(declared).fields) {
		const value = valueFor(field, placeholder.field_values);
		if (value === undefined) {
			if (field.required) {
				const advice = `Set field_values.${field.name}.`;
				report('R-74', `super node ${subject}: ${field.name} is required`, advice);
			}
			continue;
		}
		const broken = brokenConstraint(field, value);
		if (broken !== null) {
			const advice = 'Give a value that fits what the embedded workflow asks for.';
			report('R-76', `super node ${subject}: ${field.name} must be ${broken}`, advice);
			continue;
		}
		for (const mapping of field.mappings) {
			const problem = applyMapping(result, mapping, value);
			if (problem === null) continue;
			const advice = 'Publish the interface of the embedded workflow again with targets that exist.';
			report('R-75', `mapping of ${field.name}: ${problem}`, advice);
		}
	}
	return result;
}

/** The given value, else the default of an optional field; undefined: nothing to set. */
function valueFor(field: InputField, given: JsonObject): Json | undefined {
	if (Object.hasOwn(given, field.name)) return given[field.name];
	if (field.required) return undefined;
	return field.default_value ?? undefined;
}

/** Sets or notes one value; returns what stands in the way, or null. */
function applyMapping(inputs: Inputs, mapping: InputMapping, value: Json): string | null {
	const missing = missingKeys(mapping);
	if (missing.length > 0) return `${missing.join(' and ')} needed for ${mapping.target_type}`;
	switch (mapping.target_type) {
		case 'dynamic_variable':
		case 'runtime_variable': {
			const scope = mapping.target_type === 'dynamic_variable' ? 'dynamic' : 'runtime';
			inputs.entryWrites.push({ scope, name: mapping.target_variable_name ?? '', value });
			return null;
		}
		case 'workflow_config_field': {
			const path = fieldPath(mapping.target_field_path ?? '');
			const config = isJsonObject(inputs.raw.workflow_config) ? inputs.raw.workflow_config : {};
			const next = path === null ? undefined : withField(config, path, value);
			if (next === undefined) return `${quoted(mapping.target_field_path ?? '')} is no field of the workflow`;
			inputs.raw = { ...inputs.raw, workflow_config: next };
			return null;
		}
		case 'node_config_field':
			return applyToElement(inputs, 'node_configs', { mapping, value });
		case 'edge_config_field':
			return applyToElement(inputs, 'edge_configs', { mapping, value });
	}
}

function applyToElement(
	inputs: Inputs,
	listKey: 'node_configs' | 'edge_configs',
	{ mapping, value }: { mapping: InputMapping; value: Json },
): string | null {
	const id = mapping.target_node_or_edge_logical_id ?? '';
	const elements = inputs.raw[listKey];
	const list = Array.isArray(elements) ? elements : [];
	const index = list.findIndex((element) => isJsonObject(element) && element.logical_id === id);
	const element = list[index];
	if (!isJsonObject(element))
		return `${quoted(id)} is no ${listKey === 'node_configs' ? 'node' : 'edge'} of the embedded workflow`;
	const path = fieldPath(mapping.target_field_path ?? '');
	const isFixed = path?.length === 1 && FIXED_FIELDS.has(String(path[0]));
	const next = path === null || isFixed ? undefined : withField(element, path, value);
	if (next === undefined) return `${quoted(mapping.target_field_path ?? '')} cannot be set on ${quoted(id)}`;
	inputs.raw = { ...inputs.raw, [listKey]: list.with(index, next) };
	return null;
}
