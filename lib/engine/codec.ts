/** Events as compact text for the store and back: tuples, times as differences, nodes and edges by position. */

import type { Graph } from '../graph/graph';
import type { Json, JsonObject } from '../json';
import type { CallRecord } from '../llm/contract';
import type { RunEvent, RunEventType } from './contract';

/** How a field is written: as it is, as positions of a node or of edges, or as packed call records. */
type Kind = 'json' | 'node' | 'edge' | 'edges' | 'lane' | 'calls';
type Field = readonly [name: string, fallback: Json, kind?: Kind];

const ON_THREAD: Field = ['thread', '0'];
const LANE: Field = ['lane', null, 'lane'];
const NODE: Field = ['nodeId', null, 'node'];

/**
 * The fields of every event in the order they are written, with the value that is left out at the end of
 * a tuple. The position of a type in this table is its code in stored logs: append, never reorder or
 * remove, and give a new field of an old type its default.
 */
// One event a line, as a table is read.
// prettier-ignore
const LAYOUT: ReadonlyArray<readonly [RunEventType, readonly Field[]]> = [
	['runStarted', [['runId', ''], ['workflowId', null], ['versionNumber', null], ['versionName', null], ['seed', ''], ['runBy', null], ['welcomeMessage', null], ['startNodeId', null], ['provided', {}], ['miscellaneous', {}], ['source', null]]],
	['turnStarted', [['kind', 'turn'], ['idempotencyKey', null], ['dynamicVariables', {}], ['runtimeVariables', {}], ['overrides', {}]]],
	['threadStarted', [ON_THREAD, NODE, ['parent', null], ['edgeId', null, 'edge'], ['forced', false], ['copiesHistory', false]]],
	['messagesReceived', [['messages', []], NODE, ON_THREAD]],
	['nodeStarted', [NODE, ['entry', 'direct'], ['attempt', 1], LANE, ON_THREAD]],
	['modelReplied', [['text', ''], ['call', '0'], ['purpose', 'say'], ['calls', [], 'calls'], ['latencyMs', 0], ['finishReason', 'stop'], ['toolCalls', []], ['output', null], ['hasOutput', false], ['wasStreamed', false], ['saidFiller', false], ['failedParses', []], ['destinationNodeId', null, 'node'], LANE, ON_THREAD]],
	['modelFailed', [['code', ''], ['message', ''], ['call', '0'], ['purpose', 'say'], ['calls', [], 'calls'], LANE, ON_THREAD, ['advice', null], ['httpStatus', null]]],
	['answerDiscarded', [['call', '0'], LANE, ON_THREAD]],
	['spoke', [['messageType', 'llm'], ['call', '0'], ['text', null], ['split', true], LANE, ON_THREAD]],
	['toolsCalled', [['call', '0'], ['callIds', []], ['keepsText', false], LANE, ON_THREAD]],
	['toolReturned', [['callId', ''], ['toolName', ''], ['content', ''], ['value', null], LANE, ON_THREAD]],
	['effectStarted', [['key', ''], ['kind', 'http'], ['target', ''], ['repeatable', false], LANE, ON_THREAD]],
	['effectSettled', [['key', ''], ['outcome', null], LANE, ON_THREAD]],
	['waitStarted', [['untilMs', 0], LANE, ON_THREAD]],
	['messageChosen', [['listKey', ''], ['index', 0], LANE, ON_THREAD]],
	['wrote', [NODE, ['values', {}], ['workflowValues', {}], LANE, ON_THREAD]],
	['reported', [NODE, ['event', ''], ['fields', {}], LANE, ON_THREAD]],
	['nodeEnded', [NODE, ['spoke', false], ['output', {}], ['picks', []], ['pickedBy', null], ['closesThread', false], ['failed', false], LANE, ON_THREAD]],
	['hopped', [['kind', 'direct'], ['edgeId', null, 'edge'], ['fromNodeId', null, 'node'], ['toNodeId', null, 'node'], ['reason', null], ['args', {}], ['globalNodeId', null, 'node'], ['judgedBy', null], ['escalation', null], ON_THREAD]],
	['waitingMatched', [['edgeId', null, 'edge'], ['expression', ''], ['hydrated', ''], ['triggerNodeId', null, 'node'], ['completions', 0], ['transitions', 0], ['redirectedFrom', null], ['edgeIds', []], ON_THREAD]],
	['waitingJudged', [NODE, ['edgeIds', []], ['transitioned', true], ['stillWaiting', false], ON_THREAD]],
	['loopStarted', [NODE, ['deadlineMs', null], ON_THREAD]],
	['loopDelayed', [NODE, ['dueMs', 0], ['attempt', 2], ['delayMs', 0], ['defers', false], ON_THREAD]],
	['loopRepeated', [NODE, ['attempt', 2], ON_THREAD]],
	['loopEnded', [NODE, ['outcome', 'max_retries'], ['attempts', 1], ON_THREAD]],
	['nodeExpired', [NODE, ['attempt', 1], ['reason', ''], ON_THREAD]],
	['parked', [NODE, ['selfLoop', false], ON_THREAD]],
	['threadPaused', [NODE, ['betweenNodes', false], ON_THREAD]],
	['threadEnded', [NODE, ['reason', ''], ON_THREAD]],
	['companionStepped', [ON_THREAD, ['attempts', 0], ['deadlineMs', null], ['stillActive', false]]],
	['warned', [['message', ''], ['thread', null], ['onceKey', null]]],
	['runPaused', []],
	['turnEnded', [['status', 'waiting_for_user_input'], ['error', null], ['unattended', false]]],
	['runEnded', [['status', 'completed'], ['source', null], ['message', null], ['trace', null]]],
	['interiorEntered', [['interiorId', ''], ['values', {}], ON_THREAD]],
	['speechInterrupted', [['eventIds', []], ['stretches', []], ['isKept', false], ON_THREAD]],
	['feedbackGiven', [['target', 'run'], ['kind', 'comment'], ['feedbackId', ''], ['turn', null], ['eventId', null], ['user', null], ['text', null], ['rating', null], ['removed', false]]],
	['lineBegun', [NODE, ON_THREAD]],
	['waitingSeen', [['edgeIds', [], 'edges'], ['closes', false], ON_THREAD, ['judgedMs', null]]],
];

