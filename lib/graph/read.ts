/** Reads one object by its validator and keeps what can be kept: failing parts become fallbacks (5.3). */

import type { z } from 'zod';
import { isJsonObject, type JsonObject } from '../json';
import { anError, aWarning, type Fault, pathTo, quoted } from './fault';
import { OriginalType } from './field';

type Path = ReadonlyArray<string | number>;

export interface ReadRequest<S extends z.ZodType> {
	schema: S;
	raw: JsonObject;
	/** JSON path of the object. */
	path: string;
	subject: string | null;
	/** Keys whose failure is reported but never costs the object its type (2.4, 5.3 rule 4). */
	baseKeys: ReadonlySet<string>;
	/** What a failing base key breaks: R-09 in nodes, R-11 elsewhere. */
	baseRule: 'R-09' | 'R-11';
	/** R-06 at workflow level, R-07 inside a node. */
	partRule: 'R-06' | 'R-07';
}

export interface Reading<T> {
	/** The typed object, or null when fields of its own failed: the caller makes the fallback. */
	value: T | null;
	faults: Fault[];
}

/** Fields that only tune: a bad value is reported and the default is used. */
const TUNING_KEYS = new Set([
	'static_messages_selection_mode',
	'backchannel_static_responses_selection_mode',
	'operation_mode',
	'global_condition_edge_evaluation_method',
	'global_condition_evaluation_method',
	'access_level',
	'response_format',
	'reverse_edge_scope',
	'primary_category',
	'secondary_category',
]);

/** Scalars this package adds (4.4): a bad one is advice and counts as absent. */
const ADDED_SCALARS = new Set(['max_turns', 'priority', 'sms_provider']);

/** Every round drops or replaces at least one value, and an object nests only so deep. */
const MAX_ROUNDS = 8;

export function readObject<S extends z.ZodType>(request: ReadRequest<S>): Reading<z.infer<S>> {
	const faults = new Map<string, Fault>();
	let current: JsonObject = request.raw;
	for (let round = 0; round < MAX_ROUNDS; round++) {
		const result = request.schema.safeParse(current);
		if (result.success) return { value: result.data, faults: [...faults.values()] };
		const mendings = result.error.issues.map((issue) => mend(request, current, issue));
		for (const { fault } of mendings) {
			// What was null in one round is missing in the next: told once.
			if (!faults.has(fault.path)) faults.set(fault.path, fault);
		}
		if (mendings.some(({ change }) => change === null)) break;
		for (const { at, change } of outermost(mendings)) current = replaced(current, at, change ?? drop);
	}
	return { value: null, faults: [...faults.values()] };
}

/**
 * Each place once, and none inside another that goes as a whole; from the back, so that dropping an item
 * never shifts one still to be mended.
 */
function outermost(mendings: readonly Mending[]): Mending[] {
	const places = new Map(mendings.map((mending) => [JSON.stringify(mending.at), mending]));
	const isHeld = ({ at }: Mending) =>
		at.some((_, length) => length > 0 && places.has(JSON.stringify(at.slice(0, length))));
	return [...places.values()].filter((mending) => !isHeld(mending)).reverse();
}

/** What to report for an issue and how to make the object readable; `change` null: it cannot be kept. */
interface Mending {
	fault: Fault;
	at: Path;
	change: ((value: unknown) => unknown) | null;
}

const drop = () => undefined;

function mend(request: ReadRequest<z.ZodType>, current: JsonObject, issue: z.core.$ZodIssue): Mending {
	const at = issue.path.map((key) => (typeof key === 'number' ? key : String(key)));
	const found = valueAt(current, at);
	if (found === null && typeof at.at(-1) === 'string' && at.at(-1) !== 'type') {
		return { fault: nullValue(request, at), at, change: drop };
	}
	const part = partAt(current, at);
	if (part !== null && !isFallback(valueAt(current, part))) {
		const key = at.length === part.length + 1 ? at.at(-1) : null;
		// `original_type` fails on an object that says "unknown" itself: no file can carry our mark.
		const isType = key === 'type' || key === 'original_type';
		const fault = isType
			? unknownType(request, current, part)
			: typeof found === 'string' && isToolAt(at)
				? unknownReference(request, at)
				: wrongValue({ request, issue, at, found });
		return { fault, at: part, change: asFallback };
	}
	const fault = wrongValue({ request, issue, at, found });
	if (at.length === 1 && ADDED_SCALARS.has(String(at[0])))
		return { fault: { ...fault, rule: 'R-90', severity: 'warning' }, at, change: drop };
	const canDrop =
		part !== null ||
		at[0] === 'response_mapping' ||
		request.baseKeys.has(String(at[0])) ||
		TUNING_KEYS.has(String(at.at(-1)));
	// What lacks a required key goes as a whole; there is nothing else to drop.
	const place = found === undefined && at.length > 1 ? at.slice(0, -1) : at;
	return { fault, at: place, change: canDrop ? drop : null };
}

function nullValue(request: ReadRequest<z.ZodType>, at: Path): Fault {
	const path = pathTo(request.path, ...at);
	return anError({
		rule: 'R-03',
		path,
		subject: request.subject,
		message: `${path} must not be null`,
		advice: 'Remove the key or give it a value; the default is used meanwhile.',
	});
}

