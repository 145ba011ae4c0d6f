/** The fold of what happens inside one node execution: replies, speech, effects, writes, its end. */

import type { Graph } from '../graph/graph';
import type { Json } from '../json';
import type { CallRecord, ModelAnswer } from '../llm/contract';
import type { RunEvent } from './contract';
import { FILLER_LISTS, type Frame, type Message, type RunState, type ThreadState } from './state';

type StepEvent = Extract<RunEvent, { lane: string | null }>;

/** True for the events that belong to one node execution. */
export function isStepEvent(event: RunEvent): event is StepEvent {
	return 'lane' in event;
}

export function foldStep(state: RunState, event: StepEvent, graph: Graph): void {
	const thread = state.threads[event.thread];
	if (!thread) return;
	if (event.type === 'nodeStarted') {
		startNode(state, thread, event);
		return;
	}
	const frame = event.lane === null ? thread.frame : (thread.lanes[event.lane] ?? null);
	if (frame) {
		// A filler is said by the model call itself, so a repeated execution must not count it as its own.
		const kind = event.type === 'spoke' && event.messageType === 'backchannel' ? 'filler' : event.type;
		frame.counts[kind] = (frame.counts[kind] ?? 0) + 1;
	}
	switch (event.type) {
		case 'modelReplied':
			if (frame) frame.replies[event.call] = answerOf(event);
			for (const call of event.calls) addToTotals(state, call);
			return;
		case 'modelFailed':
			if (frame) frame.failures[event.call] = { code: event.code, message: event.message };
			for (const call of event.calls) addToTotals(state, call);
			return;
		case 'spoke': {
			const text = event.text ?? (event.call === null ? '' : (frame?.replies[event.call]?.text ?? ''));
			add(thread, frame, {
				id: `${state.eventCount}.0`,
				type: 'ai',
				content: text,
				messageType: event.messageType,
				...(event.split ? { split: true } : {}),
			});
			return;
		}
		case 'toolsCalled': {
			const answer = frame?.replies[event.call];
			add(thread, frame, {
				id: `${state.eventCount}.0`,
				type: 'ai',
				content: event.keepsText ? (answer?.text ?? '') : '',
				toolCalls: (answer?.toolCalls ?? []).filter((call) => event.callIds.includes(call.id)),
			});
			return;
		}
		case 'toolReturned':
			add(thread, frame, {
				id: `${state.eventCount}.0`,
				type: 'tool',
				content: event.content,
				toolCallId: event.callId,
				toolName: event.toolName,
			});
			return;
		case 'effectStarted':
			if (frame) {
				frame.effects[event.key] = {
					settled: false,
					repeatable: event.repeatable,
					target: event.target,
					outcome: null,
				};
			}
			return;
		case 'effectSettled': {
			const effect = frame?.effects[event.key];
			if (effect) {
				effect.settled = true;
				effect.outcome = event.outcome;
			}
			return;
		}
		case 'waitStarted':
			frame?.waits.push(event.untilMs);
			return;
		case 'messageChosen':
			if (!event.listKey.startsWith(FILLER_LISTS)) frame?.choices.push(event.index);
			state.messagePositions[event.listKey] = event.index;
			return;
		case 'wrote':
			write(state, thread, event, graph);
			return;
		case 'nodeEnded':
			endNode(state, thread, event, graph);
			return;
		default:
	}
}

function startNode(
	state: RunState,
	thread: ThreadState,
	event: Extract<RunEvent, { type: 'nodeStarted' }>,
): void {
	const runs = (state.nodeRuns[event.nodeId] ?? 0) + 1;
	state.nodeRuns[event.nodeId] = runs;
	const frame = newFrame(thread, { ...event, nodeRunId: String(runs) });
	if (event.lane !== null) {
		thread.lanes[event.lane] = frame;
		return;
	}
	thread.frame = frame;
	thread.phase = 'executing';
	thread.status = 'executing';
	thread.nodeId = event.nodeId;
	thread.nodesHistory.push(event.nodeId);
	if (state.openTurn && event.attempt === 1) {
		state.openTurn.executions[thread.id] = (state.openTurn.executions[thread.id] ?? 0) + 1;
	}
}

/** The record of what begins now on the thread. */
export function newFrame(
	thread: ThreadState,
	{ nodeId, nodeRunId, attempt, at }: Pick<Frame, 'nodeId' | 'nodeRunId' | 'attempt'> & { at: number },
): Frame {
	return {
		nodeId,
		nodeRunId,
		attempt,
		historyStart: thread.history.length,
		added: [],
		replies: {},
		failures: {},
		effects: {},
		waits: [],
		choices: [],
		counts: {},
		startedAtMs: at,
		owed: thread.owed,
	};
}

