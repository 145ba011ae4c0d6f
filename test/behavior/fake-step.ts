/** A step for tests: a scripted model, live variables, and a record of everything the behavior did. */

import type {
	Effect,
	ModelCall,
	Services,
	SpokenText,
	Step,
	TranscriptLine,
	Write,
} from '../../lib/behavior/contract';
import type { ExitTool } from '../../lib/edge/contract';
import { ProviderError } from '../../lib/errors';
import { buildGraph } from '../../lib/graph/build';
import type { LlmOrGroup } from '../../lib/graph/model';
import type { Node } from '../../lib/graph/node';
import type { Tool } from '../../lib/graph/tool';
import type { HttpRequest, HttpResponse } from '../../lib/http';
import type { Json, JsonObject } from '../../lib/json';
import type { ModelAnswer, ModelMessage, ToolCall } from '../../lib/llm/contract';
import type { SideEffect, ToolOutcome, ToolRequest } from '../../lib/tool/contract';
import { createScope } from '../../lib/value/scope';

/** One scripted answer; an Error is thrown, a function sees the call first. */
export type Scripted = Partial<ModelAnswer> | Error | ((call: ModelCall) => Partial<ModelAnswer> | Error);

export interface FakeOptions {
	/** The node as the file writes it; `logical_id` defaults to `n`. */
	node: JsonObject;
	nodes?: JsonObject[];
	edges?: JsonObject[];
	workflow?: JsonObject;
	replies?: Scripted[];
	history?: ModelMessage[];
	transcript?: TranscriptLine[];
	variables?: JsonObject;
	dynamic?: JsonObject;
	secrets?: Record<string, string>;
	exits?: readonly ExitTool[];
	withoutTools?: boolean;
	/** Outcome of each tool by name; a missing one fails. */
	tools?: Record<string, ToolOutcome | ((request: ToolRequest) => ToolOutcome | Promise<ToolOutcome>)>;
	sideEffect?: SideEffect;
	http?: (request: HttpRequest) => HttpResponse | Promise<HttpResponse>;
	services?: Services;
	input?: JsonObject;
	/** No model configured. */
	withoutModel?: boolean;
	config?: Partial<JsonObject>;
	/** Answers of `cleared`, in order; true when they run out. */
	clearances?: boolean[];
	signal?: AbortSignal;
}

export interface Said extends Omit<SpokenText, 'answer'> {
	hasAnswer: boolean;
}

export interface Recorded {
	calls: ModelCall[];
	said: Said[];
	/** Variables of the thread as they stand. */
	variables: JsonObject;
	workflowVariables: JsonObject;
	writes: Write[];
	toolCalls: Array<{ names: string[]; keepText: boolean }>;
	toolResults: Array<{ name: string; content: string; value: Json }>;
	reports: Array<{ type: string; fields: JsonObject }>;
	warnings: string[];
	effects: Effect[];
	toolRequests: ToolRequest[];
	httpRequests: HttpRequest[];
	pauses: number[];
	discarded: string[];
	/** Names of what happened, in order. */
	trail: string[];
}

export const TEST_MODEL = { type: 'openai_llm', provider: 'openai', model: 'test-model' } as const;

/** A whole answer from the parts a test cares about. */
export function answer(parts: Partial<ModelAnswer> = {}): ModelAnswer {
	return {
		text: '',
		toolCalls: [],
		finishReason: 'stop',
		usage: { promptTokens: 10, completionTokens: 5, totalTokens: 15, estimated: false },
		provider: 'openai',
		model: 'test-model',
		latencyMs: 20,
		wasStreamed: false,
		calls: [],
		failedParses: [],
		saidFiller: false,
		namedConfigId: null,
		namedConfigName: null,
		usedUserKey: false,
		...parts,
	};
}

export function call(name: string, args: JsonObject = {}, id = `call_${name}`): ToolCall {
	return { id, name, arguments: args };
}

export function modelFailure(code = 'LLM_FAILED'): ProviderError {
	return new ProviderError(code, 'The model gave no answer.');
}

export const user = (content: string): ModelMessage => ({ role: 'user', content });
export const assistant = (content: string): ModelMessage => ({ role: 'assistant', content, toolCalls: [] });

