/** The credential for any server that speaks the OpenAI chat API: a gateway, vLLM, Ollama, a proxy. */

import type {
	ICredentialDataDecryptedObject,
	ICredentialTestRequest,
	ICredentialType,
	IHttpRequestOptions,
	INodeProperties,
} from 'n8n-workflow';

export class InteractlyCustomApi implements ICredentialType {
	name = 'interactlyCustomApi';

	displayName = 'Interactly Custom LLM API';

	icon = { light: 'file:model.svg', dark: 'file:model.dark.svg' } as const;

	documentationUrl = 'https://platform.openai.com/docs/api-reference/chat';

	properties: INodeProperties[] = [
		{
			displayName:
				'For any server that answers POST /chat/completions the way OpenAI does, for example a gateway, vLLM or Ollama.',
			name: 'notice',
			type: 'notice',
			default: '',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'http://127.0.0.1:11434/v1',
			description: 'Address up to and including the version; /chat/completions is added to it',
		},
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description: 'Sent as a bearer token. Leave empty for a server without keys.',
		},
		{
			displayName: 'Default Headers',
			name: 'defaultHeaders',
			type: 'json',
			typeOptions: { redactJsonLeaves: true },
			default: '{}',
			placeholder: '{ "x-tenant": "clinic-7" }',
			description: 'Headers added to every request, as a JSON object of texts',
		},
		{
			displayName: 'Verify TLS Certificate',
			name: 'verifyTls',
			type: 'boolean',
			default: true,
			description:
				'Whether a certificate that cannot be verified is refused. Turn off only on a network you trust.',
		},
	];

	async authenticate(
		credentials: ICredentialDataDecryptedObject,
		request: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> {
		const headers = { ...request.headers, ...readHeaders(credentials.defaultHeaders) };
		if (credentials.apiKey) headers.Authorization = `Bearer ${String(credentials.apiKey)}`;
		return { ...request, headers, skipSslCertificateValidation: credentials.verifyTls === false };
	}

	test: ICredentialTestRequest = {
		request: { baseURL: '={{$credentials.baseUrl.replace(/\\/+$/, "")}}', url: '/models' },
	};
}

function readHeaders(stored: unknown): Record<string, string> {
	const value: unknown = typeof stored === 'string' ? JSON.parse(stored.trim() || '{}') : (stored ?? {});
	if (typeof value !== 'object' || value === null || Array.isArray(value)) {
		throw new Error('Default Headers must be a JSON object, for example { "x-tenant": "clinic-7" }.');
	}
	return Object.fromEntries(Object.entries(value).map(([name, text]) => [name, String(text)]));
}
