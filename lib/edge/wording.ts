/** How warnings and errors name an exit and say what is wrong with its condition. */

import type { Evaluation } from '../value/contract';
import type { Exit } from './contract';

/** How an exit is named in warnings. */
export function subjectOf(exit: Exit): string {
	if (exit.kind === 'own') return `edge "${exit.edge?.name ?? exit.edge?.logical_id}"`;
	const name = exit.destination.name ?? exit.destination.logical_id;
	return exit.kind === 'global' ? `the global condition of "${name}"` : `the way back to "${name}"`;
}

/** The same words at the start of a sentence. */
export function sentenceStart(words: string): string {
	return words.charAt(0).toUpperCase() + words.slice(1);
}

/** What is told of an exit whose condition made no sense (R3.34, R3.35). */
interface Told {
	/** Which exit, as `subjectOf` names it. */
	subject: string;
	expression: string;
	evaluation: Evaluation;
	/** The exit is also judged while its node waits: a value that has not landed yet is what it waits for. */
	awaitsValues: boolean;
}

/** Which exit, what made no sense, the expression, and the values it was read with; null when all is well. */
export function senselessComparison({ subject, expression, evaluation, awaitsValues }: Told): string | null {
	const reasons = awaitsValues ? evaluation.clashes : evaluation.warnings;
	if (reasons.length === 0) return null;
	return `${sentenceStart(subject)}: ${reasons.join('; ')}. Expression: ${expression.trim()} Read as: ${evaluation.hydrated}`;
}
