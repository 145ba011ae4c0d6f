/** A run survives a crash at any write: the log is the same, the state is its fold, every turn settles. */

import fc from 'fast-check';
import type { Command, RunEvent } from '../../lib/engine/contract';
import { decodeEvents, encodeEvents, isTerminal, loadState, saveState } from '../../lib/engine/engine';
import type { JsonObject } from '../../lib/json';
import { movedClock } from './clock';
import { commands, echo, graphs, hashed, pauseBefore } from './generated';
import { direct, expression, fork, graphOf, line, say, start } from './graphs';
import { createWorld, turnInput, type World } from './world';

/** `FUZZ_RUNS=20` multiplies the generated cases by 20. */
const runs = (usual: number) => usual * Number(process.env['FUZZ_RUNS'] ?? 1);

class Crash extends Error {}

function newWorld(graph: JsonObject): World {
	const clock = movedClock();
	clock.jumps = true;
	return createWorld({ graph, clock, script: hashed, http: echo });
}

/** Whether the run can take the command as it stands (R1.11). */
function accepts(world: World, command: Command): boolean {
	const { status } = world.state;
	if (isTerminal(status)) return false;
	if (command.type === 'turn') return status === 'waiting_for_user_input';
	if (command.type === 'pause') return status === 'waiting_for_user_input';
	if (command.type === 'resume') return status === 'paused';
	return true;
}

async function play(world: World, list: readonly Command[]): Promise<void> {
	await attempt(world, () => world.start('hello'), true);
	for (const [index, command] of list.entries()) {
		await world.clock.move(pauseBefore(index));
		await attempt(world, () => (accepts(world, command) ? world.send(command) : Promise.resolve('')), false);
	}
}

/** Runs one command; after a crash takes up what the log holds, or gives the command anew when it holds nothing of it. */
async function attempt(world: World, send: () => Promise<string>, first: boolean): Promise<void> {
	const before = world.log.length;
	try {
		await send();
	} catch (error) {
		if (!(error instanceof Crash)) throw error;
		const clockState = world.clock;
		world.crash();
		world.onAppend = null;
		expect(clockState.now()).toBeGreaterThan(0);
		if (world.log.length === before || (first && world.state.runId === '')) await send();
		else await world.send({ type: 'recover' });
	}
}

/**
 * The log without times and without the way of the code, one list a thread: threads interleave as their waits
 * end (R5.33).
 */
function shape(log: readonly RunEvent[]): string {
	const threads: Record<string, unknown[]> = {};
	for (const event of log) {
		// When ticks were judged that had no write of their own: a time and no more (R5.28).
		if (event.type === 'waitingSeen' && event.judgedMs !== null) continue;
		const { at: _at, ...rest } = event as RunEvent & {
			lane?: string | null;
			untilMs?: number;
			dueMs?: number;
			deadlineMs?: number;
			trace?: string | null;
		};
		for (const key of ['untilMs', 'dueMs', 'deadlineMs', 'trace'] as const) delete rest[key];
		const place =
			'thread' in rest ? `${rest.thread ?? ''}${'lane' in rest ? `|${rest.lane ?? ''}` : '|'}` : '';
		(threads[place] ??= []).push(rest);
	}
	return JSON.stringify(
		Object.entries(threads).sort(([a], [b]) => (a < b ? -1 : 1)),
		null,
		1,
	);
}

const plain = (world: World) => JSON.parse(saveState(world.state)) as unknown;

