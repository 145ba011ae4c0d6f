/** Provider name to adapter; each is made once, and loads its SDK when it is first asked. */

import type { LlmConfig } from '../graph/model';
import { createAzureOpenAiAdapter } from './azure-openai';
import type { ModelAdapter } from './contract';
import { createCustomAdapter } from './custom';
import { createOpenAiAdapter } from './openai';

const FACTORIES: Partial<Record<LlmConfig['type'], () => ModelAdapter>> = {
	openai_llm: createOpenAiAdapter,
	azure_openai_llm: createAzureOpenAiAdapter,
	custom_llm: createCustomAdapter,
};

export type AdapterRegistry = (config: LlmConfig) => ModelAdapter;

/** Adapters of one set of models; what they learn of a server lasts as long as the registry. */
export function createRegistry(): AdapterRegistry {
	const adapters = new Map<string, ModelAdapter>();
	return (config) => {
		const made = adapters.get(config.type);
		if (made !== undefined) return made;
		const factory = FACTORIES[config.type];
		if (factory === undefined) throw new Error(`no adapter for ${config.type}`);
		const adapter = factory();
		adapters.set(config.type, adapter);
		return adapter;
	};
}
