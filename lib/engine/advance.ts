/** One command carried out on a run: a turn, a pump, a pause, a stop, or finishing what a crash broke off. */

import { InteractlyError, messageOf } from '../errors';
import { nodeAt } from '../graph/interior';
import { createContext, type Context } from './context';
import type { AdvanceRequest, Command, RunStart, TurnInput } from './contract';
import { startLanes } from './execute';
import { enterInteriors } from './hop';
import { interruptSpeech } from './interruption';
import { hasDueCompanion, hasDueWork, resumePump, stepCompanions } from './pump';
import { companionThreads, mainThreads, statusOf, threadOf } from './standing';
import type { RunState, ThreadState } from './state';
import { isTerminal } from './status';
import { traceOf } from './trace';
import { endClosed, endThread, firstNode, LoopingRisk } from './place';
import { runCompanion, runThread } from './thread';
import { judgeWaiting, startPump, writeTimes } from './waiting';

/**
 * Carries out one command: changes `request.state` by events only, and hands every event to the journal.
 *
 * Settles when the turn or pump is over. Rejects when it could not be finished — the signal was aborted,
 * the deployment lacks a credential, the journal failed — and then nothing has ended: the turn stays open
 * in the state and `recover` takes it up at the last finished step. A fault of the graph or of the run is
 * no rejection; it ends the run as `failed`.
 */
export async function advance(request: AdvanceRequest): Promise<void> {
	const context = createContext(request, runCompanion);
	try {
		await carryOut(context, request.command);
	} catch (error) {
		const isInterrupted = context.failure === null && context.signal.aborted;
		// Nothing may happen beside the end of the run, or after a turn that is left open.
		context.interrupt(error);
		while (context.started.size > 0) await Promise.allSettled([...context.started]);
		if (context.lost) throw context.lost.error;
		if (isInterrupted) {
			await context.flush(true);
			throw context.signal.reason;
		}
		await failRun(context, context.failure ? context.failure.error : error);
	} finally {
		context.close();
	}
}

async function carryOut(context: Context, command: Command): Promise<void> {
	switch (command.type) {
		case 'turn':
			if (command.begin) context.emit({ type: 'runStarted', ...command.begin });
			return takeTurn(context, command.input, command.begin ?? null);
		case 'resume':
			return resume(context, command.input);
		case 'pump':
			return pump(context);
		case 'pause':
			return pause(context);
		case 'stop':
			return endRun(context, { status: 'cancelled', source: command.source ?? 'stopped' });
		case 'abandon':
			return endRun(context, {
				status: 'failed',
				source: command.source,
				message: context.mask(command.message),
				trace: traceOf(command.error),
			});
		case 'recover':
			return recover(context);
	}
}

/** R2.5: accept the input, run every thread until it settles, close the turn. */
async function takeTurn(context: Context, input: TurnInput, begin: RunStart | null): Promise<void> {
	startTurn(context, 'turn', input);
	if (!context.state.threads['0']) startMainThread(context, begin?.startNodeId ?? null);
	deliver(context, input);
	parkAgain(context);
	await runThreads(context);
	await closeTurn(context);
}

/** R1.13: without a message a parked thread parks again, one between nodes goes on. */
async function resume(context: Context, input: TurnInput): Promise<void> {
	startTurn(context, 'resume', input);
	deliver(context, input);
	parkAgain(context);
	await runThreads(context);
	await closeTurn(context);
}

/** A thread that rests and got no message says again what it waits for. */
function parkAgain(context: Context): void {
	for (const thread of mainThreads(context.state)) {
		const rests = thread.status === 'paused' || thread.status === 'parked';
		if (rests) context.emit({ type: 'parked', thread: thread.id, nodeId: thread.nodeId, selfLoop: false });
	}
}

/** R5.20. Does nothing, and writes nothing, when no work is due. */
async function pump(context: Context): Promise<void> {
	const { state } = context;
	if (isTerminal(state.status) || state.status === 'paused' || !hasDueWork(context)) return;
	if (hasDueCompanion(context)) {
		startPump(context);
		await stepCompanions(context);
	}
	// When only evaluations are due, the first that comes out true opens the pump.
	await judgeWaiting(context);
	if (state.openTurn === null) return context.flush();
	await settleStarted(context);
	await closeTurn(context);
}

/** R1.12: freezes a waiting run at once; a running one is paused by `pauseRequested` between nodes. */
async function pause(context: Context): Promise<void> {
	freeze(context);
	context.emit({ type: 'runPaused' });
	await context.flush(true);
}

/** Every thread that rests stops where it is, companions included (R1.12). */
function freeze(context: Context): void {
	for (const thread of active(context.state)) {
		if (thread.status !== 'paused')
			context.emit({ type: 'threadPaused', thread: thread.id, nodeId: thread.nodeId, betweenNodes: false });
	}
}

/** Takes up a turn or pump that was broken off, at the last finished step (design part 3). */
async function recover(context: Context): Promise<void> {
	const { openTurn } = context.state;
	if (openTurn === null) return;
	if (openTurn.kind === 'pump') await resumePump(context);
	else await runThreads(context);
	await closeTurn(context);
}

function startTurn(context: Context, kind: 'turn' | 'resume', input: TurnInput): void {
	context.emit({
		type: 'turnStarted',
		kind,
		dynamicVariables: input.dynamicVariables,
		runtimeVariables: input.runtimeVariables,
		overrides: input.overrides,
		idempotencyKey: input.idempotencyKey,
	});
	writeTimes(context);
}

