/** `{name}` slots in the templates of external API tools, found as Python's `str.format` finds them. */

import type { Json } from '../json';
import { isIdentifier } from '../value/names';
import { compileTemplate, type Placeholder } from '../value/placeholder';

export interface Slot {
	/** The argument it takes. */
	name: string;
	/** The argument's name and what follows it: `patient.ids[0]`. */
	path: string;
}

/** A piece of a template: plain text, a slot for an argument, or a placeholder for a variable. */
export type Piece =
	| { type: 'text'; text: string }
	| { type: 'slot'; slot: Slot }
	| { type: 'placeholder'; placeholder: Placeholder };

/**
 * Cuts a template into text, slots and placeholders in one pass, so that no value is ever read as a
 * template. Doubled braces are escaped ones; a text with an unbalanced brace has no slots at all.
 */
export function cutSlots(text: string): Piece[] {
	const pieces: Piece[] = [];
	const braces = { depth: 0 };
	for (const part of compileTemplate(text)) {
		if (typeof part !== 'string') pieces.push({ type: 'placeholder', placeholder: part });
		else if (!cutText(part, braces, pieces)) return withoutSlots(text);
	}
	return braces.depth === 0 ? pieces : withoutSlots(text);
}

/** The names of the arguments that a template takes. */
export function slotNames(text: string): string[] {
	return cutSlots(text).flatMap((piece) => (piece.type === 'slot' ? [piece.slot.name] : []));
}

/** The texts in a value: of maps the values alone, never the keys. */
export function textsIn(value: Json): string[] {
	if (typeof value === 'string') return [value];
	return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

function withoutSlots(text: string): Piece[] {
	return compileTemplate(text).map((part) =>
		typeof part === 'string' ? { type: 'text', text: part } : { type: 'placeholder', placeholder: part },
	);
}

/** Adds the pieces of a plain stretch; false at a closing brace that nothing opened. */
function cutText(text: string, braces: { depth: number }, pieces: Piece[]): boolean {
	const field = /\{([^{}]*)\}/y;
	let plain = '';
	let position = 0;
	while (position < text.length) {
		const character = text[position] ?? '';
		const isDoubled = text[position + 1] === character;
		field.lastIndex = position;
		const found = character === '{' && !isDoubled ? field.exec(text) : null;
		const slot = found === null ? null : readSlot(found[1] ?? '');
		if (found !== null && slot !== null) {
			if (plain !== '') pieces.push({ type: 'text', text: plain });
			pieces.push({ type: 'slot', slot });
			plain = '';
			position = field.lastIndex;
		} else if (found !== null) {
			plain += found[0];
			position = field.lastIndex;
		} else if (character === '{' && isDoubled) {
			plain += '{';
			position += 2;
		} else if (character === '}' && isDoubled && braces.depth === 0) {
			plain += '}';
			position += 2;
		} else {
			if (character === '{') braces.depth++;
			if (character === '}' && --braces.depth < 0) return false;
			plain += character;
			position++;
		}
	}
	if (plain !== '') pieces.push({ type: 'text', text: plain });
	return true;
}

/** `{a}`, `{a.b}`, `{a[0]}`, with the conversion and the format after it ignored; null for other braces. */
function readSlot(field: string): Slot | null {
	const path = (/^[^!:]*/.exec(field)?.[0] ?? '').trim();
	const name = /^[^.[]*/.exec(path)?.[0] ?? '';
	return isIdentifier(name) ? { name, path } : null;
}
