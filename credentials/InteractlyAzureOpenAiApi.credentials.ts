/** The Azure OpenAI credential: the resource's endpoint, its key and the API version. */

import type {
	IAuthenticateGeneric,
	ICredentialTestRequest,
	ICredentialType,
	INodeProperties,
} from 'n8n-workflow';

export class InteractlyAzureOpenAiApi implements ICredentialType {
	name = 'interactlyAzureOpenAiApi';

	displayName = 'Interactly Azure OpenAI API';

	icon = { light: 'file:model.svg', dark: 'file:model.dark.svg' } as const;

	documentationUrl = 'https://learn.microsoft.com/azure/ai-services/openai/reference';

	properties: INodeProperties[] = [
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description: 'One of the two keys under "Keys and Endpoint" of the Azure OpenAI resource',
		},
		{
			displayName: 'Endpoint',
			name: 'endpoint',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'https://my-resource.openai.azure.com',
			description: 'Address of the resource. An endpoint written in the graph wins over this one.',
		},
		{
			displayName: 'API Version',
			name: 'apiVersion',
			type: 'string',
			default: '2024-10-21',
			required: true,
			description: 'Version of the Azure OpenAI API. One written in the graph wins over this one.',
		},
	];

	authenticate: IAuthenticateGeneric = {
		type: 'generic',
		properties: { headers: { 'api-key': '={{$credentials.apiKey}}' } },
	};

	test: ICredentialTestRequest = {
		request: {
			baseURL: '={{$credentials.endpoint.replace(/\\/+$/, "")}}',
			url: '/openai/models',
			qs: { 'api-version': '={{$credentials.apiVersion}}' },
		},
	};
}
