/** The Anthropic credential: a key, where the service lives, and a request that proves both. */

import type {
	IAuthenticateGeneric,
	ICredentialTestRequest,
	ICredentialType,
	INodeProperties,
} from 'n8n-workflow';

export class InteractlyAnthropicApi implements ICredentialType {
	name = 'interactlyAnthropicApi';

	displayName = 'Interactly Anthropic API';

	icon = { light: 'file:model.svg', dark: 'file:model.dark.svg' } as const;

	documentationUrl = 'https://docs.anthropic.com/en/api/overview';

	properties: INodeProperties[] = [
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			placeholder: 'sk-ant-…',
			description:
				'Answers for the graph\'s nodes whose LLM provider is "anthropic" and that carry no key of their own',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: 'https://api.anthropic.com',
			required: true,
			description: 'Change it to reach Anthropic through a proxy; without /v1',
		},
	];

	authenticate: IAuthenticateGeneric = {
		type: 'generic',
		properties: { headers: { 'x-api-key': '={{$credentials.apiKey}}', 'anthropic-version': '2023-06-01' } },
	};

	test: ICredentialTestRequest = {
		request: {
			baseURL: '={{$credentials.baseUrl.replace(/\\/+$/, "")}}',
			url: '/v1/models',
			qs: { limit: 1 },
		},
	};
}
