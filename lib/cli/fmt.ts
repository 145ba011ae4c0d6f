/** `interactly fmt`: a document of any dialect in its canonical wire form, in its own envelope or without it. */

import { rename, writeFile } from 'node:fs/promises';
import { InputError } from '../errors';
import { platformForm } from '../graph/additions';
import { canonicalize } from '../graph/canonicalize';
import { readExactly, writeExactly } from '../graph/exact-json';
import type { Fault } from '../graph/fault';
import { parseDocument, type ParsedDocument } from '../graph/parse';
import { isJsonObject, type Json } from '../json';
import { nameOf, readText } from './document';
import { EXIT_CODES, type ExitCode } from './exit-code';
import type { Terminal } from './terminal';

export interface FormatRequest {
	file: string;
	write: boolean;
	/** Additions of this package moved into `miscellaneous` (4.4). */
	platform: boolean;
	/** The active graph alone (1.2), without what is around it. */
	graph: boolean;
}

export async function format(terminal: Terminal, request: FormatRequest): Promise<ExitCode> {
	const { file, write } = request;
	if (write && file === '-') {
		throw new InputError('FILE_MISSING', 'Standard input cannot be written back.', {
			advice: 'Name a file, or leave out --write to have the result printed.',
		});
	}
	const text = await readText(terminal, file);
	const canonical = canonicalize(text);
	if (canonical.text === null) return refuse(terminal, file, canonical.faults);
	for (const { path, message } of canonical.faults) terminal.err(`${path}: ${message}\n`);
	const result = changedText(canonical.text, request);
	if (result === null) return refuse(terminal, file, parseDocument(text).faults);
	if (!write) terminal.out(result);
	else if (result === text) terminal.err(`${file}: canonical already\n`);
	else {
		// Written beside and moved: an interruption leaves either the old file or the new one.
		await writeFile(`${file}.tmp`, result);
		await rename(`${file}.tmp`, file);
		terminal.err(`${file}: written\n`);
	}
	return EXIT_CODES.fine;
}

function refuse(terminal: Terminal, file: string, faults: readonly Fault[]): ExitCode {
	const findings = faults.map(
		({ rule, path, message, advice }) => `  ${rule} at ${path}: ${message}\n  → ${advice}\n`,
	);
	terminal.err(`${nameOf(file)} cannot be formatted:\n${findings.join('')}`);
	return EXIT_CODES.found;
}

/** The canonical text with what the options ask for, numbers as they are written; null without a graph to take. */
function changedText(text: string, { platform, graph: isGraphOnly }: FormatRequest): string | null {
	if (!platform && !isGraphOnly) return text;
	const document = parseDocument(readExactly(text, JSON.parse(text) as Json));
	const active =
		document.versions.find(({ number }) => number === document.activeVersion) ?? document.versions[0];
	const value = isGraphOnly ? (active?.raw ?? null) : document.document;
	if (value === null) return null;
	return writeExactly(platform ? withForms(value, platformForms(document)) : value);
}

/** Every graph of a document, lists included, with the form the platform keeps whole. */
function platformForms(document: ParsedDocument): Map<Json, Json> {
	const own = document.versions.flatMap(({ raw }): Array<[Json, Json]> =>
		raw === null ? [] : [[raw, platformForm(raw)]],
	);
	return new Map([...own, ...document.rows.flatMap((row) => [...platformForms(row)])]);
}

function withForms(value: Json, forms: ReadonlyMap<Json, Json>): Json {
	const form = forms.get(value);
	if (form !== undefined) return form;
	if (Array.isArray(value)) return value.map((item) => withForms(item, forms));
	// Numbers held as they are written are objects too, but not ones to open.
	if (!isJsonObject(value) || Object.isFrozen(value)) return value;
	return Object.fromEntries(Object.entries(value).map(([key, inside]) => [key, withForms(inside, forms)]));
}
