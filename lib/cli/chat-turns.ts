/** Turns as a script or a program writes them: one object each, checked before anything is sent. */

import { z } from 'zod';
import { InputError } from '../errors';
import { findSyntaxError } from '../graph/syntax';
import type { Json, JsonObject } from '../json';
import type { TurnRequest } from '../run/contract';

const variables = z.custom<JsonObject>(
	(value) => typeof value === 'object' && value !== null && !Array.isArray(value),
	{
		error: 'expected an object of names and values',
	},
);

/** Unknown keys are refused: a misspelled one would be dropped in silence. */
const turnSchema = z.strictObject({
	message: z.string().nullish(),
	command: z.enum(['start', 'data', 'resume', 'pause', 'stop', 'pump']).optional(),
	dynamic_variables: variables.optional(),
	runtime_variables: variables.optional(),
});

export type Turn = Pick<TurnRequest, 'message' | 'command' | 'dynamicVariables' | 'runtimeVariables'>;

/**
 * @param place Where the value stands, for the error: `line 3`, `turns[2]`.
 * @throws {InputError} `TURN_MALFORMED`.
 */
export function readTurnObject(value: unknown, place: string): Turn {
	const read = turnSchema.safeParse(value);
	if (!read.success) {
		const [issue] = read.error.issues;
		const key = issue?.path.join('.') ?? '';
		throw malformed(place, `${key === '' ? '' : `"${key}": `}${issue?.message ?? 'not a turn'}`);
	}
	refuseBurden(read.data, place);
	const {
		message,
		command,
		dynamic_variables: dynamicVariables,
		runtime_variables: runtimeVariables,
	} = read.data;
	return {
		message: message ?? null,
		...(command === undefined ? {} : { command }),
		...(dynamicVariables === undefined ? {} : { dynamicVariables }),
		...(runtimeVariables === undefined ? {} : { runtimeVariables }),
	};
}

/** These commands bring the run nothing (R1.12, R1.14, R2.4): what came with them would be lost in silence. */
const BARE: ReadonlySet<string> = new Set(['pause', 'stop', 'pump']);

function refuseBurden(turn: z.infer<typeof turnSchema>, place: string): void {
	const { command = '', message, ...variables } = turn;
	if (!BARE.has(command)) return;
	const key = (message ?? '') === '' ? Object.keys(variables)[0] : 'message';
	if (key !== undefined) throw malformed(place, `"${key}": a "${command}" brings the run nothing`);
}

/** One line of standard input. @throws {InputError} `TURN_MALFORMED`. */
export function readTurnLine(line: string, number: number): Turn {
	return readTurnObject(parseJson(line, `line ${number}`), `line ${number}`);
}

/** A script: an array of turns. @throws {InputError} `TURN_MALFORMED`. */
export function readScript(text: string, name: string): Turn[] {
	const value = parseJson(text, name);
	if (!Array.isArray(value)) throw malformed(name, 'not an array of turns');
	return value.map((turn, index) => readTurnObject(turn, `turns[${index}] of ${name}`));
}

function parseJson(text: string, place: string): Json {
	// Windows programs put a byte order mark before what they write.
	const body = text.startsWith('\ufeff') ? text.slice(1) : text;
	try {
		return JSON.parse(body) as Json;
	} catch (error) {
		// The parser's own message quotes the text, and that is what a patient said.
		const { line, column, hint } = findSyntaxError(body);
		const lines = body.trimEnd().includes('\n') ? `line ${line}, ` : '';
		throw malformed(place, `not JSON at ${lines}column ${column}`, { hint, cause: error });
	}
}

function malformed(place: string, what: string, more: { hint?: string; cause?: unknown } = {}): InputError {
	const { hint, cause } = more;
	const form = 'A turn is {"message": "…"}, with "command" and "dynamic_variables" where they are needed.';
	return new InputError('TURN_MALFORMED', `The turn cannot be read: ${what}.`, {
		place,
		advice: hint === undefined ? form : `${hint} ${form}`,
		cause,
	});
}
