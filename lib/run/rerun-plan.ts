/** What a re-run would do: mode, entry, history, what is carried over and what is left behind. */

import type { RunState, ThreadState } from '../engine/engine';
import type { Graph } from '../graph/graph';
import { nodeAt } from '../graph/interior';
import type { RunRow } from '../store/contract';
import type { ChosenGraph } from './begin';
import { inputRefused } from './refusals';
import type { RerunMode, RerunPlan, RerunRequest } from './rerun-contract';
import { amend, displayed } from './rerun-edit';
import { matchNodes, reaches, type Matching } from './rerun-match';
import { moveState } from './rerun-state';
import { variablesOf } from './result';

export interface PlanRequest {
	request: RerunRequest;
	source: { row: RunRow; graph: Graph; pinned: string; state: RunState };
	chosen: ChosenGraph;
}

/** `restored` is the state to start from; null when the turn cannot be re-run like this. */
export function planRerun({ request, source, chosen }: PlanRequest): {
	plan: RerunPlan;
	restored: RunState | null;
} {
	const { target = {}, amendment } = request;
	const isSame = chosen.pinned === source.pinned;
	const matching = matchNodes(source.graph, chosen.graph, target.nodeIdMap);
	const mapped = placeOf({ state: source.state, source: source.graph, target: chosen.graph, matching });
	const entryNodeId = readEntry(target.entryNodeId, chosen.graph) ?? mapped;
	const mode = modeOf({ isSame, mapped, matching });
	const historyMode = target.historyMode ?? (isSame ? 'FULL' : 'USER_AND_ASSISTANT_ONLY');
	const reason = reasonAgainst({ entryNodeId, mode, wanted: target.requestedMode ?? 'PORTABLE' });
	const moved = moveState({
		state: source.state,
		source: source.graph,
		target: chosen.graph,
		matching,
		historyMode,
		entryNodeId: entryNodeId ?? '',
		isTransferred: target.entryNodeId !== undefined,
	});
	const { state, unmappedVariables } = moved;
	const removedMessageCount = amendment === undefined ? 0 : amend(state, amendment);
	const unmappedNodeIds = matching.unmapped;
	const plan: RerunPlan = {
		runId: request.runId,
		turnIndex: request.turnIndex,
		targetWorkflowId: chosen.workflowId,
		targetVersionNumber: chosen.versionNumber,
		isRerunnable: reason === null,
		reason,
		mode,
		historyMode,
		entryNodeId,
		suggestedEntryNodeIds: entryNodeId === null ? entriesOf(chosen.graph) : [entryNodeId],
		matches: matching.matches,
		unmappedNodeIds,
		unmappedVariables,
		messageCount: Object.values(state.threads).reduce((sum, { history }) => sum + history.length, 0),
		variableCount: Object.keys(variablesOf(state, chosen.graph)).length,
		isEdited: Object.values(amendment ?? {}).some((changes: object) => Object.keys(changes).length > 0),
		removedMessageCount,
		warnings: warningsOf({ unmappedNodeIds, unmappedVariables, state: source.state }),
		threads: Object.values(state.threads).map((thread) => ({
			threadId: thread.id,
			messages: displayed(thread),
			runtimeVariables: { ...thread.variables },
		})),
		dynamicVariables: state.dynamicVariables,
	};
	return { plan, restored: reason === null ? state : null };
}

/** The node of the target where the main thread is to stand, or null when it has none that can be entered. */
export function placeOf(at: {
	state: RunState;
	source: Graph;
	target: Graph;
	matching: Matching;
}): string | null {
	const main = at.state.threads['0'];
	const id = main === undefined ? undefined : at.matching.byId.get(positionOf(main, at.source));
	return id !== undefined && canBeEntered(at.target, id) ? id : null;
}

/** Disabled nodes execute nothing (R3.57), and companions have a way of their own. */
function canBeEntered(graph: Graph, id: string): boolean {
	return graph.nodesById.get(id)?.disabled === false && !graph.companionNodeIds.has(id);
}

/** R10.7: where the thread stands; one that ended stood last at its last interactive node, else its last. */
function positionOf(thread: ThreadState, graph: Graph): string {
	if (thread.status !== 'ended') return thread.nodeId;
	const interactive = thread.nodesHistory.findLast((id) => isInteractive(graph, id));
	return interactive ?? thread.nodesHistory.at(-1) ?? thread.nodeId;
}

function isInteractive(graph: Graph, id: string): boolean {
	const node = graph.nodesById.get(id);
	return (node?.type === 'say_llm' || node?.type === 'worker_llm') && node.wait_for_user_message;
}

function readEntry(wanted: string | undefined, graph: Graph): string | null {
	if (wanted === undefined) return null;
	// A super node stands for the start of its interior (R7.3.4).
	const id = nodeAt(graph, wanted)?.logical_id ?? '';
	if (canBeEntered(graph, id)) return id;
	throw inputRefused(
		'entry_node_logical_id',
		`the target cannot be entered at "${wanted}"`,
		'Name a node of the target that is enabled and belongs to the main thread.',
	);
}

function modeOf(found: { isSame: boolean; mapped: string | null; matching: Matching }): RerunMode {
	if (found.isSame) return 'EXACT';
	return found.mapped !== null && found.matching.matches.length > 0 ? 'REMAPPED' : 'PORTABLE';
}

export const placeIsGone =
	'No node of the target matches the position of the source; an entry node must be given.';

function reasonAgainst(found: {
	entryNodeId: string | null;
	mode: RerunMode;
	wanted: RerunMode;
}): string | null {
	const { entryNodeId, mode, wanted } = found;
	if (!reaches(mode, wanted)) return `The target allows ${mode} only, and ${wanted} was asked for.`;
	return entryNodeId === null ? placeIsGone : null;
}

/** Where a conversation may sensibly go on: nodes that wait for the user, else the start. */
function entriesOf(graph: Graph): string[] {
	const waiting = [...graph.nodesById.keys()].filter(
		(id) => isInteractive(graph, id) && canBeEntered(graph, id),
	);
	const start = graph.startNode?.logical_id ?? null;
	return waiting.length > 0 ? waiting.slice(0, 5) : start === null ? [] : [start];
}

function warningsOf(found: {
	unmappedNodeIds: string[];
	unmappedVariables: string[];
	state: RunState;
}): string[] {
	const warnings: string[] = [];
	const companions = Object.values(found.state.threads).filter(
		({ parentId, status }) => parentId !== null && status !== 'ended',
	);
	if (found.unmappedNodeIds.length > 0) {
		warnings.push(`Nodes without a match in the target: ${found.unmappedNodeIds.join(', ')}.`);
	}
	if (found.unmappedVariables.length > 0) {
		warnings.push(`Variables of those nodes are left behind: ${found.unmappedVariables.join(', ')}.`);
	}
	if (companions.length > 0) {
		warnings.push(`Companion threads do not go on: ${companions.map(({ id }) => id).join(', ')}.`);
	}
	return warnings;
}
