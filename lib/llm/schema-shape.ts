/** A JSON Schema in the narrow form a provider takes, with the way back for values that were spelled differently. */

import { isJsonObject, type Json, type JsonObject } from '../json';
import { flattened, kindsOf, mergeAllOf, resolveRef } from './schema-read';

/** What a provider's schemas may contain. */
export interface ShapeRules {
	/** Keywords passed on as they are, beside type, properties, required, items, enum and description. */
	keywords: ReadonlySet<string>;
	/** `format` words the provider knows, by type. */
	formats: Readonly<Record<string, readonly string[]>>;
	/** `text`: an object of unknown keys is asked for as JSON text, because the provider refuses it. */
	openObjects: 'keep' | 'text';
	/** Every object says `additionalProperties: false`. */
	closed: boolean;
	/** How "or null" is written: `type: [T, 'null']`, or `nullable: true`. */
	nullable: 'types' | 'flag';
	/** `STRING` instead of `string`. */
	upperCase: boolean;
	/** Property names outside this pattern are respelled. */
	propertyName: RegExp;
	/** Only strings may be enumerated. */
	stringEnumsOnly: boolean;
}

/** A schema as the provider gets it, and the value as the author of the schema wants it. */
export interface Shape {
	schema: JsonObject;
	decode(value: Json): Json;
}

const same = (value: Json): Json => value;
const TEXT_NOTE = 'Write this value as JSON text.';
const MAX_DEPTH = 12;

interface Place {
	root: JsonObject;
	depth: number;
	refs: readonly string[];
	rules: ShapeRules;
}

/** The shape of a whole schema; the root is always an object with `properties`. */
export function shapeOf(schema: JsonObject, rules: ShapeRules): Shape {
	const place: Place = { root: schema, depth: 0, refs: [], rules };
	return objectShape(flattened(mergeAllOf(schema, schema), schema), place);
}

function build(schema: Json | undefined, place: Place): Shape {
	if (!isJsonObject(schema)) return anything({}, place.rules);
	if (place.depth > MAX_DEPTH) return openObject(schema, place.rules);
	if (typeof schema.$ref === 'string') return refShape(schema, schema.$ref, place);
	const whole = mergeAllOf(schema, place.root);
	const choices = [whole.anyOf, whole.oneOf].find(Array.isArray);
	const parts = (choices ?? []).filter(isJsonObject);
	const isObject = isJsonObject(whole.properties);
	if (!isObject && parts.some((part) => kindsOf(part).length > 0 || '$ref' in part))
		return choiceShape(whole, parts, place);
	if (isObject)
		return withNull(
			objectShape(flattened(whole, place.root), place),
			kindsOf(whole).includes('null'),
			place.rules,
		);
	const kinds = kindsOf(whole);
	const plain = kinds.filter((kind) => kind !== 'null');
	if (plain.length > 1) {
		return choiceShape(
			whole,
			kinds.map((type) => ({ ...whole, type })),
			place,
		);
	}
	return withNull(plainShape(whole, plain[0], place), kinds.includes('null'), place.rules);
}

function plainShape(schema: JsonObject, kind: string | undefined, place: Place): Shape {
	if (kind === undefined) return anything(schema, place.rules);
	if (kind === 'object') return openObject(schema, place.rules);
	if (kind !== 'array') return { schema: leaf(schema, kind, place.rules), decode: same };
	const items = build(
		Array.isArray(schema.prefixItems) ? schema.prefixItems[0] : schema.items,
		deeper(place),
	);
	return {
		schema: { ...leaf(schema, 'array', place.rules), items: items.schema },
		decode: (value) => (Array.isArray(value) ? value.map(items.decode) : value),
	};
}

function objectShape(schema: JsonObject, place: Place): Shape {
	const { rules } = place;
	const properties = isJsonObject(schema.properties) ? schema.properties : {};
	const required = new Set(Array.isArray(schema.required) ? schema.required : []);
	const built = new Map<string, { original: string; shape: Shape }>();
	for (const [original, part] of Object.entries(properties)) {
		built.set(legalProperty(original, rules.propertyName, built), {
			original,
			shape: build(part, deeper(place)),
		});
	}
	const result: JsonObject = { ...leaf(schema, 'object', rules), properties: {} };
	result.properties = Object.fromEntries([...built].map(([name, { shape }]) => [name, shape.schema]));
	const names = [...built].filter(([, { original }]) => required.has(original)).map(([name]) => name);
	if (names.length > 0) result.required = names;
	if (rules.closed) result.additionalProperties = false;
	return {
		schema: result,
		decode: (value) => {
			if (!isJsonObject(value)) return value;
			const entries = Object.entries(value).map(([name, item]): [string, Json] => {
				const known = built.get(name);
				return known === undefined ? [name, item] : [known.original, known.shape.decode(item)];
			});
			return Object.fromEntries(entries);
		},
	};
}

