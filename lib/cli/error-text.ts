/** Errors as the commands tell them. */

import { codeOf, InteractlyError, messageOf } from '../errors';

/** An error as two or three lines: code and sentence, the place, what to do. */
export function errorText(error: unknown): string {
	const lines = [`${codeOf(error)}: ${messageOf(error)}`];
	if (error instanceof InteractlyError) {
		if (error.place !== undefined) lines.push(`  at ${error.place}`);
		if (error.advice !== undefined) lines.push(`  → ${error.advice}`);
	}
	return `${lines.join('\n')}\n`;
}

const KEY_CODES = new Set(['LLM_CREDENTIAL_MISSING', 'LLM_NOT_CONFIGURED']);

/** Where keys and models come from here, which only the command line knows; the empty text for other errors. */
export function keyHint(code: string): string {
	if (!KEY_CODES.has(code)) return '';
	return 'Here keys come from the environment, and --model PROVIDER/MODEL names a model for nodes without one: see "interactly chat --help".';
}
