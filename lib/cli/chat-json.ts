/** Conversations for programs: turns in, wire events out, one JSON object a line, each turn closed by its own line. */

import type { WireEvent } from '../engine/contract';
import { codeOf, InputError, InteractlyError, messageOf } from '../errors';
import type { JsonObject } from '../json';
import type { TurnResult } from '../run/contract';
import type { Turn } from './chat-turns';
import type { Conversation, Standing } from './conversation';
import { errorText, keyHint } from './error-text';
import { EXIT_CODES, type ExitCode } from './exit-code';
import type { Terminal } from './terminal';

/** A turn, or why a line is none. */
export type GivenTurn = Turn | InputError;

/**
 * Plays every turn, also after one that failed or could not be read: the program on the other side decides what
 * that means. A refused one closes with the state the run is in and the refusal as `error`.
 */
export async function converseInJson(
	terminal: Terminal,
	conversation: Conversation,
	turns: AsyncIterable<GivenTurn> | Iterable<GivenTurn>,
): Promise<ExitCode> {
	const write = (value: JsonObject) => terminal.out(`${JSON.stringify(value)}\n`);
	let code: ExitCode = EXIT_CODES.fine;
	for await (const turn of turns) {
		if (conversation.isInterrupted) break;
		if (turn instanceof InputError) {
			// A person may have written the line: standard error tells which one it is.
			terminal.err(errorText(turn));
			write(closingLine(conversation.standing, refusalOf(turn)));
			code = EXIT_CODES.trouble;
			continue;
		}
		const error = await takeTurn(conversation, turn, write);
		write(closingLine(conversation.standing, error));
		if (error !== null && code === EXIT_CODES.fine) code = EXIT_CODES.found;
	}
	return code;
}

type Refusal = NonNullable<TurnResult['error']>;

/** Why the turn failed or was refused, or null. */
async function takeTurn(
	conversation: Conversation,
	turn: Turn,
	onEvent: (event: WireEvent) => void,
): Promise<Refusal | null> {
	try {
		const { error } = await conversation.take(turn, onEvent);
		return error === null ? null : hinted(error);
	} catch (error) {
		return refusalOf(error);
	}
}

function refusalOf(error: unknown): Refusal {
	const advice = error instanceof InteractlyError ? (error.advice ?? null) : null;
	return hinted({ code: codeOf(error), message: messageOf(error), advice });
}

function hinted({ code, message, advice }: Refusal): Refusal {
	const hint = keyHint(code);
	return { code, message, advice: hint === '' ? advice : `${advice ?? ''} ${hint}`.trim() };
}

/** The line after a turn's events; `error` is there only when there was one. */
function closingLine(standing: Standing | null, error: Refusal | null): JsonObject {
	return {
		type: 'turn',
		run_id: standing?.runId ?? null,
		turn_number: standing?.turnNumber ?? 0,
		status: standing?.status ?? 'not_started',
		is_waiting_for_input: standing?.isWaitingForInput ?? false,
		is_completed: standing?.isCompleted ?? false,
		has_background_work: standing?.hasBackgroundWork ?? false,
		...(error === null ? {} : { error: { ...error } }),
	};
}
