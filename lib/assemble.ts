/** Puts the rooms together: one store and one runner, and for every turn the keys and models of its caller. */

import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import {
	addVersion,
	cloneWorkflow,
	exportWorkflow,
	findWorkflow,
	importWorkflow,
	type ExportOptions,
	type Findings,
	type ImportReport,
	type ImportRequest,
	type NewVersion,
} from './assemble/workflows';
import { createAccessPorts, type Access, type AccessPorts } from './assemble/access';
import { createExamine } from './assemble/examine';
import { openSealed, type StorePlace } from './assemble/open-sealed';
import { readSurroundings } from './assemble/surroundings';
import { systemClock, type Clock } from './clock';
import type { Ports, RunStatus } from './engine/contract';
import { isTerminal } from './engine/engine';
import { codeOf } from './errors';
import type { Fault } from './graph/fault';
import { refuseDocument } from './graph/refusal';
import type { Json, JsonObject } from './json';
import { createCircuits } from './llm/circuit';
import { createRegistry } from './llm/registry';
import { silentLog, type Log } from './log';
import { startBackground, type Background, type BackgroundOptions } from './run/background';
import type { Runner, TurnRequest, TurnResult } from './run/contract';
import { pumpUntilSettled, type PumpLoop } from './run/pump-loop';
import { createRunner } from './run/runner';
import type { Store, VersionRow, WorkflowRow } from './store/contract';

export type { Access } from './assemble/access';

export interface StationOptions extends StorePlace {
	/** A store that is open already, which `close` then closes. */
	store?: Store;
	/** Default: keeps nothing. */
	log?: Log;
	/** Default: the machine's own. */
	clock?: Clock;
	/** When steps become durable; see `RunnerOptions`. Default `step`. */
	durability?: 'step' | 'turn';
	/** Used by turns that bring no access of their own, and by background work. Default: no keys at all. */
	access?: Access;
}

export type BackgroundChoice = Omit<BackgroundOptions, 'store' | 'runner' | 'turn' | 'clock' | 'log'>;

/** Everything that one store serves: conversations, workflows and their versions. */
export interface Station {
	readonly store: Store;
	readonly runner: Runner;
	/**
	 * Runs one turn with the caller's keys and models; see `Runner.turn`. A document that starts a
	 * conversation is checked first.
	 *
	 * @throws {GraphError} `GRAPH_REFUSED`, every fault listed; no run was made.
	 */
	turn(request: TurnRequest, access?: Access): Promise<TurnResult>;
	/** Moves one parked run on until it has no background work or the time is spent; see `run/pump-loop.ts`. */
	settle(loop: Omit<PumpLoop, 'turn' | 'clock'>, access?: Access): Promise<TurnResult>;
	/** Keeps all parked runs moving, with these keys and models, until stopped; see `run/background.ts`. */
	startBackground(options: BackgroundChoice, access?: Access): Background;
	/** Faults of a document's active graph, judged for a run. */
	examine(document: string | Json): readonly Fault[];
	importWorkflow(request: ImportRequest): Promise<ImportReport>;
	addVersion(request: NewVersion): Promise<Findings & { version: VersionRow; workflow: WorkflowRow }>;
	/** Secrets are left out; see `exportWorkflow` of `assemble/workflows.ts`. */
	exportWorkflow(id: string, options: ExportOptions): Promise<JsonObject>;
	/** A copy with all versions; see `cloneWorkflow` of `assemble/workflows.ts`. */
	cloneWorkflow(id: string, name?: string): Promise<WorkflowRow>;
	/** @throws {RunError} `WORKFLOW_UNKNOWN`. */
	findWorkflow(id: string): Promise<WorkflowRow>;
	/** Ends background work, waits for turns in progress, then closes runner and store. */
	close(): Promise<void>;
}

/**
 * Opens the store and makes the runner over it. Make one per store and process: turns of one run
 * queue inside a runner at no cost, and between runners through leases.
 *
 * @throws {StoreError} The store cannot be opened.
 */
export async function openStation(options: StationOptions): Promise<Station> {
	const store = options.store ?? (await openSealed(options));
	const clock = options.clock ?? systemClock;
	const log = options.log ?? silentLog;
	const shared = { clock, log, store, circuits: createCircuits(clock), adapters: createRegistry() };
	const ownPorts = createAccessPorts(options.access ?? {}, shared);
	// What a turn may use depends on who asks for it; the runner and its queue are the same for all.
	const current = new AsyncLocalStorage<AccessPorts>();
	const used = () => current.getStore() ?? ownPorts;
	const ports: Ports = {
		clock,
		log,
		models: { call: (request) => used().models.call(request) },
		tools: {
			call: (request) => used().tools.call(request),
			sideEffectOf: (tool) => used().tools.sideEffectOf(tool),
		},
		http: { send: (request) => used().http.send(request) },
		newSeed: randomUUID,
		services: { fetchRun: (runId) => recordOrNull(runner, runId) },
	};
	const runner = createRunner({
		store,
		ports,
		...(options.durability === undefined ? {} : { durability: options.durability }),
		surroundings: () => readSurroundings(store, used()),
	});
	const examine = createExamine();
	const backgrounds = new Set<Background>();
	const turn: Station['turn'] = async (request, access) => {
		if (request.source?.type === 'document' && (await startsRun(store, request))) {
			const errors = examine(request.source.document).filter(({ severity }) => severity === 'error');
			if (errors.length > 0) throw refuseDocument('start a conversation', errors);
		}
		if (access === undefined) return runner.turn(request);
		return current.run(createAccessPorts(access, shared), () => runner.turn(request));
	};
	return {
		store,
		runner,
		turn,
		settle: (loop, access) => pumpUntilSettled({ ...loop, clock, turn: (request) => turn(request, access) }),
		startBackground: (choice, access) => {
			const begun = startBackground({
				...choice,
				...{ store, runner, clock, log },
				turn: (request) => turn(request, access),
			});
			backgrounds.add(begun);
			return { stop: () => begun.stop().finally(() => backgrounds.delete(begun)) };
		},
		examine,
		importWorkflow: (request) => importWorkflow(store, request),
		addVersion: (request) => addVersion(store, request),
		exportWorkflow: (id, options) => exportWorkflow(store, id, options),
		cloneWorkflow: (id, name) => cloneWorkflow(store, id, name),
		findWorkflow: (id) => findWorkflow(store, id),
		close: async () => {
			await Promise.all([...backgrounds].map((background) => background.stop()));
			await runner.close();
			await store.close();
		},
	};
}

/** R7.7.5: a run that is not there is no error; the node reports it and the graph goes on. */
async function recordOrNull(runner: Runner, runId: string): Promise<JsonObject | null> {
	try {
		return await runner.record(runId);
	} catch (error) {
		if (codeOf(error) === 'RUN_UNKNOWN') return null;
		throw error;
	}
}

/** True when the request would begin a run: nothing names a run, or the session has none that goes on. */
async function startsRun(store: Store, { runId, sessionKey }: TurnRequest): Promise<boolean> {
	if (runId !== undefined) return false;
	if (sessionKey === undefined) return true;
	const run = await store.findSession(sessionKey);
	return run === null || isTerminal(run.status as RunStatus);
}
