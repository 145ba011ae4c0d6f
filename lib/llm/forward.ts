/** Passes streamed text on to its listener, and never the same words twice when an attempt is repeated. */

/** One for each reply; `begin` opens each attempt at it. */
export interface TextForwarder {
	/** Takes the pieces of one attempt. */
	begin(): (piece: string) => void;
}

/**
 * When a stream breaks off and the call is repeated, the new text first runs silently along what was
 * passed on before. As long as both agree, only what is new goes out; once they differ nothing more
 * does: the listener has the transient pieces, and the whole reply follows as the final answer.
 */
export function createForwarder(onText: ((text: string) => void) | undefined): TextForwarder {
	let sent = '';
	return {
		begin() {
			let current = '';
			return (piece) => {
				if (onText === undefined || piece === '') return;
				current += piece;
				if (!current.startsWith(sent)) return;
				const fresh = current.slice(sent.length);
				if (fresh === '') return;
				sent = current;
				onText(fresh);
			};
		},
	};
}
