/** The Google Gemini credential: a key, where the service lives, and a request that proves both. */

import type {
	IAuthenticateGeneric,
	ICredentialTestRequest,
	ICredentialType,
	INodeProperties,
} from 'n8n-workflow';

export class InteractlyGoogleApi implements ICredentialType {
	name = 'interactlyGoogleApi';

	displayName = 'Interactly Google Gemini API';

	icon = { light: 'file:model.svg', dark: 'file:model.dark.svg' } as const;

	documentationUrl = 'https://ai.google.dev/gemini-api/docs/api-key';

	properties: INodeProperties[] = [
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			placeholder: 'AIza…',
			description:
				'Answers for the graph\'s nodes whose LLM provider is "google" and that carry no key of their own',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: 'https://generativelanguage.googleapis.com',
			required: true,
			description: 'Change it to reach Gemini through a proxy; without a version',
		},
	];

	authenticate: IAuthenticateGeneric = {
		type: 'generic',
		properties: { headers: { 'x-goog-api-key': '={{$credentials.apiKey}}' } },
	};

	test: ICredentialTestRequest = {
		request: {
			baseURL: '={{$credentials.baseUrl.replace(/\\/+$/, "")}}',
			url: '/v1beta/models',
			qs: { pageSize: 1 },
		},
	};
}
