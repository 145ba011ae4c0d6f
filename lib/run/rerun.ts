/** Re-runs from any finished turn: what can be re-run, what a re-run would do, and doing it (R10.1–R10.11). */

import type { RunState } from '../engine/engine';
import { RunError } from '../errors';
import type { Graph } from '../graph/graph';
import type { RunRow } from '../store/contract';
import { runUnknown } from '../store/refusals';
import { chooseGraph, createRun, type ChosenGraph } from './begin';
import type { Runner, TurnResult } from './contract';
import { readTurn } from './input';
import { readEvents, splitLog, type LogPart } from './log';
import type { RunnerParts } from './parts';
import type { Queue } from './queue';
import type { RerunnableTurn, RerunPlan, RerunRequest, RerunTarget } from './rerun-contract';
import { planRerun } from './rerun-plan';
import type { Taker } from './take';

/** A run's log up to the end of one turn. */
interface SourceTurn {
	row: RunRow;
	graph: Graph;
	pinned: string;
	state: RunState;
}

export function createReruns(
	parts: RunnerParts,
	{ taker, runs }: { taker: Taker; runs: Queue },
): Pick<Runner, 'rerunnableTurns' | 'planRerun' | 'rerun'> {
	const { store, engine, graphs, ports } = parts;

	async function open(
		runId: string,
	): Promise<{ row: RunRow; graph: Graph; turns: LogPart[]; all: LogPart[] }> {
		const row = await store.findRun(runId);
		if (row === null) throw runUnknown(runId);
		const { graph } = await graphs.pinned(row.graphHash, () => store.readGraph(row.graphHash));
		const all = splitLog(await readEvents({ store, engine, graph }, row));
		return { row, graph, all, turns: all.filter(({ kind, isClosed }) => kind === 'turn' && isClosed) };
	}

	async function endOfTurn({ runId, turnIndex }: RerunRequest): Promise<SourceTurn> {
		const { row, graph, turns, all } = await open(runId);
		const last = turns[turnIndex];
		if (last === undefined) {
			throw new RunError('TURN_UNKNOWN', `Run "${runId}" has no finished turn ${turnIndex}.`, {
				status: 404,
				place: `run "${runId}"`,
				advice: 'Turns count from 0.',
			});
		}
		const state = engine.createState();
		for (const part of all.slice(0, all.indexOf(last) + 1)) {
			for (const event of part.events) engine.fold(state, event, graph);
		}
		return { row, graph, state, pinned: (await store.readGraph(row.graphHash)) ?? '' };
	}

	/** R10.2; a run of a document goes on with its own graph unless the caller names a workflow. */
	async function chooseTarget(source: SourceTurn, target: RerunTarget): Promise<ChosenGraph> {
		const workflowId = target.workflowId ?? source.row.workflowId;
		if (workflowId !== null) {
			const version = target.versionNumber ?? 'active';
			return await chooseGraph(parts, { type: 'stored', workflowId, version }, null);
		}
		const { graph, pinned, row } = source;
		const versionName = row.facts.versionName;
		return {
			graph,
			pinned,
			workflowId: null,
			versionNumber: row.versionNumber,
			versionName: typeof versionName === 'string' ? versionName : null,
		};
	}

	async function prepare(request: RerunRequest) {
		const source = await endOfTurn(request);
		const chosen = await chooseTarget(source, request.target ?? {});
		return { source, chosen, ...planRerun({ request, source, chosen }) };
	}

	async function countOf(runId: string, turnIndex: number): Promise<number> {
		const facts = { sourceRunId: runId, sourceTurnIndex: turnIndex };
		return (await store.listRuns({ facts, limit: 0, offset: 0 })).total;
	}

	return {
		async rerunnableTurns(runId): Promise<RerunnableTurn[]> {
			const { row, turns } = await open(runId);
			const isGone = row.workflowId !== null && (await store.getWorkflow(row.workflowId)) === null;
			const reason = isGone ? 'The workflow of the run was deleted.' : null;
			return await Promise.all(
				turns.map(async (_turn, turnIndex) => ({
					turnIndex,
					isRerunnable: !isGone,
					reason,
					rerunCount: await countOf(runId, turnIndex),
				})),
			);
		},
		async planRerun(request): Promise<RerunPlan> {
			return (await prepare(request)).plan;
		},
		async rerun(request, turn = {}): Promise<{ plan: RerunPlan; result: TurnResult }> {
			const { source, chosen, plan, restored } = await prepare(request);
			if (!plan.isRerunnable || restored === null) throw refused(plan);
			const { message = null, ...rest } = turn;
			const turnRequest = { ...rest, message };
			const read = readTurn(turnRequest);
			const held = await createRun(parts, {
				chosen,
				turn: read,
				request: turnRequest,
				takesSessionFrom: null,
				facts: { sourceRunId: request.runId, sourceTurnIndex: request.turnIndex },
			});
			const { provided, miscellaneous } = source.state;
			const result = await taker.take({
				runId: held.run.id,
				place: runs.enter(held.run.id),
				held,
				turn: read,
				request: turnRequest,
				start: {
					provided,
					miscellaneous,
					startNodeId: request.target?.entryNodeId ?? null,
					source: {
						runId: request.runId,
						turnIndex: request.turnIndex,
						state: engine.saveState(restored),
					},
				},
			});
			ports.log.debug('A run was re-run.', { runId: request.runId, newRunId: result.runId, mode: plan.mode });
			return { plan, result };
		},
	};
}

function refused(plan: RerunPlan): RunError {
	const entries = plan.suggestedEntryNodeIds.map((id) => `"${id}"`).join(', ');
	return new RunError(
		'RERUN_REFUSED',
		`Turn ${plan.turnIndex} of run "${plan.runId}" cannot be re-run: ${plan.reason ?? 'it is not finished'}`,
		{
			status: 409,
			place: `run "${plan.runId}"`,
			advice:
				entries === ''
					? 'Ask for the plan of the re-run to see what matches.'
					: `Name an entry node, such as ${entries}, or accept a looser mode.`,
		},
	);
}
