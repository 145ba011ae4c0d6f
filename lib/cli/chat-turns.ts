/** Turns as a script or a program writes them: one object each, checked before anything is sent. */

import { z } from 'zod';
import { InputError } from '../errors';
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

/** One line of standard input. @throws {InputError} `TURN_MALFORMED`. */
export function readTurnLine(line: string, number: number): Turn {
	return readTurnObject(parseJson(line, `line ${number}`), `line ${number}`);
}

/** A script: an array of turns. @throws {InputError} `TURN_MALFORMED`. */
export function readScript(text: string): Turn[] {
	const value = parseJson(text, 'the script');
	if (!Array.isArray(value)) throw malformed('the script', 'not an array of turns');
	return value.map((turn, index) => readTurnObject(turn, `turns[${index}]`));
}

function parseJson(text: string, place: string): Json {
	try {
		return JSON.parse(text) as Json;
	} catch (error) {
		// The parser's own message quotes the text, and that is what a patient said.
		throw malformed(place, 'not JSON', error);
	}
}

function malformed(place: string, what: string, cause?: unknown): InputError {
	return new InputError('TURN_MALFORMED', `The turn cannot be read: ${what}.`, {
		place,
		advice: 'Write {"message": "…"}, with "command" and "dynamic_variables" where they are needed.',
		cause,
	});
}
