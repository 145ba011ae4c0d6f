/** What happened to runs, read from batches of the common log: turns and pumps that closed, pauses, endings. */

import type { RunEvent } from '../engine/contract';
import { isTerminal, type RunState } from '../engine/engine';
import type { Graph } from '../graph/graph';
import type { RunRow, Written } from '../store/contract';
import type { TurnResult } from './contract';
import { copyState } from './copy-state';
import type { RunnerParts } from './parts';
import { createRecent } from './recent';
import { buildResult } from './result';

/** One command that closed: what it did, and how the run stood after it. */
export interface Happening {
	/** Unique in the store and the same whenever it is read. */
	id: string;
	/** `between`: a pause, a stop or the reaper, outside of turns and pumps. */
	kind: 'turn' | 'resume' | 'pump' | 'between';
	/** Nobody read the answer to it: background work, or a turn that it finished after a crash. */
	unattended: boolean;
	/** The main conversation came to wait for the user in it. */
	parked: boolean;
	sessionKey: string | null;
	/** Milliseconds since the epoch. */
	at: number;
	/** Why the run ended or the turn failed, or null. */
	reason: string | null;
	result: TurnResult;
	/** Place in the common log; see `Store.readWritten`. */
	position: number;
}

type Parts = Pick<RunnerParts, 'store' | 'engine' | 'graphs' | 'surroundings'>;

/** A run as it stood after the last command that was told of it. */
interface Followed {
	state: RunState;
	/** Number of the first batch after that command. */
	from: number;
}

/** The events that end a command; the journal writes them as its last batch. */
const closing = new Set<RunEvent['type']>(['turnEnded', 'runEnded', 'runPaused']);

/** Gives the commands that batches closed, in their order; a turn costs the same however long its run is. */
export function createHappenings(parts: Parts): (written: readonly Written[]) => Promise<Happening[]> {
	const { store, engine, graphs } = parts;
	const followed = createRecent<string, Followed>({ maxCount: 256, maxSize: 256 });

	async function ofRun(row: RunRow, batches: readonly Written[]): Promise<Happening[]> {
		const { graph } = await graphs.pinned(row.graphHash, () => store.readGraph(row.graphHash));
		const closed = new Map<number, number>();
		for (const { number, data, position } of batches) {
			if (closes(engine.decodeEvents(data, graph))) closed.set(number, position);
		}
		if (closed.size === 0) return [];
		const { globals } = await parts.surroundings();
		const numbers = [...closed.keys()];
		const known = followed.get(row.id);
		// What is asked for a second time, after a failure, is read from the beginning.
		const isAhead = known !== undefined && known.from > Math.min(...numbers);
		const { state, from } = known === undefined || isAhead ? { state: engine.createState(), from: 0 } : known;
		// A failure on the way must not leave a state that is half a command further.
		followed.delete(row.id);
		// What closed later is not asked for yet.
		const commands = await readCommands({ row, graph, from, to: Math.max(...numbers) });
		const found = commands.flatMap(({ events, number }) => {
			const position = closed.get(number);
			const before = position === undefined ? null : copyState(state);
			for (const event of events) engine.fold(state, event, graph);
			if (position === undefined || before === null) return [];
			const stretch = { events, before };
			const told = { engine, graph, row, state, stretch, globals, recovered: false, repeated: false };
			const { id, sessionKey } = row;
			return [{ id: `${id}/${number}`, sessionKey, position, result: buildResult(told), ...factsOf(events) }];
		});
		const last = commands.at(-1);
		if (!isTerminal(state.status)) {
			followed.set(row.id, { state, from: last === undefined ? from : last.number + 1 }, 1);
		}
		return found;
	}

	/** The commands closed from one batch to another; what follows the last of them may still be taken back. */
	async function readCommands({
		row,
		graph,
		from,
		to,
	}: {
		row: RunRow;
		graph: Graph;
		from: number;
		to: number;
	}) {
		const commands: Array<{ events: RunEvent[]; number: number }> = [];
		let events: RunEvent[] = [];
		for (const { number, data } of await store.readBatches(row.id, from)) {
			if (number > to) break;
			events.push(...engine.decodeEvents(data, graph));
			if (!closes(events)) continue;
			commands.push({ events, number });
			events = [];
		}
		return commands;
	}

	return async (written) => {
		const byRun = new Map<string, Written[]>();
		for (const batch of written) byRun.set(batch.runId, [...(byRun.get(batch.runId) ?? []), batch]);
		const found: Happening[] = [];
		for (const [runId, batches] of byRun) {
			const row = await store.findRun(runId);
			// Deleted meanwhile: there is nothing left to tell.
			if (row !== null) found.push(...(await ofRun(row, batches)));
		}
		return found.sort((one, other) => one.position - other.position);
	};
}

function closes(events: readonly RunEvent[]): boolean {
	return events.some(({ type }) => closing.has(type));
}

function factsOf(
	events: readonly RunEvent[],
): Pick<Happening, 'kind' | 'unattended' | 'parked' | 'at' | 'reason'> {
	const facts: ReturnType<typeof factsOf> = {
		kind: 'between',
		unattended: false,
		parked: false,
		at: events.at(-1)?.at ?? 0,
		reason: null,
	};
	for (const event of events) {
		if (event.type === 'turnStarted') facts.kind = event.kind;
		else if (event.type === 'parked' && event.thread === '0') facts.parked = true;
		else if (event.type === 'turnEnded') {
			facts.unattended = event.unattended;
			facts.reason = event.error?.message ?? null;
		} else if (event.type === 'runEnded') facts.reason = event.message ?? event.source ?? facts.reason;
	}
	return facts;
}
