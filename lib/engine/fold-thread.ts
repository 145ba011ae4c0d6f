/** The fold of thread events: started, received, hopped, looped, parked, paused, ended. */

import { isStrike } from '../edge/guardrail';
import { afterEvaluation } from '../edge/waiting';
import type { Graph } from '../graph/graph';
import { entersGlobalNode } from '../graph/interior';
import type { RunEvent } from './contract';
import { newFrame } from './fold-step';
import { withoutStretches } from './interruption';
import { namespace, type Message, type RunState, type ThreadState } from './state';
import { changeStatus } from './status';

type ThreadEvent = Extract<RunEvent, { thread: string }>;

export function foldThread(state: RunState, event: RunEvent, graph: Graph): void {
	if (event.type === 'threadStarted') {
		state.threads[event.thread] = startThread(state, event, graph);
		return;
	}
	const thread = state.threads[(event as ThreadEvent).thread];
	if (!thread) return;
	switch (event.type) {
		case 'messagesReceived':
			receive(state, thread, event);
			return;
		case 'hopped':
			hop(state, thread, event, graph);
			return;
		case 'speechInterrupted':
			if (!event.isKept) thread.history = withoutStretches(thread.history, event.stretches);
			return;
		case 'interiorEntered':
			state.interiorValues[event.interiorId] = event.values;
			return;
		case 'lineBegun': {
			const { nodeId, at } = event;
			const nodeRunId = String(state.nodeRuns[nodeId] ?? 0);
			thread.frame = newFrame(thread, { nodeId, nodeRunId, attempt: 1, at });
			return;
		}
		case 'waitingMatched': {
			changeStatus(state, 'running');
			for (const edgeId of event.edgeIds) {
				// The first true one is taken; what stands behind it was not judged (R5.28).
				if (edgeId === event.edgeId) break;
				remember({ state, thread, graph }, { edgeId, at: event.at, fired: false });
			}
			remember({ state, thread, graph }, { edgeId: event.edgeId, at: event.at, fired: true });
			if (state.openTurn)
				state.openTurn.matched = { thread: thread.id, nodeId: thread.nodeId, edgeIds: event.edgeIds };
			return;
		}
		case 'waitingSeen':
			for (const edgeId of event.edgeIds)
				remember({ state, thread, graph }, { edgeId, at: event.judgedMs ?? event.at, fired: false });
			thread.frame = null;
			return;
		case 'loopStarted':
			thread.loop = {
				nodeId: event.nodeId,
				attempts: 1,
				deadlineMs: event.deadlineMs,
				dueMs: null,
				outcome: null,
			};
			return;
		case 'loopDelayed':
			if (thread.loop) thread.loop.dueMs = event.dueMs;
			if (event.defers) thread.status = 'deferred';
			return;
		case 'waitingJudged':
			if (state.openTurn) state.openTurn.matched = null;
			return;
		case 'companionStepped':
			if (state.openTurn) state.openTurn.stepping = null;
			return;
		case 'loopRepeated':
			markStep(state, thread, event.attempt);
			settleSpeech(thread);
			if (thread.loop) {
				thread.loop.attempts = event.attempt;
				thread.loop.dueMs = null;
			}
			thread.status = 'executing';
			thread.phase = 'entering';
			thread.entry = 'retry';
			thread.frame = null;
			thread.finished = null;
			return;
		case 'loopEnded':
			markStep(state, thread, event.attempts);
			if (thread.loop) {
				thread.loop.outcome = event.outcome;
				thread.loop.dueMs = null;
			}
			thread.status = 'executing';
			return;
		case 'nodeExpired':
			thread.phase = 'selecting';
			thread.finished = {
				nodeId: event.nodeId,
				attempt: event.attempt,
				spoke: false,
				failed: false,
				picks: [],
				pickedBy: null,
				output: {},
				choices: thread.frame?.choices.length ?? 0,
			};
			return;
		case 'parked':
			settleSpeech(thread);
			thread.status = 'parked';
			thread.phase = 'entering';
			thread.nodeId = event.nodeId;
			thread.frame = null;
			thread.finished = null;
			return;
		case 'threadPaused':
			// A companion between two attempts stays due; that the run is paused freezes it.
			if (thread.status === 'deferred') return;
			thread.status = 'paused';
			thread.pausedBetween = event.betweenNodes;
			return;
		case 'threadEnded':
			thread.status = 'ended';
			thread.frame = null;
			thread.lanes = {};
			thread.finished = null;
			thread.loop = null;
			return;
		default:
	}
}

/** What a waiting edge has seen once it was judged (R5.27). */
function remember(
	{ state, thread, graph }: { state: RunState; thread: ThreadState; graph: Graph },
	{ edgeId, at, fired }: { edgeId: string; at: number; fired: boolean },
): void {
	const edge = graph.edgesById.get(edgeId);
	if (edge?.type !== 'conditional') return;
	const view = { completions: state.completions, memory: thread.waiting[edgeId], nowMs: at };
	thread.waiting[edgeId] = afterEvaluation(edge, view, fired);
}

