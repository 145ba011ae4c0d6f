/** What is wrong with a document that someone wants to talk to, remembered for texts seen before. */

import { messageOf } from '../errors';
import type { Fault } from '../graph/fault';
import { parseDocument } from '../graph/parse';
import { checkGraph } from '../graph/rules';
import type { Json } from '../json';
import { createRecent } from '../run/recent';
import { parseExpression } from '../value/expression';

/** Every fault of the document's active graph, judged for a run: those of severity `error` stand in its way. */
export type Examine = (document: string | Json) => readonly Fault[];

export function createExamine(): Examine {
	const known = createRecent<string, readonly Fault[]>({ maxCount: 64, maxSize: 32 * 1024 * 1024 });
	return (document) => {
		if (typeof document !== 'string') return examine(document);
		const found = known.get(document) ?? examine(document);
		known.set(document, found, document.length);
		return found;
	};
}

function examine(document: string | Json): Fault[] {
	const { graph, faults, versions } = parseDocument(document);
	// Without a graph the faults of reading are all there is to say.
	if (graph === null) return faults;
	const path = versions.find(({ isActive }) => isActive)?.path;
	return checkGraph(graph, {
		purpose: 'run',
		checkExpression: expressionProblem,
		...(path === undefined ? {} : { path }),
	});
}

/** Why a condition cannot be evaluated, or null when it can. */
export function expressionProblem(text: string): string | null {
	try {
		parseExpression(text);
		return null;
	} catch (error) {
		return messageOf(error);
	}
}
