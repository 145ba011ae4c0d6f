/** What a store answers to those who wait for due runs or watch what is written, as units of work. */

import type { DueRun, Written } from './contract';
import type { WorkTools } from './run-work';
import { first, rows, type Work } from './statement';

export function* readWritten({ statements }: WorkTools, after: number, limit: number): Work<Written[]> {
	const found = yield* rows(statements.readWritten({ after, limit }));
	return found.map(({ position, id, number, data }) => ({ position, runId: id, number, data }));
}

export function* lastPosition({ statements }: WorkTools): Work<number> {
	return (yield* first(statements.lastPosition({})))?.position ?? 0;
}

export function* listDue(
	{ statements }: WorkTools,
	{ atMs, workflowId, limit }: { atMs: number; workflowId?: string; limit: number },
): Work<DueRun[]> {
	const call =
		workflowId === undefined
			? statements.listDue({ at: atMs, limit })
			: statements.listDueOf({ at: atMs, workflowId, limit });
	return (yield* rows(call)).map(({ id, due_at: dueAt }) => ({ runId: id, dueAt: dueAt ?? 0 }));
}
