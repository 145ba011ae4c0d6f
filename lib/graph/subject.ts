/** What people call a node or edge. */

/** Its name, else its id, else `fallback`. */
export function subjectOf(raw: { name?: unknown; logical_id?: unknown }, fallback: string): string {
	for (const word of [raw.name, raw.logical_id]) {
		if (typeof word === 'string' && word.trim() !== '') return word;
	}
	return fallback;
}
