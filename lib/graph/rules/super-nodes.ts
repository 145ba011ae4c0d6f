/** Super nodes (3.11): what their interface asks for, and whether the given values fit. */

import { isJsonObject, type Json } from '../../json';
import { quoted } from '../fault';
import { kindOf } from '../read';
import type { Node } from '../node';
import { type InputField, type InputMapping, readInterface, type SuperNode } from '../super-node';
import { type Check, hasPlaceholder, nameOf } from './context';

export function checkSuperNodes(check: Check): void {
	for (const [index, node] of check.graph.node_configs.entries())
		if (isSuperNode(node)) superNode(check, node, index);
}

function isSuperNode(node: Node): node is SuperNode {
	return node.type === 'super_node';
}

function superNode(check: Check, node: SuperNode, index: number): void {
	const subject = nameOf(node);
	const { fields, problems } = readInterface(node.super_node_interface);
	const base = check.nodePath(index, 'super_node_interface', 'input_fields');
	inputList(check, node, base);
	for (const { index: at, mapping, key, name } of problems) {
		const path = mapping === null ? `${base}[${at}].${key}` : `${base}[${at}].mappings[${mapping}].${key}`;
		const field = name ?? `input ${at}`;
		const message =
			mapping === null
				? `input field ${field}: ${key} cannot be read`
				: `mapping of ${field}: ${key} is missing or unknown`;
		const advice =
			mapping === null
				? 'Give every input field a name and values of the right type.'
				: 'Set target_type to one of the five kinds of target.';
		check.flaw({ rule: mapping === null ? 'R-11' : 'R-75', path, subject, message, advice });
	}
	const named = new Set<string>();
	for (const { field, index: at } of fields) {
		named.add(field.name);
		mappings(check, field, { path: `${base}[${at}]`, subject });
		value(check, node, { field, path: check.nodePath(index, 'field_values', field.name) });
	}
	if (node.super_node_interface === null) return;
	for (const problem of problems) if (problem.name !== null) named.add(problem.name);
	for (const key of Object.keys(node.field_values)) {
		if (named.has(key)) continue;
		const path = check.nodePath(index, 'field_values', key);
		const advice = 'Correct the name or remove the value; it is not used.';
		check.warning({
			rule: 'R-78',
			path,
			subject,
			message: `super node ${subject} has no input ${quoted(key)}`,
			advice,
		});
	}
}

/** for the list of inputs itself; it is read as empty. */
function inputList(check: Check, node: SuperNode, path: string): void {
	const list = node.super_node_interface?.input_fields;
	if (list === undefined || Array.isArray(list)) return;
	const isNull = list === null;
	const message = isNull ? `${path} must not be null` : `${path} must be an array, found ${kindOf(list)}`;
	const advice = 'Write [] when the workflow asks for nothing.';
	check.flaw({ rule: isNull ? 'R-03' : 'R-11', path, subject: nameOf(node), message, advice });
}

/** Keys a mapping needs by its kind of target (2.10). */
export function missingKeys(mapping: InputMapping): string[] {
	const needed: Array<'target_node_or_edge_logical_id' | 'target_field_path' | 'target_variable_name'> = [];
	if (mapping.target_type === 'dynamic_variable' || mapping.target_type === 'runtime_variable')
		needed.push('target_variable_name');
	else needed.push('target_field_path');
	if (mapping.target_type === 'node_config_field' || mapping.target_type === 'edge_config_field') {
		needed.unshift('target_node_or_edge_logical_id');
	}
	return needed.filter((key) => (mapping[key] ?? '').trim() === '');
}

function mappings(check: Check, field: InputField, place: { path: string; subject: string }): void {
	const { subject } = place;
	for (const [index, mapping] of field.mappings.entries()) {
		for (const key of missingKeys(mapping)) {
			const message = `mapping of ${field.name}: ${key} is needed for ${mapping.target_type}`;
			check.error({
				rule: 'R-75',
				path: `${place.path}.mappings[${index}].${key}`,
				subject,
				message,
				advice: `Set ${key}.`,
			});
		}
	}
	if (field.value_type === 'enum' && field.enum_values.length === 0) {
		const message = `${field.name}: list the allowed values`;
		check.error({
			rule: 'R-77',
			path: `${place.path}.enum_values`,
			subject,
			message,
			advice: 'Fill enum_values, or choose another value_type.',
		});
	}
}

function value(check: Check, node: SuperNode, given: { field: InputField; path: string }): void {
	const { field, path } = given;
	const subject = nameOf(node);
	const isGiven = Object.hasOwn(node.field_values, field.name);
	if (!isGiven && !field.required) return;
	if (!isGiven) {
		const message = `super node ${subject}: ${field.name} is required`;
		check.error({ rule: 'R-74', path, subject, message, advice: `Set field_values.${field.name}.` });
		return;
	}
	const constraint = brokenConstraint(field, node.field_values[field.name] ?? null);
	if (constraint === null) return;
	const message = `super node ${subject}: ${field.name} must be ${constraint}`;
	check.error({
		rule: 'R-76',
		path,
		subject,
		message,
		advice: 'Give a value that fits what the embedded workflow asks for.',
	});
}

/**
 * What the value would have to be, or null when it fits. A text with placeholders fits everything but
 * its own length: its value is known only when control enters the interior.
 */
export function brokenConstraint(field: InputField, value: Json): string | null {
	if (typeof value === 'string' && hasPlaceholder(value)) return null;
	if (value === null && !field.required) return null;
	switch (field.value_type) {
		case 'string':
			return typeof value === 'string' ? brokenLength(field, [...value].length, 'characters') : 'text';
		case 'integer':
			return typeof value === 'number' && Number.isInteger(value)
				? brokenRange(field, value)
				: 'a whole number';
		case 'number':
			return typeof value === 'number' ? brokenRange(field, value) : 'a number';
		case 'boolean':
			return typeof value === 'boolean' ? null : 'true or false';
		case 'object':
			return isJsonObject(value) ? null : 'an object';
		case 'array':
			return Array.isArray(value) ? brokenLength(field, value.length, 'items') : 'an array';
		case 'enum': {
			const isListed =
				field.enum_values.length === 0 ||
				field.enum_values.some((one) => JSON.stringify(one) === JSON.stringify(value));
			return isListed ? null : `one of ${wordsOf(field.enum_values)}`;
		}
		case 'any':
			return null;
	}
}

/** Allowed values for a sentence: the first ten, each cut when it is long. */
function wordsOf(values: readonly Json[]): string {
	const shown = values
		.slice(0, 10)
		.map((one) => (typeof one === 'string' ? quoted(one) : JSON.stringify(one)));
	return values.length > 10 ? `${shown.join(', ')}, …` : shown.join(', ');
}

function brokenLength({ min_length, max_length }: InputField, length: number, unit: string): string | null {
	if (min_length !== null && length < min_length) return `at least ${min_length} ${unit} long`;
	return max_length !== null && length > max_length ? `at most ${max_length} ${unit} long` : null;
}

function brokenRange({ min_value, max_value }: InputField, value: number): string | null {
	if (min_value !== null && value < min_value) return `at least ${min_value}`;
	return max_value !== null && value > max_value ? `at most ${max_value}` : null;
}
