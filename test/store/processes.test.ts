/** Several real processes on one store, file or server: nothing is lost when they write together or are killed. */

import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, storeAt } from '../../lib/store/open';
import { startPostgres, type PostgresServer } from '../postgres/server';
import { newRun } from './conformance';

const folder = mkdtempSync(join(tmpdir(), 'interactly-processes-'));
let server: PostgresServer;
beforeAll(async () => {
	server = await startPostgres();
}, 60_000);
afterAll(async () => {
	await server.stop();
	rmSync(folder, { recursive: true, force: true });
});

/** A store of that name, as the children are told of it. */
const places: Record<string, (name: string) => string> = {
	sqlite: (name) => join(folder, `${name}.db`),
	postgres: (name) => `${server.url()}?schema=${name}`,
};

interface Child {
	process: ChildProcess;
	lines: string[];
	/** Resolves with the exit code, or the signal that ended it. */
	ended: Promise<string>;
}

function start(...args: string[]): Child {
	const child = spawn(
		process.execPath,
		['--require', join(__dirname, 'typescript-hook.cjs'), join(__dirname, 'child.ts'), ...args],
		{ stdio: ['ignore', 'pipe', 'pipe'] },
	);
	const lines: string[] = [];
	let rest = '';
	let complaint = '';
	child.stdout.on('data', (chunk: Buffer) => {
		const pieces = (rest + chunk.toString()).split('\n');
		rest = pieces.pop() ?? '';
		lines.push(...pieces);
	});
	child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
	const ended = new Promise<string>((resolve) => {
		child.on('close', (code, signal) => resolve(signal ?? `${code}${code === 0 ? '' : `: ${complaint}`}`));
	});
	return { process: child, lines, ended };
}

async function until(holds: () => boolean, child: Child): Promise<void> {
	let isOver = false;
	void child.ended.then(() => (isOver = true));
	while (!holds() && !isOver) await new Promise((resolve) => setTimeout(resolve, 2));
}

describe.each(Object.entries(places))('%s: several processes', (_database, placeOf) => {
	test('a writer killed in mid-append leaves every append it was told of, and a log without a gap', async () => {
		const path = placeOf('killed');
		for (const [id, wanted] of [
			['r1', 20],
			['r2', 133],
			['r3', 271],
		] as const) {
			const child = start('append', path, id);
			await until(() => child.lines.length >= wanted, child);
			child.process.kill('SIGKILL');
			expect(await child.ended).toBe('SIGKILL');
			const store = await openStore(storeAt(path));
			const log = await store.readLog(id);
			expect(log?.batches.length).toBeGreaterThanOrEqual(child.lines.length);
			expect(log?.batches.length).toBe(log?.run.head);
			expect(log?.batches.map(({ data }) => data.split(' ')[0])).toEqual(
				log?.batches.map((_, index) => `${index}`),
			);
			await store.close();
		}
	}, 60_000);

	test('turns of one run in four processes follow one another, and none is lost', async () => {
		const path = placeOf('turns');
		const store = await openStore(storeAt(path));
		await store.release((await store.createRun(newRun('shared'))).lease);
		const children = ['a', 'b', 'c', 'd'].map((name) => start('turns', path, 'shared', name));
		expect(await Promise.all(children.map(({ ended }) => ended))).toEqual(['0', '0', '0', '0']);
		const log = await store.readLog('shared');
		const written = log?.batches.map(({ data }) => data) ?? [];
		expect(written).toHaveLength(200);
		for (let index = 0; index < 200; index += 2) {
			expect(written[index + 1]).toBe(written[index]?.replace(/a$/, 'b'));
		}
		expect(new Set(written).size).toBe(200);
		await store.close();
	}, 60_000);

	test('of the first runs of one session in four processes exactly one wins', async () => {
		const path = placeOf('sessions');
		const children = ['a', 'b', 'c', 'd'].map((name) => start('sessions', path, '-', name));
		expect(await Promise.all(children.map(({ ended }) => ended))).toEqual(['0', '0', '0', '0']);
		const outcomes = children.map(({ lines }) => (lines[0] ?? '').split(','));
		for (let session = 0; session < 10; session += 1) {
			const ofSession = outcomes.map((each) => each[session]).sort();
			expect(ofSession).toEqual(['SESSION_TAKEN', 'SESSION_TAKEN', 'SESSION_TAKEN', 'won']);
		}
		const store = await openStore(storeAt(path));
		expect((await store.listRuns({ limit: 99, offset: 0 })).total).toBe(10);
		await store.close();
	}, 60_000);
});
