/** What the engine needs from outside and what it is told; the events it writes stand in `events.ts`. */

import type { Services } from '../behavior/contract';
import type { Clock } from '../clock';
import type { Graph } from '../graph/graph';
import type { LlmOrGroup } from '../graph/model';
import type { Http } from '../http';
import type { JsonObject } from '../json';
import type { Models } from '../llm/contract';
import type { Log } from '../log';
import type { Tools } from '../tool/contract';
import type { RunEvent, UserMessage, WireEvent } from './events';
import type { RunState } from './state';

export type {
	Entry,
	HopKind,
	RerunSource,
	RunEvent,
	RunEventType,
	RunStatus,
	StoredPick,
	UserMessage,
	WireEvent,
} from './events';

/** Everything outside that the engine may touch; tests replace each. */
export interface Ports {
	clock: Clock;
	models: Models;
	tools: Tools;
	http: Http;
	/** SMS, calls and stored runs, as far as the deployment offers them. */
	services?: Services;
	log: Log;
	/** A fresh random seed for a new run; all randomness of the run is derived from it. */
	newSeed(): string;
}

/** Values of the deployment that a turn reads; never stored, secrets least of all. */
export interface Surroundings {
	globals: JsonObject;
	secrets: Readonly<Record<string, string>>;
	/** Saved LLM configs by `llm_config_id`; under `default` the team's default, if any. */
	namedLlms: Readonly<Record<string, LlmOrGroup>>;
}

/** What one turn starts with, already checked and resolved by the run room. */
export interface TurnInput {
	/** Messages by thread id; the main thread is `0`. */
	messages: Record<string, UserMessage[]>;
	/** Overrides by node id, valid for this turn (R1.20). */
	overrides: Record<string, JsonObject>;
	dynamicVariables: JsonObject;
	runtimeVariables: JsonObject;
	idempotencyKey: string | null;
	/** Ids of `assistant_response` events of thread `0` that the caller talked over (R2.43). */
	interruptedEventIds?: readonly string[];
}

/** The facts a new run starts from. */
export type RunStart = Omit<Extract<RunEvent, { type: 'runStarted' }>, 'type' | 'at'>;

export type Command =
	/** `begin` exactly when the state is still empty: the run's first turn. */
	| { type: 'turn'; input: TurnInput; begin?: RunStart }
	| { type: 'resume'; input: TurnInput }
	| { type: 'pump' }
	| { type: 'pause' }
	| { type: 'stop'; source?: string }
	/** Finishes a turn or pump that a crash interrupted; nothing to do otherwise. */
	| { type: 'recover' }
	/** Ends an active run as failed: the reaper, or the driver unwinding with an error (R1.4, R1.31). */
	| { type: 'abandon'; source: string; message: string; error?: unknown };

/** Makes events durable. When `mustHold` the promise settles only once they are on disk. */
export interface Journal {
	append(events: readonly RunEvent[], mustHold: boolean): Promise<void>;
	/** What callers are told and no record keeps (R9.53); it changes no state. */
	note?(event: RunEvent): void;
}

export interface AdvanceRequest {
	graph: Graph;
	/** Changed in place, by events only. */
	state: RunState;
	command: Command;
	/** With `recover`: the events of the turn that was broken off, and the state before them, which is used up. */
	brokenOff?: { before: RunState; events: readonly RunEvent[] };
	ports: Ports;
	surroundings: Surroundings;
	journal: Journal;
	/** Aborting ends calls in flight; the turn closes as interrupted and the run stays resumable. */
	signal?: AbortSignal;
	/**
	 * Nobody reads the answer to this command: what it says is told by those who watch the log. Noted at
	 * the end of the turn or pump. Default false.
	 */
	unattended?: boolean;
	/** Asked between nodes: true makes threads pause there (R1.12). */
	pauseRequested?: () => boolean;
	/** Wire events (R9), each handed over once the journal has taken the event behind it. */
	onEvent?: (event: WireEvent) => void;
	/** Transient pieces of text being produced (R8.17). */
	onToken?: (text: string, threadId: string) => void;
}
