/** Which names variables, arguments and globals may bear (R4.14, R4.16, R4.18, R4.23, R4.36–R4.39). */

/** The nine names of the seed that no global may bear (R4.23). */
export const RESERVED_NAMES: readonly string[] = [
	'now',
	'date',
	'time',
	'year',
	'month',
	'day',
	'hour',
	'minute',
	'workflow_invoke_count',
];

/** All values the runtime supplies under R4.22; new globals may bear none of these names. */
export const SYSTEM_NAMES: readonly string[] = [
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
];

const PYTHON_KEYWORDS = new Set(
	(
		'False None True and as assert async await break class continue def del elif else except finally for ' +
		'from global if import in is lambda nonlocal not or pass raise return try while with yield'
	).split(' '),
);

const MAX_GLOBAL_DESCRIPTION_LENGTH = 1024;

/** True for a plain variable name: letters of any script, digits, underscore, no leading digit. */
export function isIdentifier(name: string): boolean {
	return /^[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}]*$/u.test(name);
}

/** True for a word that cannot be an argument name. */
export function isPythonKeyword(name: string): boolean {
	return PYTHON_KEYWORDS.has(name);
}

/** What is wrong with the name of a tool argument (R4.35, R-56), or null. */
export function argumentNameProblem(name: string): string | null {
	return isIdentifier(name) && !isPythonKeyword(name) ? null : `${name} cannot be an argument name`;
}

/** What is wrong with a new global variable (R4.18, R4.23), or null. */
export function globalVariableProblem(name: string, description?: string | null): string | null {
	if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
		return 'invalid variable name: use letters, digits and underscores, and start with a letter or underscore';
	}
	if (SYSTEM_NAMES.includes(name)) return `${name} is reserved`;
	if ((description?.length ?? 0) > MAX_GLOBAL_DESCRIPTION_LENGTH) {
		return `description too long: at most ${MAX_GLOBAL_DESCRIPTION_LENGTH} characters`;
	}
	return null;
}

/** What is wrong with a key of `runtime_variables` in a run input (R4.16), or null. */
export function runtimeVariableProblem(name: string): string | null {
	if (name.trim() === '') return 'a runtime variable needs a name';
	if (name.startsWith('_')) return `${name}: names starting with _ are reserved`;
	if (name.includes('.')) return `${name}: a runtime variable name holds no dot`;
	return null;
}

/**
 * What is wrong with the target of a result mapping (R4.37, R-63 to ), or null.
 *
 * @param resultName The effective result name, whose `_success` and `_error` are the call's own.
 */
export function mappingTargetProblem(target: string, resultName: string): string | null {
	if (target.trim() === '') return 'target_variable_name must not be blank';
	if (target.startsWith('_')) return `${target}: names starting with _ are reserved`;
	if (!isIdentifier(target)) return `${target} is not a plain variable name`;
	if (target === `${resultName}_success` || target === `${resultName}_error`) {
		return `${target} is reserved for the outcome of the call`;
	}
	return null;
}

/** True for a key of a result that becomes a variable of its own (R4.39). */
export function isExpandableKey(key: string): boolean {
	return isIdentifier(key) && !key.startsWith('_');
}
