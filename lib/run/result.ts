/** What one command did, as its caller sees it: built from the command's events and the state after them. */

import type { RunEvent, WireEvent } from '../engine/contract';
import { isOnlyTold, isTerminal, type RunState } from '../engine/engine';
import type { Graph } from '../graph/graph';
import type { Json, JsonObject } from '../json';
import type { RunRow } from '../store/contract';
import type { TurnResult } from './contract';
import type { Engine } from './engine-port';
import { messagesOf, pathOf, replyOf } from './speech';
import { modelFailuresOf, usageOf, warningsOf } from './usage';

/** A stretch of a run's log with the state before it; wire events are computed from both on first use. */
export interface Stretch {
	events: readonly RunEvent[];
	/** The state before the first of them; nobody changes it any more. Null: nobody wants the wire events. */
	before: RunState | null;
}

export interface ResultParts {
	engine: Engine;
	graph: Graph;
	row: RunRow;
	/** After the last event. */
	state: RunState;
	stretch: Stretch;
	/** Global variables of the turn, shown in resolved inputs; never secret ones. */
	globals: JsonObject;
	recovered: boolean;
	repeated: boolean;
}

export function buildResult(parts: ResultParts): TurnResult {
	const { engine, graph, row, state, stretch } = parts;
	const { events } = stretch;
	const messages = messagesOf(events, graph);
	const modelFailures = modelFailuresOf(events, graph);
	const main = state.threads['0'];
	const node = main === undefined ? undefined : graph.nodesById.get(main.nodeId);
	const result: TurnResult = {
		runId: row.id,
		workflowId: row.workflowId,
		versionNumber: row.versionNumber,
		turnNumber: state.turnCount,
		status: state.status,
		reply: replyOf(messages),
		messages,
		isWaitingForInput: state.status === 'waiting_for_user_input',
		isCompleted: isTerminal(state.status),
		hasActiveCompanions: !isTerminal(state.status) && engine.activeCompanions(state).length > 0,
		hasBackgroundWork: engine.hasBackgroundWork(graph, state),
		nextDueAt: engine.nextDueAt(graph, state),
		currentNode:
			main === undefined || node === undefined
				? null
				: { id: main.nodeId, name: node.name ?? null, type: nodeType(node) },
		variables: variablesOf(state, graph),
		path: pathOf(events, graph),
		usage: usageOf(events),
		modelFailures,
		latencyMs: latencyOf(events),
		error: errorOf(events, state),
		events: [],
		repeated: parts.repeated,
		recovered: parts.recovered,
		warnings: warningsOf(events, modelFailures),
	};
	return stretch.before === null ? result : withEvents(result, parts);
}

/** Adds the wire events, computed on first read. */
function withEvents(result: TurnResult, parts: ResultParts): TurnResult {
	let wire: WireEvent[] | null = null;
	const events = () => (wire ??= projectStretch(parts));
	return Object.defineProperty(result, 'events', { get: events, enumerable: true });
}

/** One result that reports two runs: what a finished one still had to say leads. */
export function leadWith(lead: TurnResult, result: TurnResult): TurnResult {
	const messages = [...lead.messages, ...result.messages];
	return Object.defineProperties({} as TurnResult, {
		// Copied as they are, because reading `events` would compute them.
		...Object.getOwnPropertyDescriptors(result),
		messages: { value: messages, enumerable: true },
		reply: { value: replyOf(messages), enumerable: true },
		recovered: { value: true, enumerable: true },
	});
}

/** The wire events of a stretch (R9), each from the state just before it. */
export function projectStretch(
	parts: Pick<ResultParts, 'engine' | 'graph' | 'stretch' | 'globals'>,
): WireEvent[] {
	const { engine, graph, stretch, globals } = parts;
	const state = stretch.before;
	if (state === null) return [];
	const projector = engine.createProjector(graph, state, globals);
	return stretch.events.flatMap((event) => {
		const wire = projector.project(event);
		engine.fold(state, event, graph);
		return wire;
	});
}

function nodeType(node: { type: string; original_type?: string | null }): string {
	return node.type === 'unknown' ? (node.original_type ?? 'unknown') : node.type;
}

/**
 * The main thread's variables over the workflow's. Every variable stands in the state under three names
 * (R4.10); only the plain one is shown, and none of the runtime's own (R4.14).
 */
export function variablesOf(state: RunState, graph: Graph): JsonObject {
	const owners = ownersOf(graph);
	const shown: JsonObject = {};
	for (const variables of [state.workflowVariables, state.threads['0']?.variables ?? {}]) {
		for (const name of Object.keys(variables)) {
			if (!name.startsWith('_') && !isQualified(name, owners)) shown[name] = variables[name] as Json;
		}
	}
	return shown;
}

const ownersByGraph = new WeakMap<Graph, ReadonlySet<string>>();

/** Ids and names of the nodes, collected once a graph: a turn must not cost more in a larger one. */
function ownersOf(graph: Graph): ReadonlySet<string> {
	const known = ownersByGraph.get(graph);
	if (known !== undefined) return known;
	const owners = new Set<string>();
	for (const node of graph.node_configs) {
		if (node.logical_id !== null) owners.add(node.logical_id);
		if (node.name !== null) owners.add(node.name);
	}
	ownersByGraph.set(graph, owners);
	return owners;
}

function isQualified(name: string, owners: ReadonlySet<string>): boolean {
	for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
		if (owners.has(name.slice(0, dot))) return true;
	}
	return false;
}

function latencyOf(events: readonly RunEvent[]): number {
	// What was judged in vain before the command is no part of it.
	const first = events.find(({ type }) => type === 'turnStarted') ?? events[0];
	const last = events[events.length - 1];
	return first === undefined || last === undefined ? 0 : last.at - first.at;
}

/** What a pump does that judges conditions in vain. */
function isAside(event: RunEvent): boolean {
	return isOnlyTold(event) || event.type === 'waitingSeen' || event.type === 'warned';
}

/** Why the last turn in the events did not end well; the turn knows more than the end of the run. */
function errorOf(events: readonly RunEvent[], state: RunState): TurnResult['error'] {
	if (events.every(isAside)) {
		const { status, terminationSource: source, errorMessage: message } = state;
		return state.turnError ?? failureOf({ status, source, message });
	}
	const ended = events.findLast((event) => event.type === 'turnEnded');
	if (ended !== undefined && ended.error !== null) return ended.error;
	const end = events.findLast((event) => event.type === 'runEnded');
	return end === undefined ? null : failureOf(end);
}

/** The end of a run as an error, where it is one: `error` is set only then (R1.33). */
function failureOf(end: {
	status: RunState['status'];
	source: string | null;
	message: string | null;
}): TurnResult['error'] {
	if (end.status !== 'failed' && end.status !== 'aborted_looping_risk') return null;
	return {
		code: (end.source ?? end.status).toUpperCase(),
		message: end.message ?? 'The run failed.',
		advice: null,
	};
}
