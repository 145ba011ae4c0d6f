/** Reading the variable that a data node works on. */

import { isJsonObject, type Json } from '../json';
import type { Scope } from '../value/contract';
import { parseJson } from './json-text';

/** The value of a variable by its name or path, with or without brackets; undefined when there is none. */
export function readVariable(scope: Scope, name: string | null): Json | undefined {
	const path = (name ?? '').trim().replace(/^\[\[\s*(.*?)\s*\]\]$/, '$1');
	return path === '' ? undefined : scope.runtime(path);
}

/** As `readVariable`; a text that holds a JSON object or list is parsed first. */
export function readParsed(scope: Scope, name: string | null): Json | undefined {
	const value = readVariable(scope, name);
	if (typeof value !== 'string') return value;
	const parsed = parseJson(value);
	return isJsonObject(parsed) || Array.isArray(parsed) ? parsed : value;
}
