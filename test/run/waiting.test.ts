/** What waiting edges have seen, across processes and restarts, and what it costs to keep (R5.27, R5.28). */

import type { JsonObject } from '../../lib/json';
import type { TurnResult } from '../../lib/run/contract';
import type { Happening } from '../../lib/run/happenings';
import { direct, expression, fork, graphOf, line, noop, start } from '../engine/graphs';
import { openRoom, talk, type Room } from './room';

const judgings = ({ events }: TurnResult) =>
	events.filter(({ type }) => type === 'waiting_evaluation_boundary').length;

/** `chat` waits; its edge asks for a value that only a message brings. */
const asking = (settings: JsonObject) =>
	graphOf(
		[noop('entry', start), talk('chat', { name: 'chat' }), line('tell', 'It is yes.')],
		[
			direct('entry', 'chat'),
			expression('chat', 'tell', "[[answer]] == 'yes'", {
				evaluate_while_waiting_config: { enabled: true, ...settings },
			}),
		],
	);
const byCompletion = asking({ trigger_node_logical_ids: ['entry'] });
const byTick = asking({ trigger_mode: 'on_every_background_tick', min_seconds_between_evaluations: 10 });

async function begin(room: Room, document: JsonObject): Promise<string> {
	const { runId, hasBackgroundWork } = await room.turn({
		source: { type: 'document', document },
		command: 'start',
	});
	expect(hasBackgroundWork).toBe(true);
	return runId;
}

/** A runner that knows nothing but what the store does. */
const pump = (room: Room, runId: string) => room.another().turn({ runId, command: 'pump' });

test('R5.27: after a restart an edge is not judged again on what it has seen', async () => {
	const room = await openRoom();
	const runId = await begin(room, byCompletion);
	const first = await room.turn({ runId, command: 'pump' });
	expect([judgings(first), first.hasBackgroundWork, first.nextDueAt]).toEqual([1, false, null]);
	const second = await pump(room, runId);
	expect([judgings(second), second.hasBackgroundWork]).toEqual([0, false]);
	await room.close();
});

test('R5.27: keeping it is one append, which gives the run back', async () => {
	const room = await openRoom();
	const runId = await begin(room, byCompletion);
	const [append, release] = [jest.spyOn(room.store, 'append'), jest.spyOn(room.store, 'release')];
	await room.turn({ runId, command: 'pump' });
	expect([append.mock.calls.length, release.mock.calls.length]).toEqual([1, 0]);
	expect(append.mock.calls[0]?.[0]).toMatchObject({ release: true, patch: { dueAt: null } });
	await room.turn({ runId, command: 'pump' });
	expect(append).toHaveBeenCalledTimes(1);
	await room.close();
});

test('R5.28: the debounce of an edge that is judged on every tick outlives the process, and writes nothing', async () => {
	const room = await openRoom();
	const runId = await begin(room, byTick);
	const append = jest.spyOn(room.store, 'append');
	const counts: number[] = [];
	for (let second = 0; second < 21; second += 1) {
		counts.push(judgings(await pump(room, runId)));
		await room.clock.move(1000);
	}
	expect(counts.flatMap((count, second) => (count > 0 ? [second] : []))).toEqual([0, 10, 20]);
	expect(append).not.toHaveBeenCalled();
	await room.close();
});

test('R5.28: a turn of another process leaves the debounce as it is', async () => {
	const room = await openRoom();
	const runId = await begin(room, byTick);
	await pump(room, runId);
	await room.clock.move(4000);
	const turn = await room.another().turn({ runId, message: 'hello' });
	expect(turn.nextDueAt).toBe(room.clock.now() + 6000);
	expect(judgings(await pump(room, runId))).toBe(0);
	await room.clock.move(6000);
	expect(judgings(await pump(room, runId))).toBe(1);
	await room.close();
});

test('R5.28: a companion that is due sooner brings no evaluation with it', async () => {
	const room = await openRoom();
	const document = graphOf(
		[
			noop('entry', start),
			talk('chat', { name: 'chat' }),
			noop('n', { self_loop_config: { enabled: true, max_retries: 50, time_between_retries: 3 } }),
			line('tell', 'It is yes.'),
		],
		[
			direct('entry', 'chat'),
			fork('entry', 'n', 'x'),
			expression('chat', 'tell', "[[answer]] == 'yes'", {
				evaluate_while_waiting_config: {
					enabled: true,
					trigger_mode: 'on_every_background_tick',
					min_seconds_between_evaluations: 10,
				},
			}),
		],
	);
	const runId = await begin(room, document);
	const counts: number[] = [];
	for (let second = 0; second < 25; second += 1) {
		counts.push(judgings(await pump(room, runId)));
		await room.clock.move(1000);
	}
	const judgedAt = counts.flatMap((count, second) => (count > 0 ? [second] : []));
	for (const [index, second] of judgedAt.entries()) {
		const before = judgedAt[index - 1];
		if (before !== undefined) expect(second - before).toBeGreaterThanOrEqual(10);
	}
	expect(judgedAt.length).toBeGreaterThanOrEqual(2);
	await room.close();
});

test('R5.29: a watch is not told of what was judged in vain, nor does it count in the turn behind it', async () => {
	const room = await openRoom();
	const runId = await begin(room, byCompletion);
	const told: Happening[] = [];
	const watch = await room.runner.watch({
		name: 'test',
		from: 'now',
		wants: () => true,
		onHappening: (happening) => void told.push(happening),
	});
	await room.turn({ runId, command: 'pump' });
	await room.clock.move(60_000);
	await room.turn({ runId, message: 'hello' });
	for (let tick = 0; tick < 20; tick += 1) await new Promise(setImmediate);
	await watch.stop();
	expect(told.map(({ kind, result }) => [kind, result.reply, result.latencyMs])).toEqual([
		['turn', 'You said: hello', 0],
	]);
	await room.close();
});
