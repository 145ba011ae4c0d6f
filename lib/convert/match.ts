/** Pairs the nodes or edges of two graphs that are the same thing, also when ids were generated anew. */

import type { Json, JsonObject } from '../json';
import { isJsonObject } from '../json';

/** Index in the older list to index in the newer one, for every pair found. */
export type Pairs = ReadonlyMap<number, number>;

/** One way to recognize an element: equal keys mean the same element; null means it cannot tell. */
export type Recognition = (element: JsonObject) => string | null;

export interface MatchRequest {
	before: readonly Json[];
	after: readonly Json[];
	/** Keys by which an element of each side is recognized, surest first. */
	recognitions: ReadonlyArray<{ before: Recognition; after: Recognition }>;
}

/** How alike two elements must be (0 to 1) to count as one that was edited and got a new id. */
const MIN_LIKENESS = 0.6;
/** Beyond this many comparisons the search by likeness is left out: it is quadratic. */
const MAX_COMPARISONS = 40_000;

/**
 * Recognizes by each key in turn, where a key stands for exactly one unpaired element on either side;
 * what is left is paired when equal, then by likeness, most alike first, within one type.
 */
export function matchElements({ before, after, recognitions }: MatchRequest): Pairs {
	const pairs = new Map<number, number>();
	const taken = new Set<number>();
	for (const recognition of recognitions) {
		const left = uniqueKeys(before, recognition.before, (index) => pairs.has(index));
		const right = uniqueKeys(after, recognition.after, (index) => taken.has(index));
		for (const [key, from] of left) {
			const to = right.get(key);
			if (to === undefined) continue;
			pairs.set(from, to);
			taken.add(to);
		}
	}
	const add = ([from, to]: [number, number]) => {
		if (pairs.has(from) || taken.has(to)) return;
		pairs.set(from, to);
		taken.add(to);
	};
	equalsInOrder(before, after, (from, to) => pairs.has(from) || taken.has(to)).forEach(add);
	alike(before, after, (from, to) => pairs.has(from) || taken.has(to)).forEach(add);
	return pairs;
}

function uniqueKeys(
	elements: readonly Json[],
	recognize: Recognition,
	isDone: (index: number) => boolean,
): Map<string, number> {
	const found = new Map<string, number>();
	const repeated = new Set<string>();
	elements.forEach((element, index) => {
		if (!isJsonObject(element) || isDone(index)) return;
		const key = recognize(element);
		if (key === null) return;
		if (found.has(key)) repeated.add(key);
		found.set(key, index);
	});
	for (const key of repeated) found.delete(key);
	return found;
}

/** Elements that no key tells apart but that are equal to the letter: first with first, second with second. */
function equalsInOrder(
	before: readonly Json[],
	after: readonly Json[],
	isDone: (from: number, to: number) => boolean,
): Array<[number, number]> {
	const waiting = new Map<string, number[]>();
	before.forEach((element, index) => {
		if (isDone(index, -1)) return;
		const text = JSON.stringify(element);
		waiting.set(text, [...(waiting.get(text) ?? []), index]);
	});
	return after.flatMap((element, index) => {
		if (isDone(-1, index)) return [];
		const from = waiting.get(JSON.stringify(element))?.shift();
		return from === undefined ? [] : [[from, index] as [number, number]];
	});
}

function alike(
	before: readonly Json[],
	after: readonly Json[],
	isDone: (from: number, to: number) => boolean,
): Array<[number, number]> {
	const left = before.flatMap((element, index) =>
		isJsonObject(element) && !isDone(index, -1) ? [index] : [],
	);
	const right = after.flatMap((element, index) =>
		isJsonObject(element) && !isDone(-1, index) ? [index] : [],
	);
	if (left.length * right.length > MAX_COMPARISONS) return [];
	const leavesOf = (elements: readonly Json[], indexes: number[]) =>
		new Map(indexes.map((index) => [index, contentOf(elements[index] as JsonObject)]));
	const [leftLeaves, rightLeaves] = [leavesOf(before, left), leavesOf(after, right)];
	const scored: Array<{ pair: [number, number]; likeness: number }> = [];
	for (const [from, old] of leftLeaves) {
		for (const [to, fresh] of rightLeaves) {
			const likeness = likenessOf(old, fresh);
			if (likeness >= MIN_LIKENESS) scored.push({ pair: [from, to], likeness });
		}
	}
	return scored.sort((one, other) => other.likeness - one.likeness).map(({ pair }) => pair);
}

/** What an element says: its leaves by place, without ids, nulls, booleans and empty values. */
export function contentOf(element: JsonObject): Map<string, string> {
	const leaves = new Map<string, string>();
	const visit = (value: Json, place: string): void => {
		if (Array.isArray(value)) value.forEach((item, index) => visit(item, `${place}[${index}]`));
		else if (isJsonObject(value)) {
			for (const [key, inside] of Object.entries(value)) {
				if (!OWNERSHIP.has(key)) visit(inside, `${place}.${key}`);
			}
		} else if (typeof value === 'number' || (typeof value === 'string' && value !== ''))
			leaves.set(place, String(value));
	};
	visit(element, '');
	return leaves;
}

/** Keys that say where an element lives, not what it is. */
const OWNERSHIP = new Set(['logical_id', 'id', '_id', 'workflow_id', 'version_number']);

function likenessOf(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): number {
	// Too little is said to tell two elements apart: a type and a word are in every element.
	if (one.size < 2 || other.size < 2 || one.get('.type') !== other.get('.type')) return 0;
	const places = new Set([...one.keys(), ...other.keys()]);
	let alikeParts = 0;
	let allParts = 0;
	for (const place of places) {
		const [left = '', right = ''] = [one.get(place), other.get(place)];
		// A long text says more about what an element is than a setting that many share.
		const weight = Math.min(Math.max(left.length, right.length), 400);
		allParts += weight;
		alikeParts += weight * textLikeness(left, right);
	}
	return alikeParts / allParts;
}

/** 1 for the same text, else the share of words two texts have in common. */
function textLikeness(one: string, other: string): number {
	if (one === other) return 1;
	const words = (text: string) => new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []);
	const [left, right] = [words(one), words(other)];
	if (left.size + right.size === 0) return 0;
	const common = [...left].filter((word) => right.has(word)).length;
	return (2 * common) / (left.size + right.size);
}
