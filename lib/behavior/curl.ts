/** A request as the curl command that repeats it, with secrets and credentials masked (R7.11.3, R4.28). */

import type { Scope } from '../value/contract';
import { TEXT_MASK } from '../value/mask';
import type { OutboundRequest } from './http-encode';

const CREDENTIAL_HEADER = /^(authorization|proxy-authorization|cookie)$|token|secret|password|api[-_]?key/i;
/** The scheme of an authorization is shown: it helps to find mistakes and reveals nothing. */
const SCHEME = /^(Basic|Bearer|Digest|Token)\s/i;

export function curlCommand(request: OutboundRequest, scope: Scope): string {
	const words = ['curl', '-X', request.method, quote(withoutPassword(request.url))];
	for (const [name, value] of Object.entries(request.headers)) {
		if (name.toLowerCase() === 'content-type' && request.shown !== null && 'fields' in request.shown)
			continue;
		words.push('-H', quote(`${name}: ${CREDENTIAL_HEADER.test(name) ? masked(value) : value}`));
	}
	if (request.shown !== null && 'text' in request.shown) words.push('--data-raw', quote(request.shown.text));
	if (request.shown !== null && 'fields' in request.shown) {
		for (const [name, value] of request.shown.fields) words.push('--form-string', quote(`${name}=${value}`));
	}
	return scope.mask(words.join(' '));
}

function masked(value: string): string {
	const scheme = SCHEME.exec(value)?.[0] ?? '';
	return scheme + TEXT_MASK;
}

function withoutPassword(url: string): string {
	return url.replace(/^(https?:\/\/)[^/?#@]*@/i, `$1${TEXT_MASK}@`);
}

function quote(text: string): string {
	return `'${text.replaceAll("'", `'\\''`)}'`;
}
