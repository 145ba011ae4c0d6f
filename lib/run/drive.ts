/** One command on one run, by the holder of its lease: finish what a crash broke off, advance, report. */

import type {
	AdvanceRequest,
	Command,
	RunEvent,
	RunStart,
	RunStatus,
	Surroundings,
} from '../engine/contract';
import { isTerminal } from '../engine/engine';
import { InteractlyError, messageOf } from '../errors';
import { refuseDocument } from '../graph/refusal';
import type { ActiveTurn } from './active';
import { decide } from './commands';
import type { TurnRequest, TurnResult } from './contract';
import { copyState } from './copy-state';
import type { Hold } from './hold';
import type { ReadTurn } from './input';
import { checkAgainstRun } from './input-state';
import { createJournal, type RunJournal } from './journal';
import { liven, type LiveRun } from './live';
import type { RunnerParts } from './parts';
import { runStateRefuses } from './refusals';
import { answerOfKey } from './replay';
import { buildResult, type Stretch } from './result';

export interface DriveRequest {
	live: LiveRun;
	hold: Hold;
	active: ActiveTurn;
	turn: ReadTurn;
	request: TurnRequest;
	/** The facts of a run that has no event yet. */
	begin: () => RunStart;
}

export interface Driven {
	result: TurnResult;
	/** The run as it is now; the safety net may have loaded it anew. */
	live: LiveRun;
}

/** The run had ended when the command's turn came; a session then begins a new one. */
export class RunFinished extends Error {
	constructor(
		readonly status: RunStatus,
		/** What a turn that a crash had broken off said when it was finished just now. */
		readonly recovered: TurnResult | null,
	) {
		super('The run has ended.');
	}
}

/** One command being carried out: what is the same for all its parts. */
interface Drive extends DriveRequest {
	parts: RunnerParts;
	surroundings: Surroundings;
	stretch: Stretch;
	recovered: boolean;
	/** While a turn that a crash broke off is finished or stopped: what it had come to. */
	brokenOff?: AdvanceRequest['brokenOff'] | undefined;
}

export async function drive(parts: RunnerParts, request: DriveRequest): Promise<Driven> {
	const { live, turn } = request;
	const surroundings = await parts.surroundings();
	const work: Drive = {
		...request,
		parts,
		surroundings,
		stretch: { events: [], before: request.request.wantsEvents === false ? null : copyState(live.state) },
		recovered: false,
	};
	const brokenKey = live.state.openTurn?.idempotencyKey ?? null;
	if (live.state.openTurn !== null) {
		await takeUp(work);
		if (turn.command !== 'stop') await recover(work);
	}
	const key = turn.input.idempotencyKey;
	if (key !== null && live.state.turnKeys[key] !== undefined) {
		// The delivery that was broken off gets its own answer now; any later one gets it again.
		if (work.recovered && brokenKey === key) return finish(work);
		return { result: await answerOfKey(parts, { row: live.row, key }), live };
	}
	const command = commandFor(work);
	if (command === null) return finish(work);
	if (command.type === 'turn' && command.begin !== undefined && live.faults.length > 0) {
		await failAtStart(work, command.begin);
	} else {
		await carryOut(work, command, true);
	}
	return finish(work);
}

/** R1.11, and what a fresh run needs beside it. */
function commandFor(work: Drive): Command | null {
	const { live, turn, begin } = work;
	const { state, row } = live;
	const { input } = turn;
	if (state.eventCount === 0) {
		if (turn.command === 'start' || turn.command === 'data') return { type: 'turn', input, begin: begin() };
		if (turn.command === 'pump') return null;
	}
	switch (decide(turn.command, state.status, state.turnError !== null)) {
		case 'turn':
			checkAgainstRun(turn, live);
			return { type: 'turn', input };
		case 'resume':
			checkAgainstRun(turn, live);
			return { type: 'resume', input };
		case 'pause':
			return { type: 'pause' };
		case 'stop':
			return { type: 'stop' };
		case 'pump':
			return { type: 'pump' };
		case 'nothing':
			return null;
		case 'refuse':
			if (isTerminal(state.status)) {
				throw new RunFinished(state.status, work.recovered ? finish(work).result : null);
			}
			throw runStateRefuses(turn.command, row.id, state.status);
	}
}

/** What was said before a crash never reached the user, so the whole turn that it broke off is reported. */
async function takeUp(work: Drive): Promise<void> {
	const events = work.live.openEvents;
	work.stretch = { events: [...events], before: await stateBefore(work, events) };
	if (work.request.onEvent !== undefined)
		work.brokenOff = { before: await stateBefore(work, events), events };
}

/** Finishes a turn or pump that was broken off; its texts lead what the command reports. */
async function recover(work: Drive): Promise<void> {
	const { live, turn, active } = work;
	work.recovered = true;
	// R1.12: of a turn that was broken off, too, a pause lets no more than the node in progress finish.
	if (turn.command === 'pause') active.pauseRequested = true;
	await carryOut(work, { type: 'recover' }, false);
	work.brokenOff = undefined;
	live.openEvents = [];
}

async function stateBefore({ parts, live }: Drive, openEvents: readonly RunEvent[]) {
	const { engine } = parts;
	const wanted = live.state.eventCount - openEvents.length;
	const state = engine.createState();
	for (const batch of await parts.store.readBatches(live.row.id, 0)) {
		for (const event of engine.decodeEvents(batch.data, live.graph)) {
			if (state.eventCount === wanted) return state;
			engine.fold(state, event, live.graph);
		}
	}
	return state;
}

