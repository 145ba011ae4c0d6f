/** Which key and address a call uses: the config's own fields first, then what the run holds (R8.3). */

import { createHash } from 'node:crypto';
import { ConfigurationError } from '../errors';
import type { LlmConfig } from '../graph/model';
import type { ProviderCredential } from './contract';
import { modelName } from './failure';

/**
 * Finds what the run holds for a provider (`openai`, `azure_openai`, `google`, `anthropic`, `bedrock`,
 * `custom`, …), at the time of the call; null when it holds nothing. The config tells custom servers
 * and integrations apart.
 */
export type CredentialLookup = (
	provider: string,
	config: LlmConfig,
) => ProviderCredential | null | Promise<ProviderCredential | null>;

export interface ResolvedCredential {
	credential: ProviderCredential;
	/** The key came from the graph itself (R8.20 `used_user_api_key`). */
	usedUserKey: boolean;
	/** Tells circuits apart; no secret can be read from it. */
	circuitKey: string;
}

const PROVIDER_BY_TYPE: Readonly<Record<LlmConfig['type'], string>> = {
	openai_llm: 'openai',
	azure_openai_llm: 'azure_openai',
	google_llm: 'google',
	anthropic_llm: 'anthropic',
	bedrock_llm: 'bedrock',
	custom_llm: 'custom',
	xai_llm: 'xai',
	gemma_llm: 'gemma',
	glm_llm: 'glm',
	deepseek_llm: 'deepseek',
	global_default_llm: 'default_provider',
	no_llm: 'default_provider',
	unknown: 'unknown',
};

/** The vendor of a config; the type decides, because files carry any text in `provider`. */
export function providerOf(config: LlmConfig): string {
	return PROVIDER_BY_TYPE[config.type];
}

/**
 * @throws {ConfigurationError} `LLM_CREDENTIAL_MISSING` when neither the config nor the run has a key;
 *         `LLM_KEY_WITHHELD` when the graph would send the run's key to an address of its own.
 */
export async function resolveCredential(
	config: LlmConfig,
	lookup: CredentialLookup,
	heldProviders: readonly string[],
): Promise<ResolvedCredential> {
	const provider = providerOf(config);
	const own = ownCredential(config);
	const held = await lookup(provider, config);
	const credential = merge(held ?? {}, own);
	if (held === null && !isEnough(own)) throw missing(config, heldProviders);
	if (held !== null && config.type !== 'custom_llm') refuseForeignAddress(config, held, own);
	return {
		credential,
		usedUserKey: own.apiKey !== undefined || own.accessKeyId !== undefined,
		circuitKey: [
			provider,
			modelName({ config }),
			credential.baseUrl ?? credential.endpoint ?? credential.region ?? '',
			fingerprint(credential.apiKey ?? credential.accessKeyId ?? ''),
		].join('|'),
	};
}

function ownCredential(config: LlmConfig): ProviderCredential {
	const own: ProviderCredential = {};
	const put = (name: keyof ProviderCredential, value: unknown) => {
		if (typeof value === 'string' && value.trim() !== '') Object.assign(own, { [name]: value.trim() });
	};
	put('apiKey', config.api_key);
	put('baseUrl', config.base_url);
	put('organization', config.organization);
	put('endpoint', config.endpoint);
	put('apiVersion', config.api_version);
	put('region', config.region);
	put('vertexProject', config.vertex_project);
	put('vertexLocation', config.vertex_location);
	if (
		config.type === 'bedrock_llm' &&
		config.aws_access_key_id !== null &&
		config.aws_secret_access_key !== null
	) {
		put('accessKeyId', config.aws_access_key_id);
		put('secretAccessKey', config.aws_secret_access_key);
	}
	if (config.type === 'custom_llm') {
		if (!config.verify_ssl) own.verifySsl = false;
		const headers = Object.entries(config.default_headers ?? {}).filter(
			(entry): entry is [string, string] => typeof entry[1] === 'string',
		);
		if (headers.length > 0) own.defaultHeaders = Object.fromEntries(headers);
	}
	return own;
}

function merge(held: ProviderCredential, own: ProviderCredential): ProviderCredential {
	const merged = { ...held, ...own };
	// A key pair of the graph is another account than the session the run holds.
	if (own.accessKeyId !== undefined) delete merged.sessionToken;
	if (own.accessKeyId !== undefined && own.apiKey === undefined) delete merged.apiKey;
	if (held.defaultHeaders !== undefined || own.defaultHeaders !== undefined) {
		merged.defaultHeaders = { ...held.defaultHeaders, ...own.defaultHeaders };
	}
	return merged;
}

/** A key, or an address of the graph's own: servers inside one's own network often ask for no key. */
function isEnough(own: ProviderCredential): boolean {
	return own.apiKey !== undefined || own.accessKeyId !== undefined || own.baseUrl !== undefined;
}

/** Hosts of the vendors themselves, and one's own machine: a key may always go there. */
const TRUSTED_HOSTS =
	/(^|\.)(openai\.com|azure\.com|anthropic\.com|googleapis\.com|amazonaws\.com)$|^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/**
 * A graph can come from anybody, and an address written into it must not receive the run's own key.
 * A custom server is the exception: its address belongs into the graph, and its key is meant for it.
 */
function refuseForeignAddress(config: LlmConfig, held: ProviderCredential, own: ProviderCredential): void {
	const address = own.baseUrl ?? own.endpoint;
	if (address === undefined || own.apiKey !== undefined || own.accessKeyId !== undefined) return;
	const host = hostOf(address);
	if (host === null || TRUSTED_HOSTS.test(host) || host === hostOf(held.baseUrl ?? held.endpoint ?? ''))
		return;
	throw new ConfigurationError(
		'LLM_KEY_WITHHELD',
		`model "${modelName({ config })}" is to be called at "${host}", an address from the graph, and the key this run holds for "${providerOf(config)}" is not meant for it`,
		{
			advice:
				'Write the address into the credential, or a key for this address into api_key of the LLM config.',
		},
	);
}

function hostOf(address: string): string | null {
	return URL.canParse(address) ? new URL(address).hostname.toLowerCase() : null;
}

function missing(config: LlmConfig, held: readonly string[]): ConfigurationError {
	const list = held.length === 0 ? 'no model credential at all' : `credentials for ${held.join(', ')} only`;
	return new ConfigurationError(
		'LLM_CREDENTIAL_MISSING',
		`model "${modelName({ config })}" asks for provider "${providerOf(config)}", but this run holds ${list}`,
		{
			advice: `Attach a credential for "${providerOf(config)}", or choose a model of a provider the run holds.`,
		},
	);
}

/** Tells two keys apart and lets nobody find one. */
function fingerprint(secret: string): string {
	return createHash('sha256').update(secret).digest('hex').slice(0, 8);
}
