/** Liquid filters on one value: `| upcase | join: ", "`; the library is loaded when the first filter runs (R4.3). */

import type { Context, Liquid, Value } from 'liquidjs';
import type { Json } from '../json';
import { remember } from './cache';
import { asUtcText } from './utc';

/** The filtered value, and whether some filter did not exist or could not be applied. */
export interface Filtered {
	value: Json;
	isComplete: boolean;
}

interface Chain {
	isKnown: boolean;
	apply(value: Json): unknown;
}

/** Bounds on what one chain may allocate and how long it may take, in Liquid's own units and milliseconds. */
const MEMORY_LIMIT = 10_000_000;
const RENDER_LIMIT_MS = 500;

const DATE_FILTERS = ['date', 'date_to_xmlschema', 'date_to_rfc822', 'date_to_string', 'date_to_long_string'];

const chainOf = remember<Chain | null>(200, parseChain);

/** Applies a chain of filters; an unknown filter leaves the value as it is, and so does a chain that fails. */
export function applyFilters(value: Json, filters: string): Filtered {
	const chain = chainOf(filters);
	if (chain === null) return { value, isComplete: false };
	try {
		return { value: toJson(chain.apply(value)), isComplete: chain.isKnown };
	} catch {
		// A filter that cannot handle this value is reported by its caller like an unknown one.
		return { value, isComplete: false };
	}
}

/** Reads a chain; null when it is not well formed. */
function parseChain(filters: string): Chain | null {
	const { library, liquid } = loadLiquid();
	let parsed: Value;
	try {
		parsed = new library.Value(`value ${filters}`, liquid);
	} catch {
		// Liquid's own texts quote its internals; the caller names the placeholder instead.
		return null;
	}
	return {
		isKnown: parsed.filters.every((filter) => Object.hasOwn(liquid.filters, filter.name)),
		apply(value) {
			const limits = { memoryLimit: MEMORY_LIMIT, renderLimit: RENDER_LIMIT_MS };
			const context: Context = new library.Context({ value }, liquid.options, { sync: true, ...limits });
			return library.toValueSync(parsed.value(context) as Generator<unknown, unknown, unknown>);
		},
	};
}

let loaded: { library: typeof import('liquidjs'); liquid: Liquid } | undefined;

function loadLiquid(): { library: typeof import('liquidjs'); liquid: Liquid } {
	if (loaded === undefined) {
		// Filling a text is synchronous, so a dynamic import cannot serve here.
		const library = require('liquidjs') as typeof import('liquidjs');
		const liquid = new library.Liquid({ ownPropertyOnly: true, timezoneOffset: 0 });
		for (const name of DATE_FILTERS) readInUtc(liquid, name);
		loaded = { library, liquid };
	}
	return loaded;
}

/** Makes a date filter read texts without a time zone as UTC; it already shows everything in UTC. */
function readInUtc(liquid: Liquid, name: string): void {
	const original = liquid.filters[name];
	const handler = typeof original === 'function' ? original : original?.handler;
	if (handler === undefined) return;
	liquid.registerFilter(name, function (value: unknown, ...args: unknown[]) {
		return handler.call(this, asUtcText(value), ...args) as unknown;
	});
}

/** What a filter answered as JSON: undefined and NaN become null. */
function toJson(value: unknown): Json {
	if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
	const text = JSON.stringify(value) as string | undefined;
	return text === undefined ? null : (JSON.parse(text) as Json);
}
