/** Tells whoever listens in this process that a run has settled, so that nobody has to ask the store for it. */

export interface Bell {
	ring(): void;
	/** Returns the way to stop listening. */
	listen(listener: () => void): () => void;
}

export function createBell(): Bell {
	const listeners = new Set<() => void>();
	return {
		ring() {
			for (const listener of listeners) listener();
		},
		listen(listener) {
			// A function of its own, so that one listener may listen twice.
			const own = () => listener();
			listeners.add(own);
			return () => void listeners.delete(own);
		},
	};
}