describe('generated graphs', () => {
	test('state is the fold of the log, snapshots are a cache, and every turn settles', async () => {
		await fc.assert(
			fc.asyncProperty(graphs, commands, async (graph, list) => {
				const world = newWorld(graph);
				await play(world, list);
				expect(world.state.openTurn).toBeNull();
				expect(JSON.parse(saveState(world.refold()))).toEqual(plain(world));
				expect(JSON.parse(saveState(loadState(saveState(world.state))))).toEqual(plain(world));
				expect(decodeEvents(encodeEvents(world.log, world.graph), world.graph)).toEqual(
					JSON.parse(JSON.stringify(world.log)),
				);
				const end = world.wire.findIndex(
					(event) => event.type === 'end_workflow' || event.type === 'workflow_error',
				);
				if (end >= 0) expect(world.wire).toHaveLength(end + 1);
				expect(new Set(world.wire.map((event) => event.logical_id)).size).toBe(world.wire.length);
			}),
			{ numRuns: runs(250) },
		);
	});

	test('R9.52, R12.51: a crash before or after any write changes nothing but times', async () => {
		await fc.assert(
			fc.asyncProperty(graphs, commands, fc.nat(40), fc.boolean(), async (graph, list, point, stored) => {
				const calm = newWorld(graph);
				await play(calm, list);
				const rough = newWorld(graph);
				let appends = 0;
				rough.onAppend = (events) => {
					if (appends++ !== point) return;
					if (stored) rough.log.push(...events);
					throw new Crash();
				};
				await play(rough, list);
				// How far companions came when the loop protection cut them off depends on who was waited for (R5.33).
				const isCut =
					calm.state.status === 'aborted_looping_risk' && Object.keys(calm.state.threads).length > 1;
				// What a thread reads of one at work beside it depends on who was faster (R5.33).
				const isRaced = JSON.stringify(graph).includes('[[thread_side');
				expect(rough.state.openTurn).toBeNull();
				if (isRaced) return;
				if (!isCut) expect(shape(rough.log)).toBe(shape(calm.log));
				expect(rough.state.status).toBe(calm.state.status);
			}),
			{ numRuns: runs(400) },
		);
	});
});

test.each([0, 1, 2, 3, 4, 5, 6])(
	'R3.48, R9.52: an escalation to nobody ends its thread, wherever a crash comes (append %p)',
	async (point) => {
		const strikes = { max_guardrail_nodes_before_escalation: 1, escalation_message: 'Enough.' };
		const graph = graphOf(
			[
				{ type: 'no_op', logical_id: 'entry', name: 'entry', ...start },
				{
					type: 'http_request',
					logical_id: 'side',
					name: 'side',
					url: 'https://api.example/side',
					self_loop_config: { enabled: true, max_retries: 1, time_between_retries: 1 },
				},
				{ ...say('guard', true, true), is_guardrail_node: true },
			],
			[direct('entry', 'guard'), fork('entry', 'side', 'side')],
			{ guardrail_strikes_config: strikes },
		);
		const world = newWorld(graph);
		let appends = 0;
		world.onAppend = (events) => {
			if (appends++ !== point) return;
			world.log.push(...events);
			throw new Crash();
		};
		await attempt(world, () => world.start('hello'), true);
		expect(world.log.filter(({ type }) => type === 'spoke')).toHaveLength(1);
		expect(world.state.threads['0']).toMatchObject({ status: 'ended', nodesHistory: ['entry'] });
	},
);

describe('effects', () => {
	const graph = graphOf(
		[
			{
				type: 'http_request',
				logical_id: 'P',
				name: 'P',
				url: 'https://api.example/orders',
				method: 'POST',
				body_parameters: '{}',
				...start,
			},
			line('ok', 'placed'),
			line('no', 'unsure'),
		],
		[
			expression('P', 'ok', '[[http_request_result_success]] == true'),
			expression('P', 'no', '[[http_request_result_success]] == false'),
		],
	);

	test.each([0, 1, 2, 3, 4])(
		'R9.52: a write is never repeated; without an outcome the turn ends as failed and can be resumed (crash at append %p)',
		async (point) => {
			let orders = 0;
			const world = createWorld({
				graph,
				http: {
					send: (request) => {
						orders += 1;
						return echo.send(request);
					},
				},
			});
			let appends = 0;
			world.onAppend = () => {
				if (appends++ === point) throw new Crash();
			};
			const crashed = await world.start().then(
				() => false,
				() => true,
			);
			world.onAppend = null;
			if (!crashed) {
				expect(world.state.status).toBe('completed');
				return;
			}
			world.crash();
			if (world.state.runId === '') await world.start();
			else await world.send({ type: 'recover' });
			expect(orders).toBeLessThanOrEqual(1);
			if (world.state.status === 'paused') {
				expect(world.state.turnError?.code).toBe('EFFECT_OUTCOME_UNKNOWN');
				await world.send({ type: 'resume', input: turnInput() });
				expect(world.spoken()).toEqual(['unsure']);
			} else expect(orders).toBe(1);
			expect([world.state.status, world.state.errorMessage]).toEqual(['completed', null]);
		},
	);
});