function choiceShape(schema: JsonObject, parts: readonly JsonObject[], place: Place): Shape {
	const isNull = (part: JsonObject) => kindsOf(part).length === 1 && kindsOf(part)[0] === 'null';
	const shapes = parts.filter((part) => !isNull(part)).map((part) => build(part, deeper(place)));
	const mayBeNull = parts.some(isNull);
	const [first] = shapes;
	if (first === undefined) return anything(schema, place.rules);
	const description: JsonObject =
		typeof schema.description === 'string' ? { description: schema.description } : {};
	if (shapes.length === 1) {
		return withNull({ ...first, schema: { ...first.schema, ...description } }, mayBeNull, place.rules);
	}
	const result: JsonObject = { ...description, anyOf: shapes.map((shape) => shape.schema) };
	if (mayBeNull && place.rules.nullable === 'flag') result.nullable = true;
	if (mayBeNull && place.rules.nullable === 'types')
		result.anyOf = [...shapes.map((shape) => shape.schema), { type: 'null' }];
	return { schema: result, decode: (value) => closest(shapes, value).decode(value) };
}

/** The choice whose properties are most like the value's; for other values the first that changes nothing. */
function closest(shapes: readonly Shape[], value: Json): Shape {
	const keys = isJsonObject(value) ? Object.keys(value) : [];
	const likeness = (shape: Shape) => {
		const { properties } = shape.schema;
		return isJsonObject(properties) ? keys.filter((key) => key in properties).length : 0;
	};
	const [first] = [...shapes].sort((a, b) => likeness(b) - likeness(a));
	return first ?? { schema: {}, decode: same };
}

function refShape(schema: JsonObject, ref: string, place: Place): Shape {
	const target = resolveRef(place.root, ref);
	// A schema that holds itself has no end; from here on the model writes JSON text.
	if (target === null || place.refs.includes(ref)) return openObject(schema, place.rules);
	const { $ref: _ref, ...beside } = schema;
	return build({ ...target, ...beside }, { ...place, refs: [...place.refs, ref] });
}

function openObject(schema: JsonObject, rules: ShapeRules): Shape {
	if (rules.openObjects === 'keep') return { schema: leaf(schema, 'object', rules), decode: same };
	return asText(schema, rules);
}

function anything(schema: JsonObject, rules: ShapeRules): Shape {
	if (rules.openObjects === 'keep') {
		return {
			schema: typeof schema.description === 'string' ? { description: schema.description } : {},
			decode: same,
		};
	}
	return asText(schema, rules);
}

/** Only objects and lists come back out of the text: a bare "0123" stays the words it is. */
function asText(schema: JsonObject, rules: ShapeRules): Shape {
	const description = [schema.description, TEXT_NOTE]
		.filter((text) => typeof text === 'string' && text !== '')
		.join(' ');
	return {
		schema: { type: spell('string', rules), description },
		decode: (value) => {
			if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value;
			try {
				return JSON.parse(value) as Json;
			} catch {
				return value;
			}
		},
	};
}

function leaf(schema: JsonObject, kind: string, rules: ShapeRules): JsonObject {
	const result: JsonObject = { type: spell(kind, rules) };
	if (typeof schema.description === 'string' && schema.description !== '')
		result.description = schema.description;
	for (const keyword of rules.keywords) if (schema[keyword] !== undefined) result[keyword] = schema[keyword];
	if (typeof schema.format === 'string' && rules.formats[kind]?.includes(schema.format))
		result.format = schema.format;
	const values = Array.isArray(schema.enum) ? schema.enum : 'const' in schema ? [schema.const as Json] : null;
	const allowed = values?.filter((value) => value !== null) ?? [];
	if (allowed.length === 0) return result;
	if (!rules.stringEnumsOnly || (kind === 'string' && allowed.every(isWord))) result.enum = allowed;
	else
		result.description = [
			result.description,
			`One of: ${allowed.map((value) => JSON.stringify(value)).join(', ')}.`,
		]
			.filter(Boolean)
			.join(' ');
	return result;
}

/** Where only strings may be enumerated, the empty one may not. */
function isWord(value: Json): boolean {
	return typeof value === 'string' && value !== '';
}

function withNull(shape: Shape, mayBeNull: boolean, rules: ShapeRules): Shape {
	if (!mayBeNull) return shape;
	if (rules.nullable === 'flag') return { ...shape, schema: { ...shape.schema, nullable: true } };
	const { type } = shape.schema;
	if (typeof type !== 'string') return shape;
	if ('enum' in shape.schema) return { ...shape, schema: { anyOf: [shape.schema, { type: 'null' }] } };
	return { ...shape, schema: { ...shape.schema, type: [type, 'null'] } };
}

function spell(kind: string, rules: ShapeRules): string {
	return rules.upperCase ? kind.toUpperCase() : kind;
}

function deeper(place: Place): Place {
	return { ...place, depth: place.depth + 1 };
}

function legalProperty(name: string, pattern: RegExp, taken: ReadonlyMap<string, unknown>): string {
	if (pattern.test(name)) return name;
	const spelled =
		name
			.normalize('NFKD')
			.replace(/[\u0300-\u036f]/g, '')
			.replace(/[^a-zA-Z0-9_]+/g, '_')
			.slice(0, 50) || 'field';
	const started = /^[a-zA-Z_]/.test(spelled) ? spelled : `_${spelled}`;
	let unique = started;
	for (let count = 2; taken.has(unique); count++) unique = `${started}_${count}`;
	return unique;
}
