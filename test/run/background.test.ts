/** Parked runs that move by themselves: the loop of one run, the background of a store, and the watch. */

import type { WireEvent } from '../../lib/engine/contract';
import { silentLog } from '../../lib/log';
import { startBackground, type BackgroundOptions } from '../../lib/run/background';
import type { Runner, TurnResult } from '../../lib/run/contract';
import { pauseBeforePump, pumpUntilSettled } from '../../lib/run/pump-loop';
import { direct, expression, fork, graphOf, line, noop, start } from '../engine/graphs';
import { openLab, type Lab } from './lab';

/** How often the store is asked for due runs. */
async function countLooks(lab: Lab, act: () => Promise<void>): Promise<number> {
	const look = jest.spyOn(lab.room.store, 'listDue');
	await act();
	const { length } = look.mock.calls;
	look.mockRestore();
	return length;
}

describe('the loop of one run', () => {
	test('R5.21: pumps when something is due, until nothing is left, and hands over what each pump did', async () => {
		const lab = await openLab({ readyAt: 3 });
		const latest = await lab.begin('s1');
		expect(latest).toMatchObject({ status: 'waiting_for_user_input', hasBackgroundWork: true });
		// The first attempt completed in the turn and armed the waiting edge (R5.27).
		expect(latest.nextDueAt).toBe(lab.room.clock.now());
		const results: TurnResult[] = [];
		const { clock } = lab.room;
		const settling = pumpUntilSettled({
			latest,
			turn: lab.room.turn,
			clock,
			forMs: 60_000,
			onResult: (result) => void results.push(result),
		});
		await lab.pass(7_000);
		const settled = await settling;
		expect(settled).toMatchObject({ status: 'completed', nextDueAt: null });
		expect(results.map(({ reply }) => reply).join('')).toBe('Your result is in.');
		// One for the armed edge, then one for each further attempt, and none in between.
		expect(results).toHaveLength(3);
		await lab.close();
	});

	test('a due time beyond the time given is not waited for', async () => {
		const lab = await openLab({ readyAt: 99 });
		const latest = await lab.begin('s1');
		const startedAt = lab.room.clock.now();
		const { clock } = lab.room;
		const settling = pumpUntilSettled({ latest, turn: lab.room.turn, clock, forMs: 10_000 });
		await lab.pass(9_001);
		const left = await settling;
		expect(left).toMatchObject({ status: 'waiting_for_user_input', hasBackgroundWork: true });
		expect(clock.now() - startedAt).toBe(9_001);
		expect(lab.http.calls).toBe(4);
		await lab.close();
	});

	test('an abort ends the sleep with its reason; the run is as it was', async () => {
		const lab = await openLab({ readyAt: 99 });
		const latest = await lab.begin('s1');
		const controller = new AbortController();
		const loop = { latest, turn: lab.room.turn, clock: lab.room.clock, forMs: 60_000 };
		const waiting = pumpUntilSettled({ ...loop, signal: controller.signal });
		controller.abort(new Error('enough'));
		await expect(waiting).rejects.toThrow('enough');
		expect(lab.http.calls).toBe(1);
		await lab.close();
	});

	test('R5.20: the pause is never shorter than the interval, and there is none when nothing is left', () => {
		const at = { nowMs: 1000, everyMs: 250 };
		expect(pauseBeforePump({ nextDueAt: 900 }, at)).toBe(250);
		expect(pauseBeforePump({ nextDueAt: 1100 }, at)).toBe(250);
		expect(pauseBeforePump({ nextDueAt: 5000 }, at)).toBe(4000);
		expect(pauseBeforePump({ nextDueAt: null }, at)).toBeNull();
	});

	test('R1.12: a paused run has nothing due, and has it again once it is resumed', async () => {
		const lab = await openLab({ readyAt: 99 });
		const { runId } = await lab.begin('s1');
		const paused = await lab.room.turn({ runId, command: 'pause' });
		expect(paused).toMatchObject({ status: 'paused', nextDueAt: null });
		expect(await lab.room.store.findRun(runId)).toMatchObject({ dueAt: null });
		const resumed = await lab.room.turn({ runId, command: 'resume' });
		expect(resumed.nextDueAt).not.toBeNull();
		expect(await lab.room.store.findRun(runId)).toMatchObject({ dueAt: resumed.nextDueAt });
		await lab.close();
	});
});

