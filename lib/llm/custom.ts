/** Any server that speaks OpenAI's protocol under an address of its own. */

import { ConfigurationError } from '../errors';
import type { ModelAdapter } from './contract';
import { modelName } from './failure';
import { createOpenAiAdapter } from './openai';

export function createCustomAdapter(): ModelAdapter {
	return createOpenAiAdapter({
		async createClient({ credential, config }, options) {
			if (credential.baseUrl === undefined) {
				throw new ConfigurationError(
					'LLM_CREDENTIAL_MISSING',
					`model "${modelName({ config })}" of provider "custom" has no address to be called at`,
					{
						advice:
							'Write the server’s address (https://HOST/v1) into base_url of the LLM config or into the credential.',
					},
				);
			}
			const sdk = await import('openai');
			return new sdk.OpenAI({
				...options,
				// Servers inside one's own network often ask for no key; the SDK insists on one.
				apiKey: credential.apiKey ?? 'none',
				adminAPIKey: null,
				baseURL: credential.baseUrl,
				organization: null,
				project: null,
				logLevel: 'off',
			});
		},
		hasResponses: () => true,
		unwrapKey: ({ config }) => (config.type === 'custom_llm' ? config.response_unwrap_key : null),
	});
}
