/** What every store must do; each database runs this suite against itself. */

import type { NewRun, Store } from '../../lib/store/contract';
import { InteractlyError } from '../../lib/errors';
import { describeDue } from './due';
import { describeModel } from './model';
import { describeSteps } from './steps';
import { describeTail } from './tail';

export interface HandClock {
	now(): number;
	sleep(ms: number): Promise<void>;
	forward(ms: number): void;
}

export function handClock(): HandClock {
	let at = 1_000_000;
	return {
		now: () => at,
		sleep: async (ms) => void (at += ms),
		forward: (ms) => void (at += ms),
	};
}

export interface Opened {
	store: Store;
	clock: HandClock;
	/** A second store on the same data, as another process would open it; absent where there is none. */
	reopen?: () => Promise<Store>;
}

export function newRun(id: string, more: Partial<NewRun> = {}): NewRun {
	return {
		id,
		workflowId: null,
		versionNumber: null,
		graph: '{"nodes":[]}',
		status: 'not_started',
		sessionKey: null,
		createdAt: 5,
		owner: 'first',
		leaseMs: 1000,
		...more,
	};
}

/** The code of the error that a promise rejects with; a fulfilled one gives `none`. */
export async function refusal(promise: Promise<unknown>): Promise<string> {
	try {
		await promise;
		return 'none';
	} catch (error) {
		return error instanceof InteractlyError ? error.code : `not ours: ${String(error)}`;
	}
}

