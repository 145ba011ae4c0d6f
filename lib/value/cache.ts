/** A small memory for parsed texts: bounded in entries, the oldest entry leaves first. */

/** Texts beyond this length are parsed anew each time, so that the memory stays small. */
const MAX_KEY_LENGTH = 20_000;

/** Answers `make(key)`, remembering up to `limit` results. */
export function remember<T>(limit: number, make: (key: string) => T): (key: string) => T {
	const entries = new Map<string, T>();
	return (key) => {
		const known = entries.get(key);
		if (known !== undefined) return known;
		const made = make(key);
		if (key.length > MAX_KEY_LENGTH) return made;
		if (entries.size >= limit) entries.delete(entries.keys().next().value as string);
		entries.set(key, made);
		return made;
	};
}
