/** The suite on Postgres, and what is Postgres's own: addresses, locks, restarts, other commits. */

import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import type { Store } from '../../lib/store/contract';
import { openStore } from '../../lib/store/open';
import { startPostgres, type PostgresServer } from '../postgres/server';
import { describeStore, handClock, newRun, refusal } from './conformance';

let server: PostgresServer;
beforeAll(async () => {
	server = await startPostgres();
}, 60_000);
afterAll(() => server.stop());

const freshSchema = () => `test ${randomUUID()}`;

describeStore('postgres', async () => {
	const clock = handClock();
	const options = { type: 'postgres', connectionString: server.url(), schema: freshSchema(), clock } as const;
	return { clock, store: await openStore(options), reopen: () => openStore(options) };
});

const opened: Store[] = [];
const open = async (schema: string, more: { maxConnections?: number } = {}) => {
	const store = await openStore({ type: 'postgres', connectionString: server.url(), schema, ...more });
	opened.push(store);
	return store;
};
afterEach(async () => {
	for (const store of opened.splice(0)) await store.close();
});

async function sql(text: string, database?: string) {
	const client = new Client({ connectionString: server.url(database) });
	await client.connect();
	try {
		return (await client.query(text)).rows as Array<Record<string, unknown>>;
	} finally {
		await client.end();
	}
}

/** Everything that an error would show, in a log or in an execution. */
async function everythingOf(failing: Promise<unknown>): Promise<string> {
	const shown = (error: unknown): string =>
		error instanceof Error
			? `${JSON.stringify(error, Object.getOwnPropertyNames(error))} ${shown(error.cause)}`
			: '';
	return failing.then(
		() => 'none',
		(error: unknown) => shown(error),
	);
}

describe('postgres: opening', () => {
	test('what was written is there for the next that opens it, and schemas are apart', async () => {
		const schema = freshSchema();
		const store = await open(schema);
		const { lease } = await store.createRun(newRun('r'));
		await store.append({ lease, expectedHead: 0, data: 'one' });
		const again = await open(schema);
		expect(await again.readBatches('r', 0)).toEqual([{ number: 0, data: 'one' }]);
		expect(await (await open(freshSchema())).findRun('r')).toBeNull();
	});

	test('by many at once it is migrated once', async () => {
		const schema = freshSchema();
		const stores = await Promise.all(Array.from({ length: 6 }, () => open(schema, { maxConnections: 2 })));
		await Promise.all(stores.map((store, index) => store.createRun(newRun(`r${index}`))));
		expect((await stores[0]?.listRuns({ limit: 9, offset: 0 }))?.total).toBe(6);
		const names = (await sql(`select name from "${schema}".migration`)).map(({ name }) => name);
		expect(new Set(names).size).toBe(names.length);
	});

	test('tables of a newer version are refused', async () => {
		const schema = freshSchema();
		await open(schema);
		await sql(`insert into "${schema}".migration (name, timestamp) values ('9999_future', '2099')`);
		await expect(open(schema)).rejects.toMatchObject({
			code: 'STORE_UNREADABLE',
			message: expect.stringContaining('newer version'),
		});
	});

	test('what stands in the way is named by a code, and never shows the password', async () => {
		await sql('drop role if exists guest');
		await sql("create role guest login password 'guest'");
		const at = (url: string) => openStore({ type: 'postgres', connectionString: url });
		const base = server.url();
		const wrong = base.replace(server.password, 'hunter2secret');
		const cases = [
			[wrong, 'STORE_ACCESS_REFUSED'],
			[server.url('nowhere'), 'STORE_DATABASE_MISSING'],
			[base.replace(`:${server.port}`, ':1'), 'STORE_UNREACHABLE'],
			[base.replace(`postgres:${server.password}`, 'guest:guest'), 'STORE_RIGHTS_MISSING'],
			[`${base}?sslmode=require`, 'STORE_TLS_MISSING'],
			[`${base}?sslmode=often`, 'STORE_ADDRESS_INVALID'],
			['postgres://u:hunter2secret@host:notaport/x', 'STORE_ADDRESS_INVALID'],
		] as const;
		for (const [url, code] of cases) {
			const opening = at(url);
			const shown = await everythingOf(opening);
			expect([url, await refusal(opening)]).toEqual([url, code]);
			expect(shown).not.toContain('hunter2secret');
			expect(shown).not.toContain(server.password);
		}
	});

	test('numbers above 32 bits stay text for other users of the driver', async () => {
		await open(freshSchema());
		expect(await sql('select 5::bigint as n')).toEqual([{ n: '5' }]);
	});
});

