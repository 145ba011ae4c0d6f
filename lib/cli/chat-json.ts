/** Conversations for programs: turns in, wire events out, one JSON object a line, each turn closed by its own line. */

import { codeOf, InteractlyError, messageOf } from '../errors';
import type { JsonObject } from '../json';
import type { TurnResult } from '../run/contract';
import type { Turn } from './chat-turns';
import type { Conversation } from './conversation';
import { EXIT_CODES, type ExitCode } from './exit-code';
import type { Terminal } from './terminal';

/**
 * Plays every turn, also after one that failed: the program on the other side decides what that means.
 * A refused command closes with the state the run is in and the refusal as `error`.
 */
export async function converseInJson(
	terminal: Terminal,
	conversation: Conversation,
	turns: AsyncIterable<Turn> | Iterable<Turn>,
): Promise<ExitCode> {
	const write = (value: JsonObject) => terminal.out(`${JSON.stringify(value)}\n`);
	let code: ExitCode = EXIT_CODES.fine;
	for await (const turn of turns) {
		if (conversation.isInterrupted) break;
		try {
			const result = await conversation.take(turn, write);
			write(closingLine(result, result.error));
			if (result.error !== null) code = EXIT_CODES.found;
		} catch (error) {
			write(closingLine(conversation.latest, refusalOf(error)));
			code = EXIT_CODES.found;
		}
	}
	return code;
}

type Refusal = NonNullable<TurnResult['error']>;

function refusalOf(error: unknown): Refusal {
	const advice = error instanceof InteractlyError ? (error.advice ?? null) : null;
	return { code: codeOf(error), message: messageOf(error), advice };
}

/** The line after a turn's events; `error` is there only when there was one. */
function closingLine(result: TurnResult | null, error: Refusal | null): JsonObject {
	return {
		type: 'turn',
		run_id: result?.runId ?? null,
		turn_number: result?.turnNumber ?? 0,
		status: result?.status ?? 'not_started',
		is_waiting_for_input: result?.isWaitingForInput ?? false,
		is_completed: result?.isCompleted ?? false,
		has_background_work: result?.hasBackgroundWork ?? false,
		...(error === null ? {} : { error: { ...error } }),
	};
}
