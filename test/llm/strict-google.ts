/** What Gemini's API refuses, written from the vendor's documents and not from our tables. */

import { isJsonObject, type Json, type JsonObject } from '../../lib/json';

const ALWAYS_THINKS = [
	'gemini-3.6-flash',
	'gemini-flash-latest',
	'gemini-flash-lite-latest',
	'gemini-3.8-flash',
	'gemini-3.7-flash',
	'gemini-3.1-pro-preview',
	'gemini-2.5-pro',
	'gemini-3.5-flash-lite',
];
const NO_TRAILING_MODEL = [
	'gemini-3.8-flash',
	'gemini-3.7-flash',
	'gemini-3.6-flash',
	'gemini-3.5-flash-lite',
	'gemini-flash-latest',
	'gemini-flash-lite-latest',
];
const SCHEMA_KEYS = new Set([
	'type',
	'format',
	'title',
	'description',
	'nullable',
	'enum',
	'maxItems',
	'minItems',
	'properties',
	'required',
	'minProperties',
	'maxProperties',
	'minLength',
	'maxLength',
	'pattern',
	'example',
	'anyOf',
	'propertyOrdering',
	'default',
	'items',
	'minimum',
	'maximum',
]);
const TYPES = ['STRING', 'NUMBER', 'INTEGER', 'BOOLEAN', 'ARRAY', 'OBJECT', 'NULL'];
const FORMATS: Record<string, string[]> = {
	STRING: ['enum', 'date-time'],
	NUMBER: ['float', 'double'],
	INTEGER: ['int32', 'int64'],
};

type Content = { role?: string; parts: JsonObject[] };

/** The vendor's sentence for a request it refuses, or null. */
export function refusalOfGoogle(model: string, body: JsonObject): string | null {
	const generation = isJsonObject(body.generationConfig) ? body.generationConfig : {};
	return (
		refusalOfThinking(model, generation) ??
		refusalOfContents(model, (Array.isArray(body.contents) ? body.contents : []) as Content[]) ??
		refusalOfFunctions(body) ??
		(generation.responseSchema === undefined ? null : refusalOfAnswer(generation, body))
	);
}

function refusalOfThinking(model: string, generation: JsonObject): string | null {
	const thinking = isJsonObject(generation.thinkingConfig) ? generation.thinkingConfig : null;
	if (thinking === null) return null;
	const { thinkingBudget: budget, thinkingLevel: level } = thinking;
	const isOld = /^gemini-2/.test(model);
	if (budget !== undefined && level !== undefined)
		return 'You can only set only one of thinking budget and thinking level.';
	if (level !== undefined && isOld) return 'Thinking level is not supported for this model.';
	if (level !== undefined && !['MINIMAL', 'LOW', 'MEDIUM', 'HIGH', 'XHIGH'].includes(String(level)))
		return `Invalid value at 'thinking_level': ${String(level)}`;
	if (level === 'MINIMAL' && /3\.7-flash|3\.8-flash|pro/.test(model))
		return 'Thinking level MINIMAL is not supported for this model.';
	if (budget === 0 && ALWAYS_THINKS.includes(model))
		return 'Budget 0 is invalid. This model only works in thinking mode.';
	if (
		model === 'gemini-2.5-pro' &&
		typeof budget === 'number' &&
		budget !== -1 &&
		(budget < 128 || budget > 32_768)
	)
		return 'The thinking budget is out of range.';
	if (
		model === 'gemini-2.5-flash-lite' &&
		typeof budget === 'number' &&
		budget > 0 &&
		(budget < 512 || budget > 24_576)
	)
		return 'The thinking budget is out of range.';
	return null;
}

