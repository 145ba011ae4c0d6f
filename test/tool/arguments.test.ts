/** Arguments of a call: hydration, bindings, hidden ones (R4.34–R4.36). */

import type { JsonObject } from '../../lib/json';
import { resolveArguments } from '../../lib/tool/arguments';
import { toolDefinition } from '../../lib/tool/definition';
import { scopeOf, type TestSources } from '../value/sources';
import { toolOf } from './samples';

const values: TestSources = {
	thread: { rec: { dob: '1980-01-01', ids: [4] }, 'Ask Name.dob': 'q', both: 'runtime', empty: null },
	supplied: { both: 'dynamic', city: 'Rome' },
	secrets: { key: 'hunter2222' },
	globals: { greeting: 'Hi {{city}}' },
};

function resolve(bindings: JsonObject[], provided: JsonObject = {}, fromModel = false) {
	const tool = toolOf({ variable_arguments: bindings });
	return resolveArguments({
		tool,
		provided,
		scope: scopeOf(values),
		from: fromModel ? { type: 'model' } : { type: 'author', preserveTypes: false },
	});
}

test.each<[JsonObject, unknown]>([
	[
		{ source: 'runtime', variable_path: 'rec' },
		{ dob: '1980-01-01', ids: [4] },
	],
	[{ source: 'runtime', variable_path: 'rec.ids[0]' }, 4],
	[{ source: 'runtime', variable_path: 'Ask Name.dob' }, 'q'],
	[{ source: 'runtime', variable_path: '[[both]]' }, 'runtime'],
	[{ source: 'dynamic', variable_path: 'both' }, 'dynamic'],
	[{ source: 'dynamic', variable_path: '{{ city }}' }, 'Rome'],
	[{ source: 'dynamic', variable_path: 'greeting' }, 'Hi Rome'],
	[{ source: 'dynamic', variable_path: 'key' }, 'hunter2222'],
	[{ source: 'auto', variable_path: 'both' }, 'runtime'],
	[{ variable_path: 'city' }, 'Rome'],
	[{ source: 'literal', literal_value: [1, { a: null }] }, [1, { a: null }]],
	[{ source: 'literal', literal_value: 0 }, 0],
	[{ source: 'literal', literal_value: 0, default: 5 }, 0],
	[{ source: 'literal', literal_value: '{{city}}' }, '{{city}}'],
	[{ variable_path: 'unknown', default: 7 }, 7],
	[{ variable_path: 'empty', default: 7 }, 7],
	[{ variable_path: 'rec.none' }, null],
	[{ source: 'dynamic', variable_path: 'rec' }, null],
])('R4.35: %j passes %j', (binding, value) => {
	expect(resolve([{ argument_name: 'a', ...binding }])).toEqual({ ok: true, arguments: { a: value } });
});

test('R4.35: a required argument that is absent fails the call, default or not, and names the argument', () => {
	const outcome = resolve([{ argument_name: 'rec', variable_path: 'nowhere', required: true, default: 1 }]);
	expect(outcome).toMatchObject({ ok: false, code: 'TOOL_ARGUMENT_MISSING' });
	expect(outcome).toMatchObject({ message: expect.stringMatching(/lookup.*\brec\b.*nowhere/) });
});

test.each<[boolean, unknown, unknown]>([
	[true, 'given', 'Rome'],
	[false, 'given', 'given'],
	[false, null, 'Rome'],
	[false, 0, 0],
	[false, '', ''],
])('R4.35: override %p with %j passes %j', (override, given, passed) => {
	const binding = {
		argument_name: 'a',
		variable_path: 'city',
		expose_to_llm: true,
		override_provided_value: override,
	};
	expect(resolve([binding], { a: given as string })).toEqual({ ok: true, arguments: { a: passed } });
});

test('R4.35: an overriding binding that finds nothing leaves what the caller gave', () => {
	const binding = {
		argument_name: 'a',
		variable_path: 'unknown',
		expose_to_llm: true,
		default: 'd',
		required: true,
	};
	expect(resolve([binding], { a: 'given' })).toEqual({ ok: true, arguments: { a: 'given' } });
});

