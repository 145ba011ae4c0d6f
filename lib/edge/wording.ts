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

/** The warning of R3.35: which exit, what made no sense, the expression, and the values it was read with. */
export function senselessComparison(subject: string, expression: string, evaluation: Evaluation): string {
	const reasons = evaluation.warnings.join('; ');
	return `${sentenceStart(subject)}: ${reasons}. Expression: ${expression.trim()} Read as: ${evaluation.hydrated}`;
}
