/** LLM configs and groups (2.14, 2.15): which model answers, with which parameters. */

import { z } from 'zod';
import {
	decimal,
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

const llmBase = {
	logical_id: text(),
	named_llm_config_id: text(),
	named_llm_config_name: text(),
	streaming: flag(false),
	do_not_split_sentences: flag(false),
	max_retries: whole(3),
	max_parse_retries: whole(3),
	max_tokens: whole(),
	temperature: decimal(),
	request_timeout_ms: whole(),
	seed: whole(),
	model_kwargs: freeObject,
	api_key: text(),
	truncated_max_recent_messages: whole(),
};

const vertex = { vertex_project: text(), vertex_location: text() };

export const openAiLlmSchema = z.looseObject({
	...llmBase,
	type: z.literal('openai_llm'),
	provider: text('openai'),
	model: text('gpt-5.4-mini'),
	base_url: text(),
	organization: text(),
	reasoning_effort: text('low'),
});

export const azureOpenAiLlmSchema = z.looseObject({
	...llmBase,
	type: z.literal('azure_openai_llm'),
	provider: text('azure_openai'),
	model: text('gpt-5-mini'),
	endpoint: text(),
	api_version: text(),
	reasoning_effort: text('low'),
});

export const googleLlmSchema = z.looseObject({
	...llmBase,
	type: z.literal('google_llm'),
	provider: text('google'),
	model: text('gemini-3-flash-preview'),
	thinking_budget: whole(0),
	thinking_level: text(),
	backend: text(),
});

export const anthropicLlmSchema = z.looseObject({
	...llmBase,
	...vertex,
	type: z.literal('anthropic_llm'),
	provider: text('anthropic'),
	model: text('claude-sonnet-4-6'),
	thinking_budget: whole(0),
	backend: text('direct'),
});

export const bedrockLlmSchema = z.looseObject({
	...llmBase,
	type: z.literal('bedrock_llm'),
	provider: text('bedrock'),
	model: text('zai.glm-4.7-flash'),
	region: text(),
	aws_access_key_id: text(),
	aws_secret_access_key: text(),
});

export const customLlmSchema = z.looseObject({
	...llmBase,
	type: z.literal('custom_llm'),
	provider: text('custom'),
	model: text(),
	reasoning_effort: text(),
	base_url: text(),
	default_headers: freeObjectOrNull,
	rewrite_base_url: flag(false),
	verify_ssl: flag(true),
	response_unwrap_key: text(),
	integration_auth: orNull(z.looseObject({ integration_id: text() })),
	use_responses_api: flag(false),
	supports_audio_input: flag(false),
});

const vertexOnly = <const T extends string>(type: T, provider: string, model: string) =>
	z.looseObject({
		...llmBase,
		...vertex,
		type: z.literal(type),
		provider: text(provider),
		model: text(model),
		enable_thinking: flag(false),
	});

export const xaiLlmSchema = vertexOnly('xai_llm', 'xai', 'grok-4.6');
export const gemmaLlmSchema = vertexOnly('gemma_llm', 'gemma', 'gemma-4-26b-a4b-it-maas');
export const glmLlmSchema = vertexOnly('glm_llm', 'glm', 'glm-5.2-maas');
export const deepseekLlmSchema = vertexOnly('deepseek_llm', 'deepseek', 'deepseek-v3.2-maas');

/** "Use the workflow's LLM." */
export const globalDefaultLlmSchema = z.looseObject({
	...llmBase,
	type: z.literal('global_default_llm'),
	provider: text('default_provider'),
});

/** "No LLM." */
export const noLlmSchema = z.looseObject({
	...llmBase,
	type: z.literal('no_llm'),
	provider: text('default_provider'),
});

/** A model of unknown type, or of a known type whose fields failed: kept, and an error when called. */
export const unknownLlmSchema = z.looseObject({
	...llmBase,
	type: z.literal('unknown'),
	provider: text(),
	model: text(),
	original_type: originalType,
});

/** The types a file may name, in the order of 2.14. */
export const knownLlmSchema = z.discriminatedUnion('type', [
	openAiLlmSchema,
	azureOpenAiLlmSchema,
	googleLlmSchema,
	anthropicLlmSchema,
	bedrockLlmSchema,
	customLlmSchema,
	xaiLlmSchema,
	gemmaLlmSchema,
	glmLlmSchema,
	deepseekLlmSchema,
	globalDefaultLlmSchema,
	noLlmSchema,
]);

export const llmConfigSchema = z.discriminatedUnion('type', [...knownLlmSchema.options, unknownLlmSchema]);
export type LlmConfig = z.infer<typeof llmConfigSchema>;

export const llmGroupSchema = z.looseObject({
	type: z.literal('llm_group'),
	logical_id: text(),
	named_llm_config_id: text(),
	named_llm_config_name: text(),
	llms: list(llmConfigSchema),
	operation_mode: oneOf(['sequential_with_proactive', 'parallel_select_one'], 'sequential_with_proactive'),
	min_patience_time_ms: whole(1500),
	max_patience_time_ms: whole(),
});
export type LlmGroup = z.infer<typeof llmGroupSchema>;

export const backchannelGroupSchema = z.looseObject({
	type: z.literal('llm_group_with_backchannel'),
	id: text(),
	named_llm_config_id: text(),
	named_llm_config_name: text(),
	main_llm_config: orNull(llmGroupSchema),
	backchannel_llm_config: orNull(llmGroupSchema),
	non_backchannel_response_prefix: text(),
	backchannel_static_responses: list(z.string()),
	backchannel_static_responses_selection_mode: oneOf(['random', 'sequence'], 'random'),
	backchannel_min_patience_time_ms: whole(2000),
});
export type BackchannelGroup = z.infer<typeof backchannelGroupSchema>;

export const llmOrGroupSchema = z.discriminatedUnion('type', [
	...llmConfigSchema.options,
	llmGroupSchema,
	backchannelGroupSchema,
]);
export type LlmOrGroup = z.infer<typeof llmOrGroupSchema>;
