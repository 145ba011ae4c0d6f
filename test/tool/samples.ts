/** Tools for tests, read through the graph's own validators so that defaults are the file's. */

import { toolSchema, type ExternalApiTool, type Tool } from '../../lib/graph/tool';
import type { JsonObject } from '../../lib/json';
import type { ToolRequest } from '../../lib/tool/contract';
import { scopeOf, type TestSources } from '../value/sources';

export function toolOf(fields: JsonObject): Tool {
	return toolSchema.parse({ name: 'lookup', type: 'external_api', ...fields });
}

export function apiTool(fields: JsonObject): ExternalApiTool {
	return toolOf({ ...fields, type: 'external_api' }) as ExternalApiTool;
}

export function requestOf(tool: Tool, args: JsonObject, sources: TestSources = {}): ToolRequest {
	return {
		tool,
		arguments: args,
		scope: scopeOf(sources),
		signal: new AbortController().signal,
		timeoutMs: 2000,
	};
}
