/** Every model credential proves itself by a request: the right address, the right headers, nothing else. */

import type { ICredentialDataDecryptedObject, ICredentialType, IHttpRequestOptions } from 'n8n-workflow';
import { InteractlyAnthropicApi } from '../../credentials/InteractlyAnthropicApi.credentials';
import { InteractlyAzureOpenAiApi } from '../../credentials/InteractlyAzureOpenAiApi.credentials';
import { InteractlyBedrockApi } from '../../credentials/InteractlyBedrockApi.credentials';
import { InteractlyCustomApi } from '../../credentials/InteractlyCustomApi.credentials';
import { InteractlyGoogleApi } from '../../credentials/InteractlyGoogleApi.credentials';
import { InteractlyOpenAiApi } from '../../credentials/InteractlyOpenAiApi.credentials';
import { InteractlyStoreApi } from '../../credentials/InteractlyStoreApi.credentials';

const modelCredentials: ICredentialType[] = [
	new InteractlyAnthropicApi(),
	new InteractlyAzureOpenAiApi(),
	new InteractlyBedrockApi(),
	new InteractlyCustomApi(),
	new InteractlyGoogleApi(),
	new InteractlyOpenAiApi(),
];

const sent: IHttpRequestOptions = {
	baseURL: 'https://bedrock.us-east-1.amazonaws.com',
	url: '/foundation-models',
	method: 'GET',
};

async function sign(
	credential: ICredentialType,
	data: ICredentialDataDecryptedObject,
): Promise<IHttpRequestOptions> {
	if (typeof credential.authenticate !== 'function') throw new Error('not a function');
	return credential.authenticate(data, sent);
}

describe('model credentials', () => {
	it.each(modelCredentials.map((credential) => [credential.name, credential] as const))(
		'%s has a test request, and hides its secrets in the form',
		(_name, credential) => {
			expect(credential.test?.request.url).toMatch(/^\//);
			expect(credential.test?.request.baseURL).toMatch(/^=/);
			const secrets = credential.properties.filter(
				({ name }) => /key$|secret|token/i.test(name) && name !== 'accessKeyId',
			);
			expect(secrets.length).toBeGreaterThan(0);
			expect(secrets.every(({ typeOptions }) => typeOptions?.password === true)).toBe(true);
		},
	);

	it('custom: default headers and the key are added, and TLS is verified unless turned off', async () => {
		const credential = new InteractlyCustomApi();
		const data = { apiKey: 'k', defaultHeaders: '{"x-tenant":"clinic-7"}', verifyTls: true };
		await expect(sign(credential, data)).resolves.toMatchObject({
			headers: { Authorization: 'Bearer k', 'x-tenant': 'clinic-7' },
			skipSslCertificateValidation: false,
		});
		await expect(sign(credential, { ...data, apiKey: '', verifyTls: false })).resolves.toMatchObject({
			headers: { 'x-tenant': 'clinic-7' },
			skipSslCertificateValidation: true,
		});
	});

	it('custom: headers that are no object are named as the fault', async () => {
		const credential = new InteractlyCustomApi();
		await expect(sign(credential, { defaultHeaders: '["x"]' })).rejects.toThrow(
			'Default Headers must be a JSON object',
		);
	});

	it('bedrock: an API key is a bearer token', async () => {
		const signed = await sign(new InteractlyBedrockApi(), { authentication: 'apiKey', apiKey: 'abc' });
		expect(signed.headers).toEqual({ authorization: 'Bearer abc' });
	});

	it('bedrock: a key pair signs the request as AWS computes it (signature version 4)', async () => {
		jest.useFakeTimers({ now: new Date('2015-08-30T12:36:00Z') });
		try {
			const signed = await sign(new InteractlyBedrockApi(), {
				authentication: 'accessKey',
				region: 'us-east-1',
				accessKeyId: 'AKIDEXAMPLE',
				secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
			});
			expect(signed.headers).toEqual({
				'x-amz-date': '20150830T123600Z',
				authorization: expect.stringMatching(
					/^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/20150830\/us-east-1\/bedrock\/aws4_request, SignedHeaders=host;x-amz-date, Signature=[0-9a-f]{64}$/,
				),
			});
			expect(signed.headers?.authorization).toBe(await referenceSignature());
		} finally {
			jest.useRealTimers();
		}
	});

	it('the store credential is tested by the nodes, so it has no request of its own', () => {
		expect(new InteractlyStoreApi()).not.toHaveProperty('test');
	});
});

/** The same request signed by AWS's own signer. */
async function referenceSignature(): Promise<string> {
	const { SignatureV4 } = await import('@smithy/signature-v4');
	const { Sha256 } = await import('@aws-crypto/sha256-js');
	const signer = new SignatureV4({
		service: 'bedrock',
		region: 'us-east-1',
		sha256: Sha256,
		applyChecksum: false,
		credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' },
	});
	const signed = await signer.sign({
		method: 'GET',
		protocol: 'https:',
		hostname: 'bedrock.us-east-1.amazonaws.com',
		path: '/foundation-models',
		query: {},
		headers: { host: 'bedrock.us-east-1.amazonaws.com' },
	});
	return signed.headers.authorization ?? '';
}
