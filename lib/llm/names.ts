/** Tool names and call ids made legal for every provider, and mapped back. */

import { createHash } from 'node:crypto';

/** The strictest rule of all providers: Google's first character, OpenAI's alphabet and length. */
const LEGAL_NAME = /^[a-zA-Z_][a-zA-Z0-9_-]{0,63}$/;
const MAX_NAME_LENGTH = 64;

/** OpenAI takes 40 characters, Anthropic and Bedrock these letters only. */
const LEGAL_ID = /^[a-zA-Z0-9_-]{1,40}$/;

const digest = (text: string, length: number) =>
	createHash('sha256').update(text).digest('hex').slice(0, length);

/** Both directions of one request's names. */
export interface NameMap {
	/** The legal form of any name, offered or only remembered by the history. */
	toProvider(name: string): string;
	/** The name a model used, as the caller knows it; an invented name comes back unchanged. */
	fromProvider(name: string): string;
}

/**
 * Makes names legal without state: the same name gives the same legal form in every turn. What cannot
 * be spelled is replaced and a hash of the whole name is added, so two names never fall together and
 * the beginning (`Destination_Node_…`, R3.17) survives.
 */
export function createNameMap(offered: readonly string[]): NameMap {
	const originals = new Map<string, string>();
	for (const name of offered) originals.set(legalName(name), name);
	return {
		toProvider: legalName,
		fromProvider: (name) => originals.get(name) ?? name,
	};
}

/** One name in the alphabet every provider takes, at most 64 characters. */
export function legalName(name: string): string {
	if (LEGAL_NAME.test(name)) return name;
	const hash = digest(name, 8);
	const spelled = name
		.normalize('NFKD')
		.replace(/[\u0300-\u036f]/g, '')
		.replace(/[^a-zA-Z0-9_-]+/g, '_');
	const started = /^[a-zA-Z_]/.test(spelled) ? spelled : `_${spelled}`;
	return `${started.slice(0, MAX_NAME_LENGTH - hash.length - 1)}_${hash}`;
}

/** A call id in the alphabet every provider takes; the same id always gives the same text. */
export function legalCallId(id: string): string {
	return LEGAL_ID.test(id) ? id : `call_${digest(id, 24)}`;
}
