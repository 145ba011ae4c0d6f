/** A document of any dialect in its canonical wire form, whole or its active graph alone, numbers as written. */

import { isJsonObject, type Json } from '../json';
import { platformForm, platformPart } from './additions';
import { canonicalize } from './canonicalize';
import { readExactly, writeExactly } from './exact-json';
import { anError, type Fault } from './fault';
import { parseDocument, type ParsedDocument } from './parse';

export interface FormatChoice {
	/** Additions of this package moved into `miscellaneous` (4.4). */
	platform: boolean;
	/** The active graph alone (1.2), without what is around it. */
	graph: boolean;
}

export interface FormattedDocument {
	/** JSON text, indented by two blanks; null when the document is refused. */
	text: string | null;
	/** Spellings that were changed, or what the document is refused for. */
	faults: readonly Fault[];
}

export function formatDocument(input: string | Json, choice: FormatChoice): FormattedDocument {
	const canonical = canonicalize(input);
	if (canonical.text === null) return { text: null, faults: canonical.faults };
	const text = changedText(canonical.text, choice);
	return { text, faults: text === null ? withoutGraph(input) : canonical.faults };
}

/** Why there is no graph to take. */
function withoutGraph(input: string | Json): readonly Fault[] {
	const { faults, kind } = parseDocument(input);
	if (faults.length > 0) return faults;
	const message = `the document (${kind.replaceAll('_', ' ')}) holds no graph of its own`;
	return [anError({ rule: 'R-01', path: '$', message, advice: 'Name a document with one graph.' })];
}

/** The canonical text with what the choice asks for; null without a graph to take. */
function changedText(text: string, { platform, graph: isGraphOnly }: FormatChoice): string | null {
	if (!platform && !isGraphOnly) return text;
	const document = parseDocument(readExactly(text, JSON.parse(text) as Json));
	const active =
		document.versions.find(({ number }) => number === document.activeVersion) ?? document.versions[0];
	const value = isGraphOnly ? (active?.raw ?? null) : document.document;
	if (value === null) return null;
	return writeExactly(platform ? withForms(value, platformForms(document)) : value);
}

/** Every graph, node and edge of a document, lists included, with the form the platform keeps whole. */
function platformForms(document: ParsedDocument): Map<Json, Json> {
	const own = document.versions.flatMap(({ raw }): Array<[Json, Json]> =>
		raw === null ? [] : [[raw, platformForm(raw)]],
	);
	const { part } = document;
	const alone: Array<[Json, Json]> =
		part?.kind === 'node' || part?.kind === 'edge' ? [[part.raw, platformPart(part.raw)]] : [];
	return new Map([...own, ...alone, ...document.rows.flatMap((row) => [...platformForms(row)])]);
}

function withForms(value: Json, forms: ReadonlyMap<Json, Json>): Json {
	const form = forms.get(value);
	if (form !== undefined) return form;
	if (Array.isArray(value)) return value.map((item) => withForms(item, forms));
	if (!isJsonObject(value)) return value;
	return Object.fromEntries(Object.entries(value).map(([key, inside]) => [key, withForms(inside, forms)]));
}
