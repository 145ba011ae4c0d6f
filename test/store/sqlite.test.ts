/** SQLite passes the suite, and does what only a file can do. */

import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Store } from '../../lib/store/contract';
import { openStore } from '../../lib/store/open';
import { describeStore, handClock, newRun, refusal } from './conformance';

const folder = mkdtempSync(join(tmpdir(), 'interactly-store-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let counted = 0;
const freshPath = () => join(folder, `${(counted += 1)}`, 'store.db');

async function appendMany(store: Store, id: string, count: number): Promise<void> {
	const { lease } = await store.createRun(newRun(id));
	for (let head = 0; head < count; head += 1) {
		await store.append({ lease, expectedHead: head, data: `${id} ${head}` });
	}
}

describeStore('sqlite', async () => {
	const clock = handClock();
	const options = { type: 'sqlite', path: freshPath(), clock } as const;
	return { clock, store: await openStore(options), reopen: () => openStore(options) };
});

describe('sqlite: the file', () => {
	test('is created with its folders, for this user only, log included', async () => {
		const path = freshPath();
		const store = await openStore({ type: 'sqlite', path });
		await appendMany(store, 'r', 1);
		for (const file of [path, `${path}-wal`]) expect((statSync(file).mode & 0o777).toString(8)).toBe('600');
		await store.close();
		expect(existsSync(`${path}-wal`)).toBe(false);
	});

	test('keeps everything for the next one that opens it', async () => {
		const path = freshPath();
		const store = await openStore({ type: 'sqlite', path });
		await store.createWorkflow({ id: 'w', name: 'W', description: null, document: '{}' });
		await appendMany(store, 'r', 3);
		await store.close();
		const again = await openStore({ type: 'sqlite', path, synchronous: 'full' });
		expect((await again.readLog('r'))?.batches).toHaveLength(3);
		expect((await again.getWorkflow('w'))?.name).toBe('W');
		await again.close();
	});

	test('closing first commits what was handed in', async () => {
		const path = freshPath();
		const store = await openStore({ type: 'sqlite', path });
		const created = store.createRun(newRun('r'));
		await store.close();
		await created;
		const again = await openStore({ type: 'sqlite', path });
		expect((await again.findRun('r'))?.id).toBe('r');
		await again.close();
	});

	test('that is no database is refused and left as it is', async () => {
		const path = join(folder, 'letter.txt');
		writeFileSync(path, 'Dear diary, '.repeat(500));
		expect(await refusal(openStore({ type: 'sqlite', path }))).toBe('STORE_CORRUPT');
		expect(statSync(path).size).toBe(6000);
	});

	test('in a place that cannot be written is refused with advice', async () => {
		const path = join(folder, 'file-as-folder');
		writeFileSync(path, '');
		const opening = openStore({ type: 'sqlite', path: join(path, 'store.db') });
		await expect(opening).rejects.toMatchObject({
			code: 'STORE_UNREADABLE',
			advice: expect.stringContaining('access'),
		});
	});

	const isRoot = process.getuid?.() === 0;
	(isRoot ? test.skip : test)('without write permission is refused', async () => {
		const path = freshPath();
		await (await openStore({ type: 'sqlite', path })).close();
		chmodSync(path, 0o400);
		expect(await refusal(openStore({ type: 'sqlite', path }))).toBe('STORE_UNREADABLE');
	});

	test('of a newer version is refused', async () => {
		const path = freshPath();
		await (await openStore({ type: 'sqlite', path })).close();
		const database = new DatabaseSync(path);
		database.exec("insert into migration (name, timestamp) values ('9999_future', '2099')");
		database.close();
		await expect(openStore({ type: 'sqlite', path })).rejects.toMatchObject({
			code: 'STORE_UNREADABLE',
			message: expect.stringContaining('newer version'),
		});
	});

	test('is migrated whole or not at all', async () => {
		const path = freshPath();
		expect(await refusal(openStore({ type: 'sqlite', path, maxPages: 6 }))).toBe('STORE_FULL');
		const database = new DatabaseSync(path);
		expect(database.prepare('select name from sqlite_master').all()).toEqual([]);
		database.close();
		const store = await openStore({ type: 'sqlite', path });
		await appendMany(store, 'r', 1);
		await store.close();
	});

	test('opened by many at once is migrated once', async () => {
		const path = freshPath();
		const stores = await Promise.all(Array.from({ length: 4 }, () => openStore({ type: 'sqlite', path })));
		await Promise.all(stores.map((store, index) => appendMany(store, `r${index}`, 5)));
		expect((await stores[0]?.listRuns({ limit: 9, offset: 0 }))?.total).toBe(4);
		const database = new DatabaseSync(path);
		const names = database
			.prepare('select name from migration')
			.all()
			.map((row) => row.name);
		expect(names).toContain('0001_start');
		expect(new Set(names).size).toBe(names.length);
		database.close();
		for (const store of stores) await store.close();
	});
});

describe('sqlite: group commit', () => {
	test('appends of one tick share one transaction', async () => {
		const path = freshPath();
		const store = await openStore({ type: 'sqlite', path });
		const leases = [];
		for (let index = 0; index < 20; index += 1)
			leases.push((await store.createRun(newRun(`r${index}`))).lease);
		// Every commit to a write-ahead log adds at least the page of the log's tail: twenty commits, twenty copies.
		const sizeOfLog = () => statSync(`${path}-wal`).size;
		const before = sizeOfLog();
		await Promise.all(leases.map((lease) => store.append({ lease, expectedHead: 0, data: 'x' })));
		const together = sizeOfLog() - before;
		for (const lease of leases) await store.append({ lease, expectedHead: 1, data: 'x' });
		expect(together * 4).toBeLessThan(sizeOfLog() - before - together);
		await store.close();
	});
});

describe('sqlite: trouble', () => {
	test('a full disk fails the write that does not fit, whole, and the store goes on when there is space', async () => {
		const path = freshPath();
		const store = await openStore({ type: 'sqlite', path, maxPages: 60 });
		const { lease } = await store.createRun(newRun('r'));
		const other = await store.createRun(newRun('s'));
		const big = 'x'.repeat(400_000);
		const outcomes = await Promise.all([
			refusal(store.append({ lease: other.lease, expectedHead: 0, data: 'small' })),
			refusal(store.append({ lease, expectedHead: 0, data: big, patch: { status: 'completed' } })),
			refusal(store.append({ lease: other.lease, expectedHead: 1, data: 'small too' })),
		]);
		expect(outcomes).toEqual(['none', 'STORE_FULL', 'none']);
		expect(await store.findRun('r')).toMatchObject({ head: 0, status: 'not_started' });
		expect(await store.readBatches('s', 0)).toHaveLength(2);
		await store.append({ lease, expectedHead: 0, data: 'fits' });
		expect(await store.readBatches('r', 0)).toEqual([{ number: 0, data: 'fits' }]);
		await store.close();
	});

	test('a lock held by another connection is waited for', async () => {
		const path = freshPath();
		const store = await openStore({ type: 'sqlite', path });
		const { lease } = await store.createRun(newRun('r'));
		const other = new DatabaseSync(path);
		other.exec('begin immediate');
		const appended = store.append({ lease, expectedHead: 0, data: 'late' });
		await new Promise((resolve) => setTimeout(resolve, 300));
		other.exec('commit');
		other.close();
		expect(await appended).toMatchObject({ head: 1 });
		await store.close();
	});

	test('a lock that stays is reported as retryable after the limit', async () => {
		const path = freshPath();
		const clock = handClock();
		const store = await openStore({ type: 'sqlite', path, clock });
		const { lease } = await store.createRun(newRun('r'));
		const other = new DatabaseSync(path);
		other.exec('begin immediate');
		const impatient = { ...clock, sleep: async () => clock.forward(10_000) };
		Object.assign(clock, impatient);
		await expect(store.append({ lease, expectedHead: 0, data: 'late' })).rejects.toMatchObject({
			code: 'STORE_LOCKED',
			retryable: true,
		});
		other.close();
		expect(await store.append({ lease, expectedHead: 0, data: 'now' })).toMatchObject({ head: 1 });
		await store.close();
	});

	test('errors never carry the values of the statement', async () => {
		const path = freshPath();
		const store = await openStore({ type: 'sqlite', path, maxPages: 60 });
		const { lease } = await store.createRun(newRun('r'));
		const secret = 'my blood pressure '.repeat(20_000);
		const error: unknown = await store
			.append({ lease, expectedHead: 0, data: secret })
			.catch((thrown: unknown) => thrown);
		expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('blood');
		await store.close();
	});
});