async function carryOut(work: Drive, command: Command, releases: boolean): Promise<void> {
	const { active } = work;
	const journal = openJournal(work, releases);
	const { state, head } = work.live;
	const before = { head, status: state.status, turnCount: state.turnCount };
	try {
		await advance(work, { journal, command, signal: active.signal });
	} catch (error) {
		if (active.stopRequested && active.signal.aborted) {
			// R1.14: the calls in flight have been aborted; what is left is to end the run.
			await advance(work, { journal, command: { type: 'stop' } });
		} else if (active.signal.aborted || journal.isBroken) {
			// An interruption or a lack of the store: the run stays resumable.
			throw error;
		} else if (error instanceof InteractlyError) {
			if (command.type !== 'recover') await takeBack(work, journal, before);
			throw error;
		} else {
			journal.dropUndurable();
			report(work, journal);
			await abandon(work, error, releases);
			return;
		}
	}
	report(work, journal);
}

/**
 * The deployment lacks something (a credential, a model): once it is mended the same message is sent again,
 * so this turn is to leave no trace. One that has reached outside stays, and goes on where it stood.
 */
async function takeBack(
	{ parts, live, hold }: Drive,
	journal: RunJournal,
	before: { head: number; status: RunStatus; turnCount: number },
): Promise<void> {
	if (!hold.isHeld || journal.events.some(({ type }) => type === 'effectStarted')) return;
	parts.lives.forget(live.row.id);
	if (before.head === 0) await parts.store.deleteRun(live.row.id);
	else
		await parts.store.rewind(hold.lease, before.head, { status: before.status, turnCount: before.turnCount });
}

function report(work: Drive, journal: RunJournal): void {
	work.stretch = { ...work.stretch, events: [...work.stretch.events, ...journal.events] };
}

/** R1.4: a bug unwound the engine; what is durable stays, and the run ends as failed. */
async function abandon(work: Drive, error: unknown, releases: boolean): Promise<void> {
	const { parts, live } = work;
	parts.ports.log.error('The engine broke off; the run is abandoned.', {
		runId: live.row.id,
		error: messageOf(error),
	});
	const log = await parts.store.readLog(live.row.id);
	if (log === null) throw error;
	work.live = await liven(parts, log);
	// Only an active run is ended: one that has not begun or that rests can be taken up as it is.
	const { status } = work.live.state;
	if (status === 'not_started' || status === 'paused' || isTerminal(status)) throw error;
	const journal = openJournal(work, releases);
	const command: Command = {
		type: 'abandon',
		source: 'finally_safety_net',
		message: messageOf(error),
		error,
	};
	await advance(work, { journal, command });
	report(work, journal);
}

/** R7.3.13: a graph whose super nodes cannot be expanded fails its run before anything is executed. */
async function failAtStart(work: Drive, begin: RunStart): Promise<void> {
	const { parts, live, turn, surroundings } = work;
	const { code, message, advice = null } = refuseDocument('start the run', live.faults);
	const at = parts.ports.clock.now();
	const { dynamicVariables, runtimeVariables, overrides, idempotencyKey } = turn.input;
	const variables = { dynamicVariables, runtimeVariables, overrides, idempotencyKey };
	const events: RunEvent[] = [
		{ type: 'runStarted', at, ...begin },
		{ type: 'turnStarted', at, kind: 'turn', ...variables },
		{ type: 'turnEnded', at, status: 'failed', error: { code, message, advice }, unattended: false },
		{ type: 'runEnded', at, status: 'failed', source: 'execution_error', message },
	];
	const journal = openJournal(work, true);
	const projector = parts.engine.createProjector(live.graph, live.state, surroundings.globals);
	const told = events.flatMap((event) => {
		const wires = projector.project(event);
		parts.engine.fold(live.state, event, live.graph);
		return wires;
	});
	await journal.append(events, true);
	for (const wire of told) journal.show(wire);
	report(work, journal);
}

function openJournal({ parts, live, hold, request }: Drive, releases: boolean): RunJournal {
	const { store, engine, durability } = parts;
	return createJournal({ store, engine, live, hold, durability, releases, onEvent: request.onEvent });
}

function advance(
	{ parts, live, surroundings, request, active, brokenOff }: Drive,
	{ journal, command, signal }: { journal: RunJournal; command: Command; signal?: AbortSignal },
): Promise<void> {
	const { onEvent, onToken } = request;
	return parts.engine.advance({
		graph: live.graph,
		state: live.state,
		command,
		...(brokenOff === undefined ? {} : { brokenOff }),
		ports: parts.ports,
		surroundings,
		journal,
		...(signal === undefined ? {} : { signal }),
		unattended: request.unattended === true,
		pauseRequested: () => active.pauseRequested,
		...(onEvent === undefined ? {} : { onEvent: (event) => journal.show(event) }),
		...(onToken === undefined ? {} : { onToken: (text) => onToken(text) }),
	});
}

function finish(work: Drive): Driven {
	const { parts, live, stretch, recovered, surroundings } = work;
	const result = buildResult({
		engine: parts.engine,
		graph: live.graph,
		row: live.row,
		state: live.state,
		stretch,
		globals: surroundings.globals,
		recovered,
		repeated: false,
	});
	return { result, live };
}
