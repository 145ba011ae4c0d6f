/** One station for many callers: each turn uses its caller's keys and hosts, and faults leave the store as it was. */

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStation, type Access, type Station } from '../../lib/assemble';
import { VARIABLE_SCOPE } from '../../lib/assemble/surroundings';
import type { JsonObject } from '../../lib/json';
import { openStore } from '../../lib/store/open';

const talk = {
	type: 'say_llm',
	logical_id: 'talk',
	name: 'Talk',
	is_start: true,
	main_response_config: { prompt: 'Talk.' },
};

function document(...nodes: JsonObject[]): JsonObject {
	return {
		workflow_config: { name: 'Test' },
		node_configs: nodes,
		edge_configs: [],
		dynamic_variables: {},
		runtime_variables: {},
	};
}

/** An attached model that says its name when it is let. */
function model(name: string, when: Promise<void> = Promise.resolve()): Access {
	const chat = {
		invoke: async () => {
			await when;
			return { content: `I am ${name}.` };
		},
	};
	return { attached: { model: chat, use: 'all' } };
}

async function memoryStation(): Promise<Station> {
	return openStation({ store: await openStore({ type: 'memory' }) });
}

describe('access', () => {
	it('two conversations at once each use the model of their own caller', async () => {
		const station = await memoryStation();
		let release: () => void = () => undefined;
		const gate = new Promise<void>((done) => (release = done));
		const source = { type: 'document' as const, document: document(talk) };
		const slow = station.turn({ source, sessionKey: 'a', message: 'Hi' }, model('one', gate));
		const fast = await station.turn({ source, sessionKey: 'b', message: 'Hi' }, model('two'));
		release();
		expect(fast.reply).toBe('I am two.');
		expect((await slow).reply).toBe('I am one.');
		await station.close();
	});

	it('a caller without keys is told which one is missing, although another caller has it', async () => {
		const station = await memoryStation();
		const source = {
			type: 'document' as const,
			document: document({ ...talk, llms_config: { type: 'openai_llm' } }),
		};
		await station.turn({ source, sessionKey: 'a', message: 'Hi' }, model('one'));
		await expect(station.turn({ source, sessionKey: 'b', message: 'Hi' }, {})).rejects.toMatchObject({
			code: 'LLM_CREDENTIAL_MISSING',
			message: expect.stringContaining('openai'),
		});
		await station.close();
	});
});

describe('values of the deployment', () => {
	let server: Server;
	let address: string;
	const seen: string[] = [];

	beforeAll(async () => {
		server = createServer((request, response) => {
			seen.push(String(request.headers.authorization));
			response.end('{"ok":true}');
		});
		await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
		address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
	});
	afterAll(() => new Promise((done) => server.close(done)));

	it('globals fill texts, secret ones only what goes out (R4.27), and private hosts need leave', async () => {
		const station = await memoryStation();
		await station.store.putSetting(VARIABLE_SCOPE, 'clinic', { value: 'Elm Street', is_secret: false });
		await station.store.putSetting(VARIABLE_SCOPE, 'ehr_key', { value: 'k-4711', is_secret: true });
		const call: JsonObject = {
			type: 'http_request',
			logical_id: 'call',
			name: 'Call',
			is_start: true,
			url: address,
			headers: { Authorization: 'Bearer {{ehr_key}}' },
		};
		const say: JsonObject = {
			type: 'say_static',
			logical_id: 'say',
			name: 'Say',
			static_messages_config: { static_messages: ['{{clinic}} {{ehr_key}}'] },
		};
		const graph = document(call, say);
		graph.edge_configs = [
			{ type: 'direct', logical_id: 'e', source_node_logical_id: 'call', destination_node_logical_id: 'say' },
		];
		const source = { type: 'document' as const, document: graph };
		await station.turn({ source, sessionKey: 'refused' }, {});
		expect(seen).toEqual([]);
		const result = await station.turn(
			{ source, sessionKey: 'allowed' },
			{ allowedPrivateHosts: ['127.0.0.1'] },
		);
		expect(seen).toEqual(['Bearer k-4711']);
		expect(result.reply).toMatch(/^Elm Street /);
		expect(JSON.stringify([result, result.events])).not.toContain('k-4711');
		await station.close();
	});
});

describe('a full disk', () => {
	it('refuses the turn with what to do, and keeps the conversation as it was', async () => {
		const folder = mkdtempSync(join(tmpdir(), 'interactly-full-'));
		const path = join(folder, 'full.sqlite');
		const roomy = await openStation({ path });
		const source = { type: 'document' as const, document: document(talk) };
		const first = await roomy.turn({ source, sessionKey: 'a', message: 'Hi' }, model('one'));
		await roomy.close();
		// As many pages as there are: the database takes no more.
		const full = await openStation({ store: await openStore({ type: 'sqlite', path, maxPages: 1 }) });
		const long = 'x'.repeat(60_000);
		await expect(full.turn({ sessionKey: 'a', message: long }, model('two'))).rejects.toMatchObject({
			code: 'STORE_FULL',
			advice: expect.any(String),
		});
		await full.close();
		const again = await openStation({ path });
		const next = await again.turn({ sessionKey: 'a', message: 'Still there?' }, model('three'));
		expect(next).toMatchObject({ runId: first.runId, reply: 'I am three.', turnNumber: 2 });
		await again.close();
		rmSync(folder, { recursive: true, force: true });
	});
});

describe('a document that starts a conversation', () => {
	it('is refused with all its faults before there is a run, and is not read again for later turns', async () => {
		const station = await memoryStation();
		const twice = document(talk, { ...talk, is_start: false });
		const refused = station.turn(
			{ source: { type: 'document', document: twice }, sessionKey: 'a' },
			model('one'),
		);
		await expect(refused).rejects.toMatchObject({
			code: 'GRAPH_REFUSED',
			advice: expect.stringContaining('R-13'),
		});
		expect((await station.store.listRuns({ limit: 1, offset: 0 })).total).toBe(0);
		await station.turn(
			{ source: { type: 'document', document: document(talk) }, sessionKey: 'a', message: 'Hi' },
			model('one'),
		);
		const later = await station.turn(
			{ source: { type: 'document', document: twice }, sessionKey: 'a', message: 'Hi' },
			model('two'),
		);
		expect(later.reply).toBe('I am two.');
		await station.close();
	});
});