function startMainThread(context: Context, startNodeId: string | null): void {
	const { graph } = context;
	const wanted = startNodeId === null ? graph.startNode : (nodeAt(graph, startNodeId) ?? null);
	const node = wanted && firstNode(wanted, context);
	if (!node) {
		throw new InteractlyError('START_NODE_MISSING', 'The graph has no node to start at.', {
			advice: 'Mark one node with "is_start": true.',
			place: '$.node_configs',
		});
	}
	context.emit({
		type: 'threadStarted',
		thread: '0',
		parent: null,
		edgeId: null,
		nodeId: node.logical_id ?? '',
		forced: startNodeId !== null,
		copiesHistory: false,
	});
	if (startNodeId === null && graph.node_configs.filter((each) => each.is_start).length > 1) {
		context.warn(
			'0',
			`Several nodes are marked as the start; the first in the list, "${node.name ?? node.logical_id}", was taken.`,
		);
	}
	const thread = threadOf(context.state, '0');
	for (const write of enterInteriors(context, thread, null, thread.nodeId)) write();
}

function deliver(context: Context, input: TurnInput): void {
	interruptSpeech(context, threadOf(context.state, '0'), input.interruptedEventIds ?? []);
	for (const [threadId, messages] of Object.entries(input.messages)) {
		if (messages.length === 0) continue;
		const thread = threadOf(context.state, threadId);
		context.emit({ type: 'messagesReceived', thread: threadId, messages, nodeId: thread.nodeId });
	}
}

/** Runs every thread that can move, and what they start, until all have settled. */
async function runThreads(context: Context): Promise<void> {
	for (const thread of Object.values(context.state.threads)) {
		startLanes(context, thread);
		if (thread.status === 'executing')
			context.track(thread.parentId === null ? runThread(context, thread) : runCompanion(context, thread));
	}
	await settleStarted(context);
}

async function settleStarted(context: Context): Promise<void> {
	while (context.started.size > 0) await Promise.allSettled([...context.started]);
	context.signal.throwIfAborted();
}

async function closeTurn(context: Context): Promise<void> {
	const { state } = context;
	for (const thread of mainThreads(state))
		if (thread.closed && thread.status === 'parked') await endClosed(context, thread);
	await stopWithMain(context);
	const status = statusOf(state);
	if (status === 'paused') freeze(context);
	context.emit({ type: 'turnEnded', status, error: context.turnError, unattended: context.unattended });
	if (isTerminal(status))
		context.emit({ type: 'runEnded', status, source: null, message: null, trace: null });
	await context.flush(true);
}

/** `stop_with_main_thread`, where the file says so: the companion ends with the main threads (2.13). */
async function stopWithMain(context: Context): Promise<void> {
	const { state, graph } = context;
	if (mainThreads(state).some((thread) => thread.status !== 'ended')) return;
	for (const thread of companionThreads(state)) {
		const edge = thread.edgeId === null ? undefined : graph.edgesById.get(thread.edgeId);
		if (edge?.type === 'direct' && stopsWithMain(graph.raw, thread.edgeId))
			await endThread(context, thread, 'main_ended');
	}
}

/** Only an explicit true counts: without the key, companions outlive the main thread (R1.28). */
function stopsWithMain(raw: AdvanceRequest['graph']['raw'], edgeId: string | null): boolean {
	const edges = Array.isArray(raw['edge_configs']) ? raw['edge_configs'] : [];
	return edges.some((edge) => {
		const config = edge as {
			logical_id?: unknown;
			companion_thread_config?: { stop_with_main_thread?: unknown } | null;
		} | null;
		return config?.logical_id === edgeId && config?.companion_thread_config?.stop_with_main_thread === true;
	});
}

/** An error nobody handled ends the run (R7.1.4); the loop protection has a status of its own (R3.56). */
async function failRun(context: Context, error: unknown): Promise<void> {
	const looping = error instanceof LoopingRisk;
	const place = error instanceof InteractlyError && error.place ? ` (${error.place})` : '';
	const message = context.mask(`${messageOf(error)}${place}`);
	await endRun(context, {
		status: looping ? 'aborted_looping_risk' : 'failed',
		source: looping ? 'looping_risk' : 'execution_error',
		message,
		// The loop protection is no error of the code.
		trace: looping ? null : traceOf(error),
		error: {
			code: looping ? 'LOOPING_RISK' : error instanceof InteractlyError ? error.code : 'UNEXPECTED',
			message,
			advice: looping
				? 'Look for a circle of edges without a node that waits for the user.'
				: error instanceof InteractlyError
					? (error.advice ?? null)
					: null,
		},
	});
}

interface Ending {
	status: 'failed' | 'cancelled' | 'aborted_looping_risk';
	source: string;
	message?: string;
	trace?: string | null;
	error?: { code: string; message: string; advice: string | null };
}

/** Ends every thread, the open turn and the run (R1.14). */
async function endRun(context: Context, ending: Ending): Promise<void> {
	const { state } = context;
	if (isTerminal(state.status)) return;
	for (const thread of active(state)) await endThread(context, thread, ending.source);
	if (state.openTurn)
		context.emit({
			type: 'turnEnded',
			status: ending.status,
			error: ending.error ?? null,
			unattended: context.unattended,
		});
	const { status, source, message = null, trace = null } = ending;
	context.emit({ type: 'runEnded', status, source, message, trace });
	await context.flush(true);
}

function active(state: RunState): ThreadState[] {
	return Object.values(state.threads).filter((thread) => thread.status !== 'ended');
}