export function describeStore(name: string, open: () => Promise<Opened>): void {
	describe(`${name}: the store`, () => {
		let store: Store;
		let clock: HandClock;
		beforeEach(async () => ({ store, clock } = await open()));
		afterEach(() => store.close());

		describe('runs and logs', () => {
			test('a new run is found with everything it was given, and its lease is held', async () => {
				const { run, lease } = await store.createRun(
					newRun('r1', { workflowId: 'w', versionNumber: 3, sessionKey: 's', facts: { by: 'api' } }),
				);
				expect(lease).toEqual({ runId: 'r1', owner: 'first' });
				expect(run).toMatchObject({
					id: 'r1',
					workflowId: 'w',
					versionNumber: 3,
					status: 'not_started',
					head: 0,
					turnCount: 0,
					sessionKey: 's',
					createdAt: 5,
					facts: { by: 'api' },
				});
				expect(await store.findRun('r1')).toEqual(run);
				expect(await store.findSession('s')).toEqual(run);
				expect(await store.claim('r1', 'second', 1000)).toBeNull();
			});

			test('an append adds one batch, patches the row and moves the head', async () => {
				const { lease } = await store.createRun(newRun('r1'));
				clock.forward(7);
				expect(await store.append({ lease, expectedHead: 0, data: 'one' })).toMatchObject({ head: 1 });
				expect(await store.findRun('r1')).toMatchObject({
					head: 1,
					status: 'not_started',
					updatedAt: clock.now(),
				});
				await store.append({
					lease,
					expectedHead: 1,
					data: 'two',
					patch: { status: 'completed', turnCount: 4, facts: { a: 1 } },
				});
				expect(await store.findRun('r1')).toMatchObject({
					head: 2,
					status: 'completed',
					turnCount: 4,
					facts: { a: 1 },
				});
				expect(await store.readBatches('r1', 0)).toEqual([
					{ number: 0, data: 'one' },
					{ number: 1, data: 'two' },
				]);
				expect(await store.readBatches('r1', 1)).toEqual([{ number: 1, data: 'two' }]);
				expect(await store.readBatches('r1', 2)).toEqual([]);
			});

			test('an append with a wrong head is refused and writes nothing', async () => {
				const { lease } = await store.createRun(newRun('r1'));
				await store.append({ lease, expectedHead: 0, data: 'one' });
				for (const expectedHead of [0, 2]) {
					const refused = store.append({ lease, expectedHead, data: 'x', patch: { status: 'failed' } });
					expect(await refusal(refused)).toBe('RUN_LEASE_LOST');
				}
				expect(await store.findRun('r1')).toMatchObject({ head: 1, status: 'not_started' });
				expect(await store.readBatches('r1', 0)).toHaveLength(1);
			});

			test('taking back a turn leaves the log and the row as they were, and other runs alone', async () => {
				const { lease } = await store.createRun(newRun('r1'));
				const { lease: other } = await store.createRun(newRun('r2'));
				await store.append({
					lease,
					expectedHead: 0,
					data: 'one',
					patch: { status: 'waiting_for_user_input', turnCount: 1 },
				});
				await store.append({ lease: other, expectedHead: 0, data: 'other' });
				await store.append({ lease, expectedHead: 1, data: 'two', patch: { status: 'running' } });
				await store.append({ lease, expectedHead: 2, data: 'three' });
				await store.saveSnapshot('r1', { head: 3, data: '{}' });
				await store.rewind(lease, 1, { status: 'waiting_for_user_input', turnCount: 1 });
				expect(await store.findRun('r1')).toMatchObject({
					head: 1,
					status: 'waiting_for_user_input',
					turnCount: 1,
				});
				expect(await store.readLog('r1')).toMatchObject({
					snapshot: null,
					batches: [{ number: 0, data: 'one' }],
				});
				expect(await store.readBatches('r2', 0)).toEqual([{ number: 0, data: 'other' }]);
				expect(await store.append({ lease, expectedHead: 1, data: 'again' })).toMatchObject({ head: 2 });
				expect(await store.readBatches('r1', 0)).toEqual([
					{ number: 0, data: 'one' },
					{ number: 1, data: 'again' },
				]);
				expect(await refusal(store.rewind({ runId: 'r1', owner: 'nobody' }, 0, {}))).toBe('RUN_LEASE_LOST');
			});

			test('an append by a writer that lost its lease is refused, also for an unknown run', async () => {
				const { lease } = await store.createRun(newRun('r1'));
				clock.forward(1001);
				const taken = await store.claim('r1', 'second', 1000);
				expect(taken?.lease).toEqual({ runId: 'r1', owner: 'second' });
				expect(await refusal(store.append({ lease, expectedHead: 0, data: 'x' }))).toBe('RUN_LEASE_LOST');
				expect(
					await refusal(store.append({ lease: { runId: 'no', owner: 'first' }, expectedHead: 0, data: 'x' })),
				).toBe('RUN_LEASE_LOST');
				expect(
					await store.append({ lease: { runId: 'r1', owner: 'second' }, expectedHead: 0, data: 'y' }),
				).toMatchObject({ head: 1 });
			});

			test('appends of one tick succeed or fail each for itself', async () => {
				const first = await store.createRun(newRun('r1'));
				const second = await store.createRun(newRun('r2'));
				const outcomes = await Promise.all([
					store.append({ lease: first.lease, expectedHead: 0, data: 'a' }).then(() => 'ok'),
					refusal(store.append({ lease: second.lease, expectedHead: 9, data: 'b' })),
					refusal(store.createRun(newRun('r1'))),
					store.append({ lease: second.lease, expectedHead: 0, data: 'c', release: true }).then(() => 'ok'),
					refusal(store.append({ lease: second.lease, expectedHead: 1, data: 'd' })),
				]);
				expect(outcomes).toEqual(['ok', 'RUN_LEASE_LOST', 'RUN_EXISTS', 'ok', 'RUN_LEASE_LOST']);
				expect(await store.readBatches('r1', 0)).toEqual([{ number: 0, data: 'a' }]);
				expect(await store.readBatches('r2', 0)).toEqual([{ number: 0, data: 'c' }]);
			});

			test('batches of many runs appended together stay apart and in order', async () => {
				const leases = [];
				for (let index = 0; index < 7; index += 1) {
					leases.push((await store.createRun(newRun(`r${index}`))).lease);
				}
				for (let number = 0; number < 20; number += 1) {
					await Promise.all(
						leases.map((lease, index) =>
							store.append({ lease, expectedHead: number, data: `${index}:${number}` }),
						),
					);
				}
				const log = await store.readLog('r3');
				expect(log?.batches.map(({ data }) => data)).toEqual(Array.from({ length: 20 }, (_, n) => `3:${n}`));
				expect((await store.readBatches('r5', 17)).map(({ number }) => number)).toEqual([17, 18, 19]);
			});

			test('texts come back as they went in', async () => {
				const { lease } = await store.createRun(newRun('r1', { graph: '{"a":"ü 🚑 \\u0000"}' }));
				const data = JSON.stringify(['ü 🚑', '', 'a\nb', '\u2028', "'; drop table run; --"]);
				await store.append({ lease, expectedHead: 0, data });
				const log = await store.readLog('r1');
				expect(log?.batches[0]?.data).toBe(data);
				expect(await store.readGraph(log?.run.graphHash ?? '')).toBe('{"a":"ü 🚑 \\u0000"}');
			});

			test('unknown runs read as absent and cannot be claimed', async () => {
				expect(await store.findRun('no')).toBeNull();
				expect(await store.readLog('no')).toBeNull();
				expect(await store.readBatches('no', 0)).toEqual([]);
				expect(await store.readGraph('no')).toBeNull();
				expect(await store.findSession('no')).toBeNull();
				expect(await refusal(store.claim('no', 'me', 1))).toBe('RUN_UNKNOWN');
			});
		});

		describe('R1.29: pinned graphs', () => {
			test('runs of one graph share one copy, which goes with the last of them', async () => {
				const one = await store.createRun(newRun('r1', { graph: '{"g":1}' }));
				const two = await store.createRun(newRun('r2', { graph: '{"g":1}' }));
				const three = await store.createRun(newRun('r3', { graph: '{"g":2}' }));
				expect(two.run.graphHash).toBe(one.run.graphHash);
				expect(three.run.graphHash).not.toBe(one.run.graphHash);
				await store.deleteRun('r1');
				expect(await store.readGraph(two.run.graphHash)).toBe('{"g":1}');
				await store.deleteRun('r2');
				expect(await store.readGraph(two.run.graphHash)).toBeNull();
				expect(await store.readGraph(three.run.graphHash)).toBe('{"g":2}');
			});
		});

		describe('leases', () => {
			test('one owner at a time; a released or expired lease can be taken', async () => {
				const { lease } = await store.createRun(newRun('r1', { leaseMs: 100 }));
				expect(await store.claim('r1', 'second', 100)).toBeNull();
				clock.forward(99);
				expect(await store.claim('r1', 'second', 100)).toBeNull();
				clock.forward(1);
				const second = await store.claim('r1', 'second', 100);
				expect(second?.lease.owner).toBe('second');
				await store.release(lease);
				expect(await store.claim('r1', 'third', 100)).toBeNull();
				await store.release({ runId: 'r1', owner: 'second' });
				expect(await store.claim('r1', 'third', 100)).not.toBeNull();
			});

			test('who holds a lease can be asked', async () => {
				const { lease } = await store.createRun(newRun('r1'));
				expect(await store.leaseOwner('r1')).toBe('first');
				await store.release(lease);
				expect(await store.leaseOwner('r1')).toBeNull();
				expect(await store.leaseOwner('unknown')).toBeNull();
			});

			test('renewing extends a held lease and reports a lost one', async () => {
				const { lease } = await store.createRun(newRun('r1', { leaseMs: 100 }));
				clock.forward(90);
				expect(await store.renew(lease, 100)).toBe(true);
				clock.forward(90);
				expect(await store.claim('r1', 'second', 100)).toBeNull();
				clock.forward(10);
				expect(await store.claim('r1', 'second', 100)).not.toBeNull();
				expect(await store.renew(lease, 100)).toBe(false);
				expect(await store.renew({ runId: 'no', owner: 'x' }, 100)).toBe(false);
			});

			test('an append may give the lease back in the same transaction', async () => {
				const { lease } = await store.createRun(newRun('r1'));
				await store.append({
					lease,
					expectedHead: 0,
					data: 'x',
					release: true,
					patch: { status: 'completed' },
				});
				const next = await store.claim('r1', 'second', 100);
				expect(next?.run).toMatchObject({ head: 1, status: 'completed' });
				expect(await refusal(store.append({ lease, expectedHead: 1, data: 'y' }))).toBe('RUN_LEASE_LOST');
			});

			test('of many claims of one tick exactly one succeeds', async () => {
				const { lease } = await store.createRun(newRun('r1'));
				await store.release(lease);
				const claims = await Promise.all(
					Array.from({ length: 20 }, (_, index) => store.claim('r1', `owner ${index}`, 100)),
				);
				expect(claims.filter((taken) => taken !== null)).toHaveLength(1);
			});
		});

		describe('sessions', () => {
			test('a key belongs to one run; another run is refused and not created', async () => {
				await store.createRun(newRun('r1', { sessionKey: 'anna' }));
				expect(await refusal(store.createRun(newRun('r2', { sessionKey: 'anna' })))).toBe('SESSION_TAKEN');
				expect(await store.findRun('r2')).toBeNull();
				expect((await store.findSession('anna'))?.id).toBe('r1');
			});

			test('of many first runs for one key at once exactly one is created', async () => {
				const codes = await Promise.all(
					Array.from({ length: 10 }, (_, index) =>
						refusal(store.createRun(newRun(`r${index}`, { sessionKey: 'anna' }))),
					),
				);
				expect(codes.filter((code) => code === 'none')).toHaveLength(1);
				expect(codes.filter((code) => code === 'SESSION_TAKEN')).toHaveLength(9);
				expect((await store.listRuns({ limit: 99, offset: 0 })).total).toBe(1);
			});

			test('a new run takes the key over from the run it names, and from no other', async () => {
				await store.createRun(newRun('r1', { sessionKey: 'anna' }));
				await store.createRun(newRun('r2', { sessionKey: 'anna', takesSessionFrom: 'r1' }));
				expect((await store.findSession('anna'))?.id).toBe('r2');
				const late = store.createRun(newRun('r3', { sessionKey: 'anna', takesSessionFrom: 'r1' }));
				expect(await refusal(late)).toBe('SESSION_TAKEN');
				const { rows } = await store.listRuns({ sessionKey: 'anna', limit: 9, offset: 0 });
				expect(rows.map(({ id }) => id)).toEqual(['r2', 'r1']);
			});

			test('a taken run id leaves the session where it was', async () => {
				await store.createRun(newRun('r1'));
				expect(await refusal(store.createRun(newRun('r1', { sessionKey: 'anna' })))).toBe('RUN_EXISTS');
				expect(await store.findSession('anna')).toBeNull();
			});

			test('releasing frees the key only for the run that holds it; deleting a run frees it too', async () => {
				await store.createRun(newRun('r1', { sessionKey: 'anna' }));
				await store.releaseSession('anna', 'r9');
				expect((await store.findSession('anna'))?.id).toBe('r1');
				await store.releaseSession('anna', 'r1');
				expect(await store.findSession('anna')).toBeNull();
				await store.createRun(newRun('r2', { sessionKey: 'anna' }));
				await store.deleteRun('r2');
				expect(await store.findSession('anna')).toBeNull();
			});
		});

		describe('lists', () => {
			test('runs come newest first, filtered, in pages', async () => {
				for (let index = 0; index < 6; index += 1) {
					await store.createRun(
						newRun(`r${index}`, {
							createdAt: index < 3 ? 10 : 20,
							workflowId: index % 2 === 0 ? 'even' : 'odd',
							status: index === 5 ? 'completed' : 'running',
						}),
					);
				}
				const ids = async (filter: object) => {
					const { rows, total } = await store.listRuns({ limit: 99, offset: 0, ...filter });
					return [total, ...rows.map(({ id }) => id)];
				};
				expect(await ids({})).toEqual([6, 'r5', 'r4', 'r3', 'r2', 'r1', 'r0']);
				expect(await ids({ limit: 2, offset: 1 })).toEqual([6, 'r4', 'r3']);
				expect(await ids({ workflowId: 'odd' })).toEqual([3, 'r5', 'r3', 'r1']);
				expect(await ids({ statuses: ['completed', 'failed'] })).toEqual([1, 'r5']);
				expect(await ids({ statuses: [] })).toEqual([0]);
				expect(await ids({ createdFrom: 11, workflowId: 'even' })).toEqual([1, 'r4']);
				expect(await ids({ createdTo: 10 })).toEqual([3, 'r2', 'r1', 'r0']);
				expect(await ids({ updatedBefore: clock.now() })).toEqual([0]);
				expect(await ids({ updatedBefore: clock.now() + 1, limit: 1 })).toEqual([6, 'r5']);
			});
		});

		test('runs are found by their facts', async () => {
			await store.createRun(newRun('r1', { facts: { from: 'x', 'a "quoted" name': 1 } }));
			await store.createRun(newRun('r2', { facts: { from: 'y', turn: 3 } }));
			await store.createRun(newRun('r3'));
			const ids = async (facts: Record<string, string | number>) =>
				(await store.listRuns({ facts, limit: 9, offset: 0 })).rows.map(({ id }) => id);
			expect(await ids({ from: 'x' })).toEqual(['r1']);
			expect(await ids({ from: 'y', turn: 3 })).toEqual(['r2']);
			expect(await ids({ from: 'y', turn: 4 })).toEqual([]);
			expect(await ids({ 'a "quoted" name': 1 })).toEqual(['r1']);
			expect(await ids({})).toEqual(['r3', 'r2', 'r1']);
		});

		describe('snapshots', () => {
			test('a snapshot shortens the log; a newer one replaces it; none may run ahead', async () => {
				const { lease } = await store.createRun(newRun('r1'));
				for (let head = 0; head < 4; head += 1) {
					await store.append({ lease, expectedHead: head, data: `${head}` });
				}
				await store.saveSnapshot('r1', { head: 2, data: 'two' });
				expect(await store.readLog('r1')).toMatchObject({
					snapshot: { head: 2, data: 'two' },
					batches: [
						{ number: 2, data: '2' },
						{ number: 3, data: '3' },
					],
				});
				await store.saveSnapshot('r1', { head: 4, data: 'four' });
				await store.saveSnapshot('r1', { head: 5, data: 'five' });
				await store.saveSnapshot('no', { head: 0, data: 'nobody' });
				expect(await store.readLog('r1')).toMatchObject({ snapshot: { head: 4, data: 'four' }, batches: [] });
				await store.deleteSnapshots('r1');
				expect((await store.readLog('r1'))?.snapshot).toBeNull();
				expect((await store.readLog('r1'))?.batches).toHaveLength(4);
			});
		});

		describe('workflows and versions', () => {
			const input = { id: 'w', name: 'Refill line', description: null, document: '{"v":0}' };

			test('a workflow starts with version 0, active', async () => {
				const workflow = await store.createWorkflow({ ...input, versionName: 'Initial Version' });
				expect(workflow).toEqual({
					id: 'w',
					name: 'Refill line',
					description: null,
					activeVersion: 0,
					createdAt: clock.now(),
					updatedAt: clock.now(),
				});
				expect(await store.getVersion('w', 'active')).toMatchObject({
					number: 0,
					name: 'Initial Version',
					document: '{"v":0}',
				});
				expect(await refusal(store.createWorkflow(input))).toBe('WORKFLOW_EXISTS');
			});

			test('versions count up, are activated, renamed, rewritten and deleted', async () => {
				await store.createWorkflow(input);
				await store.createVersion('w', { name: 'a', document: '{"v":1}', activate: false });
				const two = await store.createVersion('w', { name: null, document: '{"v":2}', activate: true });
				expect(two).toMatchObject({ workflowId: 'w', number: 2, name: null, document: '{"v":2}' });
				expect((await store.getWorkflow('w'))?.activeVersion).toBe(2);
				expect((await store.getVersion('w', 'active'))?.document).toBe('{"v":2}');
				expect((await store.activateVersion('w', 1)).activeVersion).toBe(1);
				await store.updateVersion('w', 1, { name: 'b' });
				expect(await store.updateVersion('w', 1, { document: '{"v":9}' })).toMatchObject({
					name: 'b',
					document: '{"v":9}',
				});
				await store.deleteVersion('w', 2);
				expect(await store.getVersion('w', 2)).toBeNull();
				expect((await store.listVersions('w')).map(({ number, name }) => [number, name])).toEqual([
					[0, null],
					[1, 'b'],
				]);
				expect((await store.listVersions('w'))[0]).not.toHaveProperty('document');
			});

			test('R-84: the active and the last version stay', async () => {
				await store.createWorkflow(input);
				expect(await refusal(store.deleteVersion('w', 0))).toBe('VERSION_LAST');
				await store.createVersion('w', { name: null, document: '{}', activate: false });
				expect(await refusal(store.deleteVersion('w', 0))).toBe('VERSION_ACTIVE');
				expect(await refusal(store.deleteVersion('w', 7))).toBe('VERSION_UNKNOWN');
				expect(await store.listVersions('w')).toHaveLength(2);
			});

			test('what names an unknown workflow or version is refused', async () => {
				expect(await store.getWorkflow('no')).toBeNull();
				expect(await store.getVersion('no', 'active')).toBeNull();
				expect(await store.listVersions('no')).toEqual([]);
				expect(await refusal(store.updateWorkflow('no', { name: 'x' }))).toBe('WORKFLOW_UNKNOWN');
				expect(await refusal(store.deleteWorkflow('no'))).toBe('WORKFLOW_UNKNOWN');
				expect(await refusal(store.createVersion('no', { name: null, document: '{}', activate: true }))).toBe(
					'WORKFLOW_UNKNOWN',
				);
				expect(await refusal(store.activateVersion('no', 0))).toBe('WORKFLOW_UNKNOWN');
				expect(await refusal(store.updateVersion('no', 0, { name: 'x' }))).toBe('VERSION_UNKNOWN');
				await store.createWorkflow(input);
				expect(await refusal(store.activateVersion('w', 1))).toBe('VERSION_UNKNOWN');
				expect(await refusal(store.updateVersion('w', 1, { name: 'x' }))).toBe('VERSION_UNKNOWN');
				expect((await store.getWorkflow('w'))?.activeVersion).toBe(0);
			});

			test('workflows are renamed, searched without case and paged', async () => {
				for (const name of ['Refill line', 'Intake', 'Late REFILL']) {
					await store.createWorkflow({ ...input, id: name, name });
					clock.forward(1);
				}
				await store.updateWorkflow('Intake', { name: '100% intake_', description: 'x' });
				expect(await store.getWorkflow('Intake')).toMatchObject({ name: '100% intake_', description: 'x' });
				const found = async (search: string) =>
					(await store.listWorkflows({ search, limit: 9, offset: 0 })).rows.map(({ id }) => id);
				expect(await found('refill')).toEqual(['Late REFILL', 'Refill line']);
				expect(await found('0% I')).toEqual(['Intake']);
				expect(await found('%')).toEqual(['Intake']);
				expect(await found('_')).toEqual(['Intake']);
				expect(await store.listWorkflows({ limit: 1, offset: 1 })).toMatchObject({
					total: 3,
					rows: [{ id: 'Intake' }],
				});
			});

			test('R9.59: deleting a workflow deletes its versions, runs, logs and sessions', async () => {
				await store.createWorkflow(input);
				const { lease, run } = await store.createRun(newRun('r1', { workflowId: 'w', sessionKey: 's' }));
				await store.append({ lease, expectedHead: 0, data: 'x' });
				await store.saveSnapshot('r1', { head: 1, data: 'x' });
				await store.createRun(newRun('other', { graph: '{"other":1}' }));
				await store.deleteWorkflow('w');
				expect(await store.getWorkflow('w')).toBeNull();
				expect(await store.listVersions('w')).toEqual([]);
				expect(await store.readLog('r1')).toBeNull();
				expect(await store.findSession('s')).toBeNull();
				expect(await store.readGraph(run.graphHash)).toBeNull();
				expect((await store.listRuns({ limit: 9, offset: 0 })).rows.map(({ id }) => id)).toEqual(['other']);
			});

			test('a deleted run leaves no batch behind for a run of the same id', async () => {
				const { lease } = await store.createRun(newRun('r1'));
				await store.append({ lease, expectedHead: 0, data: 'old' });
				await store.deleteRun('r1');
				await store.deleteRun('r1');
				const again = await store.createRun(newRun('r1'));
				expect(await store.readBatches('r1', 0)).toEqual([]);
				await store.append({ lease: again.lease, expectedHead: 0, data: 'new' });
				expect(await store.readBatches('r1', 0)).toEqual([{ number: 0, data: 'new' }]);
			});
		});

		describe('settings', () => {
			test('values of any JSON shape are kept by scope and name, replaced and deleted', async () => {
				expect(await store.getSetting('globals', 'a')).toBeNull();
				await store.putSetting('globals', 'b', { deep: [1, null, 'x'] });
				await store.putSetting('globals', 'a', 1);
				await store.putSetting('globals', 'a', false);
				await store.putSetting('llms', 'a', 'other scope');
				expect(await store.getSetting('globals', 'a')).toBe(false);
				expect(await store.listSettings('globals')).toEqual([
					{ name: 'a', value: false },
					{ name: 'b', value: { deep: [1, null, 'x'] } },
				]);
				await store.deleteSetting('globals', 'a');
				await store.deleteSetting('globals', 'a');
				expect(await store.getSetting('globals', 'a')).toBeNull();
				expect(await store.getSetting('llms', 'a')).toBe('other scope');
			});
		});
	});

	describeSteps(name, open);
	describeTail(name, open);
	describeDue(name, open);
	describeModel(name, open);
}
