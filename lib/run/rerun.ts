/** Re-runs from any finished turn: what can be re-run, what a re-run would do, and doing it (R10.1–R10.11). */

import type { RunState } from '../engine/engine';
import { InteractlyError, RunError } from '../errors';
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
import { inputRefused } from './refusals';
import { matchNodes } from './rerun-match';
import { placeIsGone, placeOf, planRerun } from './rerun-plan';
import type { Taker } from './take';

interface SourceRun {
	row: RunRow;
	graph: Graph;
	pinned: string;
}

/** A run as it stood at the end of one turn. */
interface SourceTurn extends SourceRun {
	state: RunState;
}

export function createReruns(
	parts: RunnerParts,
	{ taker, runs }: { taker: Taker; runs: Queue },
): Pick<Runner, 'rerunnableTurns' | 'planRerun' | 'rerun'> {
	const { store, engine, graphs, ports } = parts;

	async function open(runId: string): Promise<SourceRun & { all: LogPart[] }> {
		const row = await store.findRun(runId);
		if (row === null) throw runUnknown(runId);
		const { graph } = await graphs.pinned(row.graphHash, () => store.readGraph(row.graphHash));
		const all = splitLog(await readEvents({ store, engine, graph }, row));
		return { row, graph, pinned: (await store.readGraph(row.graphHash)) ?? '', all };
	}

	async function endOfTurn({ runId, turnIndex }: RerunRequest): Promise<SourceTurn> {
		const { row, graph, pinned, all } = await open(runId);
		const last = all.filter(({ kind, isClosed }) => kind === 'turn' && isClosed)[turnIndex];
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
		return { row, graph, pinned, state };
	}

	/** R10.2; a run of a document goes on with its own graph unless the caller names a workflow. */
	async function chooseTarget(source: SourceRun, target: RerunTarget): Promise<ChosenGraph> {
		const workflowId = target.workflowId ?? source.row.workflowId;
		if (workflowId !== null) {
			const version = target.versionNumber ?? 'active';
			return await chooseGraph(parts, { type: 'stored', workflowId, version }, null);
		}
		if (target.versionNumber !== undefined) {
			throw inputRefused(
				'target_version_number',
				'the run was made of a document, which has no versions',
				'Name a workflow beside the version, or no version.',
			);
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

	/** R10.10: why a turn cannot be re-run as it is; told by where the run stood at its end. */
	async function judgeOf(source: SourceRun): Promise<(state: RunState) => string | null> {
		try {
			const target = (await chooseTarget(source, {})).graph;
			const matching = matchNodes(source.graph, target);
			return (state) =>
				placeOf({ state, source: source.graph, target, matching }) === null ? placeIsGone : null;
		} catch (error) {
			if (!(error instanceof InteractlyError)) throw error;
			// The workflow was deleted, or its active version cannot be read.
			return () => error.message;
		}
	}

	async function countOf(runId: string, turnIndex: number): Promise<number> {
		const facts = { sourceRunId: runId, sourceTurnIndex: turnIndex };
		return (await store.listRuns({ facts, limit: 0, offset: 0 })).total;
	}

	return {
		async rerunnableTurns(runId): Promise<RerunnableTurn[]> {
			const source = await open(runId);
			const reasonAgainst = await judgeOf(source);
			const state = engine.createState();
			const turns: Array<Omit<RerunnableTurn, 'rerunCount'>> = [];
			for (const { events, kind, isClosed } of source.all) {
				for (const event of events) engine.fold(state, event, source.graph);
				if (kind !== 'turn' || !isClosed) continue;
				const reason = reasonAgainst(state);
				turns.push({ turnIndex: turns.length, isRerunnable: reason === null, reason });
			}
			return await Promise.all(
				turns.map(async (turn) => ({ ...turn, rerunCount: await countOf(runId, turn.turnIndex) })),
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
					startNodeId: request.target?.entryNodeId === undefined ? null : plan.entryNodeId,
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
