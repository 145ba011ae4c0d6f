/** Variables: names that are free to use, placeholders that will find a value. */

import { isJsonObject, type Json, type JsonObject } from '../../json';
import { anError, type Fault, pathTo, quoted } from '../fault';
import { readFlag } from '../field';
import { kindOf } from '../read';
import { dynamicVariablesOf } from '../variables';
import type { Check } from './context';

/** Names the platform fills in by itself. */
export const RESERVED_NAMES: ReadonlySet<string> = new Set([
	'now',
	'date',
	'time',
	'year',
	'month',
	'day',
	'hour',
	'minute',
	'workflow_invoke_count',
]);

/** Every automatic dynamic variable seen on the platform (2.13). */
export const AUTOMATIC_VARIABLES: ReadonlySet<string> = new Set([
	...RESERVED_NAMES,
	'iso_datetime',
	'day_of_week',
	'timestamp',
	'timestamp_ms',
	'rand_int',
	'rand_str',
	'rand_float',
	'rand_uuid',
	'rand_bool',
]);

const DESCRIPTION_LIMIT = 1024;

/** for one global variable as it is created or found in a document. */
export function checkVariable(variable: JsonObject, path = '$'): Fault[] {
	const faults: Fault[] = [];
	const { name, description } = variable;
	const subject = typeof name === 'string' ? name : null;
	const namePath = pathTo(path, 'name');
	if (typeof name !== 'string' || !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
		const advice = 'Use letters, digits and _, no leading digit.';
		faults.push(anError({ rule: 'R-80', path: namePath, subject, message: 'invalid variable name', advice }));
	} else if (RESERVED_NAMES.has(name) && variable.is_system !== true) {
		faults.push(
			anError({
				rule: 'R-81',
				path: namePath,
				subject,
				message: `${name} is reserved`,
				advice: 'Choose another name.',
			}),
		);
	}
	if (typeof description === 'string' && [...description].length > DESCRIPTION_LIMIT) {
		const message = `description too long: ${[...description].length} characters, at most ${DESCRIPTION_LIMIT}`;
		faults.push(
			anError({ rule: 'R-80', path: pathTo(path, 'description'), subject, message, advice: 'Shorten it.' }),
		);
	}
	for (const key of ['value', 'description', 'category', 'is_secret', 'is_system'] as const) {
		const expected = wrongType(key, variable[key]);
		if (expected === null) continue;
		const at = pathTo(path, key);
		const isNull = variable[key] === null;
		const message = isNull
			? `${at} must not be null`
			: `${at} must be ${expected}, found ${kindOf(variable[key])}`;
		const rule = isNull ? 'R-03' : 'R-11';
		faults.push(
			anError({ rule, path: at, subject, message, advice: 'Correct the value or remove the key.' }),
		);
	}
	return faults;
}

/** What a field of a variable has to be (1.8.6), or null when it is. */
function wrongType(key: string, value: Json | undefined): string | null {
	if (value === undefined) return null;
	if (key.startsWith('is_')) return typeof readFlag(value) === 'boolean' ? null : 'a boolean';
	return typeof value === 'string' || (value === null && key !== 'value') ? null : 'text';
}

/** R-89, only when the caller says which variables a run will find. */
export function checkVariables(check: Check): void {
	const known = check.options.knownVariables;
	if (known === undefined) return;
	const { graph } = check;
	const defaults = graph.workflow_config.miscellaneous.default_dynamic_variables;
	for (const name of Object.keys(dynamicVariablesOf(graph.raw))) {
		const isKnown =
			known.has(name) ||
			AUTOMATIC_VARIABLES.has(name) ||
			name === 'global' ||
			name in graph.dynamic_variables ||
			(isJsonObject(defaults) && name in defaults);
		if (isKnown) continue;
		check.warning({
			rule: 'R-89',
			path: check.path,
			message: `undefined variable ${quoted(name)}`,
			advice: 'Create a global variable of this name, set a default, or supply it with the run.',
		});
	}
}
