/** Edges judged while their node waits for the user: which are armed, which are due, in order (R5.24–R5.31). */

import { readNumber } from '../graph/field';
import type { ConditionalEdge } from '../graph/edge';
import type { Graph } from '../graph/graph';
import type { Node } from '../graph/node';
import { ExpressionError } from '../errors';
import { evaluateExpression } from '../value/evaluate';
import { parseExpression } from '../value/expression';
import { destinationOf } from './direct';
import { conditionalEdgesOf } from './exits';
import { isClosedByGuardrail } from './guardrail';
import type { Position } from './contract';
import { senselessComparison } from './wording';

/** What a parked thread remembers of one waiting edge. */
export interface WaitingMemory {
	/** Completions of each trigger node at the last evaluation; a missing node counts as 0. */
	seen: Readonly<Record<string, number>>;
	/** Milliseconds since the epoch of the last evaluation, or null when there was none. */
	lastAt: number | null;
	/** Times the edge fired in this uninterrupted wait (R5.31). */
	transitions: number;
}

export interface WaitingEdge {
	edge: ConditionalEdge;
	destination: Node;
}

/** The state an evaluation is decided on. */
export interface WaitingView {
	/** Completed executions per node since the run began, in any thread (R5.27). */
	completions: Readonly<Record<string, number>>;
	memory: WaitingMemory | undefined;
	/** Milliseconds since the epoch. */
	nowMs: number;
}

export type WaitingState = 'idle' | 'armed' | 'due';

/** The edges of a node that are judged while it is parked, in edge order (R5.28). */
export function waitingEdgesOf(graph: Graph, node: Node): WaitingEdge[] {
	const edges: WaitingEdge[] = [];
	for (const edge of conditionalEdgesOf(graph, node.logical_id ?? '')) {
		if (!edge.evaluate_while_waiting_config?.enabled) continue;
		if ((edge.condition?.condition_expression ?? '').trim() === '') continue;
		const destination = destinationOf(graph, edge);
		if (destination && !isClosedByGuardrail(graph, node, destination)) edges.push({ edge, destination });
	}
	return edges;
}

/**
 * Whether the edge waits for nothing (`idle`), waits for its debounce to pass (`armed`), or is to be
 * evaluated now (`due`). An edge that fired often enough in this wait is idle (R5.31).
 */
export function waitingState(edge: ConditionalEdge, view: WaitingView): WaitingState {
	const config = edge.evaluate_while_waiting_config;
	if (!config?.enabled) return 'idle';
	const { memory } = view;
	if ((memory?.transitions ?? 0) >= (config.max_transitions_per_wait ?? 3)) return 'idle';
	if (config.trigger_mode === 'on_node_completion' && triggerOf(edge, view) === null) return 'idle';
	const lastAt = memory?.lastAt ?? null;
	if (lastAt === null || view.nowMs - lastAt >= debounceMs(edge)) return 'due';
	return 'armed';
}

/** When an armed edge becomes due, in milliseconds since the epoch; null for one never evaluated yet. */
export function dueAt(edge: ConditionalEdge, memory: WaitingMemory | undefined): number | null {
	const lastAt = memory?.lastAt ?? null;
	return lastAt === null ? null : lastAt + debounceMs(edge);
}

/** The first trigger node completed since the last evaluation, with its count, or null (R9.38). */
export function triggerOf(
	edge: ConditionalEdge,
	{ completions, memory }: WaitingView,
): { nodeId: string; completions: number } | null {
	for (const nodeId of edge.evaluate_while_waiting_config?.trigger_node_logical_ids ?? []) {
		const count = Object.hasOwn(completions, nodeId) ? (completions[nodeId] ?? 0) : 0;
		const seen = memory && Object.hasOwn(memory.seen, nodeId) ? (memory.seen[nodeId] ?? 0) : 0;
		if (count > seen) return { nodeId, completions: count };
	}
	return null;
}

/** What to remember once the edge has been evaluated. */
export function afterEvaluation(edge: ConditionalEdge, view: WaitingView, fired: boolean): WaitingMemory {
	const seen: Record<string, number> = {};
	for (const nodeId of edge.evaluate_while_waiting_config?.trigger_node_logical_ids ?? []) {
		seen[nodeId] = Object.hasOwn(view.completions, nodeId) ? (view.completions[nodeId] ?? 0) : 0;
	}
	return { seen, lastAt: view.nowMs, transitions: (view.memory?.transitions ?? 0) + (fired ? 1 : 0) };
}

/** Evaluates one waiting edge. Warnings are reported once per edge and turn (R3.35). */
export function evaluateWaiting(
	{ edge }: WaitingEdge,
	{ scope, warn }: Pick<Position, 'scope' | 'warn'>,
): { holds: boolean; expression: string; hydrated: string } {
	const expression = (edge.condition?.condition_expression ?? '').trim();
	const name = edge.name ?? edge.logical_id;
	try {
		const evaluation = evaluateExpression(parseExpression(expression), scope);
		const subject = `edge "${name}"`;
		const senseless = senselessComparison({ subject, expression, evaluation, awaitsValues: true });
		if (senseless !== null) warn(senseless, `expression:${edge.logical_id}`);
		return { holds: evaluation.holds, expression, hydrated: evaluation.hydrated };
	} catch (error) {
		if (!(error instanceof ExpressionError)) throw error;
		throw new ExpressionError(
			error.code,
			`The condition of edge "${name}" cannot be evaluated: ${error.message}`,
			{
				advice: error.advice,
				place: `edge "${name}"`,
				cause: error,
			},
		);
	}
}

/** The least time between two evaluations of the edge, in milliseconds. */
export function debounceMs(edge: ConditionalEdge): number {
	const seconds = readNumber(edge.evaluate_while_waiting_config?.min_seconds_between_evaluations);
	return typeof seconds === 'number' ? Math.max(0, seconds) * 1000 : 0;
}
