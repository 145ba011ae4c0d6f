/** Secret fields of any document (end of 2.16): found, blanked for sharing, taken out for encrypted storage. */

import { isJsonObject, type Json, type JsonObject } from '../json';
import { normalizeKey } from './dialect/draft';
import { readFlag } from './field';

/** A secret field: where it stands and what it holds. */
export interface FoundSecret {
	/** Dotted path from the document's root: `node_configs.2.headers.Authorization` (as in `redactions`). */
	path: string;
	segments: ReadonlyArray<string | number>;
	value: string;
}

/** Fields that are secrets wherever they stand. */
const SECRET_KEYS: ReadonlySet<string> = new Set([
	'api_key',
	'aws_access_key_id',
	'aws_secret_access_key',
	'bearer_token',
	'client_secret',
	'private_key',
	'private_key_id',
]);

/** Maps of headers: every value may be a credential. */
const SECRET_MAPS: ReadonlySet<string> = new Set(['default_headers', 'api_headers', 'secret_variables']);

/** Header names that never carry a credential, so that a shared graph stays readable. */
const PLAIN_HEADERS: ReadonlySet<string> = new Set([
	'accept',
	'accept-encoding',
	'accept-language',
	'cache-control',
	'content-encoding',
	'content-language',
	'content-length',
	'content-type',
	'host',
	'origin',
	'referer',
	'user-agent',
]);

/** All Google credential fields count as secret (2.16). */
const GOOGLE_FIELDS: ReadonlySet<string> = new Set([
	'oauth_redirect_uri',
	'client_id',
	'client_secret',
	'service_account_email',
	'private_key_id',
	'private_key',
	'impersonation_email',
	'api_key',
]);

/** Free objects of authors: a key named like a secret in there is data, not a credential field. */
const FREE_KEYS: ReadonlySet<string> = new Set([
	'args_schema',
	'json_schema',
	'input_schema',
	'structured_output_schema',
	'properties',
	'default_dynamic_variables',
	'dynamic_variables',
	'runtime_variables',
]);

type Context = 'plain' | 'headers' | 'google' | 'variable';

/**
 * Every secret of a document that is given in clear. Blank texts, masks, and values that are only
 * placeholders (`{{pharmacy_key}}`) hold nothing and are not listed.
 */
export function findSecrets(document: Json): FoundSecret[] {
	const found: FoundSecret[] = [];
	walk(document, [], 'plain', (segments, value) => {
		if (isGivenInClear(value)) found.push({ path: segments.join('.'), segments: [...segments], value });
		return value;
	});
	return found;
}

/**
 * A copy with every secret set to null (headers: the empty text's place is null too), and the dotted
 * paths of what was blanked, as `redactions` lists them.
 */
export function redactSecrets<T extends Json>(document: T): { document: T; redactions: string[] } {
	const { document: blanked, secrets } = extractSecrets(document);
	return { document: blanked, redactions: secrets.map(({ path }) => path) };
}

/** As `redactSecrets`, with the values, so that they can move to encrypted storage. */
export function extractSecrets<T extends Json>(document: T): { document: T; secrets: FoundSecret[] } {
	const secrets: FoundSecret[] = [];
	const blanked = walk(document, [], 'plain', (segments, value) => {
		if (!isGivenInClear(value)) return value;
		secrets.push({ path: segments.join('.'), segments: [...segments], value });
		return null;
	});
	return { document: blanked as T, secrets };
}

/** Puts values back at their paths; paths that lead nowhere are returned. */
export function restoreSecrets<T extends Json>(
	document: T,
	secrets: Iterable<Pick<FoundSecret, 'segments' | 'value'>>,
): { document: T; missing: string[] } {
	const missing: string[] = [];
	let result: Json = document;
	for (const { segments, value } of secrets) {
		const next = withValue(result, segments, value);
		if (next === undefined) missing.push(segments.join('.'));
		else result = next;
	}
	return { document: result as T, missing };
}

/**
 * Answers `redactions` with new values by dotted path (1.8.5). Keys with dots of their own are found by
 * trying the longest key first.
 */
export function applySecretOverrides<T extends Json>(
	document: T,
	overrides: Readonly<Record<string, string>>,
): { document: T; missing: string[] } {
	const resolved = Object.entries(overrides).map(([path, value]) => ({
		path,
		value,
		segments: resolve(document, path.split('.'), ''),
	}));
	const missing = resolved.flatMap(({ path, segments }) => (segments === null ? [path] : []));
	const known = resolved.flatMap(({ segments, value }) => (segments === null ? [] : [{ segments, value }]));
	const restored = restoreSecrets(document, known);
	return { document: restored.document, missing: [...missing, ...restored.missing] };
}

