/** Reads the parameters that hold JSON: text or, from an expression, an object. */

import type { IExecuteFunctions } from 'n8n-workflow';
import type { JsonObject } from '../lib/index';
import { library } from './host';

export interface JsonParameter {
	/** Name of the parameter, `options.x` for one inside the options. */
	name: string;
	/** Its title in the form, for error texts. */
	title: string;
	itemIndex: number;
}

/**
 * A JSON object; a blank parameter is an empty one.
 *
 * @throws {InputError} `PARAMETER_NOT_OBJECT`.
 */
export function readObject(
	context: IExecuteFunctions,
	{ name, title, itemIndex }: JsonParameter,
): JsonObject {
	const value: unknown = context.getNodeParameter(name, itemIndex, {});
	const found = typeof value === 'string' ? parse(value) : value;
	if (typeof found === 'object' && found !== null && !Array.isArray(found)) return found as JsonObject;
	throw new (library().InputError)('PARAMETER_NOT_OBJECT', `"${title}" is not a JSON object.`, {
		advice: 'Write an object such as { "name": "value" }, or an expression that yields one.',
		place: title,
	});
}

function parse(text: string): unknown {
	if (text.trim() === '') return {};
	try {
		return JSON.parse(text) as unknown;
	} catch {
		return undefined;
	}
}

/** The entries of an assignment collection as one object. */
export function readAssignments(context: IExecuteFunctions, name: string, itemIndex: number): JsonObject {
	const value = context.getNodeParameter(name, itemIndex, {}) as {
		assignments?: Array<{ name: string; value: unknown }>;
	};
	const entries = (value.assignments ?? []).filter((entry) => entry.name.trim() !== '');
	return Object.fromEntries(entries.map((entry) => [entry.name.trim(), entry.value])) as JsonObject;
}

/** A text parameter; blank, missing and null become undefined, numbers become text. */
export function readText(context: IExecuteFunctions, name: string, itemIndex: number): string | undefined {
	const value: unknown = context.getNodeParameter(name, itemIndex, '');
	if (value === null || value === undefined) return undefined;
	const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
	return text.trim() === '' ? undefined : text;
}
