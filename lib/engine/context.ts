/** What every part of one advance shares: the graph, the state, the ports, and how events get written. */

import type { Graph } from '../graph/graph';
import type { Scope } from '../value/contract';
import { maskSecrets } from '../value/mask';
import type { AdvanceRequest, Ports, RunEvent, Surroundings, WireEvent } from './contract';
import { fold } from './fold';
import { createProjector, type Projector } from './project';
import { scopeOf } from './scope';
import type { RunState, ThreadState } from './state';
import { uuidOf } from './wire';

/** An event before its time is put on it. */
export type Unstamped = RunEvent extends infer E ? (E extends RunEvent ? Omit<E, 'at'> : never) : never;

export interface Context {
	readonly graph: Graph;
	readonly state: RunState;
	readonly ports: Ports;
	readonly surroundings: Surroundings;
	readonly signal: AbortSignal;
	readonly unattended: boolean;
	readonly pauseRequested: () => boolean;
	readonly onToken: ((text: string, threadId: string) => void) | undefined;
	/** Folds the event into the state at once; it becomes durable with the next flush. */
	emit(event: Unstamped): void;
	/** Shows what is no part of the record (R9.53), after all that happened before it. */
	show(event: Unstamped): void;
	/** Hands pending events to the journal. Between steps the journal may delay; before effects it must not. */
	flush(mustHold?: boolean): Promise<void>;
	scope(thread: ThreadState): Scope;
	/** The text with every secret masked: errors of others may tell what was sent (R4.28). */
	mask(text: string): string;
	/** A non-fatal problem; with `onceKey` once a turn, or once a run when the key starts with `run:`. */
	warn(threadId: string | null, message: string, onceKey?: string): void;
	/** Work begun during this advance that the turn waits for: forked threads, companion-edge workers. */
	readonly started: Set<Promise<void>>;
	/** Companion-edge workers at work, by `thread|edge`. */
	readonly lanes: Map<string, Promise<void>>;
	/** Makes the turn wait for this work; its failure is the turn's. */
	track(work: Promise<void>): void;
	/** Runs a companion thread beside the others (R5.1). */
	spawn(thread: ThreadState): void;
	/** An id that this run has not given before, the same again when the step is repeated. */
	uuid(label: string): string;
	/**
	 * Stops the advance where it is because the deployment, not the graph, is at fault (no credential, no
	 * model): nothing has ended, and the same turn can go on later. The first reason counts.
	 */
	interrupt(reason: unknown): void;
	/** Lets go of the request's signal. */
	close(): void;
	/** The error of a thread that nobody handled; it stops the other threads and ends the run. */
	readonly failure: { error: unknown } | null;
	/** The journal's refusal: what was emitted since is not stored, and the state in memory is worth nothing. */
	readonly lost: { error: unknown } | null;
	/** Why the turn is to end as failed although the run goes on: an effect without a known outcome. */
	turnError: { code: string; message: string; advice: string | null } | null;
}

export function createContext(
	request: AdvanceRequest,
	runCompanion: (context: Context, thread: ThreadState) => Promise<void>,
): Context {
	const { graph, state, ports, journal } = request;
	let pending: RunEvent[] = [];
	let appending: Promise<void> = Promise.resolve();
	let isFirst = true;
	const scopes = new Map<string, Scope>();

	const stop = new AbortController();
	const { signal } = stop;
	// Passed on by hand: `AbortSignal.any` takes longer than a whole step.
	const passOn = () => stop.abort(request.signal?.reason);
	if (request.signal?.aborted) passOn();
	request.signal?.addEventListener('abort', passOn, { once: true });
	const projector = request.onEvent ? projectorOf(request) : null;
	let shown: WireEvent[] = [];
	let failure: { error: unknown } | null = null;
	let lost: { error: unknown } | null = null;

	const context: Context = {
		graph,
		state,
		ports,
		surroundings: request.surroundings,
		signal,
		unattended: request.unattended ?? false,
		pauseRequested: request.pauseRequested ?? (() => false),
		onToken: request.onToken,
		started: new Set(),
		lanes: new Map(),
		get failure() {
			return failure;
		},
		get lost() {
			return lost;
		},
		track(work) {
			const tracked = work
				.catch((error: unknown) => {
					if (signal.aborted) return;
					failure = { error };
					stop.abort(error);
				})
				.finally(() => context.started.delete(tracked));
			context.started.add(tracked);
		},
		// Not before the hop that forked it is recorded whole.
		spawn: (thread) => context.track(Promise.resolve().then(() => runCompanion(context, thread))),
		uuid: (label) => uuidOf(`${state.seed}|${label}|${state.eventCount}`),
		turnError: null,
		interrupt: (reason) => stop.abort(reason),
		close: () => request.signal?.removeEventListener('abort', passOn),
		emit(event) {
			if (event.type === 'interiorEntered') scopes.clear();
			const stamped = event as RunEvent;
			stamped.at = ports.clock.now();
			if (projector) shown.push(...projector.project(stamped));
			fold(state, stamped, graph);
			pending.push(stamped);
		},
		show(event) {
			void context.flush().catch(() => undefined);
			const stamped = { ...event, at: ports.clock.now() } as RunEvent;
			const wires = projector?.project(stamped) ?? [];
			appending = appending.then(() => {
				journal.note?.(stamped);
				for (const wire of wires) request.onEvent?.(wire);
			});
		},
		flush(mustHold = false) {
			if (pending.length === 0 && !mustHold) return appending;
			const events = pending;
			const wires = shown;
			pending = [];
			shown = [];
			// What began the command, the user's message above all, is on disk before anything follows from it.
			const holds = mustHold || isFirst;
			isFirst = false;
			// One append at a time, in order: threads of a turn flush independently.
			appending = appending.then(async () => {
				try {
					await journal.append(events, holds);
				} catch (error) {
					lost ??= { error };
					throw error;
				}
				for (const wire of wires) request.onEvent?.(wire);
			});
			return appending;
		},
		scope(thread) {
			const interior = graph.interiorByNode.get(thread.nodeId) ?? null;
			const key = interior === null ? thread.id : `${thread.id}|${interior.id}`;
			let scope = scopes.get(key);
			if (!scope) {
				scope = scopeOf(context, thread, interior);
				scopes.set(key, scope);
			}
			return scope;
		},
		mask: (text) => maskSecrets(text, Object.values(request.surroundings.secrets)),
		warn(threadId, message, onceKey) {
			// The key may hold the message, and both are kept.
			const key = onceKey === undefined ? null : context.mask(onceKey);
			if (key !== null && (state.warnedInRun[key] || state.openTurn?.warned[key])) return;
			context.emit({ type: 'warned', thread: threadId, message: context.mask(message), onceKey: key });
		},
	};
	return context;
}

/** Goes on with the record of a turn that was broken off, so that its end tells of all of it (R9.50). */
function projectorOf({ graph, state, surroundings, brokenOff }: AdvanceRequest): Projector {
	const { globals } = surroundings;
	if (brokenOff === undefined) return createProjector(graph, state, globals);
	const { before, events } = brokenOff;
	const told = createProjector(graph, before, globals);
	for (const event of events) {
		told.project(event);
		fold(before, event, graph);
	}
	return createProjector(graph, state, globals, told.turn);
}
