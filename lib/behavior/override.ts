/** The caller's values for one node in one turn, which win over what the graph says (R1.20). */

import type { Step } from './contract';

/** The text of an override, or null when the caller gave none. It is not hydrated: it comes from outside. */
export function overrideOf(step: Step, name: string): string | null {
	const value = step.input?.[name];
	return typeof value === 'string' && value.trim() !== '' ? value : null;
}
