/** Refusals of conditions: each says where, what was found, and what to write instead (R3.37a). */

import { ExpressionError } from '../errors';

/** What is wrong and what to write instead. */
export interface Complaint {
	message: string;
	advice: string;
	/** `EXPRESSION_SYNTAX` unless the language knowingly lacks what was written. */
	code?: 'EXPRESSION_SYNTAX' | 'EXPRESSION_UNSUPPORTED';
}

/** An error that shows where in the expression it stands; lines and columns count from 1. */
export function refuseAt(text: string, position: number, complaint: Complaint): ExpressionError {
	const before = text.slice(0, position).split('\n');
	const place = `line ${before.length}, column ${(before.at(-1) ?? '').length + 1}`;
	const { message, advice, code = 'EXPRESSION_SYNTAX' } = complaint;
	return new ExpressionError(code, `${message} at ${place}`, { place, advice });
}

/** What to say of a word that is neither a keyword nor a presence test. */
export function complaintOfWord(
	word: string,
	stands: { beforeParenthesis: boolean; first: boolean },
): Complaint {
	const isOperator =
		!stands.first && /^(?:contains|in|is|like|matches|equals|between|startswith|endswith)$/i.test(word);
	if (!stands.beforeParenthesis && !isOperator) {
		return {
			message: `"${word}" is no value`,
			advice: `Write [[${word}]] or {{${word}}} for a variable and '${word}' for a text.`,
		};
	}
	return {
		code: 'EXPRESSION_UNSUPPORTED',
		message: `"${word}" is not part of the language of conditions`,
		advice:
			'Use ==, !=, <, <=, >, >=, AND, OR, NOT, isPresent, isAbsent, isEmpty and isNonEmpty; ' +
			'test anything else in a tool or with a freeform condition.',
	};
}
