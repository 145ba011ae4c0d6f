/** The credentials that run a graph, as node descriptions list them: the store and one per model provider. */

import type { INodeCredentialDescription, INodeProperties } from 'n8n-workflow';

/** Credential type by the value of the parameter `providers`; the keys are the graph's provider names. */
export const credentialTypesByProvider = {
	anthropic: 'interactlyAnthropicApi',
	azure_openai: 'interactlyAzureOpenAiApi',
	bedrock: 'interactlyBedrockApi',
	custom: 'interactlyCustomApi',
	google: 'interactlyGoogleApi',
	openai: 'interactlyOpenAiApi',
} as const;

export type Provider = keyof typeof credentialTypesByProvider;

export const storeCredential: INodeCredentialDescription = {
	name: 'interactlyStoreApi',
	displayName: 'Store',
	required: false,
	testedBy: 'testStore',
};

const providerTitles: Record<Provider, string> = {
	anthropic: 'Anthropic',
	azure_openai: 'Azure OpenAI',
	bedrock: 'AWS Bedrock',
	custom: 'Custom (OpenAI-Compatible)',
	google: 'Google Gemini',
	openai: 'OpenAI',
};

const providers = Object.keys(providerTitles) as Provider[];

export const modelCredentials: INodeCredentialDescription[] = providers.map((provider) => ({
	name: credentialTypesByProvider[provider],
	displayName: providerTitles[provider],
	required: false,
	displayOptions: { show: { providers: [provider] } },
}));

export const providersProperty: INodeProperties = {
	displayName: 'Model Providers',
	name: 'providers',
	type: 'multiOptions',
	noDataExpression: true,
	options: [
		...providers.map((provider) => ({ name: providerTitles[provider], value: provider })),
		{
			// The editor hides a field whose every value shows a credential; this one shows none.
			name: 'Key in the Graph',
			value: 'graph',
			description: "The graph's own LLM settings carry the key",
		},
	],
	default: ['openai'],
	description:
		'Providers that the nodes of the graph name in their LLM settings; each one gets a credential above. Not needed for nodes answered by the attached model or by a key in the graph.',
};
