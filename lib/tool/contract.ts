/** What calling a tool means: a request with resolved arguments, and an outcome instead of an exception. */

import type { Tool } from '../graph/tool';
import type { Json, JsonObject } from '../json';
import type { Scope } from '../value/contract';

export interface ToolRequest {
	tool: Tool;
	/** Arguments after hydration and bindings (R4.34, R4.35); the schema is checked by the call itself. */
	arguments: JsonObject;
	/** For placeholders inside the tool's own templates (endpoint, headers, body, code). */
	scope: Scope;
	signal: AbortSignal;
	/** Default 30 000, maximum 300 000 (R7.10.3). */
	timeoutMs: number;
}

/** A failed call is a value, not an exception: the model or the edges decide what follows (R2.47). */
export type ToolOutcome = { ok: true; value: Json } | { ok: false; code: string; message: string };

/** `none` and `reads` may be repeated after a crash; the others may not (design part 3). */
export type SideEffect = 'none' | 'reads' | 'writes' | 'sends' | 'unknown';

export interface Tools {
	/**
	 * Checks the arguments against the tool's schema and calls it. Texts of failures hold no secret.
	 * Only an abort of `request.signal` is thrown, as its reason: such a call has no known outcome.
	 */
	call(request: ToolRequest): Promise<ToolOutcome>;
	/** The declared side effect, else the one its type and method imply. */
	sideEffectOf(tool: Tool): SideEffect;
}

/** How tools of one type are called; the arguments have passed the schema. */
export interface ToolKind<T extends Tool = Tool> {
	call(tool: T, request: ToolRequest): Promise<ToolOutcome>;
}

/** One variable that a result writes: `thread` under three names (R4.10), `workflow` under one. */
export interface VariableWrite {
	name: string;
	value: Json;
	scope: 'thread' | 'workflow';
}
