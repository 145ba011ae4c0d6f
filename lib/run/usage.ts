/** Model calls of a turn: what they used, per model, and which of them failed. */

import type { RunEvent } from '../engine/contract';
import type { Graph } from '../graph/graph';
import type { ModelFailure, TurnUsage } from './contract';

const noCalls = () => ({ calls: 0, promptTokens: 0, completionTokens: 0, totalTokens: 0 });

/** Tokens of every model call, discarded and failed ones included (R9.48). */
export function usageOf(events: readonly RunEvent[]): TurnUsage {
	const total = noCalls();
	const models = new Map<string, TurnUsage['models'][number]>();
	for (const event of events) {
		if (event.type !== 'modelReplied' && event.type !== 'modelFailed') continue;
		for (const { provider, model, usage } of event.calls) {
			const key = JSON.stringify([provider, model]);
			const row = models.get(key) ?? { provider, model, ...noCalls() };
			models.set(key, row);
			for (const sum of [total, row]) {
				sum.calls += 1;
				sum.promptTokens += usage.promptTokens;
				sum.completionTokens += usage.completionTokens;
				sum.totalTokens += usage.totalTokens;
			}
		}
	}
	return { ...total, models: [...models.values()] };
}

/** Several turns as one, each model once. */
export function sumUsages(usages: readonly TurnUsage[]): TurnUsage {
	const models = new Map<string, TurnUsage['models'][number]>();
	for (const { models: rows } of usages) {
		for (const row of rows) {
			const key = JSON.stringify([row.provider, row.model]);
			const known = models.get(key);
			models.set(key, known === undefined ? row : { ...row, ...totalOf([known, row]) });
		}
	}
	return { ...totalOf(usages), models: [...models.values()] };
}

function totalOf(rows: ReadonlyArray<Omit<TurnUsage, 'models'>>): Omit<TurnUsage, 'models'> {
	const sum = (key: 'calls' | 'promptTokens' | 'completionTokens' | 'totalTokens') =>
		rows.reduce((total, row) => total + row[key], 0);
	return {
		calls: sum('calls'),
		promptTokens: sum('promptTokens'),
		completionTokens: sum('completionTokens'),
		totalTokens: sum('totalTokens'),
	};
}

/** Requests that failed after all their attempts, each with the node that made it. */
export function modelFailuresOf(events: readonly RunEvent[], graph: Graph): ModelFailure[] {
	const failures: ModelFailure[] = [];
	/** The node at work, by thread and lane. */
	const nodes = new Map<string, string>();
	for (const event of events) {
		if (event.type === 'nodeStarted') nodes.set(`${event.thread}|${event.lane ?? ''}`, event.nodeId);
		if (event.type === 'lineBegun') nodes.set(`${event.thread}|`, event.nodeId);
		if (event.type !== 'modelFailed') continue;
		const { thread, code, message, advice, httpStatus } = event;
		const nodeId = nodes.get(`${thread}|${event.lane ?? ''}`) ?? null;
		const nodeName = nodeId === null ? null : (graph.nodesById.get(nodeId)?.name ?? null);
		failures.push({ nodeId, nodeName, threadId: thread, code, message, advice, httpStatus });
	}
	return failures;
}

/** Warnings of the turn, with a sentence for each failure that no warning tells of yet. */
export function warningsOf(events: readonly RunEvent[], failures: readonly ModelFailure[]): string[] {
	const warned = events.flatMap((event) => (event.type === 'warned' ? [event.message] : []));
	const untold = failures.filter(({ message }) => !warned.some((warning) => warning.includes(message)));
	return [...warned, ...new Set(untold.map(failureText))];
}

function failureText({ nodeId, nodeName, message }: ModelFailure): string {
	const node = nodeName ?? nodeId;
	return node === null
		? `A model gave no answer: ${message}`
		: `The model of "${node}" gave no answer: ${message}`;
}
