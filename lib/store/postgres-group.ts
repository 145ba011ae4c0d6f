/** Gathers appends that come while others are on their way to the server, and sends them together. */

import { setImmediate } from 'node:timers';
import type { AppendRequest, Tail } from './contract';
import { InteractlyError } from '../errors';
import { leaseLost } from './refusals';

type Answer = { head: number; tail: Tail };

export interface AppendGroups {
	append(request: AppendRequest): Promise<Answer>;
	/** Resolves once nothing waits and nothing is on its way. */
	settled(): Promise<void>;
}

interface Waiting {
	request: AppendRequest;
	resolve(answer: Answer): void;
	reject(error: unknown): void;
}

/** So many groups travel at once; more make the groups smaller, not the store faster. */
const groupsAtOnce = 2;
const largestGroup = 128;

/** Sends a group; null for a request that was refused. */
type Send = (requests: readonly AppendRequest[]) => Promise<Array<Answer | null>>;

export function createAppendGroups(send: Send): AppendGroups {
	let waiting: Waiting[] = [];
	let onTheirWay = 0;
	let isScheduled = false;
	const idle: Array<() => void> = [];

	function schedule(): void {
		if (isScheduled || onTheirWay >= groupsAtOnce || waiting.length === 0) return;
		isScheduled = true;
		setImmediate(() => {
			isScheduled = false;
			const group = take();
			onTheirWay += 1;
			void carry(group).finally(() => {
				onTheirWay -= 1;
				schedule();
				if (onTheirWay > 0 || waiting.length > 0) return;
				for (const done of idle.splice(0)) done();
			});
			schedule();
		});
	}

	/** The longest waiting, but of each run only one: its next append builds on it. */
	function take(): Waiting[] {
		const runs = new Set<string>();
		const group: Waiting[] = [];
		const rest: Waiting[] = [];
		for (const entry of waiting) {
			const { runId } = entry.request.lease;
			if (runs.has(runId) || group.length === largestGroup) rest.push(entry);
			else group.push(entry);
			runs.add(runId);
		}
		waiting = rest;
		return group;
	}

	async function carry(group: readonly Waiting[]): Promise<void> {
		try {
			const answers = await send(group.map(({ request }) => request));
			group.forEach(({ request, resolve, reject }, index) => {
				const answer = answers[index] ?? null;
				if (answer === null) reject(leaseLost(request.lease.runId));
				else resolve(answer);
			});
		} catch (error) {
			// Who is to blame shows when each goes alone; a server that is away blames nobody.
			if (group.length > 1 && !isAway(error)) for (const entry of group) await carry([entry]);
			else for (const { reject } of group) reject(error);
		}
	}

	return {
		append: (request) =>
			new Promise((resolve, reject) => {
				waiting.push({ request, resolve, reject });
				schedule();
			}),
		settled: () =>
			onTheirWay === 0 && waiting.length === 0
				? Promise.resolve()
				: new Promise((resolve) => idle.push(resolve)),
	};
}

function isAway(error: unknown): boolean {
	return error instanceof InteractlyError && error.code === 'STORE_UNREACHABLE';
}
