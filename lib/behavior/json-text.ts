/** JSON written as text with placeholders: filled so that no value can change its structure (R7.11.1). */

import type { Json } from '../json';
import type { Scope } from '../value/contract';
import { compileTemplate, type Placeholder } from '../value/placeholder';
import { fillText, renderText, resolvePlaceholder } from '../value/template';

/**
 * Fills a JSON text. Inside a quoted string a value is escaped; outside, it stands as JSON, and a text
 * that is itself JSON stands as it is. Secrets are real, because the text leaves for outside (R4.27).
 */
export function fillJsonText(text: string, scope: Scope): string {
	let filled = '';
	let isQuoted = false;
	const parts = compileTemplate(text);
	const isAlone = parts.filter((part) => typeof part !== 'string' || part.trim() !== '').length === 1;
	for (const part of parts) {
		if (typeof part === 'string') {
			isQuoted = endsQuoted(part, isQuoted);
			filled += part;
		} else {
			filled += fillPlaceholder(part, scope, { isQuoted, isAlone });
		}
	}
	return filled;
}

function fillPlaceholder(
	placeholder: Placeholder,
	scope: Scope,
	{ isQuoted, isAlone }: { isQuoted: boolean; isAlone: boolean },
): string {
	const value =
		placeholder.kind === 'prompt' ? fillText(placeholder.source, scope) : resolve(placeholder, scope);
	if (value === undefined) {
		scope.unresolved(placeholder.source, 'unknown');
		return placeholder.source;
	}
	if (isQuoted) return JSON.stringify(renderText(value)).slice(1, -1);
	if (typeof value !== 'string') return JSON.stringify(value);
	return isAlone || isJson(value) ? value : JSON.stringify(value);
}

function resolve(placeholder: Placeholder, scope: Scope): Json | undefined {
	return resolvePlaceholder(placeholder, scope, { reveal: true });
}

/** Whether a string is open at the end of `text`, when one was (or was not) open at its start. */
function endsQuoted(text: string, wasQuoted: boolean): boolean {
	let isQuoted = wasQuoted;
	for (let position = 0; position < text.length; position++) {
		if (isQuoted && text[position] === '\\') position++;
		else if (text[position] === '"') isQuoted = !isQuoted;
	}
	return isQuoted;
}

/** The value of a JSON text, or undefined when it is none. */
export function parseJson(text: string): Json | undefined {
	try {
		return JSON.parse(text) as Json;
	} catch {
		// The caller decides what text that is no JSON means.
		return undefined;
	}
}

function isJson(text: string): boolean {
	return parseJson(text) !== undefined;
}
