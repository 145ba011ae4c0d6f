/** What the command's exit codes mean; the same for every command. */

export const EXIT_CODES = {
	/** Done, and nothing found against it. */
	fine: 0,
	/** Done, with a negative answer: faults, differences, a turn that failed. */
	found: 1,
	/** Not done: wrong arguments, a file that cannot be read. */
	trouble: 2,
} as const;

export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES];
