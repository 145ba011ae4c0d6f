/** The log port: short technical lines with ids, never a user's words or a secret. */

export interface Log {
	debug(message: string, fields?: Record<string, string | number | boolean | null>): void;
	warn(message: string, fields?: Record<string, string | number | boolean | null>): void;
	error(message: string, fields?: Record<string, string | number | boolean | null>): void;
}

/** A log that keeps nothing. */
export const silentLog: Log = {
	debug: () => undefined,
	warn: () => undefined,
	error: () => undefined,
};
