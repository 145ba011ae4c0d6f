/** Tools (2.16): what a model or a tool node may call, with bindings and result mappings. */

import { z } from 'zod';
import {
	anyJson,
	exactlyOneOf,
	flag,
	freeObject,
	freeObjectOrNull,
	list,
	oneOf,
	originalType,
	orNull,
	text,
	whole,
} from './field';
import { staticMessagesSchema } from './prompt';

export const variableArgumentSchema = z.looseObject({
	argument_name: z.string(),
	source: exactlyOneOf(['auto', 'runtime', 'dynamic', 'literal'], 'auto'),
	variable_path: text(),
	literal_value: anyJson.optional(),
	default: anyJson.optional(),
	required: flag(false),
	expose_to_llm: flag(false),
	override_provided_value: flag(true),
});
export type VariableArgument = z.infer<typeof variableArgumentSchema>;

export const resultMappingSchema = z.looseObject({
	target_variable_name: z.string(),
	result_path: text(),
	scope: exactlyOneOf(['thread', 'workflow'], 'thread'),
	default: anyJson.optional(),
	required: flag(false),
});
export type ResultMapping = z.infer<typeof resultMappingSchema>;

const toolBase = {
	logical_id: text(),
	side_effect: text(),
	tool_id: text(),
	name: text(),
	description: text(),
	category: text(),
	signature: text(),
	args_schema: freeObjectOrNull,
	static_messages_config: orNull(staticMessagesSchema),
	result_runtime_variable_name: text('tool_result'),
	ignore_content_received_during_llm_tool_call_specification: flag(false),
	timeout_seconds: whole(),
	variable_arguments: list(variableArgumentSchema),
	result_variable_mappings: list(resultMappingSchema),
	expand_result_into_runtime_variables: flag(false),
};

export const inlinePythonSchema = z.looseObject({
	...toolBase,
	type: z.literal('inline_python'),
	code: text(),
	allow_code_variable_substitution: flag(true),
});

export const inbuiltFunctionSchema = z.looseObject({
	...toolBase,
	type: z.literal('inbuilt_function'),
	configurable_key: text(),
	extra_config: freeObjectOrNull,
});

export const externalApiSchema = z.looseObject({
	...toolBase,
	type: z.literal('external_api'),
	api_endpoint: text(),
	api_method: oneOf(['GET', 'POST', 'PUT', 'DELETE'], 'GET'),
	api_headers: freeObject,
	api_body: anyJson.nullish().transform((value) => value ?? null),
	integration_auth: orNull(z.looseObject({ integration_id: text() })),
	result_as_media: flag(false),
});
export type ExternalApiTool = z.infer<typeof externalApiSchema>;

export const knowledgeBaseSchema = z.looseObject({
	...toolBase,
	type: z.literal('knowledge_base'),
	category: text('Knowledge Base'),
	result_runtime_variable_name: text('kb_tool_result'),
	target_knowledge_base_ids: list(z.string()),
});

export const codebaseFunctionSchema = z.looseObject({
	...toolBase,
	type: z.literal('codebase_function'),
	function_id: text(),
	extra_config: freeObjectOrNull,
});

/** A tool of unknown type, or of a known type whose fields failed: kept, and an error when called. */
export const unknownToolSchema = z.looseObject({
	...toolBase,
	type: z.literal('unknown'),
	original_type: originalType,
});

/** The types a file may name, in the order of 2.16.1. */
export const knownToolSchema = z.discriminatedUnion('type', [
	inlinePythonSchema,
	inbuiltFunctionSchema,
	externalApiSchema,
	knowledgeBaseSchema,
	codebaseFunctionSchema,
]);

export const toolSchema = z.discriminatedUnion('type', [...knownToolSchema.options, unknownToolSchema]);
export type Tool = z.infer<typeof toolSchema>;

export const toolsConfigSchema = z.looseObject({ tools: list(toolSchema) });

export const mcpServerSchema = z.looseObject({
	name: text(),
	server_url: z.string(),
	api_headers: freeObjectOrNull,
});