/** A pump's step of a companion begins with its next attempt, or with the end of its loop. */
function markStep(state: RunState, thread: ThreadState, attempts: number): void {
	const turn = state.openTurn;
	if (turn?.kind !== 'pump') return;
	if (thread.status === 'deferred') turn.stepping = { thread: thread.id, attempts };
	else if (turn.stepping?.thread === thread.id) turn.stepping.attempts = attempts;
}

function startThread(
	state: RunState,
	event: Extract<RunEvent, { type: 'threadStarted' }>,
	graph: Graph,
): ThreadState {
	const parent = event.parent === null ? undefined : state.threads[event.parent];
	const history: Message[] = parent && event.copiesHistory ? [...parent.history] : [];
	const variables = namespace<ThreadState['variables'][string]>();
	if (!parent) {
		if (state.welcomeMessage) {
			history.push({
				id: `${state.eventCount}.0`,
				type: 'ai',
				content: state.welcomeMessage,
				messageType: 'static',
			});
		}
		Object.assign(variables, graph.runtime_variables, state.openTurn?.runtimeVariables);
	}
	return {
		id: event.thread,
		parentId: event.parent,
		edgeId: event.edgeId,
		status: 'executing',
		phase: 'entering',
		nodeId: event.nodeId,
		entry: parent ? 'direct' : 'start',
		history,
		variables,
		received: false,
		owed: false,
		closed: false,
		consecutive: 0,
		forcedText: false,
		callers: {},
		nodesHistory: [],
		answeredInVisit: 0,
		frame: null,
		lanes: {},
		finished: null,
		loop: null,
		waiting: {},
		pausedBetween: false,
	};
}

function receive(
	state: RunState,
	thread: ThreadState,
	event: Extract<RunEvent, { type: 'messagesReceived' }>,
): void {
	event.messages.forEach((message, index) => {
		if (message.synthetic) return;
		thread.history.push({ id: `${state.eventCount}.${index}`, type: 'human', content: message.text });
	});
	thread.received = true;
	thread.owed = true;
	thread.consecutive = 0;
	// A message ends the wait: edges may fire again, but what they have seen stays seen (R5.25).
	for (const memory of Object.values(thread.waiting)) memory.transitions = 0;
	if (thread.status === 'parked' || (thread.status === 'paused' && !thread.pausedBetween)) {
		thread.status = 'executing';
		thread.phase = 'entering';
		thread.entry = 'message';
	}
}

function hop(
	state: RunState,
	thread: ThreadState,
	event: Extract<RunEvent, { type: 'hopped' }>,
	graph: Graph,
): void {
	const conditional = event.kind !== 'direct';
	const destinationId = event.escalation ? event.escalation.toNodeId : event.toNodeId;
	if (conditional) thread.consecutive += 1;
	else settleSpeech(thread);
	if (event.kind === 'waiting' || (conditional && thread.received)) thread.owed = true;

	if (event.kind === 'reverse') {
		if (event.globalNodeId !== null) delete thread.callers[event.globalNodeId];
		thread.forcedText = true;
	} else if (destinationId !== null && entersGlobalNode(graph, event.fromNodeId, destinationId)) {
		thread.callers[destinationId] = event.fromNodeId;
	}
	countStrike(state, thread, event, graph);

	thread.history.push({
		id: `${state.eventCount}.0`,
		type: 'ai',
		content: '',
		memo: {
			edgeType: event.kind,
			edgeId: event.edgeId,
			globalNodeId: event.globalNodeId,
			fromNodeId: event.fromNodeId,
			toNodeId: destinationId ?? event.toNodeId,
		},
	});
	thread.status = 'executing';
	thread.phase = destinationId === null ? 'escalated' : 'entering';
	thread.entry = event.kind === 'direct' ? 'direct' : event.kind === 'waiting' ? 'waiting' : 'conditional';
	if (destinationId !== null) thread.nodeId = destinationId;
	thread.frame = null;
	thread.finished = null;
	thread.loop = null;
	thread.answeredInVisit = 0;
}

/** R3.45: entering a guardrail node from a node that is none, on a non-companion thread. */
function countStrike(
	state: RunState,
	thread: ThreadState,
	event: Extract<RunEvent, { type: 'hopped' }>,
	graph: Graph,
): void {
	if (thread.parentId !== null) return;
	if (event.escalation) {
		state.strikes = event.escalation.strikes;
		return;
	}
	const from = graph.nodesById.get(event.fromNodeId);
	const to = graph.nodesById.get(event.toNodeId);
	if (from && to && isStrike(graph, from, to)) state.strikes += 1;
}

/** R3.51: a spoken answer that no conditional-type hop follows ends the row of hops. */
function settleSpeech(thread: ThreadState): void {
	if (thread.finished?.spoke) thread.consecutive = 0;
}
