/** Azure OpenAI: the OpenAI protocol under a resource's own address, models by deployment name. */

import { ConfigurationError } from '../errors';
import type { ModelAdapter } from './contract';
import { modelName } from './failure';
import { createOpenAiAdapter } from './openai';

/** The newest version that was generally available when this was written; newer ones keep it working. */
const DEFAULT_API_VERSION = '2024-10-21';

export function createAzureOpenAiAdapter(): ModelAdapter {
	return createOpenAiAdapter({
		async createClient({ credential, config }, options) {
			const endpoint = credential.endpoint ?? credential.baseUrl;
			if (endpoint === undefined) {
				throw new ConfigurationError(
					'LLM_CREDENTIAL_MISSING',
					`model "${modelName({ config })}" of provider "azure_openai" has no endpoint to be called at`,
					{
						advice:
							'Write the resource’s address (https://NAME.openai.azure.com) into the credential or the config’s endpoint.',
					},
				);
			}
			const sdk = await import('openai');
			return new sdk.AzureOpenAI({
				...options,
				endpoint: endpoint.replace(/\/+$/, ''),
				apiKey: credential.apiKey,
				apiVersion: credential.apiVersion ?? DEFAULT_API_VERSION,
				organization: null,
				project: null,
				logLevel: 'off',
			});
		},
		// Chat completions serve every deployment; the Responses API is switched on per resource.
		hasResponses: () => false,
		unwrapKey: () => null,
	});
}
