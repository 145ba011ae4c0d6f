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
}

export interface Moved {
	state: RunState;
	unmappedVariables: string[];
}

/** The main thread parks at its entry; companions can be read but do not go on (R10.6). */
export function moveState(request: MoveRequest): Moved {
	const { matching, entryNodeId } = request;
	const state = copyState(request.state);
	const unmappedVariables: string[] = [];
	for (const thread of Object.values(state.threads)) {
		const variables = moveVariables(thread.variables, request);
		unmappedVariables.push(...variables.left);
		Object.assign(thread, {
			...settled(thread),
			history: keepHistory(thread.history, request.historyMode),
			variables: variables.moved,
			callers: moveKeys(thread.callers, matching, (id) => matching.byId.get(id) ?? null),
			nodesHistory: thread.nodesHistory.flatMap((id) => matching.byId.get(id) ?? []),
			nodeId: matching.byId.get(thread.nodeId) ?? entryNodeId,
		});
	}
	const main = state.threads['0'];
	if (main !== undefined) Object.assign(main, { status: 'parked', nodeId: entryNodeId, closed: false });
	state.completions = moveKeys(state.completions, matching, (count) => count);
	state.nodeRuns = moveKeys(state.nodeRuns, matching, (count) => count);
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
		waiting: {},
		received: false,
		owed: false,
		pausedBetween: false,
		consecutive: 0,
		forcedText: false,
		answeredInVisit: 0,
	};
}

/** R10.4: navigation memos and tool traffic are dropped except in `FULL`. */
function keepHistory(history: readonly Message[], mode: HistoryMode): Message[] {
	if (mode === 'FULL') return [...history];
	if (mode === 'NONE') return [];
	return history.flatMap(({ toolCalls, ...message }) => {
		const isSpeech = message.memo === undefined && message.type !== 'tool';
		// A message that only called tools says nothing once the calls are gone.
		return isSpeech && (toolCalls === undefined || message.content.trim() !== '') ? [message] : [];
	});
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
