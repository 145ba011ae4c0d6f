/** Paths that say which parts of a value to keep, and the value restricted to them (R7.16.2, R7.16.3). */

import { isJsonObject, type Json, type JsonObject } from '../json';

/** What to keep below one place of a value. */
export interface Selection {
	/** Everything below. */
	whole: boolean;
	keys: Map<string, Selection>;
	/** Every element of a list (`[]`). */
	every: Selection | null;
	/** Single elements (`[1]`). */
	elements: Map<number, Selection>;
}

/** Merges paths (`a.b`, `list[].x`, `list[1].x`) into one selection. A path that is none is left out. */
export function selectionOf(paths: readonly string[]): Selection {
	const root = emptySelection();
	for (const path of paths) {
		const steps = stepsOf(path);
		if (steps === null) continue;
		let place = root;
		for (const step of steps) place = below(place, step);
		place.whole = true;
	}
	return root;
}

/** The value in its own shape, restricted to the selection; undefined when nothing of it is selected. */
export function restrict(value: Json, selection: Selection): Json | undefined {
	if (selection.whole) return value;
	if (Array.isArray(value)) return restrictList(value, selection);
	if (!isJsonObject(value)) return undefined;
	const kept: JsonObject = {};
	for (const [key, inner] of selection.keys) {
		const found = Object.hasOwn(value, key) ? value[key] : undefined;
		const part = found === undefined ? undefined : restrict(found, inner);
		if (part !== undefined)
			Object.defineProperty(kept, key, { value: part, enumerable: true, writable: true, configurable: true });
	}
	return Object.keys(kept).length === 0 ? undefined : kept;
}

/** Applies the selection to each element of a list at the top, unless a path itself begins with an index. */
export function restrictTop(value: Json, selection: Selection): Json {
	if (!Array.isArray(value)) return restrict(value, selection) ?? {};
	if (selection.every !== null || selection.elements.size > 0) return restrictList(value, selection) ?? [];
	return value.flatMap((item) => keepElement(item, selection));
}

function restrictList(list: Json[], { every, elements }: Selection): Json | undefined {
	if (every === null) {
		const kept = [...elements]
			.sort(([a], [b]) => a - b)
			.flatMap(([index, inner]) => (index < list.length ? keepElement(list[index] ?? null, inner) : []));
		return kept.length === 0 ? undefined : kept;
	}
	return list.flatMap((item, index) => {
		const own = elements.get(index);
		return keepElement(item, own ? merge(every, own) : every);
	});
}

/** An object of which nothing is left stays as `{}`, so that elements keep their number. */
function keepElement(item: Json, selection: Selection): Json[] {
	const kept = restrict(item, selection);
	if (kept !== undefined) return [kept];
	return isJsonObject(item) ? [{}] : [];
}

const EVERY = Symbol('every element');
type PathStep = string | number | typeof EVERY;

function stepsOf(path: string): PathStep[] | null {
	const steps: PathStep[] = [];
	const token = /\s*(?:\.?\s*([^.[\]]+)|\[\s*(\d*)\s*\])\s*/y;
	const text = path.trim();
	while (token.lastIndex < text.length) {
		const found = token.exec(text);
		if (found === null) return null;
		if (found[1] !== undefined) steps.push(found[1].trim());
		else steps.push(found[2] === '' ? EVERY : Number(found[2]));
	}
	return steps.length === 0 ? null : steps;
}

function below(place: Selection, step: PathStep): Selection {
	if (step === EVERY) return (place.every ??= emptySelection());
	const map: Map<string | number, Selection> = typeof step === 'number' ? place.elements : place.keys;
	const known = map.get(step);
	if (known) return known;
	const made = emptySelection();
	map.set(step, made);
	return made;
}

function merge(a: Selection, b: Selection): Selection {
	return {
		whole: a.whole || b.whole,
		keys: mergeMaps(a.keys, b.keys),
		every: a.every && b.every ? merge(a.every, b.every) : (a.every ?? b.every),
		elements: mergeMaps(a.elements, b.elements),
	};
}

function mergeMaps<K>(a: Map<K, Selection>, b: Map<K, Selection>): Map<K, Selection> {
	const merged = new Map(a);
	for (const [key, selection] of b) {
		const known = merged.get(key);
		merged.set(key, known ? merge(known, selection) : selection);
	}
	return merged;
}

function emptySelection(): Selection {
	return { whole: false, keys: new Map(), every: null, elements: new Map() };
}
