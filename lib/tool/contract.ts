/** What calling a tool means: a request with resolved arguments, and an outcome that is never thrown. */

import type { Tool } from '../graph/tool';
import type { Json, JsonObject } from '../json';
import type { Scope } from '../value/contract';

export interface ToolRequest {
	tool: Tool;
	/** Arguments after hydration and bindings (R4.34, R4.35). */
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
	call(request: ToolRequest): Promise<ToolOutcome>;
	/** The declared side effect, else the one its type and method imply. */
	sideEffectOf(tool: Tool): SideEffect;
}
