/** A process of its own that writes to a store, file or URL, as its arguments say; `processes.test.ts` starts it. */

import { setTimeout as pause } from 'node:timers/promises';
import type { Store } from '../../lib/store/contract';
import { openStore, storeAt } from '../../lib/store/open';

const report = (line: string) => process.stdout.write(`${line}\n`);

const newRun = (id: string, owner: string, sessionKey: string | null = null) => ({
	id,
	workflowId: null,
	versionNumber: null,
	graph: '{"nodes":[]}',
	status: 'running',
	sessionKey,
	createdAt: Date.now(),
	owner,
	leaseMs: 60_000,
});

/** Appends to its own run until it is killed, and tells each head once it is durable. */
async function appendForever(store: Store, id: string): Promise<void> {
	const { lease } = await store.createRun(newRun(id, 'child'));
	for (let head = 0; ; head += 1) {
		await store.append({ lease, expectedHead: head, data: `${head} ${'x'.repeat(2000)}` });
		report(`${head}`);
	}
}

/** Takes turns with other processes at one run. */
async function takeTurns(store: Store, id: string, name: string): Promise<void> {
	for (let turn = 0; turn < 25; turn += 1) {
		const owner = `${name} ${turn}`;
		let taken = await store.claim(id, owner, 60_000);
		for (; taken === null; taken = await store.claim(id, owner, 60_000)) await pause(Math.random() * 5);
		await store.append({ lease: taken.lease, expectedHead: taken.run.head, data: `${owner} a` });
		await store.append({
			lease: taken.lease,
			expectedHead: taken.run.head + 1,
			data: `${owner} b`,
			release: true,
		});
	}
	report('done');
}

/** Starts a run for each of ten session keys, against other processes that do the same. */
async function openSessions(store: Store, name: string): Promise<void> {
	const outcomes = await Promise.all(
		Array.from({ length: 10 }, (_, index) =>
			store.createRun(newRun(`${name} ${index}`, name, `session ${index}`)).then(
				() => 'won',
				(error: { code: string }) => error.code,
			),
		),
	);
	report(outcomes.join(','));
}

async function main([what, path, id, name]: string[]): Promise<void> {
	const store = await openStore(storeAt(path ?? ''));
	if (what === 'append') await appendForever(store, id ?? '');
	if (what === 'turns') await takeTurns(store, id ?? '', name ?? '');
	if (what === 'sessions') await openSessions(store, name ?? '');
	await store.close();
}

main(process.argv.slice(2)).catch((error: unknown) => {
	process.stderr.write(`${String(error)}\n`);
	process.exitCode = 1;
});
