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
	required: false,
	testedBy: 'testStore',
};

export const modelCredentials: INodeCredentialDescription[] = Object.entries(credentialTypesByProvider).map(
	([provider, name]) => ({ name, required: false, displayOptions: { show: { providers: [provider] } } }),
);

export const providersProperty: INodeProperties = {
	displayName: 'Model Providers',
	name: 'providers',
	type: 'multiOptions',
	noDataExpression: true,
	options: [
		{ name: 'Anthropic', value: 'anthropic' },
		{ name: 'AWS Bedrock', value: 'bedrock' },
		{ name: 'Azure OpenAI', value: 'azure_openai' },
		{ name: 'Custom (OpenAI-Compatible)', value: 'custom' },
		{ name: 'Google Gemini', value: 'google' },
		{ name: 'OpenAI', value: 'openai' },
	],
	default: ['openai'],
	description:
		'Providers that the nodes of the graph name in their LLM settings; each one gets a credential above. Not needed for nodes answered by the attached model or by a key in the graph.',
};
