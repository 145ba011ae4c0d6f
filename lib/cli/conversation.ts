/** One conversation from the command line: the run it belongs to, where that stands, and each turn with its events. */

import type { Station } from '../assemble';
import type { RunStatus, WireEvent } from '../engine/contract';
import { isTerminal } from '../engine/engine';
import type { RunSource, TurnResult, TurnUsage } from '../run/contract';
import { sumUsages } from '../run/usage';
import type { Turn } from './chat-turns';

/** Where a run stands. */
export interface Standing {
	runId: string;
	turnNumber: number;
	status: RunStatus;
	isWaitingForInput: boolean;
	isCompleted: boolean;
	hasBackgroundWork: boolean;
}

export interface Conversation {
	/** The run; null until the first turn has begun one. */
	readonly runId: string | null;
	/** Ctrl-C was pressed, or a supervisor asked for the end: no further turn is taken. */
	readonly isInterrupted: boolean;
	/** Aborts when that happens. */
	readonly interruption: AbortSignal;
	/** Where the run stands after the newest turn, a refused one too; null before there is a run. */
	readonly standing: Standing | null;
	/** What the newest turn that was carried out brought; null before it. */
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
	/** Told of a run once, when its first step is durable. */
	onRun?: (runId: string) => void;
}): Conversation {
	const { station, source, signal, onRun } = request;
	let runId = request.runId;
	let standing: Standing | null = null;
	let latest: TurnResult | null = null;
	let usage = sumUsages([]);

	/** After a turn that was not carried out to its end, the store tells what became of the run. */
	async function lookUp(id: string | null): Promise<void> {
		if (id === null) return;
		const row = await station.store.findRun(id);
		if (row === null) return;
		const status = row.status as RunStatus;
		runId = id;
		standing = {
			...{ runId, status, turnNumber: row.turnCount },
			isWaitingForInput: status === 'waiting_for_user_input',
			isCompleted: isTerminal(status),
			hasBackgroundWork: row.dueAt !== null,
		};
	}

	return {
		interruption: signal,
		get runId() {
			return runId;
		},
		get isInterrupted() {
			return signal.aborted;
		},
		get standing() {
			return standing;
		},
		get latest() {
			return latest;
		},
		get usage() {
			return usage;
		},
		async take(turn, onEvent) {
			let id = runId;
			let isTold = runId !== null;
			try {
				latest = await station.turn({
					...turn,
					command: turn.command ?? (runId === null ? 'start' : 'data'),
					...(runId === null ? {} : { runId }),
					...(runId === null && source !== null ? { source } : {}),
					onRun: (found) => (id = found),
					onEvent: (event) => {
						if (!isTold && id !== null) onRun?.(id);
						isTold = true;
						onEvent(event);
					},
					wantsEvents: false,
					signal,
				});
			} catch (error) {
				// The error of the turn is the one to tell, also when the store cannot be asked.
				await lookUp(id).catch(() => undefined);
				throw error;
			}
			runId = latest.runId;
			standing = latest;
			if (!latest.repeated) usage = sumUsages([usage, latest.usage]);
			return latest;
		},
	};
}