describe('postgres: several at once', () => {
	test('a batch is not read before those with a lower position can be', async () => {
		const schema = freshSchema();
		const store = await open(schema);
		const slow = await store.createRun(newRun('slow'));
		const quick = await store.createRun(newRun('quick'));
		await store.append({ lease: slow.lease, expectedHead: 0, data: 'first' });
		const from = await store.lastPosition();
		// Holds the commit of the append back, after it has its position.
		await sql(`
			create function "${schema}".linger() returns trigger language plpgsql as $$
			begin
				if new.data = 'slow' then perform pg_sleep(0.5); end if;
				return null;
			end $$;
			create trigger linger after insert on "${schema}".batch
				for each row execute function "${schema}".linger()`);
		const other = await open(schema);
		const late = store.append({ lease: slow.lease, expectedHead: 1, data: 'slow' });
		const sleeps = `select 1 from pg_stat_activity where wait_event = 'PgSleep'`;
		while ((await sql(sleeps)).length === 0);
		await other.append({ lease: quick.lease, expectedHead: 0, data: 'quick' });
		expect(await other.lastPosition()).toBeGreaterThan(from);
		const seen = [];
		let position = from;
		while (seen.length < 2) {
			for (const written of await other.readWritten(position, 9)) {
				seen.push(written.data);
				position = written.position;
			}
		}
		expect(seen).toEqual(['slow', 'quick']);
		await late;
	});

	test('positions read while many write grow, and none is missed', async () => {
		const schema = freshSchema();
		const [one, two, reader] = [await open(schema), await open(schema), await open(schema)];
		let isOver = false;
		const writing = Promise.all(
			[one, two].flatMap((store, which) =>
				Array.from({ length: 10 }, async (_, index) => {
					const { lease } = await store.createRun(newRun(`${which} ${index}`));
					for (let head = 0; head < 20; head += 1) {
						await store.append({ lease, expectedHead: head, data: `${which} ${index} ${head}` });
					}
				}),
			),
		).finally(() => (isOver = true));
		const seen: string[] = [];
		let position = 0;
		for (let last = false; ;) {
			const batches = await reader.readWritten(position, 50);
			seen.push(...batches.map(({ data }) => data));
			position = batches.at(-1)?.position ?? position;
			if (last && batches.length === 0) break;
			last = isOver;
		}
		await writing;
		expect(seen).toHaveLength(400);
		expect(new Set(seen).size).toBe(400);
	}, 30_000);
});

describe('postgres: trouble', () => {
	test('errors never carry the values of the statement, and one bad append fails alone', async () => {
		const store = await open(freshSchema());
		const { lease } = await store.createRun(newRun('r'));
		const other = await store.createRun(newRun('s'));
		const bad = store.append({ lease, expectedHead: 0, data: 'my blood pressure \u0000' });
		const good = store.append({ lease: other.lease, expectedHead: 0, data: 'fine' });
		const shown = await everythingOf(bad);
		expect(shown).toContain('STORE_VALUE_REFUSED');
		expect(shown).not.toContain('blood');
		expect(await good).toMatchObject({ head: 1 });
		expect(await store.findRun('r')).toMatchObject({ head: 0 });
	});

	test('a closing store first finishes what it was given', async () => {
		const schema = freshSchema();
		const store = await openStore({ type: 'postgres', connectionString: server.url(), schema });
		const { lease } = await store.createRun(newRun('r'));
		const appended = store.append({ lease, expectedHead: 0, data: 'x' });
		const saved = store.putSetting('s', 'n', 1);
		await store.close();
		expect(await appended).toMatchObject({ head: 1 });
		await saved;
		const again = await open(schema);
		expect(await again.readBatches('r', 0)).toHaveLength(1);
	});

	test('a server that goes is reported as such, and a server that comes back is used again', async () => {
		const store = await open(freshSchema());
		const { lease } = await store.createRun(newRun('r'));
		await store.append({ lease, expectedHead: 0, data: 'before' });
		await server.halt('immediate');
		await expect(store.append({ lease, expectedHead: 1, data: 'during' })).rejects.toMatchObject({
			code: 'STORE_UNREACHABLE',
			retryable: true,
		});
		expect(await refusal(store.findRun('r'))).toBe('STORE_UNREACHABLE');
		await server.resume();
		await store.append({ lease, expectedHead: 1, data: 'after' });
		expect((await store.readBatches('r', 0)).map(({ data }) => data)).toEqual(['before', 'after']);
	}, 30_000);

	test('an append cut off by the end of the server happened whole or not at all', async () => {
		const store = await open(freshSchema());
		const leases = [];
		for (let index = 0; index < 20; index += 1) {
			leases.push((await store.createRun(newRun(`r${index}`))).lease);
		}
		const told = leases.map(() => 0);
		const writers = leases.map(async (lease, index) => {
			for (let head = 0; ; head += 1) {
				await store.append({ lease, expectedHead: head, data: `${head}`, patch: { turnCount: head + 1 } });
				told[index] = head + 1;
			}
		});
		while (told.some((count) => count < 5)) await new Promise((resolve) => setTimeout(resolve, 1));
		const ends = Promise.all(writers.map((writer) => refusal(writer)));
		await server.halt('immediate');
		expect(new Set(await ends)).toEqual(new Set(['STORE_UNREACHABLE']));
		await server.resume();
		for (const [index, { runId }] of leases.entries()) {
			const log = await store.readLog(runId);
			expect(log?.run.turnCount).toBe(log?.run.head);
			expect(log?.batches.map(({ data }) => data)).toEqual(log?.batches.map((_, number) => `${number}`));
			expect(log?.batches.length).toBe(log?.run.head);
			expect(log?.run.head).toBeGreaterThanOrEqual(told[index] ?? 0);
		}
	}, 30_000);
});
