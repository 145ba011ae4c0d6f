/** Cuts a reply into the sentences that are said one by one (R8.16). */

const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' });

/**
 * Lengths of the pieces, in UTF-16 units, that add up to the whole text; empty for a single sentence.
 * Lists, abbreviations and languages without spaces are the segmenter's business (UAX 29).
 */
export function sentencesOf(text: string): number[] {
	const lengths: number[] = [];
	for (const { segment } of segmenter.segment(text)) lengths.push(segment.length);
	return lengths.length > 1 ? lengths : [];
}
