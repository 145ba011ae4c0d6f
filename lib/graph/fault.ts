/** A finding about a document: which rule, where, and how to mend it. */

export type Severity = 'error' | 'warning';

export interface Fault {
	/**
	 * Rule of part 3 of the format (`R-29`); `R-00` when the text is not JSON at all; `L-1` to `L-4` for a
	 * limit of this package; `1.2` and `1.7` for an oddity of an envelope; `4.1` to `4.6` for a spelling of
	 * the second dialect (part 4).
	 */
	rule: string;
	severity: Severity;
	/** JSON path from the document's root: `$.edge_configs[3].condition`. */
	path: string;
	/** What was found and what was expected, one sentence, no values that may be secret. */
	message: string;
	/** How to mend it, one sentence. */
	advice: string;
	/** Name or id of the node or edge concerned, or null. */
	subject: string | null;
	/** Set when what broke a blocking rule has a sensible reading, so that the import goes on. */
	isForgiven?: true;
}

/** A fault without its severity, as the rules write it. */
export type Finding = Omit<Fault, 'severity' | 'subject'> & { subject?: string | null };

export function anError(finding: Finding): Fault {
	return { ...finding, severity: 'error', subject: finding.subject ?? null };
}

export function aWarning(finding: Finding): Fault {
	return { ...finding, severity: 'warning', subject: finding.subject ?? null };
}

/** On import only these keep a graph out (part 3); everything else is reported and the graph is kept. */
const BLOCKING_RULES = new Set(['R-00', 'R-01', 'R-02', 'R-04', 'L-1', 'L-2', 'L-3', 'L-4']);

/** True when the fault refuses the document whole. A null list (R-02) is an error but is read as empty (part 3). */
export function blocksImport(fault: Fault): boolean {
	return fault.severity === 'error' && fault.isForgiven !== true && BLOCKING_RULES.has(fault.rule);
}

/** Appends a key or an index to a JSON path; keys that are no plain name are written in brackets. */
export function pathTo(base: string, ...segments: ReadonlyArray<string | number>): string {
	let path = base;
	for (const segment of segments) {
		if (typeof segment === 'number') path += `[${segment}]`;
		else if (/^[A-Za-z_$][\w$]*$/.test(segment)) path += `.${segment}`;
		else path += `[${JSON.stringify(segment.length > 60 ? `${segment.slice(0, 57)}...` : segment)}]`;
	}
	return path;
}

/** The fault of something that stands at `from` in its document, told of the same thing at `to`. */
export function movedFault(fault: Fault, from: string, to: string): Fault {
	if (from === to || !fault.path.startsWith(from)) return fault;
	const message = fault.message
		.split(' ')
		.map((word) =>
			word === from || /^[.[]/.test(startingWith(word, from)) ? to + word.slice(from.length) : word,
		)
		.join(' ');
	return { ...fault, path: to + fault.path.slice(from.length), message };
}

/** What follows `head` in the word; empty when the word begins otherwise. */
function startingWith(word: string, head: string): string {
	return word.startsWith(head) ? word.slice(head.length) : '';
}

/** A word of a document for a message: quoted, cut to 40 characters, control characters escaped. */
export function quoted(word: string): string {
	return JSON.stringify(word.length > 40 ? `${word.slice(0, 37)}...` : word);
}
