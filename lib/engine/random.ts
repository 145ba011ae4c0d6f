/** Randomness that repeats: every draw follows from the run's seed and what it is for. */

/**
 * A number from 0 (included) to 1 (excluded). The same seed and label always give the same number, so
 * a node that is executed again after a crash chooses what it chose before.
 */
export function draw(seed: string, label: string): number {
	return mix(hash(`${seed}|${label}`)) / 4294967296;
}

/** A stream of numbers for one purpose, for values that need several draws. */
export function drawer(seed: string, label: string): () => number {
	let state = hash(`${seed}|${label}`);
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		return mix(state) / 4294967296;
	};
}

/** Eight hex digits that only who knows the seed can foretell: the nonce of edge tools. */
export function nonce(seed: string, label: string): string {
	return mix(hash(`${seed}|${label}`))
		.toString(16)
		.padStart(8, '0');
}

/** 32-bit FNV-1a over the text's code units. */
function hash(text: string): number {
	let value = 0x811c9dc5;
	for (let index = 0; index < text.length; index += 1) {
		value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
	}
	return value >>> 0;
}

/** The finalizer of mulberry32: spreads neighboring states over the whole range. */
function mix(state: number): number {
	let value = Math.imul(state ^ (state >>> 15), state | 1);
	value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
	return (value ^ (value >>> 14)) >>> 0;
}
