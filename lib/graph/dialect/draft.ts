/** An object being respelled: keys keep their place, the original is untouched, every change is reported. */

import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, type Json, type JsonObject } from '../../json';
import { aWarning, type Fault, pathTo, quoted } from '../fault';

/** Where an object stands and who it is, for the findings. */
export interface Spot {
	path: string;
	subject: string | null;
	faults: Fault[];
}

/** Section of part 4 that allows a spelling, or of part 1 that forbids a key. */
export type DialectRule = '1.2' | '4.1' | '4.2' | '4.3' | '4.4' | '4.5' | '4.6';

/** A label as a key: lower case, trimmed, runs of blanks, `-`, `/` and `_` as one `_` (4.1). */
export function normalizeKey(key: string): string {
	return key
		.trim()
		.toLowerCase()
		.replace(/[\s\-/_]+/g, '_');
}

export class Draft {
	private entries: Array<[string, Json]>;
	private isChanged = false;

	constructor(
		private readonly original: JsonObject,
		readonly spot: Spot,
	) {
		this.entries = Object.entries(original);
	}

	/** The original object itself when nothing changed. */
	result(): JsonObject {
		return this.isChanged ? Object.fromEntries(this.entries) : this.original;
	}

	keys(): string[] {
		return this.entries.map(([key]) => key);
	}

	has(key: string): boolean {
		return this.entries.some(([name]) => name === key);
	}

	get(key: string): Json | undefined {
		return this.entries.find(([name]) => name === key)?.[1];
	}

	/** Gives a key that is there a new value; nothing is reported. */
	put(key: string, value: Json): void {
		const at = this.indexOf(key);
		if (at < 0) this.entries.push([key, value]);
		else if (this.entries[at]?.[1] === value) return;
		else this.entries[at] = [key, value];
		this.isChanged = true;
	}

	remove(key: string): void {
		this.entries = this.entries.filter(([name]) => name !== key);
		this.isChanged = true;
	}

	/** Replaces a key by others in its place. */
	splice(key: string, entries: Array<[string, Json]>): void {
		this.entries = this.entries.flatMap((entry) => (entry[0] === key ? entries : [entry]));
		this.isChanged = true;
	}

	/**
	 * Moves the value of `key` to the wire name. When both are present and differ, the wire name counts and
	 * the other key stays as it is, so that nothing is lost (4.1 rule 3).
	 */
	move(
		key: string,
		target: string | readonly [string, string],
		given: { value?: Json; rule?: DialectRule } = {},
	): void {
		const value = given.value ?? this.get(key) ?? null;
		const rule = given.rule ?? '4.3';
		const [outer, inner] = typeof target === 'string' ? [target, null] : target;
		const name = inner === null ? outer : `${outer}.${inner}`;
		const holder = this.get(outer);
		const present =
			inner === null
				? holder
				: isJsonObject(holder) && Object.hasOwn(holder, inner)
					? holder[inner]
					: undefined;
		const isTaken =
			present !== undefined ||
			(inner !== null && holder !== undefined && holder !== null && !isJsonObject(holder));
		if (isTaken) {
			if (isDeepStrictEqual(present, value)) this.remove(key);
			this.warn(
				rule,
				key,
				`${quoted(key)} and ${name} are both given; ${name} counts`,
				`Remove ${quoted(key)}.`,
			);
			return;
		}
		this.warn(rule, key, `${quoted(key)} is read as ${name}`, `Write ${name}; fmt does it for you.`);
		if (inner === null) this.splice(key, [[outer, value]]);
		else if (isJsonObject(holder)) {
			this.put(outer, { ...holder, [inner]: value });
			this.remove(key);
		} else if (holder === null) {
			this.put(outer, { [inner]: value });
			this.remove(key);
		} else this.splice(key, [[outer, { [inner]: value }]]);
	}

	/** Reports a value that had another form than the wire's, and sets the right one. */
	convert(key: string, value: Json, message: string): void {
		this.warn('4.3', key, message, 'Nothing to do; fmt writes the wire form.');
		this.put(key, value);
	}

	warn(rule: DialectRule, key: string, message: string, advice: string): void {
		const { path, subject, faults } = this.spot;
		faults.push(aWarning({ rule, path: pathTo(path, key), subject, message, advice }));
	}

	private indexOf(key: string): number {
		return this.entries.findIndex(([name]) => name === key);
	}
}
