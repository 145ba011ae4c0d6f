/** Every kind of tool under one port: arguments checked, the kind called, its result kept within limits. */

import { codeOf, messageOf } from '../errors';
import type { Tool } from '../graph/tool';
import type { Json } from '../json';
import type { SideEffect, ToolKind, ToolOutcome, ToolRequest, Tools } from './contract';
import { checkArguments } from './check';
import { toolName } from './definition';
import { createExternalApi, type ExternalApiOptions } from './external-api';

/** The kinds that this deployment can call; `external_api` is always there. */
export type ToolKinds = Partial<{ [T in Tool['type']]: ToolKind<Extract<Tool, { type: T }>> }>;

export interface ToolsOptions extends ExternalApiOptions {
	kinds?: ToolKinds;
}

const DEFAULT_TIMEOUT_SECONDS = 30;
const MAX_TIMEOUT_SECONDS = 300;
/** Bytes of JSON that one result may have. */
const MAX_RESULT_BYTES = 1024 * 1024;

const SIDE_EFFECTS: readonly string[] = [
	'none',
	'reads',
	'writes',
	'sends',
	'unknown',
] satisfies SideEffect[];

/** Creates the port through which nodes and models call tools. */
export function createTools(options: ToolsOptions): Tools {
	const kinds: ToolKinds = { external_api: createExternalApi(options), ...options.kinds };
	return {
		async call(request) {
			request.signal.throwIfAborted();
			const kind = kinds[request.tool.type] as ToolKind | undefined;
			if (kind === undefined) return unavailable(request.tool);
			const checked = await checkArguments(request.tool, request.arguments);
			if (!checked.ok) return masked(checked, request);
			const outcome = await callKind(kind, { ...request, arguments: checked.arguments });
			return outcome.ok ? withinLimit(request.tool, outcome) : masked(outcome, request);
		},
		sideEffectOf,
	};
}

/** Milliseconds that a call of this tool may take (R7.10.3): 30 s, at most 300 s. */
export function timeoutMsOf(tool: Tool): number {
	const seconds = tool.timeout_seconds ?? DEFAULT_TIMEOUT_SECONDS;
	return Math.min(seconds > 0 ? seconds : DEFAULT_TIMEOUT_SECONDS, MAX_TIMEOUT_SECONDS) * 1000;
}

/** What a call may do to the world; an author's own word is taken when it is one of the five. */
export function sideEffectOf(tool: Tool): SideEffect {
	const declared = tool.side_effect?.trim().toLowerCase() ?? '';
	if (SIDE_EFFECTS.includes(declared)) return declared as SideEffect;
	switch (tool.type) {
		case 'inline_python':
			// Runs in a sandbox without network and files.
			return 'none';
		case 'knowledge_base':
			return 'reads';
		case 'external_api':
			return tool.api_method === 'GET' ? 'reads' : 'writes';
		case 'inbuilt_function':
			return tool.tool_id === 'call_forward' || tool.configurable_key === 'call_forward'
				? 'sends'
				: 'unknown';
		case 'codebase_function':
		case 'unknown':
			return 'unknown';
	}
}

async function callKind(kind: ToolKind, request: ToolRequest): Promise<ToolOutcome> {
	try {
		return await kind.call(request.tool, request);
	} catch (error) {
		if (request.signal.aborted) throw error;
		const code = codeOf(error) === 'UNEXPECTED' ? 'TOOL_FAILED' : codeOf(error);
		return { ok: false, code, message: `Tool ${toolName(request.tool)} failed: ${messageOf(error)}` };
	}
}

function unavailable(tool: Tool): ToolOutcome {
	const type = tool.type === 'unknown' ? tool.original_type : tool.type;
	const message =
		`Tool ${toolName(tool)} is of the type ${type}, which cannot be called here. ` +
		'Replace it by an external_api tool, or run the graph where this type is offered.';
	return { ok: false, code: 'TOOL_KIND_UNAVAILABLE', message };
}

function withinLimit(tool: Tool, outcome: ToolOutcome & { ok: true }): ToolOutcome {
	const sizeBytes = sizeOf(outcome.value);
	if (sizeBytes !== null && sizeBytes <= MAX_RESULT_BYTES) return outcome;
	const found = sizeBytes === null ? 'a value nested thousands of levels deep' : `${sizeBytes} bytes`;
	const message =
		`Tool ${toolName(tool)} answered with ${found}; a result has at most ${MAX_RESULT_BYTES} bytes of JSON. ` +
		'Ask for less: a filter, a page or fewer fields.';
	return { ok: false, code: 'TOOL_RESULT_TOO_LARGE', message };
}

/** Bytes as JSON; null for nesting beyond what any later reader of the run could write down. */
function sizeOf(value: Json): number | null {
	try {
		return Buffer.byteLength(JSON.stringify(value));
	} catch {
		// The only way a JSON value fails here is nesting that exhausts the stack.
		return null;
	}
}

function masked(outcome: ToolOutcome & { ok: false }, { scope }: ToolRequest): ToolOutcome {
	return { ...outcome, message: scope.mask(outcome.message) };
}