describe('the background of a store', () => {
	function background(lab: Lab, more: Partial<BackgroundOptions> & { runner?: Runner } = {}) {
		const results: TurnResult[] = [];
		const runner = more.runner ?? lab.room.runner;
		const begun = startBackground({
			store: lab.room.store,
			runner,
			turn: (request) => runner.turn(request),
			clock: lab.room.clock,
			log: silentLog,
			onResult: (result) => void results.push(result),
			...more,
		});
		return { results, stop: () => begun.stop() };
	}

	test('R5.20, R5.24: a parked run speaks by itself when the result lands', async () => {
		const lab = await openLab({ readyAt: 3 });
		const { runId } = await lab.begin('s1');
		const { results, stop } = background(lab);
		await lab.pass(2_900);
		expect(lab.http.calls).toBe(1);
		await lab.pass(100);
		expect(lab.http.calls).toBe(2);
		await lab.pass(3_001);
		expect(results.map(({ reply }) => reply).filter((reply) => reply !== '')).toEqual(['Your result is in.']);
		expect(await lab.room.store.findRun(runId)).toMatchObject({ status: 'completed', dueAt: null });
		await stop();
		await lab.close();
	});

	test('R5.29, R9.53: a pump whose conditions do not hold tells so in its events, and the record keeps nothing of it', async () => {
		const lab = await openLab({ readyAt: 3 });
		const { runId } = await lab.begin('s1');
		const recorded = (await lab.room.runner.events(runId)).length;
		await lab.pass(3_001);
		const streamed: WireEvent[] = [];
		const onEvent = (event: WireEvent) => void streamed.push(event);
		const { events, error } = await lab.room.turn({ runId, command: 'pump', onEvent });
		const boundaries = events.filter(({ type }) => type === 'waiting_evaluation_boundary');
		expect(boundaries).toMatchObject([
			{ parked_node_logical_id: 'chat', transitioned: false, still_waiting: true },
		]);
		expect([error, streamed]).toEqual([null, events]);
		const kept = (await lab.room.runner.events(runId)).slice(recorded);
		expect(kept).toEqual(events.filter((event) => !boundaries.includes(event)));
		await lab.close();
	});

	test('a run that another process parked is found, and one begun later as well', async () => {
		const lab = await openLab({ readyAt: 2 });
		const other = lab.room.another();
		const { results, stop } = background(lab);
		await lab.pass(5_000);
		await other.turn({ source: lab.source, sessionKey: 'elsewhere', command: 'start' });
		await lab.pass(4_000);
		expect(results.map(({ reply }) => reply)).toContain('Your result is in.');
		await stop();
		await lab.close();
	});

	test('design 8: 1,000 parked runs without background work are never touched', async () => {
		const lab = await openLab({ readyAt: 99 });
		for (let each = 0; each < 1_000; each += 1) {
			await lab.room.turn({ source: lab.quiet, sessionKey: `quiet ${each}`, command: 'start' });
		}
		const claim = jest.spyOn(lab.room.store, 'claim');
		const { stop } = background(lab, { reapEveryMs: 1e9 });
		expect(await countLooks(lab, () => lab.pass(60_000))).toBeLessThanOrEqual(61);
		expect(claim).not.toHaveBeenCalled();
		await stop();
		await lab.close();
	});

	test('two processes at once: each attempt is made once', async () => {
		const lab = await openLab({ readyAt: 5 });
		await lab.begin('s1');
		const one = background(lab);
		const two = background(lab, { runner: lab.room.another() });
		await lab.pass(60_000);
		expect(lab.http.calls).toBe(5);
		const said = [...one.results, ...two.results].map(({ reply }) => reply).filter((reply) => reply !== '');
		expect(said).toEqual(['Your result is in.']);
		await one.stop();
		await two.stop();
		await lab.close();
	});

	test('a process that was stopped hands over to the next one: due times and attempts come from the store', async () => {
		const lab = await openLab({ readyAt: 4 });
		await lab.begin('s1');
		const one = background(lab);
		await lab.pass(3_500);
		await one.stop();
		expect(lab.http.calls).toBe(2);
		await lab.pass(10_000);
		expect(lab.http.calls).toBe(2);
		const two = background(lab, { runner: lab.room.another() });
		await lab.pass(4_000);
		expect(lab.http.calls).toBe(4);
		expect(two.results.map(({ reply }) => reply)).toContain('Your result is in.');
		await two.stop();
		await lab.close();
	});

	test('only runs of the chosen workflow', async () => {
		const lab = await openLab({ readyAt: 99 });
		await lab.room.store.createWorkflow({
			id: 'w',
			name: 'Lab',
			description: null,
			document: JSON.stringify(lab.source.document),
		});
		await lab.begin('no workflow');
		await lab.room.turn({
			source: { type: 'stored', workflowId: 'w', version: 'active' },
			sessionKey: 'of w',
			command: 'start',
		});
		const pumped: Array<string | undefined> = [];
		const { stop } = background(lab, {
			workflowId: 'w',
			turn: (request) => {
				pumped.push(request.runId);
				return lab.room.turn(request);
			},
		});
		await lab.pass(7_000);
		const run = await lab.room.store.findSession('of w');
		expect(new Set(pumped)).toEqual(new Set([run?.id]));
		await stop();
		await lab.close();
	});

	test('a pump that fails is tried again ever more rarely, and the other runs go on', async () => {
		const lab = await openLab({ readyAt: 99 });
		const { runId: broken } = await lab.begin('broken');
		const { runId: fine } = await lab.begin('fine');
		const pumped: string[] = [];
		const { stop } = background(lab, {
			turn: (request) => {
				pumped.push(request.runId ?? '');
				return request.runId === broken ? Promise.reject(new Error('no key')) : lab.room.turn(request);
			},
		});
		await lab.pass(33_000);
		// At 0, 1, 3, 7, 15 and 31 s; the next would be at 63 s.
		expect(pumped.filter((runId) => runId === broken)).toHaveLength(6);
		expect(pumped.filter((runId) => runId === fine)).toHaveLength(12);
		await stop();
		await lab.close();
	});

	test('R5.25: a condition judged on every tick is judged once each debounce, though nothing is written', async () => {
		const lab = await openLab({ readyAt: 99 });
		const tick = graphOf(
			[noop('entry', start), lab.chat, line('late', 'That took long.')],
			[
				direct('entry', 'chat'),
				expression('chat', 'late', "[[answer]] == 'yes'", {
					evaluate_while_waiting_config: {
						enabled: true,
						trigger_mode: 'on_every_background_tick',
						min_seconds_between_evaluations: 5,
					},
				}),
			],
		);
		const { runId } = await lab.room.turn({ source: { type: 'document', document: tick }, command: 'start' });
		const head = (await lab.room.store.findRun(runId))?.head;
		const claim = jest.spyOn(lab.room.store, 'claim');
		const { stop } = background(lab);
		await lab.pass(21_000);
		expect(claim).toHaveBeenCalledTimes(5);
		expect((await lab.room.store.findRun(runId))?.head).toBe(head);
		await stop();
		await lab.close();
	});

	test('R1.31, R1.32: the reaper passes every 60 s and gives up what stands still, not what is due later', async () => {
		const lab = await openLab({ readyAt: 99 });
		const source = { type: 'document' as const, document: sleeper };
		const { runId } = await lab.room.turn({ source, command: 'start' });
		const quiet = await lab.room.turn({ source: lab.quiet, command: 'start' });
		const { stop } = background(lab, { lookEveryMs: 60_000 });
		await lab.room.clock.move(20 * 60_000);
		expect(await lab.room.store.findRun(runId)).toMatchObject({ status: 'running' });
		await lab.room.clock.move(24 * 60 * 60_000);
		expect(await lab.room.store.findRun(quiet.runId)).toMatchObject({
			status: 'failed',
			facts: { terminationSource: 'stale_run_reaper' },
		});
		await stop();
		await lab.close();
	});
});

/** Ends at once; a companion asks once an hour. */
const sleeper = graphOf(
	[
		noop('entry', start),
		line('bye'),
		{
			type: 'http_request',
			logical_id: 'poll',
			url: 'https://lab.example/status',
			self_loop_config: { enabled: true, max_retries: 50, time_between_retries: 3600 },
		},
	],
	[direct('entry', 'bye'), fork('entry', 'poll', 'lab'), expression('poll', 'bye', "[[never]] == 'true'")],
);
