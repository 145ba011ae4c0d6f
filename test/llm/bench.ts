/** What a conformance check works with: one adapter, one server, one way to call. */

import type { LLMock } from '@copilotkit/aimock';
import type { LlmConfig } from '../../lib/graph/model';
import type { JsonObject } from '../../lib/json';
import type { ModelAnswer, ModelMessage, ModelRequest, Models } from '../../lib/llm/contract';
import type { Subject } from './features';

export interface Bench {
	subject: Subject;
	mock: LLMock;
	call(request: Partial<ModelRequest> & { user?: string; settings?: JsonObject }): Promise<ModelAnswer>;
	models: Models;
	config(settings?: JsonObject): LlmConfig;
	/** The last request as the server understood it, in OpenAI's shape. */
	lastMessages(): Array<{ role: string; content: unknown; tool_calls?: unknown[]; tool_call_id?: string }>;
}

export const user = (content: string): ModelMessage => ({ role: 'user', content });
