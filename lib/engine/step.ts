/** The step a behavior is given: every call that reaches outside is journalled, and replayed after a crash. */

import type { Effect, ModelCall, Step, Write } from '../behavior/contract';
import type { ExitTool } from '../edge/contract';
import { codeOf, ConfigurationError, EffectError, InteractlyError, messageOf, ProviderError } from '../errors';
import type { LlmOrGroup } from '../graph/model';
import type { Node } from '../graph/node';
import type { Json, JsonObject } from '../json';
import type { ModelAnswer, ModelMessage } from '../llm/contract';
import { resolveLlm } from '../llm/resolve';
import type { Context } from './context';
import { draw } from './random';
import { historyOf, modelMessage, transcriptOf } from './history';
import type { Frame, ThreadState } from './state';

export interface StepParts {
	context: Context;
	thread: ThreadState;
	node: Node;
	/** Companion-edge id for a worker beside the main execution, else null. */
	lane: string | null;
	exits: readonly ExitTool[];
	withoutTools: boolean;
	signal: AbortSignal;
	/** Settles when independent evaluations have; true lets the answer be spoken (R3.26). */
	clearance: (() => Promise<boolean>) | null;
	/** Edge selection after the execution uses the same journal under keys of its own. */
	resumesAt?: 'selection';
}

/** A step as the engine itself uses it. */
export interface EngineStep extends Step {
	/** The config that answers for the node: its own, else the workflow's (R8.2, R3.15). */
	llmConfigOfNode(): LlmOrGroup | null;
	/** Every message of the thread, what the execution added included. */
	wholeHistory(): ModelMessage[];
	callModel(call: ModelCall & { signal?: AbortSignal }): Promise<ModelAnswer>;
}

/** Faults of the deployment, not of the conversation: the turn stops and can go on once they are mended. */
const DEPLOYMENT_FAULTS = new Set(['LLM_CREDENTIAL_MISSING', 'LLM_NOT_CONFIGURED', 'LLM_KEY_REFUSED', 'LLM_NOT_FOUND', 'LLM_TYPE_UNKNOWN']);

