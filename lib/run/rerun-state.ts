/** The state a re-run starts from: its source's, moved to the target's nodes (R10.4–R10.7). */

import type { Message, RunState, ThreadState } from '../engine/engine';
import type { Graph } from '../graph/graph';
import type { Json, JsonObject } from '../json';
import { copyState } from './copy-state';
import type { HistoryMode } from './rerun-contract';
import type { Matching } from './rerun-match';

export interface MoveRequest {
	/** At the end of the source turn; stays as it is. */
	state: RunState;
	source: Graph;
	target: Graph;
	matching: Matching;
	historyMode: HistoryMode;
	/** Where the main thread is to stand. */
	entryNodeId: string;
	/** The caller named the entry: the main thread enters it anew, and its visit does not go on (R0.2). */
	isTransferred: boolean;
}

export interface Moved {
	state: RunState;
	unmappedVariables: string[];
}

/** The main thread parks at its entry; companions can be read but do not go on (R10.6). */
export function moveState(request: MoveRequest): Moved {
	const { matching, entryNodeId, isTransferred } = request;
	const state = copyState(request.state);
	const unmappedVariables: string[] = [];
	for (const thread of Object.values(state.threads)) {
		const variables = moveVariables(thread.variables, request);
		unmappedVariables.push(...variables.left);
		const goesOn = thread.parentId === null && thread.status !== 'ended' && !isTransferred;
		Object.assign(thread, {
			...settled(thread),
			...(goesOn ? visitOf(thread, request) : newVisit),
			history: keepHistory(thread.history, request).map(renumbered),
			variables: goesOn ? variables.moved : withoutVisit(variables.moved, request),
			callers: moveKeys(thread.callers, matching, (id) => matching.byId.get(id) ?? null),
			nodesHistory: thread.nodesHistory.flatMap((id) => matching.byId.get(id) ?? []),
			nodeId: matching.byId.get(thread.nodeId) ?? entryNodeId,
		});
	}
	const main = state.threads['0'];
	if (main !== undefined) Object.assign(main, { status: 'parked', nodeId: entryNodeId, closed: false });
	state.completions = moveKeys(state.completions, matching, (count) => count);
	// Runs of nodes are counted anew in each run (R7.1.1).
	state.nodeRuns = Object.create(null) as RunState['nodeRuns'];
	state.carriedTotals = addUp([...state.carriedTotals, ...state.totals]);
	state.totals = [];
	state.workflowVariables = moveVariables(state.workflowVariables, request).moved;
	return { state, unmappedVariables };
}

/** A thread that is in the middle of nothing. */
function settled(thread: ThreadState): Partial<ThreadState> {
	return {
		status: 'ended',
		phase: 'entering',
		entry: thread.parentId === null ? 'resume' : thread.entry,
		frame: null,
		lanes: {},
		finished: null,
		loop: null,
		received: false,
		owed: false,
		pausedBetween: false,
	};
}

const newVisit = { waiting: {}, consecutive: 0, forcedText: false, answeredInVisit: 0 };

/** What a thread that goes on where it stood still counts (R9.51); waiting edges keep their id or are forgotten. */
function visitOf(thread: ThreadState, { target, matching }: MoveRequest): Partial<ThreadState> {
	const { consecutive, forcedText, answeredInVisit } = thread;
	const waiting: ThreadState['waiting'] = {};
	for (const [edgeId, memory] of Object.entries(thread.waiting)) {
		const seen = moveKeys(memory.seen, matching, (count) => count);
		if (target.edgesById.has(edgeId)) waiting[edgeId] = { ...memory, seen };
	}
	return { waiting, consecutive, forcedText, answeredInVisit };
}

/** Events of the new run number its messages from the start again, so those it is given are marked. */
function renumbered({ said: _said, ...message }: Message): Message {
	return { ...message, id: `r${message.id}` };
}

