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
