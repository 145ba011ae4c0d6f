/** What a call writes: names, order, mappings, expansion, failures (R4.29–R4.39). */

import type { JsonObject } from '../../lib/json';
import type { ToolOutcome, VariableWrite } from '../../lib/tool/contract';
import { modelCallWrites, outcomeText, resultNameOf, toolNodeWrites } from '../../lib/tool/result';
import { toolOf } from './samples';

const failure: ToolOutcome = { ok: false, code: 'HTTP_TIMEOUT', message: 'too slow' };

/** What stands in the variables after the writes, later ones winning. */
function finalValues(writes: readonly VariableWrite[]): JsonObject {
	return Object.fromEntries(
		writes.map(({ name, value, scope }) => [scope === 'workflow' ? `workflow ${name}` : name, value]),
	);
}

test.each([
	['tool_result', 'tool_result', 'tool_result'],
	['tool_result', 'found', 'found'],
	['mine', 'found', 'mine'],
	[null, 'found', 'found'],
	['', 'found', 'found'],
	['mine', 'tool_result', 'mine'],
	['tool_result', null, 'tool_result'],
	[undefined, '', 'tool_result'],
])('R4.33: node %p and tool %p write %p', (nodeName, toolResultName, name) => {
	expect(resultNameOf(toolOf({ result_runtime_variable_name: toolResultName }), nodeName)).toBe(name);
});

test('R4.29: a knowledge base writes kb_tool_result unless told otherwise', () => {
	expect(resultNameOf(toolOf({ type: 'knowledge_base' }))).toBe('kb_tool_result');
});

test('R4.32: expanded keys, mappings, the result, then the outcome keys, in this order', () => {
	const tool = toolOf({
		expand_result_into_runtime_variables: true,
		result_variable_mappings: [{ target_variable_name: 'score', result_path: 'inner.score' }],
	});
	const value = { score: 1, inner: { score: 9 }, r: 'expanded', r_success: 'data', r_error: 'data' };
	const { writes, outcome } = toolNodeWrites(tool, { ok: true, value }, 'r');
	expect(outcome.ok).toBe(true);
	expect(writes.map(({ name }) => name)).toEqual([
		'score',
		'inner',
		'r',
		'r_success',
		'r_error',
		'score',
		'r',
		'r_success',
		'r_error',
	]);
	expect(finalValues(writes)).toEqual({
		score: 9,
		inner: { score: 9 },
		r: value,
		r_success: true,
		r_error: null,
	});
});

test('R4.32: a mapping onto the name of the result replaces it', () => {
	const tool = toolOf({ result_variable_mappings: [{ target_variable_name: 'r', result_path: 'a' }] });
	expect(finalValues(toolNodeWrites(tool, { ok: true, value: { a: 1 } }, 'r').writes)).toEqual({
		r: 1,
		r_success: true,
		r_error: null,
	});
});

test.each<[JsonObject, unknown]>([
	[{ result_path: 'rows[0].id' }, 4],
	[{ result_path: null }, { rows: [{ id: 4 }], none: null, text: '{"deep": true}' }],
	[{ result_path: 'text.deep' }, true],
	[{ result_path: 'none', default: 3 }, null],
	[{ result_path: 'missing', default: 3 }, 3],
	[{ result_path: 'missing' }, null],
	[{ result_path: 'rows[5].id', default: { a: 1 } }, { a: 1 }],
	[{ result_path: 'constructor' }, null],
])('R4.37: the mapping %j writes %j', (mapping, value) => {
	const tool = toolOf({
		result_variable_mappings: [{ target_variable_name: 't', scope: 'workflow', ...mapping }],
	});
	const result = { rows: [{ id: 4 }], none: null, text: '{"deep": true}' };
	const { writes } = modelCallWrites(tool, { ok: true, value: result });
	expect(writes).toContainEqual({ name: 't', value, scope: 'workflow' });
});

test('R4.37, R4.38: a required path that is missing makes the call a failure that says why', () => {
	const tool = toolOf({
		expand_result_into_runtime_variables: true,
		result_variable_mappings: [
			{ target_variable_name: 'a', result_path: 'a' },
			{ target_variable_name: 'id', result_path: 'patient.id', required: true, default: 'ignored' },
		],
	});
	const { outcome, writes } = toolNodeWrites(tool, { ok: true, value: { a: 1 } }, 'r');
	expect(outcome).toMatchObject({ ok: false, code: 'TOOL_RESULT_INCOMPLETE' });
	const message = outcome.ok ? '' : outcome.message;
	expect(message).toContain('patient.id');
	expect(finalValues(writes)).toEqual({ r: null, r_success: false, r_error: message });
	const called = modelCallWrites(tool, { ok: true, value: { a: 1 } });
	expect(outcomeText(called.outcome)).toBe(`The call failed: ${message}`);
	expect(finalValues(called.writes)).toEqual({ tool_result: null });
});

test('R7.9.6: a failed call leaves null, false and the reason, and no mapping default', () => {
	const tool = toolOf({ result_variable_mappings: [{ target_variable_name: 'a', default: 1 }] });
	expect(finalValues(toolNodeWrites(tool, failure, 'r').writes)).toEqual({
		r: null,
		r_success: false,
		r_error: 'too slow',
	});
});

test('R4.29: a call by a model writes no success flag', () => {
	expect(modelCallWrites(toolOf({}), { ok: true, value: [1] }).writes).toEqual([
		{ name: 'tool_result', value: [1], scope: 'thread' },
	]);
});

test('R4.39: keys with a leading underscore and keys that are no names are not expanded', () => {
	const tool = toolOf({ expand_result_into_runtime_variables: true });
	const names = (value: JsonObject | string[]) =>
		modelCallWrites(tool, { ok: true, value }).writes.map(({ name }) => name);
	expect(names({ ok: 1, _private: 2, 'two words': 3, '1st': 4, 'a.b': 5 })).toEqual(['ok', 'tool_result']);
	expect(names(['list'])).toEqual(['tool_result']);
	expect(names(JSON.parse('{"__proto__": 1}') as JsonObject)).toEqual(['tool_result']);
});

test('a result reaches a model as text or as JSON', () => {
	expect(outcomeText({ ok: true, value: 'as is' })).toBe('as is');
	expect(outcomeText({ ok: true, value: { a: [1] } })).toBe('{"a":[1]}');
	expect(outcomeText({ ok: true, value: null })).toBe('');
});
