/** Grok, Gemma, GLM and DeepSeek on Vertex AI, which serves them under OpenAI's protocol. */

import type { LlmConfig } from '../graph/model';
import type { JsonObject } from '../json';
import type { ModelAdapter } from './contract';
import { modelName } from './failure';
import { createOpenAiAdapter } from './openai';
import { vertexAccess } from './vertex';

/** Vertex names a partner's model together with its publisher. */
const PUBLISHERS: Partial<Record<LlmConfig['type'], string>> = {
	xai_llm: 'xai',
	gemma_llm: 'google',
	glm_llm: 'zai-org',
	deepseek_llm: 'deepseek-ai',
};

/** There is no key: a Google account signs in, as for Gemini on Vertex (2.14). */
export function createVertexOpenAiAdapter(): ModelAdapter {
	return createOpenAiAdapter({
		async createClient(request, options) {
			const access = await vertexAccess(request);
			const sdk = await import('openai');
			const root = access.baseUrl.replace(/\/+$/, '');
			return new sdk.OpenAI({
				...options,
				apiKey: access.token,
				adminAPIKey: null,
				baseURL: `${root}/v1/projects/${access.project}/locations/${access.location}/endpoints/openapi`,
				organization: null,
				project: null,
				logLevel: 'off',
			});
		},
		hasResponses: () => false,
		unwrapKey: () => null,
		spellModel: (request) => {
			const name = modelName(request);
			const publisher = PUBLISHERS[request.config.type];
			return publisher === undefined || name.includes('/') ? name : `${publisher}/${name}`;
		},
		extras: ({ config }): JsonObject =>
			config.enable_thinking === true && config.type !== 'xai_llm'
				? { chat_template_kwargs: { enable_thinking: true, thinking: true } }
				: {},
	});
}
