/** What a model is told about a tool: its name, its text and the schema without hidden arguments (R7.10.1). */

import type { Tool } from '../graph/tool';
import { isJsonObject, type JsonObject } from '../json';
import { slotNames, textsIn } from './slots';

/** The shape of `llm/contract`'s ToolDefinition. */
export interface OfferedDefinition {
	name: string;
	description: string;
	parameters: JsonObject;
}

const KNOWLEDGE_BASE_TEXT =
	'Searches the knowledge base and returns the passages that fit the query best, each with its source.';

const KNOWLEDGE_BASE_SCHEMA: JsonObject = {
	type: 'object',
	properties: {
		query: { type: 'string', description: 'What to look for, as a full question or a few words.' },
		justification: { type: 'string', description: 'Why this search helps the conversation.' },
	},
	required: ['query'],
};

const CALL_FORWARD_TEXT = 'Transfers the call to another person or line.';

/** The name under which models and events know a tool. */
export function toolName(tool: Tool): string {
	return tool.name || tool.tool_id || tool.logical_id || tool.type;
}

/** The tool as it is offered to a model. `description` is for people and never shown (2.16). */
export function toolDefinition(tool: Tool): OfferedDefinition {
	return {
		name: toolName(tool),
		description: tool.signature || builtInText(tool),
		parameters: visibleSchema(tool),
	};
}

/** The whole schema of a tool's arguments, hidden ones included, or null when it declares none. */
export function argumentSchema(tool: Tool): JsonObject | null {
	if (tool.args_schema !== null) return tool.args_schema;
	if (tool.type === 'knowledge_base') return KNOWLEDGE_BASE_SCHEMA;
	return tool.type === 'external_api' ? schemaOfSlots(tool) : null;
}

function visibleSchema(tool: Tool): JsonObject {
	const schema = argumentSchema(tool) ?? {};
	const hidden = new Set(
		tool.variable_arguments
			.filter(({ expose_to_llm }) => !expose_to_llm)
			.map(({ argument_name }) => argument_name),
	);
	const properties = isJsonObject(schema['properties']) ? schema['properties'] : {};
	const visible: JsonObject = {
		...schema,
		type: 'object',
		properties: Object.fromEntries(Object.entries(properties).filter(([name]) => !hidden.has(name))),
	};
	if (Array.isArray(schema['required'])) {
		visible['required'] = schema['required'].filter((name) => typeof name !== 'string' || !hidden.has(name));
	}
	return visible;
}

function builtInText(tool: Tool): string {
	if (tool.type === 'knowledge_base') return KNOWLEDGE_BASE_TEXT;
	return tool.type === 'inbuilt_function' && tool.tool_id === 'call_forward' ? CALL_FORWARD_TEXT : '';
}

/** An external API tool without a schema takes the arguments that its templates name. */
function schemaOfSlots(tool: Tool & { type: 'external_api' }): JsonObject | null {
	const names = new Set(textsIn([tool.api_endpoint, tool.api_headers, tool.api_body]).flatMap(slotNames));
	if (names.size === 0) return null;
	return {
		type: 'object',
		properties: Object.fromEntries([...names].map((name) => [name, {}])),
		required: [...names],
	};
}
