/** What the command's exit codes mean; the same for every command. */

export const EXIT_CODES = {
	/** Done, and nothing found against it. */
	fine: 0,
	/** Done, with a negative answer: faults, differences, a turn that failed. */
	found: 1,
	/** Not done: wrong arguments, a file or a turn that cannot be read. */
	trouble: 2,
	/** Ended by a signal, as shells number it. */
	hungUp: 129,
	interrupted: 130,
	terminated: 143,
} as const;

export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES];
