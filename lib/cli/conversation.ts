/** One conversation from the command line: the run it belongs to, and each turn with its events. */

import type { Station } from '../assemble';
import type { WireEvent } from '../engine/contract';
import type { RunSource, TurnResult, TurnUsage } from '../run/contract';
import { sumUsages } from '../run/usage';
import type { Turn } from './chat-turns';

export interface Conversation {
	/** The run; null until the first turn has begun one. */
	readonly runId: string | null;
	/** The person pressed Ctrl-C: no further turn is taken. */
	readonly isInterrupted: boolean;
	/** What the newest turn brought; null before it. */
	readonly latest: TurnResult | null;
	/** What all turns and pumps taken here have used. */
	readonly usage: TurnUsage;
	/** Runs a turn; a turn without a command starts the run or brings it the message. */
	take(turn: Turn, onEvent: (event: WireEvent) => void): Promise<TurnResult>;
}

export function createConversation(request: {
	station: Station;
	source: RunSource | null;
	runId: string | null;
	signal: AbortSignal;
}): Conversation {
	const { station, source, signal } = request;
	let runId = request.runId;
	let latest: TurnResult | null = null;
	let usage = sumUsages([]);
	return {
		get runId() {
			return runId;
		},
		get isInterrupted() {
			return signal.aborted;
		},
		get latest() {
			return latest;
		},
		get usage() {
			return usage;
		},
		async take(turn, onEvent) {
			latest = await station.turn({
				...turn,
				command: turn.command ?? (runId === null ? 'start' : 'data'),
				...(runId === null ? {} : { runId }),
				...(runId === null && source !== null ? { source } : {}),
				onEvent,
				wantsEvents: false,
				signal,
			});
			runId = latest.runId;
			if (!latest.repeated) usage = sumUsages([usage, latest.usage]);
			return latest;
		},
	};
}