export function createStep(parts: StepParts): EngineStep {
	const { context, thread, node, lane } = parts;
	const { state, graph, ports } = context;
	const frame = frameOf(thread, lane);
	const cursor: Record<string, number> = {};
	const asked: Record<string, number> = {};
	let seen = 0;
	const emit: Context['emit'] = (event) => {
		// After an abort the execution is worth nothing: it starts over when the run goes on.
		if (!parts.signal.aborted) context.emit(event);
	};
	const on = { thread: thread.id, lane };
	const nodeId = node.logical_id ?? '';

	/** True when this occurrence of the event kind was recorded by an interrupted execution. */
	const wasRecorded = (type: string): boolean => {
		const position = cursor[type] ?? 0;
		cursor[type] = position + 1;
		return position < recorded(type);
	};
	const before: Record<string, number> = { ...frame.counts };
	const recorded = (type: string) => before[type] ?? 0;

	const callModel: EngineStep['callModel'] = async (call) => {
		const kind = call.purpose === 'condition' ? `judge:${call.destinationNodeId ?? ''}#` : parts.resumesAt ? 'edge' : '';
		const position = (asked[kind] ??= 0);
		asked[kind] = position + 1;
		const key = `${kind}${position}`;
		const known = frame.replies[key];
		if (known) return known;
		const failed = frame.failures[key];
		if (failed) throw new ProviderError(failed.code, failed.message);
		const signal = call.signal ? AbortSignal.any([parts.signal, call.signal]) : parts.signal;
		try {
			const audible = call.audible === true;
			const answer = await ports.models.call({
				config: call.config,
				messages: call.messages,
				tools: call.tools,
				output: call.output,
				signal,
				fillerPrompt: call.fillerPrompt,
				onText: audible && context.onToken ? (text) => context.onToken?.(text, thread.id) : undefined,
				onFiller: audible || call.fills ? (text) => emit({ type: 'spoke', ...on, messageType: 'backchannel', text, call: null, split: false }) : undefined,
			});
			emit({
				type: 'modelReplied',
				...on,
				call: key,
				purpose: call.purpose,
				text: answer.text,
				toolCalls: answer.toolCalls,
				output: answer.output ?? null,
				hasOutput: answer.output !== undefined,
				finishReason: answer.finishReason,
				calls: answer.calls,
				failedParses: answer.failedParses,
				saidFiller: answer.saidFiller,
				latencyMs: answer.latencyMs,
				wasStreamed: answer.wasStreamed,
				destinationNodeId: call.destinationNodeId ?? null,
			});
			return frame.replies[key] ?? answer;
		} catch (error) {
			// An aborted call has no outcome: the execution starts over when the run goes on.
			signal.throwIfAborted();
			if (DEPLOYMENT_FAULTS.has(codeOf(error))) throw interrupt(error as InteractlyError);
			if (!(error instanceof InteractlyError)) throw error;
			emit({ type: 'modelFailed', ...on, call: key, purpose: call.purpose, code: error.code, message: error.message });
			throw error;
		}
	};

	const interrupt = (error: InteractlyError): Error => {
		const reason = new ConfigurationError(error.code, `Node "${node.name ?? nodeId}" could not be executed: ${error.message}`, {
			advice: error.advice,
			place: `node "${node.name ?? nodeId}"`,
			cause: error,
		});
		context.interrupt(reason);
		return reason;
	};

	const perform = async <T extends Json>(effect: Effect, act: (signal: AbortSignal) => Promise<T>): Promise<T> => {
		const known = frame.effects[effect.key];
		if (known?.settled) return outcomeOf<T>(known.outcome);
		const repeatable = effect.sideEffect === 'none' || effect.sideEffect === 'reads';
		if (known && !repeatable) {
			const unknown = unknownOutcome(effect);
			// The turn ends there, unless only a companion is concerned (R5.10).
			if (thread.parentId === null) context.turnError ??= { code: unknown.code, message: unknown.message, advice: unknown.advice ?? null };
			throw unknown;
		}
		if (!known) emit({ type: 'effectStarted', ...on, key: effect.key, kind: effect.kind, target: effect.target, repeatable });
		// The intent is on disk before anything leaves the machine.
		await context.flush(!repeatable);
		parts.signal.throwIfAborted();
		try {
			const outcome = await act(parts.signal);
			emit({ type: 'effectSettled', ...on, key: effect.key, outcome });
			await context.flush();
			return outcome;
		} catch (error) {
			if (parts.signal.aborted) throw parts.signal.reason;
			emit({ type: 'effectSettled', ...on, key: effect.key, outcome: { $failed: { code: codeOf(error), message: messageOf(error) } } });
			await context.flush();
			throw error;
		}
	};

	const say: Step['say'] = (spoken) => {
		if (spoken.text.trim() === '' || wasRecorded('spoke')) return;
		const call = spoken.answer ? keyOf(frame, spoken.answer) : null;
		const same = call !== null && frame.replies[call]?.text === spoken.text;
		emit({
			type: 'spoke',
			...on,
			messageType: spoken.type,
			text: same ? null : spoken.text,
			call,
			split: spoken.type === 'llm' && spoken.whole !== true,
		});
	};

	const write = (writes: readonly Write[]): void => {
		if (writes.length === 0 || wasRecorded('wrote')) return;
		const values: JsonObject = {};
		const workflowValues: JsonObject = {};
		for (const each of writes) (each.scope === 'workflow' ? workflowValues : values)[each.name] = each.value;
		emit({ type: 'wrote', ...on, nodeId, values, workflowValues });
	};

	const llmConfig: Step['llmConfig'] = (own, attachableId) =>
		resolveLlm({ graph, own: own ?? null, attachableId: attachableId ?? null, named: context.surroundings.namedLlms });
	if (parts.resumesAt) cursor['choice'] = thread.finished?.choices ?? 0;

	return {
		graph,
		node,
		threadId: thread.id,
		nodeRunId: frame.nodeRunId,
		isCompanion: thread.parentId !== null,
		scope: context.scope(thread),
		get history() {
			return historyOf(thread, frame, seen);
		},
		input: state.openTurn?.overrides[nodeId] ?? null,
		exits: parts.exits,
		withoutTools: parts.withoutTools,
		signal: parts.signal,
		http: ports.http,
		tools: ports.tools,
		services: ports.services,
		transcript: () => transcriptOf(thread),
		llmConfig,
		llmConfigOfNode: () =>
			node.type === 'say_llm' || node.type === 'worker_llm' || node.type === 'workflow_run_evaluator'
				? llmConfig(node.llms_config, node.attachable_llm_config_id)
				: llmConfig(null, null),
		wholeHistory: () => thread.history.map(modelMessage),
		callModel,
		perform,
		say(spoken) {
			if (spoken.text.trim() !== '') seen += 1;
			say(spoken);
		},
		addToolCalls(answer, toolCalls, keepText) {
			seen += 1;
			if (wasRecorded('toolsCalled')) return;
			const call = keyOf(frame, answer);
			emit({ type: 'toolsCalled', ...on, call: call ?? '0', callIds: toolCalls.map((each) => each.id), keepsText: keepText });
		},
		addToolResult(call, content, value) {
			seen += 1;
			if (wasRecorded('toolReturned')) return;
			emit({ type: 'toolReturned', ...on, callId: call.id, toolName: call.name, content, value });
		},
		write,
		choose(messages, listKey) {
			const list = messages.static_messages;
			if (list.length === 0) return null;
			const position = cursor['choice'] ?? 0;
			cursor['choice'] = position + 1;
			const known = frame.choices[position];
			if (known !== undefined) return list[known] ?? null;
			const index =
				messages.static_messages_selection_mode === 'sequence'
					? Math.min((state.messagePositions[listKey] ?? -1) + 1, list.length - 1)
					: Math.floor(draw(state.seed, `${thread.id}|${nodeId}|${frame.nodeRunId}|${lane ?? ''}|${position}`) * list.length);
			emit({ type: 'messageChosen', ...on, listKey, index });
			return list[index] ?? null;
		},
		report(type, fields) {
			if (!wasRecorded('reported')) emit({ type: 'reported', ...on, nodeId, event: type, fields });
		},
		warn: (message) => context.warn(thread.id, message, `${thread.id}|${nodeId}|${frame.nodeRunId}|${message}`),
		async pause(ms) {
			const position = cursor['wait'] ?? 0;
			cursor['wait'] = position + 1;
			const known = frame.waits[position];
			const untilMs = known ?? ports.clock.now() + ms;
			if (known === undefined) {
				emit({ type: 'waitStarted', ...on, untilMs });
				await context.flush();
			}
			const leftMs = untilMs - ports.clock.now();
			if (leftMs > 0) await ports.clock.sleep(leftMs, parts.signal);
		},
		cleared: parts.clearance ?? (() => Promise.resolve(true)),
		discard(answer) {
			if (!wasRecorded('answerDiscarded')) emit({ type: 'answerDiscarded', ...on, call: keyOf(frame, answer) ?? '0' });
		},
	};
}

function frameOf(thread: ThreadState, lane: string | null): Frame {
	const frame = lane === null ? thread.frame : thread.lanes[lane];
	if (!frame) throw new Error(`No execution in progress on thread ${thread.id}`);
	return frame;
}

/** The key of the call an answer came from. */
function keyOf(frame: Frame, answer: ModelAnswer): string | null {
	for (const key of Object.keys(frame.replies)) if (frame.replies[key] === answer) return key;
	return null;
}

function outcomeOf<T extends Json>(outcome: Json): T {
	const failed = (outcome as { $failed?: { code: string; message: string } } | null)?.$failed;
	if (failed) throw new EffectError(failed.code, failed.message);
	return outcome as T;
}

/** Thrown when a crash left a write without an outcome; the engine stops the turn there. */
function unknownOutcome(effect: Effect): EffectError {
	return new EffectError(
		'EFFECT_OUTCOME_UNKNOWN',
		`The process stopped while ${effect.kind} call "${effect.target}" was under way; whether it took effect is unknown, so it was not repeated.`,
		{ advice: 'Check the other side, then resume the run: it goes on after this node with success = false.' },
	);
}
