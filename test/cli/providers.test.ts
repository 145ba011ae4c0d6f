/** Keys from the environment: which variables make which credential, and which model stands in. */

import { credentialsFrom, fallbackLlm } from '../../lib/cli/providers';

describe('credentials of the environment', () => {
	it.each([
		[{ OPENAI_API_KEY: 'k' }, { openai: { apiKey: 'k' } }],
		[
			{ OPENAI_BASE_URL: 'http://127.0.0.1:1/v1' },
			{ openai: { baseUrl: 'http://127.0.0.1:1/v1', apiKey: 'none' } },
		],
		[{ ANTHROPIC_API_KEY: ' k ', ANTHROPIC_BASE_URL: 'u' }, { anthropic: { apiKey: 'k', baseUrl: 'u' } }],
		[{ GOOGLE_API_KEY: 'a', GEMINI_API_KEY: 'b' }, { google: { apiKey: 'a' } }],
		[{ GEMINI_API_KEY: 'b' }, { google: { apiKey: 'b' } }],
		[
			{ AZURE_OPENAI_API_KEY: 'k', AZURE_OPENAI_ENDPOINT: 'e', OPENAI_API_VERSION: 'v' },
			{ azure_openai: { apiKey: 'k', endpoint: 'e', apiVersion: 'v' } },
		],
		[
			{ AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 's', AWS_DEFAULT_REGION: 'r' },
			{ bedrock: { accessKeyId: 'a', secretAccessKey: 's', region: 'r' } },
		],
		[{ CUSTOM_LLM_BASE_URL: 'u' }, { custom: { baseUrl: 'u' } }],
		[{ ANTHROPIC_AUTH_TOKEN: 't' }, { anthropic: { apiKey: 't' } }],
		[{ AWS_PROFILE: 'clinic', AWS_REGION: 'r' }, { bedrock: { region: 'r' } }],
		[{ AZURE_OPENAI_ENDPOINT: 'e' }, {}],
		[{ AWS_ACCESS_KEY_ID: 'a', AWS_ENDPOINT_URL: 'u' }, {}],
		[{ AWS_REGION: 'r', GOOGLE_CLOUD_PROJECT: 'p', OPENAI_API_KEY: '' }, {}],
	])('%j gives %j', (env, credentials) => {
		expect(credentialsFrom(env)).toEqual(credentials);
	});

	it('a service account file that cannot be read is a fault, unless a key makes it needless', () => {
		const env = { GOOGLE_APPLICATION_CREDENTIALS: '/nowhere/key.json' };
		expect(() => credentialsFrom(env)).toThrow(
			expect.objectContaining({ code: 'SERVICE_ACCOUNT_UNREADABLE' }),
		);
		expect(credentialsFrom({ ...env, GOOGLE_API_KEY: 'k' })).toEqual({ google: { apiKey: 'k' } });
	});
});

describe('the model of nodes that name none', () => {
	it('is what the user asks for', () => {
		expect(fallbackLlm('anthropic/claude-x', {})).toMatchObject({
			type: 'anthropic_llm',
			provider: 'anthropic',
			model: 'claude-x',
		});
		expect(fallbackLlm('azure-openai/gpt', {})).toMatchObject({ type: 'azure_openai_llm' });
		expect(fallbackLlm('bedrock/us.vendor/model', {})).toMatchObject({ model: 'us.vendor/model' });
	});

	it('else the usual one of the first provider with a key, else none', () => {
		expect(fallbackLlm(undefined, { google: { apiKey: 'k' } })).toMatchObject({
			type: 'google_llm',
			provider: 'google',
		});
		expect(fallbackLlm(undefined, { custom: { baseUrl: 'u' } })).toBeNull();
		expect(fallbackLlm(undefined, {})).toBeNull();
	});
});