function endNode(
	state: RunState,
	thread: ThreadState,
	event: Extract<RunEvent, { type: 'nodeEnded' }>,
	graph: Graph,
): void {
	state.completions[event.nodeId] = (state.completions[event.nodeId] ?? 0) + 1;
	if (event.closesThread) thread.closed = true;
	// Words of a speaker beside the node are said on the thread too (R5.16).
	if (event.spoke) thread.owed = false;
	if (event.lane !== null) {
		delete thread.lanes[event.lane];
		return;
	}
	const wasOwed = thread.frame?.owed ?? false;
	const type = graph.nodesById.get(event.nodeId)?.type;
	if (type === 'say_llm' || type === 'worker_llm') {
		thread.forcedText = false;
		if (wasOwed && thread.received) thread.answeredInVisit += 1;
	}
	thread.phase = 'selecting';
	thread.finished = {
		nodeId: event.nodeId,
		attempt: thread.frame?.attempt ?? 1,
		spoke: event.spoke,
		failed: event.failed,
		picks: event.picks,
		pickedBy: event.pickedBy,
		output: event.output,
		choices: thread.frame?.choices.length ?? 0,
	};
}

function write(
	state: RunState,
	thread: ThreadState,
	event: Extract<RunEvent, { type: 'wrote' }>,
	graph: Graph,
): void {
	const into = (variables: Record<string, Json>, values: Readonly<Record<string, Json>>) => {
		for (const name of Object.keys(values)) {
			const value = values[name] as Json;
			variables[name] = value;
			for (const qualified of qualifiedNames(graph, event.nodeId, name)) variables[qualified] = value;
		}
	};
	into(thread.variables, event.values);
	into(state.workflowVariables, event.workflowValues);
}

const qualified = new WeakMap<Graph, Map<string, Map<string, string[]>>>();

/** `<node id>.<name>` and `<node name>.<name>` (R4.10); made once a graph, since nodes write the same names again. */
function qualifiedNames(graph: Graph, nodeId: string, name: string): string[] {
	let nodes = qualified.get(graph);
	if (!nodes) qualified.set(graph, (nodes = new Map()));
	let names = nodes.get(nodeId);
	if (!names) nodes.set(nodeId, (names = new Map()));
	let made = names.get(name);
	if (!made) {
		const nodeName = graph.nodesById.get(nodeId)?.name;
		made = nodeName ? [`${nodeId}.${name}`, `${nodeName}.${name}`] : [`${nodeId}.${name}`];
		names.set(name, made);
	}
	return made;
}

function add(thread: ThreadState, frame: Frame | null, message: Message): void {
	thread.history.push(message);
	frame?.added.push(message);
}

function answerOf(event: Extract<RunEvent, { type: 'modelReplied' }>): ModelAnswer {
	const won = event.calls.find((call) => call.won) ?? event.calls[0];
	return {
		text: event.text,
		toolCalls: event.toolCalls,
		...(event.hasOutput ? { output: event.output } : {}),
		finishReason: event.finishReason as ModelAnswer['finishReason'],
		usage: won?.usage ?? { promptTokens: 0, completionTokens: 0, totalTokens: 0, estimated: true },
		provider: won?.provider ?? '',
		model: won?.model ?? '',
		latencyMs: event.latencyMs,
		wasStreamed: event.wasStreamed,
		calls: event.calls,
		failedParses: event.failedParses,
		saidFiller: event.saidFiller,
		namedConfigId: won?.namedConfigId ?? null,
		namedConfigName: won?.namedConfigName ?? null,
		usedUserKey: won?.usedUserKey ?? false,
	};
}

function addToTotals(state: RunState, call: CallRecord): void {
	let row = state.totals.find((each) => each.model === call.model && each.provider === call.provider);
	if (!row) {
		row = {
			model: call.model,
			provider: call.provider,
			calls: 0,
			promptTokens: 0,
			completionTokens: 0,
			totalTokens: 0,
			latencyMs: 0,
			userKeyCalls: 0,
		};
		state.totals.push(row);
	}
	row.calls += 1;
	row.promptTokens += call.usage.promptTokens;
	row.completionTokens += call.usage.completionTokens;
	row.totalTokens += call.usage.totalTokens;
	row.latencyMs += call.latencyMs;
	if (call.usedUserKey) row.userKeyCalls += 1;
}
