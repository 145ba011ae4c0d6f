/** The end that a person or a supervisor asks for with a signal: work stops at its last finished step. */

import { InteractlyError } from '../errors';
import { EXIT_CODES, type ExitCode } from './exit-code';

const CODES = {
	SIGINT: EXIT_CODES.interrupted,
	SIGTERM: EXIT_CODES.terminated,
	SIGHUP: EXIT_CODES.hungUp,
} as const;

type Signal = keyof typeof CODES;
const SIGNALS = Object.keys(CODES) as Signal[];

/** Why work ended before it was done: `INTERRUPTED`. */
export class Interruption extends InteractlyError {
	readonly exitCode: ExitCode;

	constructor(signal: Signal) {
		super('INTERRUPTED', `${signal} ended the conversation before its turn was over.`, {
			advice: 'A run kept by --store goes on from its last finished step when --run continues it.',
		});
		this.exitCode = CODES[signal];
	}
}

/** Aborts with an `Interruption` on the first signal; a second one ends the process at once, as usual. */
export function interruptionOf(host: NodeJS.Process): AbortSignal {
	const controller = new AbortController();
	const handlers = SIGNALS.map((signal) => ({
		signal,
		handle: () => {
			handlers.forEach((each) => host.removeListener(each.signal, each.handle));
			controller.abort(new Interruption(signal));
		},
	}));
	handlers.forEach(({ signal, handle }) => host.on(signal, handle));
	return controller.signal;
}

/** The exit code of work that this signal ended, or null when it was not ended. */
export function exitCodeOf({ aborted, reason }: AbortSignal): ExitCode | null {
	return aborted && reason instanceof Interruption ? reason.exitCode : null;
}
