/** The values every turn starts with: date, time and random values under their reserved names (R4.22). */

import type { JsonObject } from '../json';

export interface SystemInput {
	/** Milliseconds since the epoch at the start of the turn. */
	nowMs: number;
	/** How many turns the run had before this one. */
	turnCount: number;
	/** A number from 0 up to but not including 1, as `Math.random`. */
	random(): number;
}

const MONTHS = [
	'January',
	'February',
	'March',
	'April',
	'May',
	'June',
	'July',
	'August',
	'September',
	'October',
	'November',
	'December',
] as const;

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const;

const LETTERS_AND_DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** The system values of one turn, in UTC; constant until the next turn. */
export function systemValues({ nowMs, turnCount, random }: SystemInput): JsonObject {
	const now = new Date(nowMs);
	const hours = now.getUTCHours();
	const hour = twoDigits(hours % 12 === 0 ? 12 : hours % 12);
	const minute = twoDigits(now.getUTCMinutes());
	const month = MONTHS[now.getUTCMonth()] ?? '';
	const date = `${month} ${now.getUTCDate()}, ${now.getUTCFullYear()}`;
	const time = `${hour}:${minute} ${hours < 12 ? 'AM' : 'PM'}`;
	return {
		now: `${date} ${time}`,
		date,
		time,
		year: now.getUTCFullYear(),
		month,
		day: now.getUTCDate(),
		hour,
		minute,
		workflow_invoke_count: turnCount,
		// Six decimals as in recorded runs; the last three are zero because clocks here tell milliseconds.
		iso_datetime: `${now.toISOString().slice(0, -1)}000`,
		day_of_week: DAYS[now.getUTCDay()] ?? '',
		timestamp: Math.floor(nowMs / 1000),
		timestamp_ms: Math.floor(nowMs),
		rand_int: Math.floor(random() * 1_000_000),
		rand_str: randomText(8, random),
		rand_float: random(),
		rand_uuid: randomUuid(random),
		rand_bool: random() < 0.5,
	};
}

function twoDigits(number: number): string {
	return String(number).padStart(2, '0');
}

function randomText(length: number, random: () => number): string {
	let text = '';
	for (let i = 0; i < length; i++) {
		text += LETTERS_AND_DIGITS[Math.floor(random() * LETTERS_AND_DIGITS.length)];
	}
	return text;
}

/** A version 4 UUID drawn from the injected source, so that a replay gets the same one. */
function randomUuid(random: () => number): string {
	return 'xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx'.replace(/[xy]/g, (place) => {
		const digit = Math.floor(random() * 16);
		return (place === 'x' ? digit : (digit & 3) | 8).toString(16);
	});
}
