/** New runs: which graph and version, where to start, whose session, and the row that pins all of it. */

import { randomUUID } from 'node:crypto';
import { createHash } from 'node:crypto';
import type { RunStart } from '../engine/contract';
import { beginningAt } from '../engine/engine';
import { RunError } from '../errors';
import type { Graph } from '../graph/graph';
import { nodeAt } from '../graph/interior';
import type { JsonObject } from '../json';
import type { Lease, RunRow } from '../store/contract';
import { versionUnknown, workflowUnknown } from '../store/refusals';
import type { RunSource, TurnRequest } from './contract';
import type { ReadTurn } from './input';
import { checkFirstInput } from './input-state';
import { leaseMs } from './lease';
import { newOwner } from './owner';
import type { RunnerParts } from './parts';
import { inputRefused, sourceMissing } from './refusals';

/** A graph to run, and where it comes from. */
export interface ChosenGraph {
	graph: Graph;
	/** JSON text to pin (R1.29). */
	pinned: string;
	workflowId: string | null;
	versionNumber: number | null;
	versionName: string | null;
}

/**
 * The graph a new run executes (R1.15): the source's version, unless the run input names one.
 * @throws {RunError} `SOURCE_MISSING`, `WORKFLOW_UNKNOWN`, `VERSION_UNKNOWN`; {GraphError} `GRAPH_REFUSED`.
 */
export async function chooseGraph(
	{ store, graphs }: Pick<RunnerParts, 'store' | 'graphs'>,
	source: RunSource | undefined,
	wanted: number | null,
): Promise<ChosenGraph> {
	if (source === undefined) throw sourceMissing();
	if (source.type === 'document') {
		const { graph, pinned, versionName } = await graphs.read(source.document, null);
		return { graph, pinned, workflowId: null, versionNumber: null, versionName };
	}
	const number = wanted ?? source.version;
	const version = await store.getVersion(source.workflowId, number);
	if (version === null) {
		const workflow = await store.getWorkflow(source.workflowId);
		throw workflow === null
			? workflowUnknown(source.workflowId)
			: versionUnknown(source.workflowId, Number(number));
	}
	const { graph, pinned } = await graphs.read(version.document, source.workflowId);
	return {
		graph,
		pinned,
		workflowId: source.workflowId,
		versionNumber: version.number,
		versionName: version.name,
	};
}

/**
 * Checks where the run would start (R1.16, R1.17) and what its first input addresses.
 * @throws {RunError} `START_NODE_MISSING` or `RUN_INPUT_REFUSED`, status 400.
 */
export function checkBeginning(graph: Graph, turn: ReadTurn): void {
	const { startNodeId } = turn;
	if (startNodeId === null) {
		const start = graph.startNode;
		if (start !== null) return checkFirstInput(turn, beginningAt(graph, start) ?? start);
		throw new RunError('START_NODE_MISSING', 'The graph has no node to start at (R1.16).', {
			status: 400,
			place: '$.node_configs',
			advice: 'Mark one node with "is_start": true.',
		});
	}
	const refuse = (why: string) =>
		inputRefused(
			'start_node_logical_id',
			`the run cannot start at "${startNodeId}": ${why} (R1.17)`,
			'Name another node, or none.',
		);
	const node = nodeAt(graph, startNodeId);
	if (node === undefined) throw refuse('the graph has no such node');
	if (node.disabled) throw refuse('the node is disabled');
	if (graph.companionNodeIds.has(node.logical_id ?? ''))
		throw refuse('only companion threads reach the node');
	checkFirstInput(turn, node);
}

export interface NewRunRequest {
	chosen: ChosenGraph;
	turn: ReadTurn;
	request: TurnRequest;
	/** The finished run whose session this one takes over. */
	takesSessionFrom: string | null;
	/** Searchable facts beside the usual ones. */
	facts?: JsonObject;
}

/**
 * Creates the run's row and takes its lease; nothing has been executed yet.
 * @throws {RunError} `SESSION_TAKEN`, or `RUN_EXISTS` when the same delivery began a run before.
 */
export async function createRun(
	{ store, ports }: Pick<RunnerParts, 'store' | 'ports'>,
	{ chosen, turn, request, takesSessionFrom, facts }: NewRunRequest,
): Promise<{ run: RunRow; lease: Lease }> {
	return await store.createRun({
		id: newRunId(request),
		workflowId: chosen.workflowId,
		versionNumber: chosen.versionNumber,
		graph: chosen.pinned,
		status: 'not_started',
		sessionKey: request.sessionKey ?? null,
		createdAt: ports.clock.now(),
		facts: { versionName: chosen.versionName, runBy: turn.runBy, ...facts },
		owner: newOwner(),
		leaseMs,
		...(takesSessionFrom === null ? {} : { takesSessionFrom }),
	});
}

/**
 * A delivery with an idempotency key gets the same id each time, so that the store refuses to begin
 * a second run for it, whichever process the repetition reaches.
 */
export function newRunId({ idempotencyKey, sessionKey, source }: TurnRequest): string {
	if (idempotencyKey === undefined) return `workflow_run_${randomUUID()}`;
	const origin = source?.type === 'stored' ? source.workflowId : null;
	const digest = createHash('sha256')
		.update(JSON.stringify([idempotencyKey, sessionKey ?? null, origin]))
		.digest('hex');
	const [a, b, c, d, e] = [0, 8, 12, 16, 20].map((from, index) =>
		digest.slice(from, from + [8, 4, 4, 4, 12][index]!),
	);
	return `workflow_run_${a}-${b}-${c}-${d}-${e}`;
}

/** The facts a run starts from. */
export function runStart(row: RunRow, turn: ReadTurn, seed: string): RunStart {
	const { versionName } = row.facts;
	return {
		runId: row.id,
		workflowId: row.workflowId,
		versionNumber: row.versionNumber,
		versionName: typeof versionName === 'string' ? versionName : null,
		seed,
		runBy: turn.runBy,
		welcomeMessage: turn.welcomeMessage,
		startNodeId: turn.startNodeId,
		provided: {},
		miscellaneous: turn.miscellaneous,
		source: null,
	};
}