/** The tool or model object that an issue lies in, outermost first: it alone becomes a fallback. */
function partAt(root: JsonObject, issuePath: Path): Path | null {
	for (let length = 1; length <= issuePath.length; length++) {
		const here = issuePath.slice(0, length);
		const key = here.at(-1);
		const parent = here.at(-2);
		const isPart =
			key === 'llms_config' ||
			key === 'process_transcript_llms_config' ||
			key === 'tool_config' ||
			key === 'credentials' ||
			key === 'operate_document' ||
			(typeof key === 'number' &&
				((parent === 'tools' && here.at(-3) === 'tools_config') || parent === 'llms'));
		if (!isPart) continue;
		const value = valueAt(root, here);
		if (!isJsonObject(value)) return here;
		const inner = innerPart(issuePath.slice(length));
		return inner === null ? here : [...here, ...inner];
	}
	return null;
}

/** Inside a group of models a failing member falls back alone. */
function innerPart(rest: Path): Path | null {
	const at = rest.indexOf('llms');
	if (at < 0 || typeof rest[at + 1] !== 'number') return null;
	return rest.slice(0, at + 2);
}

/** True for the place of a tool: the one of a tool node, or one of a list. */
function isToolAt(path: Path): boolean {
	return path.at(-1) === 'tool_config' || path.at(-2) === 'tools';
}

function isFallback(value: unknown): boolean {
	return isJsonObject(value) && (value as { original_type?: unknown }).original_type instanceof OriginalType;
}

function asFallback(value: unknown): unknown {
	if (isFallback(value)) return value;
	if (!isJsonObject(value)) return { type: 'unknown', original_type: new OriginalType(null) };
	const type = typeof value.type === 'string' ? value.type : null;
	return { ...value, type: 'unknown', original_type: new OriginalType(type) };
}

function unknownType(request: ReadRequest<z.ZodType>, current: JsonObject, part: Path): Fault {
	const value = valueAt(current, part);
	const type = isJsonObject(value) && typeof value.type === 'string' ? value.type : null;
	const at = pathTo(request.path, ...part);
	return aWarning({
		rule: request.partRule,
		path: pathTo(at, 'type'),
		subject: request.subject,
		message: type === null ? `${at} has no type` : `${at}: unknown type ${quoted(type)}, kept unchanged`,
		advice: 'Set type to one of the known types; until then using this part is an error of its node.',
	});
}

/** A tool named by text alone: of which kind, only the platform knows (4.3). */
function unknownReference(request: ReadRequest<z.ZodType>, at: Path): Fault {
	const path = pathTo(request.path, ...at);
	return aWarning({
		rule: request.partRule,
		path,
		subject: request.subject,
		message: `${path} names a tool whose kind is unknown, kept unchanged`,
		advice: 'Write it as {"type": …, "tool_id": …}; until then using this part is an error of its node.',
	});
}

function wrongValue(given: {
	request: ReadRequest<z.ZodType>;
	issue: z.core.$ZodIssue;
	at: Path;
	found: unknown;
}): Fault {
	const { request, issue, found } = given;
	const path = pathTo(request.path, ...given.at);
	const { subject } = request;
	if (issue.code === 'invalid_value') {
		const words = issue.values.map(String).join(', ');
		const shown = typeof found === 'string' ? quoted(found) : kindOf(found);
		const message = `${path}: ${shown} is not one of ${words}`;
		return anError({ rule: 'R-10', path, subject, message, advice: 'Use one of the listed words.' });
	}
	const expected = 'expected' in issue ? article(String(issue.expected)) : 'an object';
	return anError({
		rule: request.baseKeys.has(String(given.at[0])) ? request.baseRule : 'R-11',
		path,
		subject,
		message: `${path} must be ${expected}, found ${kindOf(found)}`,
		advice: 'Correct the value or remove the key; the file is kept as it is.',
	});
}

function article(type: string): string {
	if (type === 'string') return 'text';
	if (type === 'int') return 'a whole number';
	return /^[aeio]/.test(type) ? `an ${type}` : `a ${type}`;
}

/** What kind of JSON value this is, in words; never the value itself. */
export function kindOf(value: unknown): string {
	if (value === undefined) return 'nothing';
	if (value === null) return 'null';
	if (Array.isArray(value)) return 'an array';
	if (typeof value === 'string') return 'text';
	return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

function valueAt(root: unknown, path: Path): unknown {
	let value = root;
	for (const key of path) {
		if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
		value = (value as Record<string | number, unknown>)[key];
	}
	return value;
}

/** A copy of `root` in which the value at `path` is `change(value)`; undefined removes it. */
function replaced(root: JsonObject, path: Path, change: (value: unknown) => unknown): JsonObject {
	return rebuilt(root, path, change) as JsonObject;
}

function rebuilt(value: unknown, path: Path, change: (value: unknown) => unknown): unknown {
	const [key, ...rest] = path;
	if (key === undefined) return change(value);
	if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return value;
	const inner = rebuilt((value as Record<string | number, unknown>)[key], rest, change);
	if (Array.isArray(value)) {
		return inner === undefined ? value.filter((_, index) => index !== key) : value.with(key as number, inner);
	}
	const entries = Object.entries(value).flatMap(([name, old]): Array<[string, unknown]> => {
		if (name !== String(key)) return [[name, old]];
		return inner === undefined ? [] : [[name, inner]];
	});
	return Object.fromEntries(entries);
}
