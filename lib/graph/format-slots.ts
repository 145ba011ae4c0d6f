/** Argument slots `{name}` of a template, found as Python's `str.format` finds them. */

/**
 * Names of the slots of one text. `{a.b}` and `{a[0]}` are slots of `a`, `{{a}}` is an escaped brace;
 * a text with an unbalanced brace has no slots at all.
 */
export function formatSlots(text: string): Set<string> {
	const slots = new Set<string>();
	return collect(text, slots, 0) ? slots : new Set();
}

/** Format specs nest once in Python; deeper braces are an error there. */
const MAX_SPEC_DEPTH = 2;

function collect(text: string, slots: Set<string>, depth: number): boolean {
	for (let at = 0; at < text.length; at++) {
		const char = text[at];
		if (char !== '{' && char !== '}') continue;
		if (text[at + 1] === char) {
			at++;
			continue;
		}
		if (char === '}') return false;
		const end = closingBrace(text, at);
		if (end < 0 || depth >= MAX_SPEC_DEPTH) return false;
		const field = text.slice(at + 1, end);
		const name = /^[^.[!:]*/.exec(field)?.[0] ?? '';
		slots.add(name);
		const colon = specStart(field);
		if (colon >= 0 && !collect(field.slice(colon + 1), slots, depth + 1)) return false;
		at = end;
	}
	return true;
}

function closingBrace(text: string, open: number): number {
	let depth = 0;
	for (let at = open; at < text.length; at++) {
		if (text[at] === '{') depth++;
		else if (text[at] === '}' && --depth === 0) return at;
	}
	return -1;
}

/** Where the format spec of a field begins, or -1; a colon inside brackets belongs to the name. */
function specStart(field: string): number {
	let isIndex = false;
	for (let at = 0; at < field.length; at++) {
		if (field[at] === '[') isIndex = true;
		else if (field[at] === ']') isIndex = false;
		else if (field[at] === ':' && !isIndex) return at;
	}
	return -1;
}

/** Slots of a value at any depth; only values of maps are searched, never their keys. */
export function slotsIn(...values: readonly unknown[]): Set<string> {
	const slots = new Set<string>();
	const open: unknown[] = [...values];
	while (open.length > 0) {
		const value = open.pop();
		if (typeof value === 'string') for (const slot of formatSlots(value)) slots.add(slot);
		else if (Array.isArray(value)) open.push(...value);
		else if (typeof value === 'object' && value !== null) open.push(...Object.values(value));
	}
	return slots;
}
