/** n8n as the library sees it: which store and keys a node holds, which model hangs below it. */

import type {
	ICredentialDataDecryptedObject,
	IExecuteFunctions,
	ILoadOptionsFunctions,
	ITriggerFunctions,
	Logger,
} from 'n8n-workflow';
import type { Access, Log, ProviderCredential, Station } from '../lib/index';
import { MODEL } from './connections';
import { credentialTypesByProvider, type Provider } from './credentials';
import { library } from './library';
import { storePlace } from './store-place';

export { library } from './library';

/** Anything that can read a node's credentials: an execution, a trigger or a form that fills a list. */
export type CredentialHolder = Pick<
	IExecuteFunctions | ILoadOptionsFunctions | ITriggerFunctions,
	'getNode' | 'getCredentials' | 'logger'
>;

/** One station per store: all workflows and executions of this process share it. */
const stations = new Map<string, Promise<Station>>();

/**
 * The station of the store that the node's credential names, else of the one in n8n's user folder.
 *
 * @throws {StoreError} The store cannot be opened; the next call tries again.
 */
export async function openStation(holder: CredentialHolder): Promise<Station> {
	const place = storePlace(await credentialOf(holder, 'interactlyStoreApi', 0));
	// The password belongs to the name: who does not know it does not get the open store.
	const name = JSON.stringify(place);
	const known = stations.get(name);
	if (known) return known;
	const opening = library().openStation({ ...place, log: logFrom(holder.logger) });
	stations.set(name, opening);
	opening.catch(() => stations.delete(name));
	return opening;
}

/** Closes every open store of this process. */
export async function closeStations(): Promise<void> {
	const open = [...stations.values()];
	stations.clear();
	await Promise.all(open.map(async (station) => (await station).close()));
}

/** The decrypted credential, or null when none of this type is chosen in the node. */
async function credentialOf(
	holder: CredentialHolder,
	type: string,
	itemIndex: number,
): Promise<ICredentialDataDecryptedObject | null> {
	if (!holder.getNode().credentials?.[type]) return null;
	return holder.getCredentials(type, itemIndex);
}

/** What this item may use: keys by provider, the attached model, hosts of the own network. */
export async function accessOf(context: IExecuteFunctions, itemIndex: number): Promise<Access> {
	const providers = context.getNodeParameter('providers', itemIndex, []) as Array<Provider | 'graph'>;
	const credentials = await providerKeys(context, providers, itemIndex);
	// As a tool of an agent the node has no inputs, and n8n throws when one is asked.
	const hasInput = context.getNodeInputs().some(({ type }) => type === MODEL);
	const model = hasInput ? await context.getInputConnectionData(MODEL, itemIndex) : undefined;
	const use = context.getNodeParameter('modelUse', itemIndex, 'default') as 'default' | 'all';
	return {
		credentials,
		...(library().isChatModel(model) ? { attached: { model, use } } : {}),
		allowedPrivateHosts: allowedHosts(context.getNodeParameter('options.allowedPrivateHosts', itemIndex, '')),
	};
}

/** The keys of the providers that are chosen in the node, as far as a credential is chosen for each. */
export async function providerKeys(
	holder: CredentialHolder,
	providers: ReadonlyArray<Provider | 'graph'>,
	itemIndex: number,
): Promise<Record<string, ProviderCredential>> {
	const keys: Record<string, ProviderCredential> = {};
	for (const provider of providers) {
		if (provider === 'graph') continue;
		const stored = await credentialOf(holder, credentialTypesByProvider[provider], itemIndex);
		if (stored) keys[provider] = providerCredential(stored);
	}
	return keys;
}

/** Hosts written with commas or spaces between them. */
export function allowedHosts(text: unknown): string[] {
	return typeof text === 'string' ? text.split(/[\s,]+/).filter((host) => host !== '') : [];
}

/** The fields of our credentials under the names the adapters read; blank fields count as absent. */
function providerCredential(stored: ICredentialDataDecryptedObject): ProviderCredential {
	const text = (name: string) => {
		const value = stored[name];
		return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
	};
	return {
		apiKey: text('apiKey'),
		baseUrl: text('baseUrl'),
		organization: text('organizationId'),
		endpoint: text('endpoint'),
		apiVersion: text('apiVersion'),
		region: text('region'),
		accessKeyId: text('accessKeyId'),
		secretAccessKey: text('secretAccessKey'),
		sessionToken: text('sessionToken'),
		...(stored.defaultHeaders ? { defaultHeaders: headersOf(stored.defaultHeaders) } : {}),
		...(stored.verifyTls === false ? { verifySsl: false } : {}),
	};
}

/** @throws {ConfigurationError} `CREDENTIAL_HEADERS_INVALID`. */
function headersOf(stored: unknown): Record<string, string> {
	try {
		const value: unknown = typeof stored === 'string' ? JSON.parse(stored) : stored;
		if (typeof value !== 'object' || value === null || Array.isArray(value))
			throw new TypeError('not an object');
		return Object.fromEntries(Object.entries(value).map(([name, text]) => [name, String(text)]));
	} catch (error) {
		throw new (library().ConfigurationError)(
			'CREDENTIAL_HEADERS_INVALID',
			'The Default Headers of the Interactly Custom LLM credential are not a JSON object.',
			{ advice: 'Write them like { "x-tenant": "clinic-7" }.', place: 'Default Headers', cause: error },
		);
	}
}

function logFrom(logger: Logger): Log {
	return {
		debug: (message, fields) => logger.debug(message, fields),
		warn: (message, fields) => logger.warn(message, fields),
		error: (message, fields) => logger.error(message, fields),
	};
}
