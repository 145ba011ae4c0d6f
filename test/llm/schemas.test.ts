/** Schemas in the forms that providers take, and the way back. */

import { strictSchema, withoutNulls } from '../../lib/llm/schema-openai';
import { shapeOf } from '../../lib/llm/schema-shape';
import { toOutputDefinition } from '../../lib/llm/structured';

describe('schemas', () => {
	it('the strict form closes objects, requires everything, and the nulls come out again', () => {
		const schema = {
			type: 'object',
			properties: {
				a: { type: 'string', minLength: 2 },
				b: { type: 'integer' },
				c: { type: ['string', 'null'] },
			},
			required: ['a'],
		};
		expect(strictSchema(schema)).toEqual({
			type: 'object',
			properties: {
				a: { type: 'string' },
				b: { type: ['integer', 'null'] },
				c: { type: ['string', 'null'] },
			},
			required: ['a', 'b', 'c'],
			additionalProperties: false,
		});
		expect(withoutNulls({ a: 'x', b: null, c: null }, schema)).toEqual({ a: 'x', c: null });
	});

	it.each([
		[{ type: 'object' }],
		[{ type: 'object', properties: { m: { type: 'object', additionalProperties: { type: 'string' } } } }],
		[{ type: 'object', properties: { x: {} } }],
		[{ type: 'object', properties: { x: { allOf: [{ type: 'string' }] } } }],
	])('what cannot be said strictly is not: %j', (schema) => {
		expect(strictSchema(schema)).toBeNull();
	});

	it('a narrow shape finds the way back: respelled names, and JSON text for open objects', () => {
		const rules = {
			keywords: new Set<string>(),
			formats: {},
			openObjects: 'text',
			closed: false,
			nullable: 'flag',
			upperCase: true,
			propertyName: /^[a-z]+$/,
			stringEnumsOnly: true,
		} as const;
		const { schema, decode } = shapeOf(
			{
				type: 'object',
				properties: { 'first name': { type: 'string' }, extra: { type: 'object' }, code: {} },
				required: ['first name'],
			},
			rules,
		);
		expect(schema).toMatchObject({
			type: 'OBJECT',
			required: ['first_name'],
			properties: { first_name: { type: 'STRING' }, extra: { type: 'STRING' } },
		});
		expect(decode({ first_name: 'Ada', extra: '{"a":1}', code: '0123' })).toEqual({
			'first name': 'Ada',
			extra: { a: 1 },
			code: '0123',
		});
	});

	it('R8.13: both shapes of a structured output schema are read', () => {
		const schema = { type: 'object', properties: { a: { type: 'string' } } };
		expect(toOutputDefinition({ name: 'N', description: 'D', input_schema: schema })).toEqual({
			name: 'N',
			description: 'D',
			schema,
		});
		expect(toOutputDefinition(schema)).toEqual({ name: 'structured_output', description: '', schema });
		expect(toOutputDefinition(null)).toBeNull();
		expect(toOutputDefinition({})).toBeNull();
	});
});
