/** Keeps the most recently used values, up to a count and a summed size. */

export interface Recent<Key, Value> {
	get(key: Key): Value | undefined;
	/** Replaces what the key held; older values give way. One larger than everything is not kept. */
	set(key: Key, value: Value, size: number): void;
	delete(key: Key): void;
	clear(): void;
	readonly count: number;
	readonly size: number;
}

export function createRecent<Key, Value>(limits: { maxCount: number; maxSize: number }): Recent<Key, Value> {
	// A Map keeps insertion order: a value that is used moves to the end, the first is the oldest.
	const entries = new Map<Key, { value: Value; size: number }>();
	let total = 0;

	function remove(key: Key): void {
		const entry = entries.get(key);
		if (entry === undefined) return;
		total -= entry.size;
		entries.delete(key);
	}

	return {
		get(key) {
			const entry = entries.get(key);
			if (entry === undefined) return undefined;
			entries.delete(key);
			entries.set(key, entry);
			return entry.value;
		},
		set(key, value, size) {
			remove(key);
			if (size > limits.maxSize) return;
			entries.set(key, { value, size });
			total += size;
			for (const oldest of entries.keys()) {
				if (entries.size <= limits.maxCount && total <= limits.maxSize) break;
				remove(oldest);
			}
		},
		delete: remove,
		clear() {
			entries.clear();
			total = 0;
		},
		get count() {
			return entries.size;
		},
		get size() {
			return total;
		},
	};
}
