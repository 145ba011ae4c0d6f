/** Every error this package throws: one base class and one subclass per party that must act. */

export interface ErrorDetails {
	/** What to do next, one or two sentences. */
	advice?: string;
	/** Where the fault is: a JSON path, `node "triage"`, or a file with line. */
	place?: string;
	/** Whether the same call may succeed later without any change. Default false. */
	retryable?: boolean;
	cause?: unknown;
}

/**
 * The base of all errors. `code` is stable and upper case; callers compare codes, never classes
 * or texts, because two copies of the package defeat `instanceof`.
 */
export class InteractlyError extends Error {
	readonly code: string;
	readonly advice: string | undefined;
	readonly place: string | undefined;
	readonly retryable: boolean;

	constructor(code: string, message: string, details: ErrorDetails = {}) {
		super(message, details.cause === undefined ? undefined : { cause: details.cause });
		this.name = new.target.name;
		this.code = code;
		this.advice = details.advice;
		this.place = details.place;
		this.retryable = details.retryable ?? false;
	}
}

/** The graph itself is at fault: it cannot be read, or it breaks a rule that stops a run. */
export class GraphError extends InteractlyError {}

/** A condition or a template cannot be parsed or evaluated. */
export class ExpressionError extends InteractlyError {}

/** A model provider refused, failed or timed out after its last attempt. */
export class ProviderError extends InteractlyError {
	/** HTTP status of the provider's answer, or null when there was none. */
	readonly status: number | null;
	/** Milliseconds the provider asked to wait, or null. */
	readonly retryAfterMs: number | null;

	constructor(
		code: string,
		message: string,
		details: ErrorDetails & { status?: number | null; retryAfterMs?: number | null } = {},
	) {
		super(code, message, details);
		this.status = details.status ?? null;
		this.retryAfterMs = details.retryAfterMs ?? null;
	}
}

/** A credential or a setting is missing or does not fit. */
export class ConfigurationError extends InteractlyError {}

/** A tool, an HTTP call or another outbound effect failed. */
export class EffectError extends InteractlyError {}

/** The database cannot be opened, read or written. */
export class StoreError extends InteractlyError {}

/** A run cannot take this command: unknown, busy, finished, paused. `status` is the HTTP status. */
export class RunError extends InteractlyError {
	readonly status: number;

	constructor(code: string, message: string, details: ErrorDetails & { status?: number } = {}) {
		super(code, message, details);
		this.status = details.status ?? 400;
	}
}

/** A limit of size, steps or time was reached. */
export class LimitError extends InteractlyError {}

/** The input of a caller is malformed: a message, a command line, a request body. */
export class InputError extends InteractlyError {}

/** Any thrown value as one line of text, without stack. */
export function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}

/** The stable code of an error of this package, or `UNEXPECTED` for any other thrown value. */
export function codeOf(error: unknown): string {
	const code = (error as { code?: unknown } | null)?.code;
	return typeof code === 'string' ? code : 'UNEXPECTED';
}
