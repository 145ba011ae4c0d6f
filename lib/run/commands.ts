/** Which command does what in which state of a run: the table of R1.11 and the pump. */

import type { RunStatus } from '../engine/contract';
import { isTerminal } from '../engine/engine';

export const COMMANDS = ['start', 'data', 'resume', 'pause', 'stop'] as const;
export type CommandName = (typeof COMMANDS)[number] | 'pump';

/** `nothing`: accepted, and the run stays as it is. */
export type Decision = 'turn' | 'resume' | 'pause' | 'stop' | 'pump' | 'nothing' | 'refuse';

type Column = 'queued' | 'waiting' | 'running' | 'paused' | 'terminal';

const TABLE: Record<CommandName, Record<Column, Decision>> = {
	// A run that has executed nothing yet is begun by its first message (`drive`), and may be called off.
	start: { queued: 'turn', waiting: 'turn', running: 'refuse', paused: 'refuse', terminal: 'refuse' },
	data: { queued: 'turn', waiting: 'turn', running: 'refuse', paused: 'refuse', terminal: 'refuse' },
	resume: { queued: 'refuse', waiting: 'turn', running: 'refuse', paused: 'resume', terminal: 'refuse' },
	pause: { queued: 'refuse', waiting: 'pause', running: 'pause', paused: 'nothing', terminal: 'refuse' },
	stop: { queued: 'stop', waiting: 'stop', running: 'stop', paused: 'stop', terminal: 'nothing' },
	// R1.12: companions of a paused run are frozen.
	pump: { queued: 'nothing', waiting: 'pump', running: 'pump', paused: 'nothing', terminal: 'nothing' },
};

/**
 * What a command does to an existing run. `running` here means that only background work is left
 * (R1.9 row 7): a turn in progress holds the run's lock, and the command waits for it or acts on it.
 *
 * @param isInterrupted The last turn ended as failed, and the run was paused for it (design part 3): nobody
 *        asked for that pause, so the next message resumes the run.
 */
export function decide(command: CommandName, status: RunStatus, isInterrupted = false): Decision {
	const speaks = command === 'start' || command === 'data';
	if (speaks && status === 'paused' && isInterrupted) return 'resume';
	return TABLE[command][columnOf(status)];
}

function columnOf(status: RunStatus): Column {
	if (isTerminal(status)) return 'terminal';
	if (status === 'not_started') return 'queued';
	if (status === 'waiting_for_user_input') return 'waiting';
	return status === 'paused' ? 'paused' : 'running';
}
