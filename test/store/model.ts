/** Random commands against a store and a ten-line model of one; both must answer alike. */

import fc from 'fast-check';
import type { Store } from '../../lib/store/contract';
import { newRun, refusal, type HandClock, type Opened } from './conformance';

interface ModelRun {
	owner: string | null;
	until: number;
	batches: string[];
}

interface Model {
	runs: Map<string, ModelRun>;
	sessions: Map<string, string>;
}

type Command = fc.AsyncCommand<Model, Opened>;

const runIds = fc.constantFrom('r1', 'r2', 'r3');
const owners = fc.constantFrom('anna', 'bert');
const keys = fc.constantFrom(null, 's1', 's2');

function command(name: string, run: (model: Model, real: Opened) => Promise<void>): Command {
	return { check: () => true, run, toString: () => name };
}

function canHold(run: ModelRun, owner: string, clock: HandClock): boolean {
	return run.owner === null || run.owner === owner || run.until <= clock.now();
}

const create = fc
	.tuple(runIds, owners, keys, fc.option(runIds, { nil: undefined }))
	.map(([id, owner, sessionKey, from]) =>
		command(
			`create ${id} for ${owner}, session ${sessionKey} from ${from}`,
			async (model, { store, clock }) => {
				const holder = sessionKey === null ? undefined : model.sessions.get(sessionKey);
				const expected = model.runs.has(id)
					? 'RUN_EXISTS'
					: holder !== undefined && holder !== from
						? 'SESSION_TAKEN'
						: 'none';
				const outcome = await refusal(
					store.createRun(newRun(id, { owner, sessionKey, takesSessionFrom: from, leaseMs: 50 })),
				);
				expect(outcome).toBe(expected);
				if (expected !== 'none') return;
				model.runs.set(id, { owner, until: clock.now() + 50, batches: [] });
				if (sessionKey !== null) model.sessions.set(sessionKey, id);
			},
		),
	);

const claim = fc.tuple(runIds, owners).map(([id, owner]) =>
	command(`claim ${id} for ${owner}`, async (model, { store, clock }) => {
		const run = model.runs.get(id);
		if (run === undefined) {
			expect(await refusal(store.claim(id, owner, 50))).toBe('RUN_UNKNOWN');
			return;
		}
		const taken = await store.claim(id, owner, 50);
		expect(taken !== null).toBe(canHold(run, owner, clock));
		if (taken === null) return;
		expect(taken.run.head).toBe(run.batches.length);
		run.owner = owner;
		run.until = clock.now() + 50;
	}),
);

const append = fc
	.tuple(runIds, owners, fc.nat(6), fc.string(), fc.boolean())
	.map(([id, owner, head, data, release]) =>
		command(`append to ${id} at ${head} by ${owner}`, async (model, { store }) => {
			const run = model.runs.get(id);
			const fits = run?.owner === owner && run.batches.length === head;
			const request = { lease: { runId: id, owner }, expectedHead: head, data, release };
			expect(await refusal(store.append(request))).toBe(fits ? 'none' : 'RUN_LEASE_LOST');
			if (run === undefined || !fits) return;
			run.batches.push(data);
			if (release) run.owner = null;
		}),
	);

const release = fc.tuple(runIds, owners).map(([id, owner]) =>
	command(`release ${id} of ${owner}`, async (model, { store }) => {
		await store.release({ runId: id, owner });
		const run = model.runs.get(id);
		if (run?.owner === owner) run.owner = null;
	}),
);

const remove = runIds.map((id) =>
	command(`delete ${id}`, async (model, { store }) => {
		await store.deleteRun(id);
		model.runs.delete(id);
		for (const [key, holder] of model.sessions) if (holder === id) model.sessions.delete(key);
	}),
);

const wait = fc.nat(60).map((ms) => command(`wait ${ms}`, async (_model, { clock }) => clock.forward(ms)));

async function compare(model: Model, store: Store): Promise<void> {
	for (const id of ['r1', 'r2', 'r3']) {
		const log = await store.readLog(id);
		expect(log?.batches.map(({ data }) => data)).toEqual(model.runs.get(id)?.batches);
	}
	for (const key of ['s1', 's2']) {
		expect((await store.findSession(key))?.id).toBe(model.sessions.get(key));
	}
}

export function describeModel(name: string, open: () => Promise<Opened>): void {
	test(`${name}: any sequence of commands leaves what a plain model leaves`, async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.commands([create, claim, append, append, release, remove, wait], { size: '+1' }),
				async (commands) => {
					const real = await open();
					const model: Model = { runs: new Map(), sessions: new Map() };
					try {
						await fc.asyncModelRun(() => ({ model, real }), commands);
						await compare(model, real.store);
					} finally {
						await real.store.close();
					}
				},
			),
			{ numRuns: 60 },
		);
	}, 60_000);
}
