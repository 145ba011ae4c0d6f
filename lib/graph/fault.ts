/** A finding about a document: which rule, where, and how to mend it. */

export type Severity = 'error' | 'warning';

export interface Fault {
	/** Rule of part 3 of the format (`R-29`), or `R-00` when the text is not JSON at all. */
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
}
