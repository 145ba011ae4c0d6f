/** A document that cannot be used, as one error that lists every fault with its place, rule and remedy. */

import { GraphError } from '../errors';
import type { Fault } from './fault';

/** Longer lists say nothing that the first ones do not; the count is given. */
const MAX_LISTED = 50;

/**
 * @param doing What was asked: `import the document`, `start a conversation`.
 * @param faults What stands in the way, at least one.
 */
export function refuseDocument(doing: string, faults: readonly Fault[]): GraphError {
	const [first] = faults;
	const count = faults.length === 1 ? 'one fault' : `${faults.length} faults`;
	const listed = faults.slice(0, MAX_LISTED).map(describeFault);
	const rest = faults.length > MAX_LISTED ? [`… and ${faults.length - MAX_LISTED} more.`] : [];
	return new GraphError('GRAPH_REFUSED', `Cannot ${doing}: the graph has ${count}.`, {
		advice: [...listed, ...rest].join('\n'),
		...(first === undefined ? {} : { place: first.path }),
	});
}

/** One line: place, subject, what is wrong, how to mend it, the rule. */
export function describeFault({ path, subject, message, advice, rule }: Fault): string {
	const where = subject === null ? path : `${path} (${subject})`;
	return `${where}: ${sentence(message)} ${sentence(advice)} [${rule}]`;
}

function sentence(text: string): string {
	return /[.!?]$/.test(text) ? text : `${text}.`;
}
