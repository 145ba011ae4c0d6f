/** Provider name to adapter; each is made once, and loads its SDK when it is first asked. */

import { ConfigurationError } from '../errors';
import type { LlmConfig } from '../graph/model';
import { createAnthropicAdapter } from './anthropic';
import { createAzureOpenAiAdapter } from './azure-openai';
import { createBedrockAdapter } from './bedrock';
import type { ModelAdapter } from './contract';
import { createCustomAdapter } from './custom';
import { createGoogleAdapter } from './google';
import { createOpenAiAdapter } from './openai';
import { createVertexOpenAiAdapter } from './vertex-openai';

const FACTORIES: Partial<Record<LlmConfig['type'], () => ModelAdapter>> = {
	openai_llm: createOpenAiAdapter,
	azure_openai_llm: createAzureOpenAiAdapter,
	google_llm: createGoogleAdapter,
	anthropic_llm: createAnthropicAdapter,
	bedrock_llm: createBedrockAdapter,
	custom_llm: createCustomAdapter,
	xai_llm: createVertexOpenAiAdapter,
	gemma_llm: createVertexOpenAiAdapter,
	glm_llm: createVertexOpenAiAdapter,
	deepseek_llm: createVertexOpenAiAdapter,
};

export type AdapterRegistry = (config: LlmConfig) => ModelAdapter;

/** Adapters of one set of models; what they learn of a server lasts as long as the registry. */
export function createRegistry(): AdapterRegistry {
	const adapters = new Map<string, ModelAdapter>();
	return (config) => {
		const made = adapters.get(config.type);
		if (made !== undefined) return made;
		const factory = FACTORIES[config.type];
		if (factory === undefined) throw noAdapter(config);
		const adapter = factory();
		adapters.set(config.type, adapter);
		return adapter;
	};
}

/** `no_llm`, `global_default_llm` and unknown types name no model; the models port refuses them before this. */
function noAdapter(config: LlmConfig): ConfigurationError {
	return new ConfigurationError(
		'LLM_NOT_CONFIGURED',
		`no model stands behind an LLM config of type "${config.type}"`,
		{
			advice: 'Choose an LLM on the node or on the workflow, or mark a saved LLM config as the default.',
		},
	);
}