export function fakeStep<N extends Node = Node>(options: FakeOptions): { step: Step<N>; did: Recorded } {
	const raw: JsonObject = { logical_id: 'n', name: 'Test Node', ...options.node };
	const { graph } = buildGraph({
		workflow_config: { logical_id: 'w', name: 'Test', llms_config: TEST_MODEL, ...options.workflow },
		node_configs: [raw, ...(options.nodes ?? [])],
		edge_configs: options.edges ?? [],
	});
	const node = graph.nodesById.get(raw['logical_id'] as string) as N;
	const did: Recorded = {
		calls: [],
		said: [],
		variables: { ...options.variables },
		workflowVariables: {},
		writes: [],
		toolCalls: [],
		toolResults: [],
		reports: [],
		warnings: [],
		effects: [],
		toolRequests: [],
		httpRequests: [],
		pauses: [],
		discarded: [],
		trail: [],
	};
	const scope = createScope({
		system: {},
		supplied: options.dynamic ?? {},
		provided: {},
		defaults: {},
		globals: {},
		secrets: options.secrets ?? {},
		thread: did.variables,
		otherThread: () => undefined,
		workflow: did.workflowVariables,
	});
	const script = [...(options.replies ?? [])];
	const clearances = [...(options.clearances ?? [])];
	const config = { ...TEST_MODEL, ...options.config } as unknown as LlmOrGroup;

	const step: Step<N> = {
		graph,
		node,
		threadId: '0',
		nodeRunId: '1',
		isCompanion: false,
		scope,
		history: options.history ?? [],
		input: options.input ?? null,
		exits: options.exits ?? [],
		withoutTools: options.withoutTools ?? false,
		signal: options.signal ?? new AbortController().signal,
		services: options.services,
		http: {
			async send(request) {
				did.httpRequests.push(request);
				if (!options.http) throw new Error('No HTTP in this test.');
				return options.http(request);
			},
		},
		tools: {
			async call(request) {
				did.toolRequests.push(request);
				const scripted = options.tools?.[request.tool.name ?? ''];
				if (scripted === undefined) return { ok: false, code: 'TOOL_UNSCRIPTED', message: 'not scripted' };
				return typeof scripted === 'function' ? scripted(request) : scripted;
			},
			sideEffectOf: (tool: Tool) => (tool.side_effect as SideEffect | null) ?? options.sideEffect ?? 'writes',
		},
		transcript: () => options.transcript ?? [],
		llmConfig: (own) => (options.withoutModel ? null : (own ?? config)),
		async callModel(request) {
			did.calls.push(request);
			did.trail.push(`model:${request.purpose}`);
			const next = script.shift();
			if (next === undefined) throw new Error(`The script has no answer for call ${did.calls.length}.`);
			const scripted = typeof next === 'function' ? next(request) : next;
			if (scripted instanceof Error) throw scripted;
			return answer(scripted);
		},
		async perform(effect, act) {
			did.effects.push(effect);
			did.trail.push(`effect:${effect.key}`);
			return act(step.signal);
		},
		say({ answer: from, ...spoken }) {
			if (spoken.text.trim() === '') return;
			did.said.push({ ...spoken, hasAnswer: from !== undefined });
			did.trail.push(`say:${spoken.type}`);
		},
		addToolCalls(_answer, calls, keepText) {
			did.toolCalls.push({ names: calls.map((each) => each.name), keepText });
			did.trail.push('toolCalls');
		},
		addToolResult(toolCall, content, value) {
			did.toolResults.push({ name: toolCall.name, content, value });
			did.trail.push(`toolResult:${toolCall.name}`);
		},
		write(writes) {
			for (const write of writes) {
				did.writes.push(write);
				(write.scope === 'workflow' ? did.workflowVariables : did.variables)[write.name] = write.value;
			}
		},
		choose: (messages) => messages.static_messages[0] ?? null,
		report(type, fields) {
			did.reports.push({ type, fields });
			did.trail.push(`report:${type}`);
		},
		warn: (message) => did.warnings.push(message),
		async pause(ms) {
			did.pauses.push(ms);
			did.trail.push(`pause:${ms}`);
		},
		cleared: async () => clearances.shift() ?? true,
		discard: (discardedAnswer) => did.discarded.push(discardedAnswer.text),
	};
	return { step, did };
}