test('R4.35: a model cannot fill an argument that it is not shown', () => {
	const hidden = { argument_name: 'a', variable_path: 'unknown' };
	expect(resolve([hidden], { a: 'invented', b: '{{city}}' }, true)).toEqual({
		ok: true,
		arguments: { a: null, b: '{{city}}' },
	});
	expect(resolve([hidden], { a: 'authored' })).toEqual({ ok: true, arguments: { a: 'authored' } });
});

test('R4.34, R4.27: texts of an author are hydrated anywhere, with secrets revealed', () => {
	const tool = toolOf({});
	const provided = {
		a: '[[rec]]',
		b: ['{{city}}', { c: 'in {{city}}' }],
		d: '{{unknown}}',
		e: '{{key}}',
		f: 3,
	};
	const scope = scopeOf(values);
	const text = resolveArguments({ tool, provided, scope, from: { type: 'author', preserveTypes: false } });
	expect(text).toEqual({
		ok: true,
		arguments: {
			a: '{"dob":"1980-01-01","ids":[4]}',
			b: ['Rome', { c: 'in Rome' }],
			d: '{{unknown}}',
			e: 'hunter2222',
			f: 3,
		},
	});
	const native = resolveArguments({ tool, provided, scope, from: { type: 'author', preserveTypes: true } });
	expect(native).toMatchObject({ arguments: { a: { dob: '1980-01-01', ids: [4] }, d: null } });
});

test('a binding named __proto__ writes nothing', () => {
	const outcome = resolve([{ argument_name: '__proto__', source: 'literal', literal_value: { bad: 1 } }]);
	expect(outcome).toEqual({ ok: true, arguments: {} });
	expect(({} as Record<string, unknown>)['bad']).toBeUndefined();
});

describe('toolDefinition', () => {
	const args_schema = {
		type: 'object',
		title: 'Args',
		properties: { rec: { type: 'object' }, limit: { type: 'integer' }, seen: {} },
		required: ['rec', 'limit'],
	};

	test('R7.10.1: hidden bindings leave the schema, shown ones stay; the signature is the text', () => {
		const tool = toolOf({
			signature: 'Finds things',
			description: 'for people',
			args_schema,
			variable_arguments: [
				{ argument_name: 'rec', variable_path: 'x' },
				{ argument_name: 'seen', variable_path: 'y', expose_to_llm: true },
			],
		});
		expect(toolDefinition(tool)).toEqual({
			name: 'lookup',
			description: 'Finds things',
			parameters: {
				type: 'object',
				title: 'Args',
				properties: { limit: { type: 'integer' }, seen: {} },
				required: ['limit'],
			},
		});
		expect(args_schema.required).toEqual(['rec', 'limit']);
	});

	test('R7.10.1: the description is for people and never shown', () => {
		expect(toolDefinition(toolOf({ description: 'internal note' })).description).toBe('');
	});

	test('R7.10.6: a knowledge base takes a query and a justification', () => {
		const { description, parameters } = toolDefinition(toolOf({ type: 'knowledge_base' }));
		expect(description).not.toBe('');
		expect(parameters).toMatchObject({ required: ['query'], properties: { query: {}, justification: {} } });
	});

	test('an external API tool without a schema takes what its templates name', () => {
		const tool = toolOf({
			api_endpoint: 'https://a.example/{id}/{page}',
			api_headers: { 'X-{no}': '{trace}' },
			api_body: { a: ['{payload}', '{{not_a_slot}}'], '{key}': 1 },
			variable_arguments: [{ argument_name: 'trace', variable_path: 't' }],
		});
		const { parameters } = toolDefinition(tool);
		expect(Object.keys(parameters['properties'] as object)).toEqual(['id', 'page', 'payload']);
		expect(parameters['required']).toEqual(['id', 'page', 'payload']);
	});

	test.each<[JsonObject, string]>([
		[{ name: 'n', tool_id: 't' }, 'n'],
		[{ name: null, tool_id: 't', logical_id: 'l' }, 't'],
		[{ name: '', tool_id: null, logical_id: 'l' }, 'l'],
	])('%j is called %s', (fields, name) => {
		expect(toolDefinition(toolOf(fields)).name).toBe(name);
	});
});
