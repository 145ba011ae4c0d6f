/** Cuts a reply into the sentences that are said one by one (R8.16). */

/** Made for the first reply: its tables cost more than the rest of the engine's start. */
let segmenter: Intl.Segmenter | undefined;

/**
 * Lengths of the pieces, in UTF-16 units, that add up to the whole text; empty for a single sentence.
 * Lists, abbreviations and languages without spaces are the segmenter's business (UAX 29).
 */
export function sentencesOf(text: string): number[] {
	segmenter ??= new Intl.Segmenter('en', { granularity: 'sentence' });
	const lengths: number[] = [];
	for (const { segment } of segmenter.segment(text)) lengths.push(segment.length);
	return lengths.length > 1 ? lengths : [];
}