/** R10.4: navigation memos and tool traffic are dropped except in `FULL`. */
function keepHistory(
	history: readonly Message[],
	{ historyMode, matching }: Pick<MoveRequest, 'historyMode' | 'matching'>,
): Message[] {
	if (historyMode === 'FULL') return history.map((message) => movedMemo(message, matching));
	if (historyMode === 'NONE') return [];
	return history.flatMap(({ toolCalls, ...message }) => {
		const isSpeech = message.memo === undefined && message.type !== 'tool';
		// A message that only called tools says nothing once the calls are gone.
		return isSpeech && (toolCalls === undefined || message.content.trim() !== '') ? [message] : [];
	});
}

/** A memo names the nodes of the target, where they have a match there. */
function movedMemo(message: Message, { byId }: Matching): Message {
	const { memo } = message;
	if (memo === undefined) return message;
	const [fromNodeId, toNodeId] = [memo.fromNodeId, memo.toNodeId].map((id) => byId.get(id) ?? id);
	const globalNodeId = memo.globalNodeId === null ? null : (byId.get(memo.globalNodeId) ?? memo.globalNodeId);
	return { ...message, memo: { ...memo, globalNodeId, fromNodeId: fromNodeId!, toNodeId: toNodeId! } };
}

/** R2.51: a new visit has not reached its Max Turns, whatever became of the one before. */
function withoutVisit(variables: JsonObject, { target, entryNodeId }: MoveRequest): JsonObject {
	const node = target.nodesById.get(entryNodeId);
	if (node === undefined || !('max_turns' in node) || node.max_turns === null) return variables;
	for (const owner of ['', `${entryNodeId}.`, `${node.name ?? entryNodeId}.`])
		delete variables[`${owner}max_turns_reached`];
	return variables;
}

/** One row for each model, as a run without source keeps them. */
function addUp(totals: RunState['totals']): RunState['totals'] {
	const rows = new Map<string, RunState['totals'][number]>();
	for (const row of totals) {
		const key = JSON.stringify([row.provider, row.model]);
		const sum = rows.get(key);
		if (sum === undefined) {
			rows.set(key, { ...row });
			continue;
		}
		sum.calls += row.calls;
		sum.promptTokens += row.promptTokens;
		sum.completionTokens += row.completionTokens;
		sum.totalTokens += row.totalTokens;
		sum.latencyMs += row.latencyMs;
		sum.userKeyCalls += row.userKeyCalls;
	}
	return [...rows.values()];
}

function moveKeys<Value>(
	record: Readonly<Record<string, Value>>,
	matching: Matching,
	move: (value: Value) => Value | null,
): Record<string, Value> {
	const moved = Object.create(null) as Record<string, Value>;
	for (const [id, value] of Object.entries(record)) {
		const target = matching.byId.get(id);
		const next = move(value);
		if (target !== undefined && next !== null) moved[target] = next;
	}
	return moved;
}

/** Variables under a node's id or name (R4.10) follow the node; those of a node without a match stay behind. */
function moveVariables(
	variables: JsonObject,
	{ source, target, matching }: MoveRequest,
): { moved: JsonObject; left: string[] } {
	const prefixes = new Map<string, string | null>();
	for (const [id, node] of source.nodesById) {
		const targetId = matching.byId.get(id);
		prefixes.set(id, targetId ?? null);
		if (node.name === null || node.name === id) continue;
		const name = targetId === undefined ? null : (target.nodesById.get(targetId)?.name ?? null);
		prefixes.set(node.name, name);
	}
	const moved = Object.create(null) as Record<string, Json>;
	const left: string[] = [];
	for (const [key, value] of Object.entries(variables)) {
		const prefix = prefixOf(key, prefixes);
		if (prefix === null) moved[key] = value;
		else {
			const next = prefixes.get(prefix) ?? null;
			if (next === null) left.push(key);
			else moved[`${next}${key.slice(prefix.length)}`] = value;
		}
	}
	return { moved, left };
}

/** The longest node id or name that the variable stands under, or null for a plain name. */
function prefixOf(key: string, prefixes: ReadonlyMap<string, string | null>): string | null {
	for (let dot = key.lastIndexOf('.'); dot > 0; dot = key.lastIndexOf('.', dot - 1)) {
		if (prefixes.has(key.slice(0, dot))) return key.slice(0, dot);
	}
	return null;
}