function refusalOfContents(model: string, contents: Content[]): string | null {
	if (contents.length === 0) return 'GenerateContentRequest.contents: contents is not specified';
	let open = 0;
	for (const [index, { role, parts }] of contents.entries()) {
		if (role !== 'user' && role !== 'model') return 'Please use a valid role: user, model.';
		if (parts.length === 0)
			return `GenerateContentRequest.contents[${index}].parts: contents.parts must not be empty.`;
		if (parts.some((part) => part.text === ''))
			return `contents[${index}].parts[0].data: required oneof field 'data' must have one initialized field`;
		const calls = parts.filter((part) => part.functionCall !== undefined);
		const results = parts.filter((part) => part.functionResponse !== undefined);
		if (open !== results.length)
			return 'Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.';
		// Turns are told apart by their responses; words beside them make the whole order unreadable.
		if (!/^gemini-2/.test(model) && results.length > 0 && results.length < parts.length)
			return 'Requests ending with a model turn are not supported.';
		if (calls.length > 0 && (index === 0 || contents[index - 1]?.role !== 'user'))
			return 'Please ensure that function call turn comes immediately after a user turn or after a function response turn.';
		open = calls.length;
		if (results.some((part) => !isJsonObject((part.functionResponse as JsonObject).response ?? null)))
			return "Invalid value at 'function_response.response' (type.googleapis.com/google.protobuf.Struct)";
		const wantsMark = !/^gemini-2/.test(model) && calls.length > 0;
		if (wantsMark && typeof calls[0]?.thoughtSignature !== 'string')
			return 'Function call is missing a thought_signature in functionCall parts.';
	}
	if (open > 0) return 'Please ensure that function call turn is followed by a function response turn.';
	const last = contents[contents.length - 1];
	return last?.role === 'model' && NO_TRAILING_MODEL.includes(model)
		? 'The last content must not be a model turn.'
		: null;
}

function refusalOfFunctions(body: JsonObject): string | null {
	const tools = (Array.isArray(body.tools) ? body.tools : []) as JsonObject[];
	const functions = tools.flatMap((tool) =>
		Array.isArray(tool.functionDeclarations) ? tool.functionDeclarations : [],
	) as JsonObject[];
	const names = new Set<string>();
	for (const declared of functions) {
		const name = String(declared.name);
		if (!/^[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}$/.test(name))
			return 'Invalid function name. Must start with a letter or an underscore.';
		if (names.has(name)) return `Duplicate function declaration found: ${name}`;
		names.add(name);
		if (declared.parameters === undefined) continue;
		const fault = refusalOfSchema(declared.parameters);
		if (fault !== null)
			return `GenerateContentRequest.tools[0].function_declarations[0].parameters: ${fault}`;
	}
	return null;
}

function refusalOfAnswer(generation: JsonObject, body: JsonObject): string | null {
	if (generation.responseMimeType !== 'application/json')
		return 'response_schema requires response_mime_type application/json';
	if (Array.isArray(body.tools))
		return "Function calling with a response mime type: 'application/json' is unsupported";
	return refusalOfSchema(generation.responseSchema);
}

function refusalOfSchema(schema: Json | undefined): string | null {
	if (!isJsonObject(schema)) return 'schema expected';
	const unknown = Object.keys(schema).find((key) => !SCHEMA_KEYS.has(key));
	if (unknown !== undefined) return `Unknown name "${unknown}": Cannot find field.`;
	if (Array.isArray(schema.anyOf))
		return schema.anyOf.map(refusalOfSchema).find((fault) => fault !== null) ?? null;
	const type = String(schema.type);
	if (!TYPES.includes(type)) return `Invalid value at 'type': "${type}"`;
	if (schema.format !== undefined && !FORMATS[type]?.includes(String(schema.format)))
		return `only 'enum' and 'date-time' are supported for ${type} type`;
	if (
		schema.enum !== undefined &&
		(type !== 'STRING' ||
			!Array.isArray(schema.enum) ||
			schema.enum.some((value) => typeof value !== 'string'))
	)
		return 'enum: only allowed for STRING type';
	if (Array.isArray(schema.enum) && schema.enum.includes('')) return 'enum[0]: cannot be empty';
	if (type === 'ARRAY')
		return schema.items === undefined ? 'items: missing field.' : refusalOfSchema(schema.items);
	if (type !== 'OBJECT') return null;
	const properties = isJsonObject(schema.properties) ? schema.properties : {};
	if (Object.keys(properties).length === 0) return 'properties: should be non-empty for OBJECT type';
	const bad = Object.keys(properties).find((name) => !/^[a-zA-Z_][a-zA-Z0-9_]{0,63}$/.test(name));
	if (bad !== undefined) return `property name "${bad}" is invalid`;
	const absent = (Array.isArray(schema.required) ? schema.required : []).find(
		(name) => !(String(name) in properties),
	);
	if (absent !== undefined) return `required[0]: property is not defined`;
	return (
		Object.values(properties)
			.map(refusalOfSchema)
			.find((fault) => fault !== null) ?? null
	);
}
