/** Real kills at every write of a turn, against a server that counts: no effect is lost, none happens twice. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../lib/clock';
import { createHttp } from '../../lib/http/client';
import { silentLog } from '../../lib/log';
import { createRunner } from '../../lib/run/runner';
import { openStore, storeAt } from '../../lib/store/open';
import { createTools } from '../../lib/tool/registry';
import { direct, graphOf, line, start } from '../engine/graphs';
import { startPostgres, type PostgresServer } from '../postgres/server';

/** More than the turn has writes: the last points find nothing to kill, and the turn ends undisturbed. */
const POINTS = [0, 1, 2, 3, 4, 5, 6, 7];

let database: PostgresServer;
let server: Server;
let origin = '';
const counts = new Map<string, number>();

beforeAll(async () => {
	database = await startPostgres();
	server = createServer((request, response) => {
		const path = request.url ?? '';
		counts.set(path, (counts.get(path) ?? 0) + 1);
		request.resume();
		response.setHeader('content-type', 'application/json').end('{"ok":true}');
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
	await database.stop();
	server.closeAllConnections();
	server.close();
});

const documentOf = (name: string) =>
	JSON.stringify(
		graphOf(
			[
				{
					type: 'http_request',
					logical_id: 'order',
					name: 'order',
					method: 'POST',
					url: `${origin}/${name}/order`,
					body_parameters: '{}',
					...start,
				},
				{
					type: 'tool_node',
					logical_id: 'visit',
					name: 'visit',
					tool_config: {
						type: 'external_api',
						name: 'visit',
						api_endpoint: `${origin}/${name}/visit`,
						api_method: 'POST',
					},
				},
				line('done', 'order [[http_request_result_success]], visit [[tool_result_success]]'),
			],
			[direct('order', 'visit'), direct('visit', 'done')],
		),
	);

/** Exit signal of a child that is killed at that write, or null when it came to its end. */
async function dieAt(
	path: string,
	document: string,
	{ point, moment }: { point: number; moment: string },
): Promise<NodeJS.Signals | null> {
	const child = spawn(
		process.execPath,
		[
			'--require',
			join(__dirname, '../store/typescript-hook.cjs'),
			join(__dirname, 'kill-child.ts'),
			path,
			document,
			String(point),
			moment,
		],
		{ stdio: ['ignore', 'ignore', 'inherit'] },
	);
	const [, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
	return signal;
}

async function goOn(path: string, document: string) {
	const http = createHttp({ allow: ['127.0.0.1'] });
	const store = await openStore(storeAt(path));
	const runner = createRunner({
		store,
		ports: {
			clock: systemClock,
			http,
			log: silentLog,
			tools: createTools({ http }),
			newSeed: () => 'seed',
			models: { call: () => Promise.reject(new Error('No model in this test.')) },
		},
	});
	const take = () =>
		runner.turn({ source: { type: 'document', document }, sessionKey: 'anna', message: 'go' });
	const known = await store.findSession('anna');
	const first =
		known === null || known.head === 0
			? await take()
			: await runner.turn({ runId: known.id, command: 'pump' });
	const result =
		first.status === 'paused' ? await runner.turn({ runId: first.runId, command: 'resume' }) : first;
	const spoken = (await runner.events(result.runId)).flatMap((event) =>
		event.type === 'assistant_response' ? [event['content']] : [],
	);
	await runner.close();
	await store.close();
	return { result, spoken, hadPaused: first.status === 'paused' };
}

const places: Record<string, (name: string) => string> = {
	sqlite: () => join(mkdtempSync(join(tmpdir(), 'kill-')), 'runs.sqlite'),
	postgres: (name) => `${database.url()}?schema=${name}`,
};

describe.each([
	['before', 'sqlite'],
	['after', 'sqlite'],
	['before', 'postgres'],
	['after', 'postgres'],
])('killed %s a write to %s', (moment, kind) => {
	test.each(POINTS)(
		'write %p: each effect happens at most once, and exactly once unless its outcome is unknown',
		async (point) => {
			const name = `${kind}_${moment}${point}`;
			const path = places[kind]?.(name) ?? '';
			const document = documentOf(name);
			const signal = await dieAt(path, document, { point, moment });
			const counted = () => ({
				order: counts.get(`/${name}/order`) ?? 0,
				visit: counts.get(`/${name}/visit`) ?? 0,
			});
			if (signal === null) {
				expect(counted()).toEqual({ order: 1, visit: 1 });
				return;
			}
			expect(signal).toBe('SIGKILL');
			const { result, spoken, hadPaused } = await goOn(path, document);
			expect(result.status).toBe('completed');
			const { order, visit } = counted();
			expect(order).toBeLessThanOrEqual(1);
			expect(visit).toBeLessThanOrEqual(1);
			// Said once; and what the graph believes of an effect is never more than what happened.
			expect(spoken).toHaveLength(1);
			expect(hadPaused).toBe(spoken[0] !== 'order true, visit true');
			if (!hadPaused) expect({ order, visit }).toEqual({ order: 1, visit: 1 });
		},
	);
});
