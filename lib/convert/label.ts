/** Words on a drawing: what nodes and conditions say, cut to what an eye takes in. */

import type { Condition } from '../graph/prompt';

/**
 * Whitespace collapsed, cut at a word, an ellipsis where something was left out. Characters that no
 * picture can show, such as NUL or half a surrogate pair, become blanks.
 */
export function shorten(text: string, maxLength: number): string {
	const flat = text.replace(/[\s\p{Cc}\p{Cs}\ufffe\uffff]+/gu, ' ').trim();
	if (flat.length <= maxLength) return flat;
	const cut = flat.slice(0, maxLength - 1);
	const space = flat[maxLength - 1] === ' ' ? cut.length : cut.lastIndexOf(' ');
	return `${(space > maxLength / 2 ? cut.slice(0, space) : cut).trimEnd().replace(/\p{Cs}$/u, '')}…`;
}

/** Lines of at most `width` characters; a longer word is cut rather than let it widen the picture. */
export function wrap(text: string, width: number, maxLines: number): string[] {
	const lines: string[] = [];
	let line = '';
	const words = text
		.trim()
		.split(/\s+/)
		.flatMap((word) =>
			word.length <= width ? [word] : (word.match(new RegExp(`.{1,${width}}`, 'gu')) ?? []),
		);
	for (const word of words) {
		if (line !== '' && line.length + 1 + word.length > width) {
			lines.push(line);
			line = word;
		} else line = line === '' ? word : `${line} ${word}`;
	}
	if (line !== '') lines.push(line);
	if (lines.length <= maxLines) return lines;
	const kept = lines.slice(0, maxLines);
	kept[maxLines - 1] = `${kept[maxLines - 1] ?? ''}…`;
	return kept;
}

/** A condition in few words: an expression as it is written, free text in quotes, or null for none. */
export function conditionText(condition: Condition | null | undefined, maxLength = 80): string | null {
	const expression = condition?.condition_expression?.trim() ?? '';
	if (expression !== '') return shorten(expression, maxLength);
	const freeform = condition?.condition_freeform?.trim() ?? '';
	return freeform === '' ? null : `“${shorten(freeform, maxLength)}”`;
}
