/** Any dialect and envelope in, the canonical wire form out, losing nothing: what `fmt` does. */

import { isJsonObject, type Json, type JsonObject } from '../json';
import { runInputToWire, runToWire } from './dialect/run-fields';
import {
	accessToWire,
	edgeToWire,
	llmToWire,
	nodeToWire,
	toolToWire,
	toWire,
	type Wire,
} from './dialect/wire';
import type { Envelope } from './document-kind';
import { findGraphs } from './envelope';
import { type Fault, movedFault } from './fault';
import { readExactly, writeExactly } from './exact-json';
import { checkJsonValue, readJsonText, type TextReading } from './json-text';
import { DEFAULT_LIMITS, type GraphLimits } from './limits';

export interface CanonicalDocument {
	/** The document in wire form, in its own envelope; null when the input is refused. */
	document: Json;
	/** The same as text, indented by two blanks, with a line break at the end; null when refused. */
	text: string | null;
	/** One warning per spelling that was changed, and the errors of a refusal. */
	faults: Fault[];
	/** False when the input was in wire form already. */
	isChanged: boolean;
}

/**
 * Respells a document. Every key stays, in its order, with its nulls; absent keys stay absent; numbers
 * of a text keep the form they are written in (`1.0`, 2^63), which data cannot.
 */
export function canonicalize(
	input: string | Json,
	options: { limits?: Partial<GraphLimits> } = {},
): CanonicalDocument {
	const limits = { ...DEFAULT_LIMITS, ...options.limits };
	const reading: TextReading =
		typeof input === 'string' ? readJsonText(input, limits) : readValue(input, limits);
	if (reading.fault !== null)
		return { document: null, text: null, faults: [reading.fault], isChanged: false };
	const source = typeof input === 'string' ? readExactly(input, reading.value) : reading.value;
	const { value, faults: found, isKnown } = documentToWire(source);
	const faults = [...reading.warnings, ...found];
	if (!isKnown) return { document: null, text: null, faults, isChanged: false };
	const text = writeExactly(value);
	const document = source === reading.value ? value : (JSON.parse(text) as Json);
	return { document, text, faults, isChanged: value !== source };
}

function readValue(value: Json, limits: GraphLimits): TextReading {
	const fault = checkJsonValue(value, limits);
	return fault === null ? { value, fault, warnings: [] } : { value: null, fault };
}

/** The document with every graph and standalone part in wire form; the input itself when nothing changed. */
export function documentToWire(document: Json): { value: Json; faults: Fault[]; isKnown: boolean } {
	const faults: Fault[] = [];
	const replacements = new Map<Json, Json>();
	const envelope = findGraphs(document);
	collect(envelope, replacements, faults);
	const value = replacements.size === 0 ? document : withReplacements(document, replacements);
	return { value, faults, isKnown: envelope.kind !== 'unknown' };
}

function collect(envelope: Envelope, replacements: Map<Json, Json>, faults: Fault[]): void {
	faults.push(...envelope.faults);
	const respell = (raw: JsonObject, convert: (raw: JsonObject, path: string) => Wire, path: string) => {
		const wire = convert(raw, path);
		faults.push(...wire.faults);
		if (wire.value !== raw) replacements.set(raw, wire.value);
	};
	for (const { raw, path, isMade } of envelope.versions)
		if (raw !== null && !isMade) respell(raw, toWire, path);
	for (const { raw, path } of envelope.copies) respell(raw, toWire, path);
	const part = envelope.part;
	const convert = part === null ? undefined : PART_CONVERTERS[envelope.kind];
	if (part !== null && convert !== undefined) respell(part.value, convert, part.path);
	for (const row of envelope.rows) {
		const inner: Fault[] = [];
		collect(findGraphs(row.value), replacements, inner);
		faults.push(...inner.map((fault) => movedFault(fault, '$', row.path)));
	}
}

const PART_CONVERTERS: Partial<Record<Envelope['kind'], (raw: JsonObject, path: string) => Wire>> = {
	node: nodeToWire,
	edge: edgeToWire,
	tool: toolToWire,
	tool_bundle: toolToWire,
	llm_config: llmToWire,
	node_library: accessToWire,
	workflow_template: accessToWire,
	run: runToWire,
	run_input: runInputToWire,
};

function withReplacements(value: Json, replacements: ReadonlyMap<Json, Json>): Json {
	const current = replacements.get(value) ?? value;
	if (Array.isArray(current)) {
		let changed: Json[] | null = null;
		for (const [index, item] of current.entries()) {
			const next = withReplacements(item, replacements);
			if (next === item) continue;
			changed ??= [...current];
			changed[index] = next;
		}
		return changed ?? current;
	}
	if (!isJsonObject(current)) return current;
	const entries = Object.entries(current).map(([key, inner]): [string, Json] => [
		key,
		withReplacements(inner, replacements),
	]);
	return entries.every(([key, inner]) => current[key] === inner) ? current : Object.fromEntries(entries);
}