function isGivenInClear(value: string): boolean {
	const rest = value.replace(/\{\{[^{}]*\}\}|\[\[[^[\]]*\]\]/g, '');
	const hasPlaceholder = rest !== value;
	if (hasPlaceholder && /^(bearer|basic|token|apikey|api-key)?[\s:]*$/i.test(rest.trim())) return false;
	return rest.trim() !== '' && !/^\*+$/.test(rest.trim());
}

type Visit = (segments: ReadonlyArray<string | number>, value: string) => string | null;

function walk(value: Json, segments: Array<string | number>, context: Context, visit: Visit): Json {
	if (Array.isArray(value)) {
		let changed: Json[] | null = null;
		for (const [index, item] of value.entries()) {
			const next = walk(item, [...segments, index], context === 'headers' ? 'headers' : 'plain', visit);
			if (next === item) continue;
			changed ??= [...value];
			changed[index] = next;
		}
		return changed ?? value;
	}
	if (!isJsonObject(value)) return value;
	const here = isGoogle(value) ? 'google' : readFlag(value.is_secret) === true ? 'variable' : context;
	let changed: Map<string, Json> | null = null;
	for (const [key, inner] of Object.entries(value)) {
		const next = field({ key, inner, owner: value, segments, context: here, visit });
		if (next !== inner) (changed ??= new Map()).set(key, next);
	}
	if (changed === null) return value;
	const replaced = changed;
	return Object.fromEntries(
		Object.entries(value).map(([key, old]) => [key, replaced.has(key) ? (replaced.get(key) ?? null) : old]),
	);
}

interface Field {
	key: string;
	inner: Json;
	owner: JsonObject;
	segments: Array<string | number>;
	context: Context;
	visit: Visit;
}

function field({ key, inner, owner, segments, context, visit }: Field): Json {
	const at = [...segments, key];
	if (typeof inner === 'string') {
		const isSecret =
			SECRET_KEYS.has(normalizeKey(key)) ||
			(context === 'headers' && isSecretHeader(key, owner)) ||
			(context === 'google' && GOOGLE_FIELDS.has(key)) ||
			(context === 'variable' && key === 'value');
		return isSecret ? visit(at, inner) : inner;
	}
	if (FREE_KEYS.has(key)) return inner;
	// Any object may call a key `headers`; only HTTP nodes give it the meaning of HTTP headers.
	const isHeaders = SECRET_MAPS.has(key) || (key.toLowerCase() === 'headers' && !('properties' in owner));
	return walk(inner, at, isHeaders ? 'headers' : 'plain', visit);
}

/** Headers stand as a map, or as pairs `{name, value}` in the second dialect. */
function isSecretHeader(key: string, owner: JsonObject): boolean {
	const name = owner.name ?? owner.key;
	if (typeof name === 'string' && 'value' in owner)
		return key === 'value' && !PLAIN_HEADERS.has(name.toLowerCase());
	return !PLAIN_HEADERS.has(key.toLowerCase());
}

function isGoogle(value: JsonObject): boolean {
	return typeof value.type === 'string' && value.type.startsWith('google_workspace_');
}

function withValue(value: Json, segments: ReadonlyArray<string | number>, secret: string): Json | undefined {
	const [key, ...rest] = segments;
	if (key === undefined) return secret;
	if (Array.isArray(value)) {
		const index = Number(key);
		const inner = value[index];
		if (inner === undefined) return undefined;
		const next = withValue(inner, rest, secret);
		return next === undefined ? undefined : value.with(index, next);
	}
	if (!isJsonObject(value)) return undefined;
	const name = String(key);
	const isPresent = Object.hasOwn(value, name);
	if (!isPresent && rest.length > 0) return undefined;
	const next = withValue(isPresent ? (value[name] ?? null) : null, rest, secret);
	if (next === undefined) return undefined;
	const entries = Object.entries(value).map(([old, inner]): [string, Json] => [
		old,
		old === name ? next : inner,
	]);
	return Object.fromEntries(isPresent ? entries : [...entries, [name, next]]);
}

function resolve(value: Json, parts: string[], parent: string): Array<string | number> | null {
	if (parts.length === 0) return [];
	if (Array.isArray(value)) {
		const index = Number(parts[0]);
		if (!Number.isInteger(index) || value[index] === undefined) return null;
		const rest = resolve(value[index], parts.slice(1), '');
		return rest === null ? null : [index, ...rest];
	}
	if (!isJsonObject(value)) return null;
	for (let length = parts.length; length > 0; length--) {
		const key = parts.slice(0, length).join('.');
		if (!Object.hasOwn(value, key)) continue;
		const rest = resolve(value[key] ?? null, parts.slice(length), key);
		if (rest !== null) return [key, ...rest];
	}
	// A header that was removed with its key, as the platform's own bundles do.
	return SECRET_MAPS.has(parent) || parent.toLowerCase() === 'headers' ? [parts.join('.')] : null;
}
