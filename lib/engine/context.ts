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
	return new AdvanceContext(request, runCompanion);
}

/** Events on their way to the journal, with what callers see of them once they are durable. */
interface Delivery {
	events: readonly RunEvent[];
	/** The journal must not delay them. */
	holds: boolean;
	/** Told instead of appended (R9.53). */
	noted: RunEvent | null;
	wires: readonly WireEvent[];
}

/** A class, because one is made in every turn: closures and accessors of its own would outlive the turn by far. */
class AdvanceContext implements Context {
	readonly graph: Graph;
	readonly state: RunState;
	readonly ports: Ports;
	readonly surroundings: Surroundings;
	readonly signal: AbortSignal;
	readonly unattended: boolean;
	readonly pauseRequested: () => boolean;
	readonly onToken: Context['onToken'];
	readonly started = new Set<Promise<void>>();
	readonly lanes = new Map<string, Promise<void>>();
	failure: Context['failure'] = null;
	lost: Context['lost'] = null;
	turnError: Context['turnError'] = null;
	private readonly stop = new AbortController();
	private readonly projector: Projector | null;
	private readonly scopes = new Map<string, Scope>();
	private pending: RunEvent[] = [];
	private shown: WireEvent[] = [];
	private appending: Promise<void> = Promise.resolve();
	/** Deliveries that are on their way or wait for their turn; for good once one has failed. */
	private undelivered = 0;
	private isFirst = true;
	/** Passed on by hand: `AbortSignal.any` takes longer than a whole step. */
	private readonly passOn = () => this.stop.abort(this.request.signal?.reason);

	constructor(
		private readonly request: AdvanceRequest,
		private readonly runCompanion: (context: Context, thread: ThreadState) => Promise<void>,
	) {
		const { signal } = request;
		this.graph = request.graph;
		this.state = request.state;
		this.ports = request.ports;
		this.surroundings = request.surroundings;
		this.signal = this.stop.signal;
		this.unattended = request.unattended ?? false;
		this.pauseRequested = request.pauseRequested ?? never;
		this.onToken = request.onToken;
		if (signal?.aborted) this.passOn();
		signal?.addEventListener('abort', this.passOn, { once: true });
		this.projector = request.onEvent ? projectorOf(request) : null;
	}

	close(): void {
		this.request.signal?.removeEventListener('abort', this.passOn);
	}

	interrupt(reason: unknown): void {
		this.stop.abort(reason);
	}

	track(work: Promise<void>): void {
		const tracked = work
			.catch((error: unknown) => {
				if (this.signal.aborted) return;
				this.failure = { error };
				this.stop.abort(error);
			})
			.finally(() => this.started.delete(tracked));
		this.started.add(tracked);
	}

	spawn(thread: ThreadState): void {
		// Not before the hop that forked it is recorded whole.
		this.track(Promise.resolve().then(() => this.runCompanion(this, thread)));
	}

	uuid(label: string): string {
		return uuidOf(`${this.state.seed}|${label}|${this.state.eventCount}`);
	}

	emit(event: Unstamped): void {
		if (event.type === 'interiorEntered') this.scopes.clear();
		const stamped = event as RunEvent;
		stamped.at = this.ports.clock.now();
		if (this.projector) this.shown.push(...this.projector.project(stamped));
		fold(this.state, stamped, this.graph);
		this.pending.push(stamped);
	}

	show(event: Unstamped): void {
		void this.flush().catch(() => undefined);
		const noted = { ...event, at: this.ports.clock.now() } as RunEvent;
		const wires = this.projector?.project(noted) ?? [];
		// Where an append before it failed, whoever flushes next is told.
		this.enqueue({ events: [], holds: false, noted, wires }).catch(() => undefined);
	}

	flush(mustHold = false): Promise<void> {
		if (this.pending.length === 0 && !mustHold) return this.appending;
		const events = this.pending;
		const wires = this.shown;
		this.pending = [];
		this.shown = [];
		// What began the command, the user's message above all, is on disk before anything follows from it.
		const holds = mustHold || this.isFirst;
		this.isFirst = false;
		return this.enqueue({ events, holds, noted: null, wires });
	}

	/** One append at a time, in order: threads of a turn flush independently. None follows one that failed. */
	private enqueue(delivery: Delivery): Promise<void> {
		const before = this.undelivered === 0 ? null : this.appending;
		this.undelivered += 1;
		this.appending = this.deliver(delivery, before);
		return this.appending;
	}

	private async deliver(
		{ events, holds, noted, wires }: Delivery,
		before: Promise<void> | null,
	): Promise<void> {
		if (before !== null) await before;
		const { journal, onEvent } = this.request;
		if (noted !== null) journal.note?.(noted);
		else {
			try {
				await journal.append(events, holds);
			} catch (error) {
				this.lost ??= { error };
				throw error;
			}
		}
		for (const wire of wires) onEvent?.(wire);
		this.undelivered -= 1;
	}

	scope(thread: ThreadState): Scope {
		const interior = this.graph.interiorByNode.get(thread.nodeId) ?? null;
		const key = interior === null ? thread.id : `${thread.id}|${interior.id}`;
		let scope = this.scopes.get(key);
		if (!scope) {
			scope = scopeOf(this, thread, interior);
			this.scopes.set(key, scope);
		}
		return scope;
	}

	mask(text: string): string {
		return maskSecrets(text, Object.values(this.surroundings.secrets));
	}

	warn(threadId: string | null, message: string, onceKey?: string): void {
		// The key may hold the message, and both are kept.
		const key = onceKey === undefined ? null : this.mask(onceKey);
		if (key !== null && (this.state.warnedInRun[key] || this.state.warnedInTurn[key])) return;
		this.emit({ type: 'warned', thread: threadId, message: this.mask(message), onceKey: key });
	}
}

const never = () => false;

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
