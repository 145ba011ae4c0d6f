/** Cuts the mark that separates the words to be said after a filler from those before it (R8.11). */

export interface PrefixGate {
	/** Takes streamed text; passes on what is certain to be said. */
	add(piece: string): void;
	/** Ends the stream; passes on what was held back. */
	end(): void;
}

/**
 * The text to say. After a filler: what follows the first mark, or the whole text without one. With no
 * filler said: the text without the mark it may start with.
 */
export function cutPrefix(text: string, prefix: string | null, saidFiller: boolean): string {
	if (prefix === null || prefix.trim() === '') return text;
	const mark = prefix.trim();
	const position = text.indexOf(mark);
	if (position === -1) return text;
	if (!saidFiller && text.slice(0, position).trim() !== '') return text;
	return text.slice(position + mark.length).trimStart();
}

/** `cutPrefix` for a stream: holds text back only as long as the mark may still come. */
export function createPrefixGate(options: {
	prefix: string | null;
	/** Asked at the first piece: by then the main model has answered, so no filler can follow. */
	saidFiller: () => boolean;
	onText: (text: string) => void;
}): PrefixGate {
	const mark = options.prefix?.trim() ?? '';
	let held = '';
	let isOpen = mark === '';
	let isFresh = false;
	let said: boolean | null = null;
	const pass = (text: string) => {
		const clean = isFresh ? text.trimStart() : text;
		if (clean === '') return;
		isFresh = false;
		options.onText(clean);
	};
	return {
		add(piece) {
			if (isOpen) return pass(piece);
			said ??= options.saidFiller();
			held += piece;
			const position = held.indexOf(mark);
			const startsHere = position !== -1 && (said || held.slice(0, position).trim() === '');
			if (startsHere) {
				isOpen = true;
				isFresh = true;
				pass(held.slice(position + mark.length));
			} else if (!said && !mark.startsWith(held.trimStart())) {
				isOpen = true;
				pass(held);
			}
		},
		end() {
			if (!isOpen) pass(held);
			isOpen = true;
		},
	};
}
