/** Filling of texts and structures: each placeholder gives way to what the scope reads for it (R4.1–R4.9a). */

import { isJsonObject, type Json, type JsonObject } from '../json';
import type { FillOptions, Scope } from './contract';
import { applyFilters } from './filter';
import { TEXT_MASK } from './mask';
import { compileTemplate, mayHoldPlaceholder, type Placeholder } from './placeholder';

export { placeholdersIn, type Placeholder } from './placeholder';

export interface FillValueOptions extends FillOptions {
	/** A text that is exactly one placeholder becomes the native value, or null when unresolved (R4.34). */
	preserveTypes?: boolean;
}

/** Author-written values inside author-written values are filled up to this depth (R4.7). */
const MAX_AUTHORED_DEPTH = 3;

/** Deeper structures are passed on as they are, so that no input can exhaust the stack. */
const MAX_VALUE_DEPTH = 200;

/** Where a filling stands: the options, and the author-written values that are being filled around it. */
interface Filling {
	scope: Scope;
	reveal: boolean;
	singleLine: boolean;
	openPaths: readonly string[];
}

/**
 * Replaces every placeholder of a text by its value as text (R4.8). What the scope does not know stays
 * literal and is reported through `scope.unresolved`; values are never scanned again unless the author
 * wrote them (R4.7).
 */
export function fillText(text: string, scope: Scope, options: FillOptions = {}): string {
	if (!mayHoldPlaceholder(text)) return text;
	return fill(text, startFilling(scope, options));
}

/** Fills the texts anywhere in a JSON value; keys stay as they are (R4.34). */
export function fillValue(value: Json, scope: Scope, options: FillValueOptions = {}): Json {
	const filling = startFilling(scope, options);
	return fillAt(value, { filling, preserveTypes: options.preserveTypes ?? false, depth: 0 });
}

/**
 * The native value of one placeholder, filters applied; a secret is its mask unless revealed.
 *
 * @returns undefined when the scope does not know the path. Only unknown filters and prompts are reported.
 */
export function resolvePlaceholder(
	placeholder: Placeholder,
	scope: Scope,
	options: FillOptions = {},
): Json | undefined {
	return resolve(placeholder, startFilling(scope, options));
}

/** A value as text: texts as they are, null as nothing, everything else as compact JSON (R4.8). */
export function renderText(value: Json): string {
	if (typeof value === 'string') return value;
	return value === null ? '' : toJsonText(value);
}

/** Compact JSON; a structure nested beyond what the stack holds becomes its first levels' stand-in. */
export function toJsonText(value: Json): string {
	try {
		return JSON.stringify(value);
	} catch {
		// Only nesting of many thousand levels gets here.
		return Array.isArray(value) ? '[…]' : '{…}';
	}
}

function startFilling(scope: Scope, { reveal = false, singleLine = false }: FillOptions): Filling {
	return { scope, reveal, singleLine, openPaths: [] };
}

function fill(text: string, filling: Filling): string {
	let filled = '';
	for (const part of compileTemplate(text)) {
		filled += typeof part === 'string' ? part : renderPlaceholder(part, filling);
	}
	return filled;
}

function renderPlaceholder(placeholder: Placeholder, filling: Filling): string {
	const value = resolve(placeholder, filling);
	if (value !== undefined) {
		const text = renderText(value);
		return filling.singleLine && !isAuthored(placeholder, filling) ? onOneLine(text) : text;
	}
	filling.scope.unresolved(placeholder.source, 'unknown');
	return placeholder.source;
}

function isAuthored({ kind, path }: Placeholder, { scope }: Filling): boolean {
	return kind === 'prompt' || (kind === 'dynamic' && scope.isAuthored(path));
}

function onOneLine(text: string): string {
	return text.replace(/[\n\v\f\r\u0085\u2028\u2029]+/g, ' ');
}

function resolve(placeholder: Placeholder, filling: Filling): Json | undefined {
	const { scope } = filling;
	if (placeholder.kind === 'prompt') return resolvePrompt(placeholder, filling);
	const isDynamic = placeholder.kind === 'dynamic';
	let value = isDynamic ? scope.dynamic(placeholder.path) : scope.runtime(placeholder.path);
	if (value === undefined) return undefined;
	// The mask is shown without filters: `size` or `slice` of a secret would tell about it.
	if (isDynamic && !filling.reveal && scope.isSecret(placeholder.path)) return TEXT_MASK;
	if (
		isDynamic &&
		typeof value === 'string' &&
		mayHoldPlaceholder(value) &&
		scope.isAuthored(placeholder.path)
	) {
		// A value that contains itself: its inner placeholder stays literal text.
		if (filling.openPaths.includes(placeholder.path)) return placeholder.source;
		value = fillAuthored(value, placeholder.path, filling);
	}
	if (placeholder.filters === null) return value;
	const filtered = applyFilters(value, placeholder.filters);
	if (!filtered.isComplete) scope.unresolved(placeholder.source, 'filter');
	return filtered.value;
}

function resolvePrompt(placeholder: Placeholder, filling: Filling): string {
	const text = filling.scope.prompt(placeholder.path);
	if (text === undefined) {
		filling.scope.unresolved(placeholder.path, 'prompt');
		return '';
	}
	if (filling.openPaths.includes(placeholder.path)) return placeholder.source;
	return fillAuthored(text, placeholder.path, filling);
}

/** Fills an author-written value; beyond the depth it stays as it is written. */
function fillAuthored(text: string, path: string, filling: Filling): string {
	if (filling.openPaths.length >= MAX_AUTHORED_DEPTH) return text;
	return fill(text, { ...filling, openPaths: [...filling.openPaths, path] });
}

interface ValueFilling {
	filling: Filling;
	preserveTypes: boolean;
	depth: number;
}

function fillAt(value: Json, at: ValueFilling): Json {
	if (typeof value === 'string') return fillString(value, at);
	if (typeof value !== 'object' || value === null || at.depth >= MAX_VALUE_DEPTH) return value;
	const inner = { ...at, depth: at.depth + 1 };
	if (!isJsonObject(value)) return value.map((item) => fillAt(item, inner));
	const filled: JsonObject = {};
	for (const [key, item] of Object.entries(value)) {
		// Assigning this one key would change the prototype instead of adding a value.
		if (key !== '__proto__') filled[key] = fillAt(item, inner);
	}
	return filled;
}

function fillString(text: string, { filling, preserveTypes }: ValueFilling): Json {
	if (!mayHoldPlaceholder(text)) return text;
	if (!preserveTypes) return fill(text, filling);
	const [only, ...others] = compileTemplate(text);
	if (only === undefined || typeof only === 'string' || others.length > 0) return fill(text, filling);
	const value = resolve(only, filling);
	if (value !== undefined) return value;
	filling.scope.unresolved(only.source, 'unknown');
	return null;
}
