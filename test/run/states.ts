/** Runs brought into every state that a command may find them in. */

import type { RunStatus } from '../../lib/engine/contract';
import * as engine from '../../lib/engine/engine';
import type { RunSource } from '../../lib/run/contract';
import { direct, graphOf, openRoom, say, talk, type Room } from './room';

/** What the rules distinguish: the columns of R1.11, and where a run may stand in each. */
export type StateName =
	| 'none'
	| 'never started'
	| 'parked'
	| 'parked with companions'
	| 'broken off'
	| 'broken off in the middle'
	| 'paused while parked'
	| 'paused in the middle'
	| 'paused with companions only'
	| 'companions only'
	| 'completed'
	| 'failed'
	| 'cancelled'
	| 'looping'
	| 'reaped';

export interface Stood {
	room: Room;
	source: RunSource;
	/** Undefined for `none`. */
	runId: string | undefined;
	/** Key of the last message, and what was answered to it; null where no message was answered. */
	delivered: { key: string; reply: string } | null;
	turnNumber: number;
	status: RunStatus | null;
	close(): Promise<void>;
}

const poll = {
	type: 'no_op',
	logical_id: 'poll',
	self_loop_config: { enabled: true, max_retries: 20, time_between_retries: 3 },
};
const beside = {
	...direct('entry', 'poll'),
	companion_thread_config: { is_companion_thread: true, thread_id: 'lab' },
};
const entry = { type: 'no_op', logical_id: 'entry' };
const nonstop = { wait_for_user_message: false, self_loop: false };

const documents = {
	chat: graphOf([say('hello', 'Hello.'), talk('talk')], [direct('hello', 'talk')]),
	companions: graphOf([entry, talk('talk'), poll], [direct('entry', 'talk'), beside]),
	beside: graphOf([entry, say('bye', 'Bye.'), poll], [direct('entry', 'bye'), beside]),
	middle: graphOf(
		[talk('first', nonstop), say('second', 'Second.'), talk('third')],
		[direct('first', 'second'), direct('second', 'third')],
	),
	short: graphOf([say('bye', 'Bye.')]),
	failing: graphOf([{ type: 'tool_node', logical_id: 'tool' }]),
	circle: graphOf([say('a', 'A'), say('b', 'B')], [direct('a', 'b'), direct('b', 'a')]),
};

/** The turns that brought the run there: a bare start, then a message under the key `k1` where it waits. */
export async function stand(state: StateName): Promise<Stood> {
	let isHanging = false;
	let finish: () => void = () => undefined;
	const room = await openRoom({
		script: async ({ messages, signal }) => {
			if (isHanging) {
				await new Promise<void>((resolve, reject) => {
					finish = resolve;
					signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
				});
			}
			return `You said: ${messages.findLast(({ role }) => role === 'user')?.content ?? 'nothing'}`;
		},
	});
	const source = { type: 'document', document: documents[documentOf(state)] } as const;
	const close = () => room.close();
	const at = (runId: string | undefined, turnNumber: number, status: RunStatus | null): Stood => {
		const delivered = turnNumber > 1 ? { key: 'k1', reply: 'You said: one' } : null;
		return { room, source, runId, delivered, turnNumber, status, close };
	};
	if (state === 'none') return at(undefined, 0, null);
	if (state === 'never started') {
		const advance = () => Promise.reject(new TypeError('a bug'));
		const broken = room.another({ engine: { ...engine, advance } });
		await broken.turn({ source }).catch(() => undefined);
		const { rows } = await room.store.listRuns({ limit: 1, offset: 0 });
		return at(rows[0]?.id, 0, 'not_started');
	}
	if (state === 'paused in the middle' || state === 'broken off in the middle') {
		isHanging = true;
		const caller = new AbortController();
		const { signal } = caller;
		const begun = room.turn({ source, message: 'one', idempotencyKey: 'k1', signal });
		await soon();
		const { rows } = await room.store.listRuns({ limit: 1, offset: 0 });
		const runId = rows[0]?.id ?? '';
		if (state === 'broken off in the middle') {
			caller.abort(new Error('hung up'));
			await begun.catch(() => undefined);
			isHanging = false;
			return at(runId, 0, 'running');
		}
		const paused = room.turn({ runId, command: 'pause' });
		await soon();
		isHanging = false;
		finish();
		await Promise.all([begun, paused]);
		return { ...at(runId, 1, 'paused'), delivered: { key: 'k1', reply: 'You said: one' } };
	}
	const { runId, status } = await room.turn({ source });
	if (status !== 'waiting_for_user_input' && state !== 'paused with companions only') {
		return at(runId, 1, status);
	}
	if (state === 'paused with companions only') {
		await room.turn({ runId, command: 'pause' });
		return at(runId, 1, 'paused');
	}
	await room.turn({ runId, message: 'one', idempotencyKey: 'k1' });
	if (state === 'broken off') {
		isHanging = true;
		const caller = new AbortController();
		const broken = room.turn({ runId, message: 'two', idempotencyKey: 'k2', signal: caller.signal });
		await soon();
		caller.abort(new Error('hung up'));
		await broken.catch(() => undefined);
		isHanging = false;
		return at(runId, 2, 'running');
	}
	if (state === 'paused while parked') await room.turn({ runId, command: 'pause' });
	if (state === 'cancelled') await room.turn({ runId, command: 'stop' });
	if (state === 'reaped') {
		await room.clock.move(24 * 60 * 60_000 + 1);
		await room.runner.reap();
	}
	const row = await room.store.findRun(runId);
	return at(runId, 2, (row?.status ?? null) as RunStatus | null);
}

function documentOf(state: StateName): keyof typeof documents {
	if (state === 'parked with companions') return 'companions';
	if (state === 'companions only' || state === 'paused with companions only') return 'beside';
	if (state.endsWith('in the middle')) return 'middle';
	if (state === 'completed') return 'short';
	if (state === 'failed') return 'failing';
	return state === 'looping' ? 'circle' : 'chat';
}

const soon = () => new Promise((resolve) => setTimeout(resolve, 10));