const CODES = new Map<string, number>(LAYOUT.map(([type], code) => [type, code]));

interface Positions {
	nodes: Map<string, number>;
	edges: Map<string, number>;
	nodeIds: string[];
	edgeIds: string[];
}

const positionsByGraph = new WeakMap<Graph, Positions>();

function positionsOf(graph: Graph): Positions {
	let positions = positionsByGraph.get(graph);
	if (!positions) {
		const nodeIds = graph.node_configs.map((node) => node.logical_id ?? '');
		const edgeIds = graph.edge_configs.map((edge) => edge.logical_id ?? '');
		positions = {
			nodeIds,
			edgeIds,
			nodes: new Map(nodeIds.map((id, index) => [id, index])),
			edges: new Map(edgeIds.map((id, index) => [id, index])),
		};
		positionsByGraph.set(graph, positions);
	}
	return positions;
}

/**
 * The events of one batch as JSON text: `[time of the first, tuple, …]`, each tuple
 * `[type code, milliseconds since the one before, field, …]`. The graph must be the run's pinned one.
 */
export function encodeEvents(events: readonly RunEvent[], graph: Graph): string {
	const positions = positionsOf(graph);
	let time = events[0]?.at ?? 0;
	// Written as text at once: lists of lists for one `JSON.stringify` cost twice as much.
	let text = `[${time}`;
	for (const event of events) {
		const code = CODES.get(event.type) ?? -1;
		const fields = LAYOUT[code]?.[1] ?? [];
		const values = event as unknown as Record<string, Json>;
		let count = fields.length;
		// Most fields of most events have their fallback: from the end, the first that has not is found soonest.
		while (count > 0 && isLeftOut(values, fields[count - 1] as Field)) count -= 1;
		text += `,[${code},${event.at - time}`;
		time = event.at;
		for (let index = 0; index < count; index += 1) {
			const [name, , kind] = fields[index] as Field;
			const value = values[name] ?? null;
			text += `,${textOf(kind === undefined ? value : pack(value, kind, positions))}`;
		}
		text += ']';
	}
	return `${text}]`;
}

