/** Model credentials from the usual environment variables, and the model of nodes that name none. */

import { readFileSync } from 'node:fs';
import { ConfigurationError, InputError, messageOf } from '../errors';
import { llmConfigSchema, type LlmConfig } from '../graph/model';
import type { JsonObject } from '../json';
import type { ProviderCredential } from '../llm/contract';

type Environment = Readonly<Record<string, string | undefined>>;

/** For each provider the fields of its credential and the variables that fill them, the first one set wins. */
const VARIABLES: Record<string, Partial<Record<keyof ProviderCredential, readonly string[]>>> = {
	openai: {
		apiKey: ['OPENAI_API_KEY'],
		baseUrl: ['OPENAI_BASE_URL'],
		organization: ['OPENAI_ORG_ID'],
		project: ['OPENAI_PROJECT_ID'],
	},
	anthropic: { apiKey: ['ANTHROPIC_API_KEY', 'ANTHROPIC_AUTH_TOKEN'], baseUrl: ['ANTHROPIC_BASE_URL'] },
	google: {
		apiKey: ['GOOGLE_API_KEY', 'GEMINI_API_KEY'],
		baseUrl: ['GOOGLE_GEMINI_BASE_URL'],
		vertexProject: ['GOOGLE_CLOUD_PROJECT'],
		vertexLocation: ['GOOGLE_CLOUD_LOCATION'],
	},
	azure_openai: {
		apiKey: ['AZURE_OPENAI_API_KEY'],
		endpoint: ['AZURE_OPENAI_ENDPOINT'],
		apiVersion: ['AZURE_OPENAI_API_VERSION', 'OPENAI_API_VERSION'],
	},
	bedrock: {
		apiKey: ['AWS_BEARER_TOKEN_BEDROCK'],
		region: ['AWS_REGION', 'AWS_DEFAULT_REGION'],
		endpoint: ['AWS_ENDPOINT_URL_BEDROCK_RUNTIME', 'AWS_ENDPOINT_URL'],
		accessKeyId: ['AWS_ACCESS_KEY_ID'],
		secretAccessKey: ['AWS_SECRET_ACCESS_KEY'],
		sessionToken: ['AWS_SESSION_TOKEN'],
	},
	custom: { apiKey: ['CUSTOM_LLM_API_KEY'], baseUrl: ['CUSTOM_LLM_BASE_URL'] },
};

/**
 * What makes a credential, one of these sets: a region, a project or an address is often set for other programs.
 * A server of one's own asks for no key where the address alone is enough.
 */
const MAKES_CREDENTIAL: Record<string, ReadonlyArray<ReadonlyArray<keyof ProviderCredential>>> = {
	openai: [['apiKey'], ['baseUrl']],
	anthropic: [['apiKey'], ['baseUrl']],
	google: [['apiKey'], ['baseUrl'], ['serviceAccount']],
	azure_openai: [['apiKey']],
	bedrock: [['apiKey'], ['accessKeyId', 'secretAccessKey']],
	custom: [['baseUrl']],
};

/** Every variable that is read, for the help. */
export const VARIABLE_NAMES: readonly string[] = [
	...Object.values(VARIABLES).flatMap((fields) => Object.values(fields).flat()),
	'AWS_PROFILE',
	'GOOGLE_APPLICATION_CREDENTIALS',
];

/**
 * The credentials that the environment holds, by the graph's provider names.
 *
 * @throws {ConfigurationError} `SERVICE_ACCOUNT_UNREADABLE`: GOOGLE_APPLICATION_CREDENTIALS names no readable key file.
 */
export function credentialsFrom(env: Environment): Record<string, ProviderCredential> {
	const found = Object.entries(VARIABLES).flatMap(
		([provider, fields]): Array<[string, ProviderCredential]> => {
			const credential: Record<string, unknown> = {};
			for (const [field, names] of Object.entries(fields)) {
				const value = names.map((name) => env[name]?.trim() ?? '').find((text) => text !== '');
				if (value !== undefined) credential[field] = value;
			}
			// Servers of one's own often ask for no key; the SDK wants to send some.
			if (provider === 'openai' && 'baseUrl' in credential) credential.apiKey ??= 'none';
			if (provider === 'google') Object.assign(credential, serviceAccountFrom(env));
			const isWhole = MAKES_CREDENTIAL[provider]?.some((set) => set.every((field) => field in credential));
			// The SDK itself reads the keys of a profile.
			const hasProfile = provider === 'bedrock' && (env.AWS_PROFILE?.trim() ?? '') !== '';
			return isWhole === true || hasProfile ? [[provider, credential]] : [];
		},
	);
	return Object.fromEntries(found);
}

function serviceAccountFrom(env: Environment): Pick<ProviderCredential, 'serviceAccount'> {
	const path = env.GOOGLE_APPLICATION_CREDENTIALS?.trim() ?? '';
	// With a key of its own, the file is meant for other programs.
	if (path === '' || env.GOOGLE_API_KEY !== undefined || env.GEMINI_API_KEY !== undefined) return {};
	try {
		return { serviceAccount: JSON.parse(readFileSync(path, 'utf8')) as JsonObject };
	} catch (error) {
		throw new ConfigurationError(
			'SERVICE_ACCOUNT_UNREADABLE',
			`GOOGLE_APPLICATION_CREDENTIALS names a file that cannot be read as a service account: ${messageOf(error)}`,
			{ advice: 'Name the JSON key file of a service account, or take the variable away.', cause: error },
		);
	}
}

/**
 * The model for nodes that name none: what the user asks for, else the first provider that the
 * environment holds a credential for, on that provider's usual model. Null without any.
 *
 * @param wanted `PROVIDER/MODEL` or `PROVIDER`: `openai/gpt-5.4-mini`, `anthropic`.
 * @throws {InputError} `MODEL_UNKNOWN`.
 */
export function fallbackLlm(
	wanted: string | undefined,
	credentials: Readonly<Record<string, ProviderCredential>>,
): LlmConfig | null {
	const text = wanted ?? Object.keys(credentials).find((provider) => provider !== 'custom');
	if (text === undefined) return null;
	const slash = text.indexOf('/');
	const provider = (slash < 0 ? text : text.slice(0, slash)).replaceAll('-', '_');
	const model = slash < 0 ? '' : text.slice(slash + 1);
	if (!(provider in VARIABLES) || (provider === 'custom' && model === '')) {
		throw new InputError('MODEL_UNKNOWN', `"${text}" does not name a model.`, {
			advice: `Write PROVIDER/MODEL, where PROVIDER is one of ${Object.keys(VARIABLES).join(', ')}.`,
		});
	}
	return llmConfigSchema.parse({ type: `${provider}_llm`, provider, ...(model === '' ? {} : { model }) });
}
