/** The AWS Bedrock credential: a Bedrock API key or an access key pair, and a signed request that proves it. */

import type {
	ICredentialDataDecryptedObject,
	ICredentialTestRequest,
	ICredentialType,
	IHttpRequestOptions,
	INodeProperties,
} from 'n8n-workflow';

export class InteractlyBedrockApi implements ICredentialType {
	name = 'interactlyBedrockApi';

	displayName = 'Interactly AWS Bedrock API';

	icon = { light: 'file:model.svg', dark: 'file:model.dark.svg' } as const;

	documentationUrl = 'https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html';

	properties: INodeProperties[] = [
		{
			displayName: 'Region',
			name: 'region',
			type: 'string',
			default: 'us-east-1',
			required: true,
			placeholder: 'us-east-1',
			description:
				'Region in which the models are enabled. A region written in the graph wins over this one.',
		},
		{
			displayName: 'Sign In With',
			name: 'authentication',
			type: 'options',
			options: [
				{ name: 'Access Key', value: 'accessKey', description: 'Access key ID and secret of an IAM user' },
				{ name: 'Bedrock API Key', value: 'apiKey', description: 'One key made in the Bedrock console' },
			],
			default: 'accessKey',
		},
		{
			displayName: 'Access Key ID',
			name: 'accessKeyId',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'AKIA…',
			displayOptions: { show: { authentication: ['accessKey'] } },
		},
		{
			displayName: 'Secret Access Key',
			name: 'secretAccessKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			displayOptions: { show: { authentication: ['accessKey'] } },
		},
		{
			displayName: 'Session Token',
			name: 'sessionToken',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description: 'Only for temporary credentials',
			displayOptions: { show: { authentication: ['accessKey'] } },
		},
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			displayOptions: { show: { authentication: ['apiKey'] } },
		},
		{
			displayName: 'Endpoint',
			name: 'endpoint',
			type: 'string',
			default: '',
			placeholder: 'https://bedrock-runtime.us-east-1.amazonaws.com',
			description:
				"Address of the Bedrock runtime when it is not the region's public one, for example a VPC endpoint",
		},
	];

	async authenticate(
		credentials: ICredentialDataDecryptedObject,
		request: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> {
		const headers =
			credentials.authentication === 'apiKey'
				? { authorization: `Bearer ${String(credentials.apiKey)}` }
				: await signatureHeaders(credentials, request);
		return { ...request, headers: { ...request.headers, ...headers } };
	}

	/** Lists the models of the region: needs the permission `bedrock:ListFoundationModels`. */
	test: ICredentialTestRequest = {
		request: {
			baseURL: '=https://bedrock.{{$credentials.region}}.amazonaws.com',
			url: '/foundation-models',
		},
	};
}

/** AWS Signature Version 4 of a GET request without a body and without query, as the test sends it. */
async function signatureHeaders(
	credentials: ICredentialDataDecryptedObject,
	request: IHttpRequestOptions,
): Promise<Record<string, string>> {
	// Loaded here: n8n loads every credential class at its start.
	const { createHash, createHmac } = await import('node:crypto');
	const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
	const url = new URL(`${request.baseURL ?? ''}${request.url}`);
	const time = new Date().toISOString().replace(/[-:]|\.\d{3}/g, '');
	const date = time.slice(0, 8);
	const region = String(credentials.region);
	const headers: Record<string, string> = { host: url.host, 'x-amz-date': time };
	if (credentials.sessionToken) headers['x-amz-security-token'] = String(credentials.sessionToken);
	const names = Object.keys(headers).sort();
	const canonical = [
		request.method ?? 'GET',
		url.pathname,
		'',
		...names.map((name) => `${name}:${headers[name]}`),
		'',
		names.join(';'),
		sha256(''),
	].join('\n');
	const scope = `${date}/${region}/bedrock/aws4_request`;
	const key = [date, region, 'bedrock', 'aws4_request'].reduce<string | Buffer>(
		(secret, part) => createHmac('sha256', secret).update(part).digest(),
		`AWS4${String(credentials.secretAccessKey)}`,
	);
	const signature = createHmac('sha256', key)
		.update(['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n'))
		.digest('hex');
	const { host: _host, ...sent } = headers;
	return {
		...sent,
		authorization: `AWS4-HMAC-SHA256 Credential=${String(credentials.accessKeyId)}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`,
	};
}
