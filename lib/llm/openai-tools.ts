/** Descriptions of functions within OpenAI's limit; what does not fit is told in the system message. */

import type { AdapterRequest } from './contract';
import type { NameMap } from './names';

/** Longer ones are refused: "string too long. Expected a string with maximum length 1024". */
const MAX_DESCRIPTION_LENGTH = 1024;

const CONTINUED = '… (The whole text stands in the instructions, under the name of this function.)';

/** The description to send with the function. */
export function shortDescription(description: string): string {
	if (description.length <= MAX_DESCRIPTION_LENGTH) return description;
	// The cut may fall into the middle of a character.
	return description.slice(0, MAX_DESCRIPTION_LENGTH - CONTINUED.length).toWellFormed() + CONTINUED;
}

/** The system text with the whole of every description that had to be cut; null when there is none. */
export function withLongDescriptions(
	system: string | null,
	request: Pick<AdapterRequest, 'tools'>,
	names: NameMap,
): string | null {
	const told = request.tools
		.filter(({ description }) => description.length > MAX_DESCRIPTION_LENGTH)
		.map(({ name, description }) => `About the function ${names.toProvider(name)}:\n${description}`);
	const parts = system === null ? told : [system, ...told];
	return parts.length === 0 ? null : parts.join('\n\n');
}