/** The value as JSON, without the call for what needs none. */
function textOf(value: Json): string {
	if (value === null || typeof value === 'boolean') return String(value);
	if (typeof value === 'number') return Number.isFinite(value) ? String(value) : 'null';
	return JSON.stringify(value);
}

/** The events of a stored batch, exactly as they were encoded. */
export function decodeEvents(text: string, graph: Graph): RunEvent[] {
	const positions = positionsOf(graph);
	const batch = JSON.parse(text) as Json[];
	let time = batch[0] as number;
	const events: RunEvent[] = [];
	for (let each = 1; each < batch.length; each += 1) {
		const tuple = batch[each] as Json[];
		const layout = LAYOUT[tuple[0] as number];
		if (!layout) continue;
		const [type, fields] = layout;
		time += tuple[1] as number;
		const event: Record<string, Json> = { type, at: time };
		fields.forEach(([name, fallback, kind], index) => {
			const value = index + 2 < tuple.length ? (tuple[index + 2] as Json) : null;
			if (index + 2 >= tuple.length) event[name] = fresh(fallback);
			else event[name] = kind === undefined ? value : unpack(value, kind, positions);
		});
		events.push(event as unknown as RunEvent);
	}
	return events;
}

/** A fallback that is an object or a list is an empty one. */
function isLeftOut(values: Record<string, Json>, [name, fallback]: Field): boolean {
	const value = values[name] ?? null;
	if (value === fallback) return true;
	if (typeof value !== 'object' || value === null || typeof fallback !== 'object' || fallback === null)
		return false;
	if (Array.isArray(value)) return Array.isArray(fallback) && value.length === 0;
	return !Array.isArray(fallback) && isEmpty(value);
}

function isEmpty(value: JsonObject): boolean {
	for (const key in value) if (Object.hasOwn(value, key)) return false;
	return true;
}

/** Defaults are shared constants; an event must own its objects. */
function fresh(fallback: Json): Json {
	if (typeof fallback !== 'object' || fallback === null) return fallback;
	return Array.isArray(fallback) ? [] : {};
}

function pack(value: Json, kind: Kind, positions: Positions): Json {
	if (kind === 'calls') return (value as unknown as CallRecord[]).map(packCall);
	if (kind === 'edges') return (value as Json[]).map((each) => pack(each, 'edge', positions));
	if (typeof value !== 'string') return value;
	return (kind === 'node' ? positions.nodes.get(value) : positions.edges.get(value)) ?? value;
}

function unpack(value: Json, kind: Kind, positions: Positions): Json {
	if (kind === 'calls') return (value as Json[][]).map(unpackCall) as unknown as Json;
	if (kind === 'edges') return (value as Json[]).map((each) => unpack(each, 'edge', positions));
	if (typeof value !== 'number') return value;
	return (kind === 'node' ? positions.nodeIds[value] : positions.edgeIds[value]) ?? null;
}

function packCall(call: CallRecord): Json[] {
	const { usage } = call;
	const flags = (call.won ? 1 : 0) + (call.usedUserKey ? 2 : 0) + (usage.estimated ? 4 : 0);
	const packed: Json[] = [
		call.provider,
		call.model,
		usage.promptTokens,
		usage.completionTokens,
		usage.totalTokens,
		call.latencyMs,
		flags,
	];
	if (call.namedConfigId !== null || call.namedConfigName !== null)
		packed.push(call.namedConfigId, call.namedConfigName);
	return packed;
}

function unpackCall(packed: Json[]): CallRecord {
	const flags = packed[6] as number;
	return {
		provider: packed[0] as string,
		model: packed[1] as string,
		usage: {
			promptTokens: packed[2] as number,
			completionTokens: packed[3] as number,
			totalTokens: packed[4] as number,
			estimated: (flags & 4) !== 0,
		},
		latencyMs: packed[5] as number,
		won: (flags & 1) !== 0,
		usedUserKey: (flags & 2) !== 0,
		namedConfigId: (packed[7] as string | undefined) ?? null,
		namedConfigName: (packed[8] as string | undefined) ?? null,
	};
}
